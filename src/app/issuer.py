"""The local issuer: tokens for development, signed by a key in DATA_DIR and verified the way any issuer's are.

It is no identity provider: whoever can read DATA_DIR can be anybody. Production refuses it.
"""

import asyncio
import base64
import hashlib
import os
import secrets
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import jwt
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from jwt.algorithms import RSAAlgorithm

from app.settings import Settings, SettingsError

LOCAL_ISSUER = "chat-insights-local"
LOCAL_ADMIN_CLAIM = ("role", "admin")
DEFAULT_LIFETIME = timedelta(hours=24)
_ALGORITHM = "RS256"  # every request verifies, and RSA verifies faster than the curve


def issue_local_token(
    settings: Settings,
    subject: str,
    *,
    admin: bool = False,
    email: str | None = None,
    lifetime: timedelta = DEFAULT_LIFETIME,
) -> str:
    """A token for `subject` that this installation accepts; `email` counts as verified.

    Raises:
        SettingsError: production, or another issuer is set.
    """
    key = _key(settings)
    # To the fraction of a second, so that a token made right after a deletion is later than it.
    now = time.time()
    claims: dict[str, object] = {
        "iss": LOCAL_ISSUER,
        "sub": subject,
        "iat": now,
        "nbf": int(now),
        "exp": int(now + lifetime.total_seconds()),
    }
    if email:
        claims |= {"email": email, "email_verified": True}
    if admin:
        name, value = settings.auth_admin_claim or LOCAL_ADMIN_CLAIM
        claims[name] = value
    if settings.auth_audience:
        claims["aud"] = settings.auth_audience[0]
    if settings.auth_authorized_parties:
        claims["azp"] = settings.auth_authorized_parties[0]
    return jwt.encode(claims, key, algorithm=_ALGORITHM, headers={"kid": _public_jwk(key)["kid"]})


def local_source(settings: Settings) -> Callable[[], Awaitable[bytes]]:
    """A function that gives the local issuer's JWKS.

    Raises:
        SettingsError: production, or another issuer is set.
    """
    _check_allowed(settings)

    def read() -> bytes:
        return msgspec.json.encode({"keys": [_public_jwk(_key(settings))]})

    return lambda: asyncio.to_thread(read)


def _check_allowed(settings: Settings) -> None:
    if settings.environment == "production" or not settings.local_issuer:
        raise SettingsError("AUTH_ISSUER is set, or this is production: the local issuer is not in use")


def _key(settings: Settings) -> RSAPrivateKey:
    """The signing key, made on first use."""
    _check_allowed(settings)
    path = settings.data_dir / "issuer" / "key.pem"
    if not path.exists():
        _create(path)
    return cast("RSAPrivateKey", load_pem_private_key(path.read_bytes(), password=None))


def _create(path: Path) -> None:
    """Write a new key, whole or not at all; of several processes at once the first one's stays."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    pem = generate_private_key(public_exponent=65537, key_size=2048).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    draft = path.with_name(f"{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(pem)
            file.flush()
            os.fsync(file.fileno())
        # A link never replaces what is there, as a rename would.
        with suppress(FileExistsError):
            path.hardlink_to(draft)
    finally:
        draft.unlink()


def _public_jwk(key: RSAPrivateKey) -> dict[str, Any]:
    """The public key as a JWK whose id is its thumbprint (RFC 7638)."""
    members = RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)
    canonical = msgspec.json.encode({name: members[name] for name in ("e", "kty", "n")})
    thumbprint = base64.urlsafe_b64encode(hashlib.sha256(canonical).digest()).rstrip(b"=").decode()
    return members | {"kid": thumbprint, "use": "sig", "alg": _ALGORITHM}
