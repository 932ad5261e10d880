"""Reading and writing the versions of chats' indexes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
import msgspec
from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.chats.models import Chat
from domain.retrieval.models import ChatIndex, VersionState


class LiveVersion(msgspec.Struct, frozen=True):
    """The version that answers, with the facts that queries are made with, sealed."""

    id: UUID
    sealed_facts: bytes
    point_count: int


class IndexRows:
    """Single reading statements, on plain connections."""

    def __init__(self, reads: asyncpg.Pool) -> None:
        self._reads = reads

    async def live(self, chat_id: UUID, collection: str) -> LiveVersion | None:
        """The version of a chat that answers from a collection."""
        row = await self._reads.fetchrow(
            "SELECT id, sealed_facts, point_count FROM chat_index"
            " WHERE chat_id = $1 AND collection = $2 AND state = 'live'",
            chat_id,
            collection,
        )
        return LiveVersion(*row) if row else None


class IndexRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def chat(self, chat_id: UUID) -> Chat | None:
        """The chat, locked for the rest of the transaction: whoever changes its versions locks it first."""
        return (await self._session.scalars(select(Chat).where(Chat.id == chat_id).with_for_update())).one_or_none()

    async def version(self, chat_id: UUID, state: VersionState) -> ChatIndex | None:
        """A chat's version in a state of which there is at most one."""
        found = select(ChatIndex).where(ChatIndex.chat_id == chat_id, ChatIndex.state == state)
        return (await self._session.scalars(found)).one_or_none()

    def add(self, version: ChatIndex) -> None:
        self._session.add(version)

    async def change(self, version: UUID, fence: int, **values: Any) -> bool:  # noqa: ANN401 - as columns take them
        """Change a version that is being built; False when another run has it, or nobody."""
        statement = (
            update(ChatIndex)
            .where(ChatIndex.id == version, ChatIndex.fence == fence, ChatIndex.state == VersionState.BUILDING)
            .values(**values)
            .returning(ChatIndex.id)
            .execution_options(synchronize_session=False)
        )
        return (await self._session.execute(statement)).first() is not None

    async def retire(self, chat_id: UUID, *states: VersionState) -> None:
        """Take a chat's versions out of use."""
        statement = update(ChatIndex).where(ChatIndex.chat_id == chat_id, ChatIndex.state.in_(states))
        await self._session.execute(
            statement.values(state=VersionState.RETIRED, retired_at=func.now()).execution_options(
                synchronize_session=False
            )
        )

    async def out_of_use(self, before: datetime, limit: int) -> Sequence[ChatIndex]:
        """Versions that nobody has had a right to search or to write since a moment."""
        retired = select(ChatIndex).where(
            ChatIndex.state == VersionState.RETIRED,
            ChatIndex.retired_at < before,
            func.coalesce(ChatIndex.lease_until, before) <= before,
        )
        return (await self._session.scalars(retired.order_by(ChatIndex.retired_at).limit(limit))).all()

    async def remove(self, version: UUID) -> None:
        await self._session.execute(delete(ChatIndex).where(ChatIndex.id == version))
