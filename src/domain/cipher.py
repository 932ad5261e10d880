"""A key per chat, wrapped by the master key; seal and open.

AES-256-GCM throughout. A sealed value is `nonce ‖ ciphertext ‖ tag`, bound to what it belongs to by its
associated data, so that a value moved to another row does not open.

A nonce is `epoch (4 bytes) ‖ counter (8 bytes)`. Every sealer works in an epoch of its own, which the owner of
the key hands out once and commits before the first value is sealed; within it the counter only rises. So no
nonce is used twice under a key, whichever run was killed, rolled back or repeated.
"""

import hashlib
import hmac
import os
from collections.abc import Iterable, Sequence
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

KEY_BYTES = 32
NONCE_BYTES = 12
_KEY_ID_BYTES = 4
_NOT_OPENED = (InvalidTag, ValueError)  # the latter when there is not even a whole nonce


class CipherError(Exception):
    """A sealed value does not open: wrong key, wrong place, or altered. The message holds no data."""


class MasterKeys:
    """The keys that wrap chat keys: the first one wraps, all of them unwrap."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        """Take one key or more, of 32 bytes each.

        Raises:
            ValueError: no key, or one of another length.
        """
        if not keys or any(len(key) != KEY_BYTES for key in keys):
            raise ValueError("a master key has 32 bytes")
        self._keys = {hashlib.sha256(b"key-id" + key).digest()[:_KEY_ID_BYTES]: key for key in keys}
        self._first = next(iter(self._keys))

    def wrap(self, chat_key: bytes, chat_id: UUID) -> bytes:
        """Seal a chat's key for storage, bound to the chat."""
        nonce = os.urandom(NONCE_BYTES)
        sealed = AESGCM(self._keys[self._first]).encrypt(nonce, chat_key, chat_id.bytes)
        return self._first + nonce + sealed

    def unwrap(self, wrapped: bytes, chat_id: UUID) -> bytes:
        """Open a chat's key.

        Raises:
            CipherError: none of the master keys wrapped it, or it is another chat's.
        """
        key_id, nonce = wrapped[:_KEY_ID_BYTES], wrapped[_KEY_ID_BYTES : _KEY_ID_BYTES + NONCE_BYTES]
        master = self._keys.get(key_id)
        if master is None:
            raise CipherError("no master key opens this chat")
        try:
            return AESGCM(master).decrypt(nonce, wrapped[_KEY_ID_BYTES + NONCE_BYTES :], chat_id.bytes)
        except _NOT_OPENED:
            raise CipherError("a chat key does not open") from None

    def pseudonyms(self, *parts: str) -> list[str]:
        """What stands for an identity that must not be kept: an HMAC under each master key, the first's first."""
        return self.signatures("pseudonym", *parts)

    def signatures(self, purpose: str, *parts: str) -> list[str]:
        """An HMAC-SHA256, in hexadecimal, under the purpose's key of each master key, the first's first."""
        message = "\x00".join(parts).encode()
        return [
            hmac.new(hashlib.sha256(purpose.encode() + key).digest(), message, hashlib.sha256).hexdigest()
            for key in self._keys.values()
        ]


def new_chat_key() -> bytes:
    """A fresh random key for one chat."""
    return AESGCM.generate_key(KEY_BYTES * 8)


class Sealer:
    """Seals values under one chat key, in one epoch."""

    def __init__(self, key: bytes, epoch: int) -> None:
        self._aead = AESGCM(key)
        self._prefix = epoch.to_bytes(4, "big")
        self._counter = 0

    def seal(self, plaintext: bytes, associated: bytes) -> bytes:
        """Seal one value, bound to `associated`."""
        nonce = self._prefix + self._counter.to_bytes(8, "big")
        self._counter += 1
        return nonce + self._aead.encrypt(nonce, plaintext, associated)


class Opener:
    """Opens values sealed under one chat key."""

    def __init__(self, key: bytes) -> None:
        self._aead = AESGCM(key)

    def open(self, sealed: bytes, associated: bytes) -> bytes:
        """Open one value.

        Raises:
            CipherError: it was sealed under another key, for another place, or altered.
        """
        try:
            return self._aead.decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated)
        except _NOT_OPENED:
            raise CipherError("a sealed value does not open") from None

    def open_all(self, pairs: Iterable[tuple[bytes, bytes]]) -> list[bytes]:
        """Open many (sealed, associated) values, in order."""
        decrypt = self._aead.decrypt
        try:
            return [decrypt(sealed[:NONCE_BYTES], sealed[NONCE_BYTES:], associated) for sealed, associated in pairs]
        except _NOT_OPENED:
            raise CipherError("a sealed value does not open") from None
