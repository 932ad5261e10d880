"""Reading and writing chats. Another user's chat is as absent as one that does not exist."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec
from advanced_alchemy.repository import SQLAlchemyAsyncRepository
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.chats.models import Chat, ChatKey, Message
from domain.chats.states import ChatStatus

_COLUMNS = """
    chat.id, chat.status, chat.stage, chat.error_code, chat.revision, chat.platform, chat.category_id,
    chat.sealed_filename, chat.sealed_profile, chat.sealed_statistics, chat.import_report::text AS import_report,
    chat.message_count, chat.display_participant, chat.vector_status, chat.chunk_count, chat.indexed_at, chat.shared,
    chat.show_names, chat.created_at, chat_key.wrapped
    FROM chat JOIN chat_key ON chat_key.id = chat.id
"""


class ChatRow(msgspec.Struct, frozen=True):
    """A chat as it is stored, with its wrapped key."""

    id: UUID
    status: str
    stage: str
    error_code: str | None
    revision: int
    platform: str
    category_id: UUID | None
    sealed_filename: bytes
    sealed_profile: bytes | None
    sealed_statistics: bytes | None
    import_report: str | None
    message_count: int
    display_participant: int | None
    vector_status: str
    chunk_count: int
    indexed_at: datetime | None
    shared: bool
    show_names: bool
    created_at: datetime
    wrapped_key: bytes


class ChatState(msgspec.Struct, frozen=True):
    """What a watcher of an import looks at."""

    status: str
    stage: str
    revision: int
    error_code: str | None

    @property
    def is_settled(self) -> bool:
        return self.status != ChatStatus.PROCESSING


class ChatRows:
    """Single reading statements, on plain connections."""

    def __init__(self, reads: asyncpg.Pool) -> None:
        self._reads = reads

    async def of_user(self, user_id: UUID) -> list[ChatRow]:
        """All chats of a user, the newest first."""
        statement = f"SELECT {_COLUMNS} WHERE chat.user_id = $1 ORDER BY chat.created_at DESC, chat.id DESC"
        return [ChatRow(*row) for row in await self._reads.fetch(statement, user_id)]

    async def one(self, user_id: UUID, chat_id: UUID) -> ChatRow | None:
        statement = f"SELECT {_COLUMNS} WHERE chat.id = $1 AND chat.user_id = $2"
        row = await self._reads.fetchrow(statement, chat_id, user_id)
        return ChatRow(*row) if row else None

    async def shared(self, chat_id: UUID) -> ChatRow | None:
        """A chat that its owner shares, while the owner's account stands."""
        statement = f"""
            SELECT {_COLUMNS} JOIN app_user ON app_user.id = chat.user_id
            WHERE chat.id = $1 AND chat.shared AND chat.status = 'completed' AND app_user.deleted_at IS NULL
        """
        row = await self._reads.fetchrow(statement, chat_id)
        return ChatRow(*row) if row else None

    async def state(self, user_id: UUID, chat_id: UUID) -> ChatState | None:
        row = await self._reads.fetchrow(
            "SELECT status, stage, revision, error_code FROM chat WHERE id = $1 AND user_id = $2", chat_id, user_id
        )
        return ChatState(*row) if row else None

    async def messages(
        self, chat_id: UUID, after: int, limit: int
    ) -> Sequence[tuple[UUID, int, int, int, int, int, bytes]]:
        """Rows of (id, position, sent_at, sender, kind, flags, sealed) behind a position; none once a chat is gone."""
        statement = """
            SELECT id, position, sent_at, sender, kind, flags, sealed FROM message
            WHERE chat_id = $1 AND position > $2 AND EXISTS (SELECT FROM chat_key WHERE chat_key.id = $1)
            ORDER BY position LIMIT $3
        """
        rows: Sequence[tuple[UUID, int, int, int, int, int, bytes]] = await self._reads.fetch(
            statement, chat_id, after, limit
        )
        return rows


class ChatRepository(SQLAlchemyAsyncRepository[Chat]):
    model_type = Chat

    async def owned(self, user_id: UUID, chat_id: UUID) -> Chat | None:
        """A user's chat, locked for the rest of the transaction."""
        statement = select(Chat).where(Chat.id == chat_id, Chat.user_id == user_id).with_for_update()
        return (await self.session.scalars(statement)).one_or_none()

    async def sealed_profile(self, chat_id: UUID) -> bytes | None:
        """The sealed title and names; None while the chat is not imported."""
        return await self.session.scalar(select(Chat.sealed_profile).where(Chat.id == chat_id))

    async def delete_owned(self, user_id: UUID, chat_id: UUID | None) -> list[UUID]:
        """Delete a user's chat, or all of them, with the keys; the ids of those that were there."""
        statement = delete(Chat).where(Chat.user_id == user_id).returning(Chat.id)
        if chat_id is not None:
            statement = statement.where(Chat.id == chat_id)
        deleted = list(await self.session.scalars(statement))
        await self.session.execute(delete(ChatKey).where(ChatKey.id.in_(deleted)))
        return deleted

    async def importing(self, chat_ids: Sequence[UUID]) -> set[UUID]:
        """Those of the chats whose export is still needed."""
        statement = select(Chat.id).where(Chat.id.in_(chat_ids), Chat.status == "processing")
        return set(await self.session.scalars(statement))


class ChatKeyRepository(SQLAlchemyAsyncRepository[ChatKey]):
    model_type = ChatKey

    async def next_epoch(self, chat_id: UUID) -> tuple[bytes, int] | None:
        """The wrapped key and a sealing epoch that nobody else has; commit before anything is sealed in it."""
        statement = (
            update(ChatKey)
            .where(ChatKey.id == chat_id)
            .values(epoch=ChatKey.epoch + 1)
            .returning(ChatKey.wrapped, ChatKey.epoch)
        )
        row = (await self.session.execute(statement)).one_or_none()
        return (row.wrapped, row.epoch) if row else None


async def delete_messages(session: AsyncSession, chat_id: UUID, limit: int) -> int:
    """Delete some of a chat's messages; how many were deleted."""
    some = select(Message.id).where(Message.chat_id == chat_id).limit(limit)
    deleted = await session.execute(delete(Message).where(Message.id.in_(some)).returning(Message.id))
    return len(deleted.all())
