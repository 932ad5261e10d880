"""What is sealed of a chat, in which form, and what each sealed value is bound to."""

from collections.abc import Sequence
from uuid import UUID

import msgspec

from domain.cipher import Opener, Sealer


class Profile(msgspec.Struct, array_like=True, frozen=True):
    """Who is in a chat, and what it is called."""

    title: str | None
    participants: list[str]
    utc: bool
    """Times are UTC; otherwise the wall clock of the export, whose zone nobody knows."""


class MessageBody(msgspec.Struct, array_like=True, frozen=True, omit_defaults=True):
    text: str
    attachment: str | None = None


_encode = msgspec.msgpack.Encoder().encode
_decode_profile = msgspec.msgpack.Decoder(Profile).decode
_decode_body = msgspec.msgpack.Decoder(MessageBody).decode


def _place(chat_id: UUID, part: bytes) -> bytes:
    return chat_id.bytes + part


def message_place(chat_id: UUID, message_id: bytes) -> bytes:
    """The associated data of a message: it opens under its own id in its own chat only."""
    return chat_id.bytes + message_id


def seal_filename(sealer: Sealer, chat_id: UUID, filename: str) -> bytes:
    return sealer.seal(filename.encode(), _place(chat_id, b"filename"))


def open_filename(opener: Opener, chat_id: UUID, sealed: bytes) -> str:
    return opener.open(sealed, _place(chat_id, b"filename")).decode()


def seal_profile(sealer: Sealer, chat_id: UUID, profile: Profile) -> bytes:
    return sealer.seal(_encode(profile), _place(chat_id, b"profile"))


def open_profile(opener: Opener, chat_id: UUID, sealed: bytes) -> Profile:
    return _decode_profile(opener.open(sealed, _place(chat_id, b"profile")))


def seal_statistics(sealer: Sealer, chat_id: UUID, statistics_json: bytes) -> bytes:
    return sealer.seal(statistics_json, _place(chat_id, b"statistics"))


def open_statistics(opener: Opener, chat_id: UUID, sealed: bytes) -> bytes:
    """The statistics as JSON."""
    return opener.open(sealed, _place(chat_id, b"statistics"))


def seal_body(sealer: Sealer, place: bytes, text: str, attachment: str | None) -> bytes:
    body = MessageBody(text, attachment) if attachment is not None else MessageBody(text)
    return sealer.seal(_encode(body), place)


def open_bodies(opener: Opener, chat_id: UUID, rows: Sequence[tuple[UUID, bytes]]) -> list[MessageBody]:
    """Open the bodies of messages given as (id, sealed), in order."""
    chat = chat_id.bytes
    opened = opener.open_all((sealed, chat + message_id.bytes) for message_id, sealed in rows)
    return [_decode_body(body) for body in opened]
