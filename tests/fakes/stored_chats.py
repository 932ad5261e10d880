"""Chats as an import leaves them, without one."""

from uuid import uuid4

from sqlalchemy import insert
from uuid_utils.compat import uuid7

from domain.chats.models import Chat, ChatKey, Message
from domain.chats.sealing import Profile, message_place, seal_body, seal_filename, seal_profile
from domain.chats.transcript import Flag, Kind
from domain.cipher import Sealer, new_chat_key
from domain.users.models import User

MEDIA = None
"""In place of a text: a message in which nothing was written."""
START = 1_700_000_000


async def stored_chat(database, master_keys, texts, *, status="completed"):
    """A chat of a new user with a message a minute, by two people in turn behind a system row; its id."""
    chat_id, user_id, key = uuid7(), uuid7(), new_chat_key()
    sealer = Sealer(key, 0)
    async with database.transaction() as session:
        session.add(User(id=user_id, issuer="test", subject=uuid4().hex))
        await session.flush()
        session.add(ChatKey(id=chat_id, wrapped=master_keys.wrap(key, chat_id), epoch=1))
        session.add(
            Chat(
                id=chat_id,
                user_id=user_id,
                status=status,
                message_count=len(texts) + 1,
                sealed_filename=seal_filename(sealer, chat_id, "_chat.txt"),
                sealed_profile=seal_profile(sealer, chat_id, Profile(None, ["Ann", "Bob"], utc=False)),
            )
        )
        rows = [_row(sealer, chat_id, 0, "Messages are end-to-end encrypted.", Kind.SYSTEM, Flag.PLACEHOLDER, -1)]
        for position, text in enumerate(texts, 1):
            kind, flags = (Kind.TEXT, Flag(0)) if text is not MEDIA else (Kind.MEDIA, Flag.PLACEHOLDER)
            written = text if text is not MEDIA else "<Media omitted>"
            rows.append(_row(sealer, chat_id, position, written, kind, flags, position % 2))
        await session.execute(insert(Message), rows)
    return chat_id, user_id


def _row(sealer, chat_id, position, text, kind, flags, sender):
    message_id = uuid7()
    return {
        "id": message_id,
        "chat_id": chat_id,
        "position": position,
        "sent_at": START + 60 * position,
        "sender": sender,
        "kind": int(kind),
        "flags": int(flags),
        "sealed": seal_body(sealer, message_place(chat_id, message_id.bytes), text, None),
    }
