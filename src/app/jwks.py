"""The issuer's published keys (JWKS, RFC 7517): parsed strictly, fetched once for all who wait, kept while it fails."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from typing import Literal, cast

import httpx
import msgspec
import structlog
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt.algorithms import ECAlgorithm, RSAAlgorithm
from jwt.exceptions import InvalidKeyError

from domain.errors import Unavailable

PublicKey = RSAPublicKey | EllipticCurvePublicKey
KeySet = Mapping[tuple[str | None, str], PublicKey]
"""Keys by id (None for a key that is published without one) and by the one algorithm each is good for."""

FETCH_TIMEOUT_S = 5
MAX_DOCUMENT_BYTES = 256 * 1024
MIN_RSA_BITS = 2048
REFRESH_INTERVAL_S = 600
UNKNOWN_KEY_COOL_DOWN_S = 30
RETRY_WITH_STALE_KEYS_S = 30
RETRY_WITHOUT_KEYS_S = 2
_log = structlog.get_logger()


class IdentityProviderUnavailable(Unavailable):
    code = "identity_provider_unavailable"
    detail = "The identity provider did not answer, so nobody can be recognised. Try again."


class JwksError(Exception):
    """What the issuer published cannot be used."""


class _Document(msgspec.Struct):
    keys: list[msgspec.Raw]


class _Jwk(msgspec.Struct, kw_only=True):
    """The members that are read. Those of a private key, should one be published, are not."""

    kid: str | None = None
    use: Literal["sig"] = "sig"
    key_ops: tuple[str, ...] = ("verify",)


class _RsaJwk(_Jwk, tag_field="kty", tag="RSA"):
    n: str
    e: str
    alg: Literal["RS256"] = "RS256"


class _EcJwk(_Jwk, tag_field="kty", tag="EC"):
    crv: Literal["P-256"]
    x: str
    y: str
    alg: Literal["ES256"] = "ES256"


def parse_jwks(document: bytes) -> KeySet:
    """Read a JWKS. Unusable keys are left out: another purpose or algorithm, RSA under 2048 bits, malformed.

    Two keys with the same id and algorithm are both left out, since either might be meant.

    Raises:
        JwksError: it is no JWKS, or holds no usable key.
    """
    try:
        published = msgspec.json.decode(document, type=_Document).keys
    except (msgspec.MsgspecError, RecursionError):
        raise JwksError("not a JWKS") from None
    keys: dict[tuple[str | None, str], PublicKey] = {}
    ambiguous = set()
    for member in published:
        with suppress(msgspec.MsgspecError, InvalidKeyError, ValueError, TypeError):
            jwk = msgspec.json.decode(member, type=_RsaJwk | _EcJwk)
            name, key = (jwk.kid, jwk.alg), _public_key(jwk)
            if name in keys:
                ambiguous.add(name)
            keys[name] = key
    usable = {name: key for name, key in keys.items() if name not in ambiguous}
    if not usable:
        raise JwksError("no usable key")
    return usable


def _public_key(jwk: _RsaJwk | _EcJwk) -> PublicKey:
    read = RSAAlgorithm.from_jwk if isinstance(jwk, _RsaJwk) else ECAlgorithm.from_jwk
    key = cast("PublicKey", read(msgspec.to_builtins(jwk)))
    if "verify" not in jwk.key_ops or (isinstance(key, RSAPublicKey) and key.key_size < MIN_RSA_BITS):
        raise InvalidKeyError
    return key


def http_source(url: str) -> Callable[[], Awaitable[bytes]]:
    """A function that fetches the document: within 5 s in all, bounded, redirects not followed."""
    address = httpx.URL(url)

    async def fetch() -> bytes:
        # In a thread: building the client reads the certificate authorities from disk.
        client = await asyncio.to_thread(httpx.AsyncClient, timeout=FETCH_TIMEOUT_S)
        async with asyncio.timeout(FETCH_TIMEOUT_S), client, client.stream("GET", address) as response:
            response.raise_for_status()
            document = bytearray()
            async for chunk in response.aiter_bytes():
                document += chunk
                if len(document) > MAX_DOCUMENT_BYTES:
                    raise JwksError("the document is too large")
            return bytes(document)

    return fetch


class KeyCache:
    """The issuer's keys, as last fetched.

    They are fetched anew every ten minutes while tokens come in, in the background, and when a token names a key
    that is not known, at most twice a minute. Whatever fails, the keys that are there go on serving.
    """

    def __init__(self, fetch: Callable[[], Awaitable[bytes]], clock: Callable[[], float] = time.monotonic) -> None:
        """Take what fetches the JWKS document, and a clock in seconds that never goes back."""
        self._fetch = fetch
        self._clock = clock
        self._keys: KeySet = {}
        self._refresh_due = clock()
        self._unknown_due = clock()
        self._refreshing: asyncio.Task[None] | None = None

    async def find(self, key_id: str | None, algorithm: str) -> PublicKey | None:
        """The key that a token names, or None.

        Raises:
            IdentityProviderUnavailable: no key could be fetched yet.
        """
        name, due = (key_id, algorithm), self._clock() >= self._refresh_due
        if not self._keys:
            if due or self._refreshing:
                await self._refresh()
            if not self._keys:
                raise IdentityProviderUnavailable
            return self._keys.get(name)
        if due:
            self._start_refresh()
        if name not in self._keys and self._may_look_again():
            await self._refresh()
        return self._keys.get(name)

    async def close(self) -> None:
        """Give up a fetch that is under way."""
        if self._refreshing is not None:
            self._refreshing.cancel()
            with suppress(asyncio.CancelledError):
                await self._refreshing

    def _may_look_again(self) -> bool:
        """Whether an unknown key is worth a fetch now: one that runs anyway, or the cool-down is over."""
        if self._refreshing is not None:
            return True
        now = self._clock()
        if now < self._unknown_due:
            return False
        self._unknown_due = now + UNKNOWN_KEY_COOL_DOWN_S
        return True

    async def _refresh(self) -> None:
        # Shielded: one caller that goes away must not end the fetch for the others.
        await asyncio.shield(self._start_refresh())

    def _start_refresh(self) -> asyncio.Task[None]:
        if self._refreshing is None:
            self._refreshing = asyncio.create_task(self._fetch_keys())
        return self._refreshing

    async def _fetch_keys(self) -> None:
        try:
            document = await self._fetch()
            self._keys = await asyncio.to_thread(parse_jwks, document)
            self._refresh_due = self._clock() + REFRESH_INTERVAL_S
        except (JwksError, httpx.HTTPError, OSError, ValueError) as error:
            wait = RETRY_WITH_STALE_KEYS_S if self._keys else RETRY_WITHOUT_KEYS_S
            self._refresh_due = self._clock() + wait
            _log.warning("jwks.fetch_failed", serving_stale=bool(self._keys), exc_info=error)
        finally:
            self._refreshing = None
