"""Chats as an import leaves them, without one."""

from uuid import uuid4

import msgspec
from sqlalchemy import insert
from uuid_utils.compat import uuid7

from domain.chats.models import Chat, ChatKey, Message
from domain.chats.sealing import Profile, message_place, seal_body, seal_filename, seal_profile, seal_statistics
from domain.chats.statistics.compute import compute
from domain.chats.transcript import Flag, Kind, Transcript
from domain.cipher import Sealer, new_chat_key
from domain.users.models import User
from support.transcripts import REPORT

MEDIA = None
"""In place of a text: a message in which nothing was written."""
START = 1_700_000_000
PEOPLE = ("Ann", "Bob")


async def stored_chat(database, master_keys, texts, *, status="completed", people=PEOPLE, user_id=None):
    """A chat, of a new user or another's, with a message a minute, by turns, behind a system row; its id."""
    chat_id, owner_id, key = uuid7(), user_id or uuid7(), new_chat_key()
    sealer = Sealer(key, 0)
    transcript = _transcript(texts, people)
    async with database.transaction() as session:
        if user_id is None:
            session.add(User(id=owner_id, issuer="test", subject=uuid4().hex))
            await session.flush()
        session.add(ChatKey(id=chat_id, wrapped=master_keys.wrap(key, chat_id), epoch=1))
        session.add(
            Chat(
                id=chat_id,
                user_id=owner_id,
                status=status,
                message_count=len(transcript),
                sealed_filename=seal_filename(sealer, chat_id, "_chat.txt"),
                sealed_profile=seal_profile(sealer, chat_id, Profile(None, list(people), utc=False)),
                sealed_statistics=seal_statistics(sealer, chat_id, msgspec.json.encode(compute(transcript))),
            )
        )
        rows = [_row(sealer, chat_id, transcript, position) for position in range(len(transcript))]
        await session.execute(insert(Message), rows)
    return chat_id, owner_id


def _transcript(texts, people):
    written = [text is not MEDIA for text in texts]
    return Transcript(
        platform="whatsapp",
        title=None,
        participants=list(people),
        times=[START + 60 * position for position in range(len(texts) + 1)],
        senders=[-1, *(position % len(people) for position in range(1, len(texts) + 1))],
        kinds=bytearray([Kind.SYSTEM, *(Kind.TEXT if said else Kind.MEDIA for said in written)]),
        flags=bytearray([Flag.PLACEHOLDER, *(Flag(0) if said else Flag.PLACEHOLDER for said in written)]),
        texts=["Messages are end-to-end encrypted.", *("<Media omitted>" if text is MEDIA else text for text in texts)],
        attachments={},
        report=REPORT,
    )


def _row(sealer, chat_id, transcript, position):
    message_id = uuid7()
    return {
        "id": message_id,
        "chat_id": chat_id,
        "position": position,
        "sent_at": transcript.times[position],
        "sender": transcript.senders[position],
        "kind": transcript.kinds[position],
        "flags": transcript.flags[position],
        "sealed": seal_body(sealer, message_place(chat_id, message_id.bytes), transcript.texts[position], None),
    }
