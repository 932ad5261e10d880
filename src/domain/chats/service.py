"""What a user does with chats. Services flush and raise; whoever opened the transaction commits."""

import re
import unicodedata
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from domain.chats.errors import ChatImportFailed, ChatNotFound, ChatNotReady, UnknownParticipant
from domain.chats.models import Chat, ChatKey
from domain.chats.repository import ChatKeyRepository, ChatRepository, ChatRow, ChatRows
from domain.chats.sealing import (
    Profile,
    open_bodies,
    open_filename,
    open_profile,
    open_statistics,
    seal_filename,
)
from domain.chats.states import ChatStatus
from domain.chats.transcript import Flag
from domain.cipher import MasterKeys, Opener, Sealer, new_chat_key
from domain.errors import Conflict
from domain.outbox import Outbox, Queue
from domain.users.service import UserService

FILENAME_LENGTH = 255
_JOINERS = "\u200c\u200d"
"""Invisible, and yet part of Persian words and of emoji."""
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_TITLES = re.compile(
    r"(?:WhatsApp Chat (?:with|-) |Chat de WhatsApp con |WhatsApp-Chat mit )?(.*?)(?:\.(?:txt|zip|json))?"
)


class OpenedChat(msgspec.Struct, frozen=True):
    """A chat with what was sealed in it opened for its owner."""

    row: ChatRow
    filename: str
    profile: Profile | None
    statistics: bytes | None
    """JSON."""
    opener: Opener

    @property
    def title(self) -> str | None:
        """The export's own title, or what its file name says."""
        if self.profile is not None and self.profile.title:
            return self.profile.title
        found = _TITLES.fullmatch(self.filename)
        return (found[1].strip() if found else "") or None

    @property
    def display_name(self) -> str | None:
        if self.profile is None or self.row.display_participant is None:
            return None
        return self.profile.participants[self.row.display_participant]


class ChatReader:
    """Opens stored chats for reading."""

    def __init__(self, rows: ChatRows, master_keys: MasterKeys) -> None:
        self._rows = rows
        self._master_keys = master_keys

    async def of_user(self, user_id: UUID) -> list[OpenedChat]:
        """All chats of a user, the newest first."""
        return [self._open(row) for row in await self._rows.of_user(user_id)]

    async def one(self, user_id: UUID, chat_id: UUID) -> OpenedChat:
        """One chat.

        Raises:
            ChatNotFound: it does not exist, or it is another user's.
        """
        row = await self._rows.one(user_id, chat_id)
        if row is None:
            raise ChatNotFound
        return self._open(row)

    async def imported(self, user_id: UUID, chat_id: UUID) -> OpenedChat:
        """One chat whose messages are there.

        Raises:
            ChatNotFound: it does not exist, or it is another user's.
            ChatNotReady: it is still being imported.
            ChatImportFailed: it never will be.
        """
        chat = await self.one(user_id, chat_id)
        if chat.row.status != ChatStatus.COMPLETED:
            raise _not_imported(chat.row.status)
        return chat

    async def shared(self, chat_id: UUID) -> OpenedChat:
        """One chat that its owner shares with everybody.

        Raises:
            ChatNotFound: it does not exist, or is not shared.
        """
        row = await self._rows.shared(chat_id)
        if row is None:
            raise ChatNotFound
        return self._open(row)

    def _open(self, row: ChatRow) -> OpenedChat:
        opener = Opener(self._master_keys.unwrap(row.wrapped_key, row.id))
        profile, statistics = row.sealed_profile, row.sealed_statistics
        return OpenedChat(
            row=row,
            filename=open_filename(opener, row.id, row.sealed_filename),
            profile=open_profile(opener, row.id, profile) if profile is not None else None,
            statistics=open_statistics(opener, row.id, statistics) if statistics is not None else None,
            opener=opener,
        )


class WrittenMessage(msgspec.Struct, frozen=True):
    """A message with the text that somebody wrote; empty where nobody did."""

    position: int
    sent_at: int
    sender: int
    text: str


async def written_messages(
    rows: ChatRows, opener: Opener, chat_id: UUID, after: int, limit: int
) -> list[WrittenMessage]:
    """The messages behind a position, in order; none at the end, and none once the chat is gone."""
    found = await rows.messages(chat_id, after, limit)
    bodies = open_bodies(opener, chat_id, [(row[0], row[6]) for row in found])
    return [
        WrittenMessage(position, sent_at, sender, "" if sender < 0 or flags & Flag.PLACEHOLDER else body.text)
        for (_, position, sent_at, sender, _, flags, _), body in zip(found, bodies, strict=True)
    ]


