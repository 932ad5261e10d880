"""Unlocks and insights as their owner sees them, read without a transaction."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from domain.chats.service import OpenedChat
from domain.insights.errors import InsightNotFound, InsightTypeNotFound, UnlockNotFound
from domain.insights.sealing import InsightBody, open_insight

DEFAULT_DURATION_S = 20.0
"""How long an unlock takes, before any was measured."""
_MEASURED = 20

_UNLOCK = """
SELECT unlock.id, unlock.chat_id, unlock.category_id, unlock.status, unlock.stage, unlock.revision,
       unlock.stage_revision, unlock.charged, unlock.refunded, unlock.requested,
       CASE WHEN unlock.settled_at IS NULL THEN made.completed ELSE unlock.delivered END,
       CASE WHEN unlock.settled_at IS NULL THEN made.failed ELSE unlock.requested - unlock.delivered END,
       unlock.created_at, unlock.started_at, unlock.settled_at
FROM unlock CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE insight.status = 'completed') AS completed,
           count(*) FILTER (WHERE insight.status = 'failed') AS failed
    FROM insight WHERE insight.unlock_id = unlock.id
) AS made
"""
_INSIGHT = """
SELECT insight.id, insight.unlock_id, insight.chat_id, insight.insight_type_id, kind.name, kind.display_title,
       kind.description, kind.icon, kind.is_premium, insight.status, insight.error_code, insight.sealed,
       insight.revision, insight.created_at, insight.updated_at
FROM insight
JOIN unlock ON unlock.id = insight.unlock_id
JOIN insight_type AS kind ON kind.id = insight.insight_type_id
JOIN category ON category.id = kind.category_id
"""
_NOT_MADE_LATER = """
NOT EXISTS (
    SELECT FROM insight AS later WHERE later.chat_id = insight.chat_id
        AND later.insight_type_id = insight.insight_type_id AND later.id > insight.id
)
"""
"""The last of its type: one that was delivered is not made again."""


class UnlockRow(msgspec.Struct, frozen=True):
    id: UUID
    chat_id: UUID
    category_id: UUID
    status: str
    stage: str
    revision: int
    stage_revision: int
    charged: int
    refunded: int
    requested: int
    completed: int
    failed: int
    created_at: datetime
    started_at: datetime | None
    settled_at: datetime | None

    @property
    def is_settled(self) -> bool:
        return self.settled_at is not None


class InsightRow(msgspec.Struct, frozen=True):
    id: UUID
    unlock_id: UUID
    chat_id: UUID
    insight_type_id: UUID
    insight_type: str
    display_title: str
    description: str
    icon: str
    is_premium: bool
    status: str
    error_code: str | None
    sealed: bytes | None
    revision: int
    created_at: datetime
    updated_at: datetime

    def opened(self, chat: OpenedChat) -> InsightBody | None:
        """What is sealed of it, with the key of its chat."""
        return open_insight(chat.opener, self.chat_id, self.id, self.sealed) if self.sealed is not None else None


class InsightReader:
    """Single reading statements, on plain connections."""

    def __init__(self, reads: asyncpg.Pool) -> None:
        self._reads = reads

    async def unlock(self, user_id: UUID, unlock_id: UUID) -> UnlockRow:
        """A user's unlock, the present state of its generation job.

        Raises:
            UnlockNotFound: there is none, or it is somebody else's.
        """
        row = await self._reads.fetchrow(f"{_UNLOCK} WHERE unlock.id = $1 AND unlock.user_id = $2", unlock_id, user_id)
        if row is None:
            raise UnlockNotFound
        return UnlockRow(*row)

    async def unlocks(self, user_id: UUID, chat_id: UUID) -> list[UnlockRow]:
        """All unlocks of a user's chat, the latest first."""
        statement = f"{_UNLOCK} WHERE unlock.chat_id = $1 AND unlock.user_id = $2 ORDER BY unlock.id DESC"
        return [UnlockRow(*row) for row in await self._reads.fetch(statement, chat_id, user_id)]

    async def of_unlock(self, unlock_id: UUID, after_revision: int = -1) -> list[InsightRow]:
        """The insights of an unlock that are done with and have changed since a revision, in that order."""
        statement = f"""
            {_INSIGHT} WHERE insight.unlock_id = $1 AND insight.status IN ('completed', 'failed')
                AND insight.revision > $2
            ORDER BY insight.revision, kind.sort_order, insight.id
        """
        return [InsightRow(*row) for row in await self._reads.fetch(statement, unlock_id, after_revision)]

    async def of_chat(self, user_id: UUID, chat_id: UUID) -> list[InsightRow]:
        """The insights of a user's chat, of all unlocks, in catalogue order."""
        statement = f"""
            {_INSIGHT} WHERE insight.chat_id = $1 AND unlock.user_id = $2 AND {_NOT_MADE_LATER}
            ORDER BY category.sort_order, kind.sort_order, insight.id
        """
        return [InsightRow(*row) for row in await self._reads.fetch(statement, chat_id, user_id)]

    async def insight(self, user_id: UUID, insight_id: UUID) -> InsightRow:
        """A user's insight.

        Raises:
            InsightNotFound: there is none, or it is somebody else's.
        """
        row = await self._reads.fetchrow(
            f"{_INSIGHT} WHERE insight.id = $1 AND unlock.user_id = $2", insight_id, user_id
        )
        if row is None:
            raise InsightNotFound
        return InsightRow(*row)

    async def of_type(self, user_id: UUID, chat_id: UUID, insight_type_id: UUID) -> InsightRow | None:
        """The last insight of a type that was unlocked for a user's chat.

        Raises:
            InsightTypeNotFound: there is no such type.
        """
        statement = f"""
            {_INSIGHT} WHERE insight.chat_id = $1 AND unlock.user_id = $2 AND insight.insight_type_id = $3
            ORDER BY insight.id DESC LIMIT 1
        """
        row = await self._reads.fetchrow(statement, chat_id, user_id, insight_type_id)
        if row is not None:
            return InsightRow(*row)
        if not await self._reads.fetchval("SELECT EXISTS (SELECT FROM insight_type WHERE id = $1)", insight_type_id):
            raise InsightTypeNotFound
        return None

    async def unlocked_chats(self, user_id: UUID, chat_id: UUID | None = None) -> Sequence[UUID]:
        """The chats of a user, all or one, for which something is unlocked and not refunded as a whole."""
        statement = """
            SELECT DISTINCT chat_id FROM unlock
            WHERE user_id = $1 AND ($2::uuid IS NULL OR chat_id = $2) AND status NOT IN ('failed', 'cancelled')
        """
        return [row["chat_id"] for row in await self._reads.fetch(statement, user_id, chat_id)]

    async def typical_duration_s(self) -> float:
        """The median of how long the last completed unlocks took, from the purchase to the last insight."""
        statement = """
            SELECT percentile_cont(0.5) WITHIN GROUP (ORDER BY extract(epoch FROM settled_at - created_at))
            FROM (
                SELECT settled_at, created_at FROM unlock WHERE status = 'completed' AND settled_at IS NOT NULL
                ORDER BY settled_at DESC LIMIT $1
            ) AS latest
        """
        measured = await self._reads.fetchval(statement, _MEASURED)
        return DEFAULT_DURATION_S if measured is None else float(measured)
