"""What the adapters of the providers share: the forms that their fields may take, and how signed bytes are read."""

import hmac
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Annotated, TypeVar
from uuid import UUID

import msgspec

from domain.payments.provider import EventMalformed

T = TypeVar("T")

# Bounds keep out what the database could not store: NUL characters, and numbers wider than a column.
Name = Annotated[str, msgspec.Meta(pattern=r"^[\x21-\x7e]{1,255}\Z")]
"""An id or a type, as providers form them."""
Amount = Annotated[int, msgspec.Meta(ge=0, le=10**12)]
"""Minor units."""
Currency = Annotated[str, msgspec.Meta(pattern=r"^[A-Za-z]{3}\Z")]
Seconds = Annotated[int, msgspec.Meta(ge=0, le=2**33)]
"""Since the Unix epoch."""

_MAC_LENGTH = 64


def signed_by_any(secrets: Iterable[str], message: bytes, macs: Iterable[str]) -> bool:
    """Whether one of the hex HMAC-SHA256 values is the message's under one of the secrets.

    Comparing takes the same time wherever two values differ.
    """
    given = [mac for mac in macs if mac.isascii() and len(mac) == _MAC_LENGTH]
    for secret in secrets:
        expected = hmac.new(secret.encode(), message, "sha256").hexdigest()
        if any(hmac.compare_digest(expected, mac) for mac in given):
            return True
    return False


def read_json(body: bytes | msgspec.Raw, shape: type[T]) -> T:
    """The body as that struct.

    Raises:
        EventMalformed: it is not UTF-8, not JSON, too deep, or of another shape.
    """
    try:
        # Decoded in advance, because fields that no struct names are skipped unread.
        return msgspec.json.decode(bytes(body).decode(), type=shape)
    except (ValueError, RecursionError):
        raise EventMalformed from None


def moment(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


def uuid_in(text: object) -> UUID | None:
    """An id of ours, where the text is one; others may have written there what they like."""
    try:
        return UUID(text) if isinstance(text, str) else None
    except ValueError:
        return None
