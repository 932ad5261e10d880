"""Bearer tokens: JWTs (RFC 7519) whose signature and claims are verified on this machine."""

import base64
import binascii
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
from jwt import PyJWS
from jwt.exceptions import PyJWTError

from app.issuer import LOCAL_ADMIN_CLAIM, LOCAL_ISSUER, local_source
from app.jwks import KeyCache, http_source
from app.settings import Settings
from domain.errors import Unauthenticated
from domain.users.models import Email

ALGORITHMS = ("RS256", "ES256")
LEEWAY_S = 30
MAX_TOKEN_BYTES = 8 * 1024
MAX_SUBJECT_LENGTH = 255
_TYPES = frozenset({None, "jwt", "at+jwt", "application/at+jwt"})
_signatures = PyJWS(algorithms=ALGORITHMS)


class VerifiedToken(msgspec.Struct, frozen=True):
    """What a token says, once it is known to be the issuer's and meant for us now."""

    issuer: str
    subject: str
    issued_at: datetime | None
    email: str | None
    """Only if the issuer has verified it."""
    admin: bool


class _Header(msgspec.Struct):
    alg: str
    kid: str | None = None
    typ: str | None = None
    crit: msgspec.Raw | msgspec.UnsetType = msgspec.UNSET


class _Claims(msgspec.Struct):
    iss: str
    sub: str
    exp: int | float
    nbf: int | float | None = None
    iat: int | float | None = None
    aud: str | list[str] | None = None
    azp: str | None = None


class TokenVerifier:
    """Verifies tokens of one issuer. Every token is verified every time."""

    def __init__(
        self,
        keys: KeyCache,
        *,
        issuer: str,
        audience: tuple[str, ...] = (),
        authorized_parties: tuple[str, ...] = (),
        admin_claim: tuple[str, str] | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        """Take what a token must match: each allow-list that is not empty; and a clock in Unix seconds."""
        self._keys = keys
        self._issuer = issuer
        self._audience = frozenset(audience)
        self._authorized_parties = frozenset(authorized_parties)
        self._admin_claim = admin_claim
        self._clock = clock

    async def verify(self, token: str) -> VerifiedToken:
        """Verify signature and claims.

        Raises:
            Unauthenticated: whatever is wrong with the token; it does not say what.
            IdentityProviderUnavailable: the issuer's keys could not be fetched yet.
        """
        header = _read_header(token)
        key = await self._keys.find(header.kid, header.alg)
        if key is None:
            raise Unauthenticated
        try:
            payload = _signatures.decode_complete(token, key, algorithms=[header.alg])["payload"]
            members = msgspec.json.decode(payload, type=dict[str, Any])
            claims = msgspec.convert(members, _Claims)
        except (PyJWTError, msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
            raise Unauthenticated from None
        if not (self._is_meant_for_us(claims) and _is_valid_at(self._clock(), claims)):
            raise Unauthenticated
        return VerifiedToken(
            issuer=self._issuer,
            subject=claims.sub,
            issued_at=None if claims.iat is None else datetime.fromtimestamp(claims.iat, UTC),
            email=_verified_email(members),
            admin=self._is_admin(members),
        )

    async def close(self) -> None:
        """Give up a fetch of keys that is under way."""
        await self._keys.close()

    def _is_meant_for_us(self, claims: _Claims) -> bool:
        audience = {claims.aud} if isinstance(claims.aud, str) else set(claims.aud or ())
        return (
            claims.iss == self._issuer
            and claims.sub.strip() != ""
            and len(claims.sub) <= MAX_SUBJECT_LENGTH
            and claims.sub.isprintable()
            and not (self._audience and self._audience.isdisjoint(audience))
            and not (self._authorized_parties and claims.azp not in self._authorized_parties)
        )

    def _is_admin(self, members: dict[str, Any]) -> bool:
        if self._admin_claim is None:
            return False
        name, wanted = self._admin_claim
        value = members.get(name)
        return wanted in value if isinstance(value, list) else value == wanted


def issuer_name(settings: Settings) -> str:
    """The `iss` of the tokens that are accepted."""
    return settings.auth_issuer or LOCAL_ISSUER


def build_verifier(settings: Settings) -> TokenVerifier:
    """The verifier that the settings ask for: of their issuer, or of the local one if they name none.

    Raises:
        SettingsError: production, and no issuer is named.
    """
    if settings.auth_issuer and settings.auth_jwks_url:
        source, admin_claim = http_source(settings.auth_jwks_url), settings.auth_admin_claim
    else:
        source, admin_claim = local_source(settings), settings.auth_admin_claim or LOCAL_ADMIN_CLAIM
    return TokenVerifier(
        KeyCache(source),
        issuer=issuer_name(settings),
        audience=settings.auth_audience,
        authorized_parties=settings.auth_authorized_parties,
        admin_claim=admin_claim,
    )


def _read_header(token: str) -> _Header:
    if len(token) > MAX_TOKEN_BYTES or not token.isascii():
        raise Unauthenticated
    segment = token.partition(".")[0]
    try:
        decoded = base64.urlsafe_b64decode(segment + "=" * (-len(segment) % 4))
        header = msgspec.json.decode(decoded, type=_Header)
    except (binascii.Error, msgspec.MsgspecError, RecursionError):
        raise Unauthenticated from None
    typ = header.typ if header.typ is None else header.typ.lower()
    # Extensions that must be understood (`crit`) are none that we know.
    if header.alg not in ALGORITHMS or typ not in _TYPES or header.crit is not msgspec.UNSET:
        raise Unauthenticated
    return header


def _is_valid_at(now: float, claims: _Claims) -> bool:
    latest = now + LEEWAY_S
    return (
        claims.exp > now - LEEWAY_S
        and (claims.nbf is None or claims.nbf <= latest)
        and (claims.iat is None or 0 <= claims.iat <= latest)
    )


def _verified_email(members: dict[str, Any]) -> str | None:
    verified = members.get("email_verified")
    if verified is not True and verified != "true":  # some issuers write the word instead of the value
        return None
    try:
        return msgspec.convert(members.get("email"), Email)
    except msgspec.ValidationError:
        return None