class ChatKeys:
    """What seals and opens a chat, for the jobs that work on it."""

    def __init__(self, session: AsyncSession, master_keys: MasterKeys) -> None:
        self._keys = ChatKeyRepository(session=session)
        self._master_keys = master_keys

    async def next_epoch(self, chat_id: UUID) -> tuple[bytes, int] | None:
        """A chat's key and a sealing epoch of one's own; commit before it is used. None once the chat is gone."""
        found = await self._keys.next_epoch(chat_id)
        return (self._master_keys.unwrap(found[0], chat_id), found[1]) if found else None


class ChatService:
    """Changes to chats, in the caller's transaction."""

    def __init__(
        self,
        chats: ChatRepository,
        keys: ChatKeyRepository,
        users: UserService,
        outbox: Outbox,
        master_keys: MasterKeys,
    ) -> None:
        self._chats = chats
        self._keys = keys
        self._users = users
        self._outbox = outbox
        self._master_keys = master_keys

    async def create(
        self, chat_id: UUID, user_id: UUID, filename: str, category_id: UUID | None, options: dict[str, str]
    ) -> None:
        """Take in an uploaded export: the chat, its key, and the job that imports it.

        Raises:
            AccountDeleted: the user's account was, while the export arrived.
        """
        await self._users.require_live(user_id)
        key = new_chat_key()
        await self._keys.add(ChatKey(id=chat_id, wrapped=self._master_keys.wrap(key, chat_id)))
        await self._chats.add(
            Chat(
                id=chat_id,
                user_id=user_id,
                category_id=category_id,
                options=options,
                sealed_filename=seal_filename(Sealer(key, epoch=0), chat_id, clean_filename(filename)),
            )
        )
        await self._outbox.add(Queue.IMPORTS, "import_chat", chat_id=chat_id)

    async def set_display_name(self, user_id: UUID, chat_id: UUID, name: str) -> None:
        """Say which of the participants the user is.

        Raises:
            ChatNotFound: it does not exist, or it is another user's.
            ChatNotReady: it has no participants yet.
            ChatImportFailed: it never will.
            UnknownParticipant: none of them has this name.
        """
        chat = await self._owned(user_id, chat_id)
        key = await self._keys.get_one_or_none(id=chat_id)
        sealed = await self._chats.sealed_profile(chat_id)
        if sealed is None or key is None:
            raise _not_imported(chat.status)
        profile = open_profile(Opener(self._master_keys.unwrap(key.wrapped, chat_id)), chat_id, sealed)
        if name not in profile.participants:
            raise UnknownParticipant
        chat.display_participant = profile.participants.index(name)

    async def share(self, user_id: UUID, chat_id: UUID, *, shared: bool, show_names: bool) -> None:
        """Let everybody see the chat's public statistics, or nobody.

        Raises:
            ChatNotFound: it does not exist, or it is another user's.
        """
        chat = await self._owned(user_id, chat_id)
        chat.shared = shared
        chat.show_names = show_names

    async def delete(self, user_id: UUID, chat_id: UUID) -> None:
        """Delete a chat at once, its key with it; a job removes what nobody can read any more.

        Raises:
            ChatNotFound: it does not exist, or it is another user's.
        """
        if not await self._delete(user_id, chat_id):
            raise ChatNotFound

    async def delete_all(self, user_id: UUID) -> None:
        """Delete every chat of a user."""
        await self._delete(user_id, None)

    async def _delete(self, user_id: UUID, chat_id: UUID | None) -> list[UUID]:
        deleted = await self._chats.delete_owned(user_id, chat_id)
        for gone in deleted:
            await self._outbox.add(Queue.MAINTENANCE, "remove_chat", chat_id=gone)
        return deleted

    async def _owned(self, user_id: UUID, chat_id: UUID) -> Chat:
        chat = await self._chats.owned(user_id, chat_id)
        if chat is None:
            raise ChatNotFound
        return chat


def clean_filename(name: str) -> str:
    """A label to show: no folders, no control or direction marks, not too long."""
    base = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    kept = "".join(
        character for character in base if character in _JOINERS or unicodedata.category(character) not in _HIDDEN
    )
    return kept.strip()[:FILENAME_LENGTH] or "chat"


def _not_imported(status: str) -> Conflict:
    return ChatImportFailed() if status == ChatStatus.FAILED else ChatNotReady()
