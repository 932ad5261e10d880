"""Statements over unlocks and insights, in the caller's transaction.

Whoever changes an unlock or one of its insights locks the unlock first.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, and_, cast, delete, func, insert, or_, select, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.types import String
from uuid_utils.compat import uuid7

from domain.catalogue.models import Category, InsightType
from domain.chats.models import Chat
from domain.insights.models import LIVE, Insight, Unlock
from domain.insights.states import InsightStatus, UnlockStatus
from domain.outbox import OutboxJob

UNSETTLED = (UnlockStatus.QUEUED, UnlockStatus.RUNNING)
_TO_BE_MADE = (InsightStatus.PENDING, InsightStatus.GENERATING)


class UnlockRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def insight_types(self, category_id: UUID) -> Sequence[InsightType]:
        """What an offered category holds, in catalogue order; nothing when it is not offered."""
        offered = select(InsightType).join(Category, Category.id == InsightType.category_id)
        of_category = offered.where(Category.id == category_id, Category.active, InsightType.active)
        return (await self._session.scalars(of_category.order_by(InsightType.sort_order, InsightType.id))).all()

    async def category_title(self, category_id: UUID) -> str:
        return (await self._session.scalars(select(Category.display_name).where(Category.id == category_id))).one()

    async def hold_chat(self, chat_id: UUID, user_id: UUID | None = None) -> bool:
        """Whether the chat is there, and the user's if one is given; it stays until the transaction ends."""
        chat = select(Chat.id).where(Chat.id == chat_id)
        if user_id is not None:
            chat = chat.where(Chat.user_id == user_id)
        return await self._session.scalar(chat.with_for_update(read=True, key_share=True)) is not None

    async def add(self, deadline_s: float, **values: Any) -> UUID | None:  # noqa: ANN401 - the columns of an unlock
        """Add an unlock; None when there is a live one. It waits for another transaction that is adding one."""
        adding = (
            postgresql.insert(Unlock)
            .values(id=uuid7(), deadline_at=func.now() + timedelta(seconds=deadline_s), **values)
            .on_conflict_do_nothing(index_elements=[Unlock.chat_id, Unlock.category_id], index_where=LIVE)
            .returning(Unlock.id)
        )
        return (await self._session.execute(adding)).scalar_one_or_none()

    async def add_insights(self, unlock_id: UUID, chat_id: UUID, insight_types: Sequence[InsightType]) -> None:
        rows = [
            {"unlock_id": unlock_id, "chat_id": chat_id, "insight_type_id": kind.id, "share": kind.credit_cost}
            for kind in insight_types
        ]
        await self._session.execute(insert(Insight), rows)

    async def set(self, unlock_id: UUID, **values: Any) -> None:  # noqa: ANN401 - as columns take them
        await self._session.execute(update(Unlock).where(Unlock.id == unlock_id).values(**values))

    async def live(self, chat_id: UUID, category_id: UUID) -> UUID | None:
        found = select(Unlock.id).where(Unlock.chat_id == chat_id, Unlock.category_id == category_id, LIVE)
        return (await self._session.execute(found)).scalar_one_or_none()

    async def delivered(self, chat_id: UUID) -> dict[UUID, UUID]:
        """The insight types that were delivered for a chat, each with its unlock."""
        found = select(Insight.insight_type_id, Insight.unlock_id).where(
            Insight.chat_id == chat_id, Insight.status == InsightStatus.COMPLETED
        )
        return {row.insight_type_id: row.unlock_id for row in await self._session.execute(found)}

    async def lock(self, unlock_id: UUID, *, wait: bool = True) -> Unlock | None:
        """The unlock, which nobody else changes until the transaction ends; None too where one must not wait."""
        one = select(Unlock).where(Unlock.id == unlock_id).with_for_update(skip_locked=not wait)
        return (await self._session.scalars(one.execution_options(populate_existing=True))).one_or_none()

    async def change(self, unlock_id: UUID, fence: int, **values: Any) -> int | None:  # noqa: ANN401 - as above
        """Change an unlock that is being worked on; its revision, or None when another run has it, or nobody."""
        statement = (
            update(Unlock)
            .where(Unlock.id == unlock_id, Unlock.fence == fence, Unlock.status == UnlockStatus.RUNNING)
            .values(**values)
            .returning(Unlock.revision)
            .execution_options(synchronize_session=False)
        )
        return (await self._session.execute(statement)).scalar_one_or_none()

    async def now(self) -> datetime:
        return (await self._session.scalars(select(func.now()))).one()

    async def insights(self, unlock_id: UUID) -> Sequence[Insight]:
        of_unlock = select(Insight).where(Insight.unlock_id == unlock_id).order_by(Insight.id)
        return (await self._session.scalars(of_unlock.execution_options(populate_existing=True))).all()

    async def to_be_made(self, unlock_id: UUID) -> Sequence[Row[tuple[UUID, str]]]:
        """The insights that are due now, as (id, name of the type), in catalogue order."""
        due = or_(Insight.due_at.is_(None), Insight.due_at <= func.now())
        found = select(Insight.id, InsightType.name).join(InsightType, InsightType.id == Insight.insight_type_id)
        wanted = found.where(Insight.unlock_id == unlock_id, Insight.status.in_(_TO_BE_MADE), due)
        return (await self._session.execute(wanted.order_by(InsightType.sort_order, Insight.id))).all()

    async def change_insights(self, insight_ids: Sequence[UUID], **values: Any) -> None:  # noqa: ANN401 - as above
        """Change insights that are not delivered."""
        statement = update(Insight).where(Insight.id.in_(insight_ids), Insight.status != InsightStatus.COMPLETED)
        await self._session.execute(statement.values(**values).execution_options(synchronize_session=False))

    async def insight(self, insight_id: UUID) -> Insight | None:
        found = select(Insight).where(Insight.id == insight_id)
        return (await self._session.scalars(found.execution_options(populate_existing=True))).one_or_none()

    async def unlock_of(self, user_id: UUID, insight_id: UUID) -> UUID | None:
        """The unlock of a user's insight."""
        found = select(Unlock.id).join(Insight, Insight.unlock_id == Unlock.id)
        of_user = found.where(Insight.id == insight_id, Unlock.user_id == user_id)
        return (await self._session.execute(of_user)).scalar_one_or_none()

    async def unsettled(self, chat_id: UUID) -> Sequence[UUID]:
        found = select(Unlock.id).where(Unlock.chat_id == chat_id, Unlock.status.in_(UNSETTLED)).order_by(Unlock.id)
        return (await self._session.scalars(found)).all()

    async def overdue(self, limit: int) -> Sequence[UUID]:
        """Unlocks that ought to be settled, whoever works on them."""
        found = select(Unlock.id).where(Unlock.settled_at.is_(None), Unlock.deadline_at <= func.now())
        return (await self._session.scalars(found.order_by(Unlock.deadline_at).limit(limit))).all()

    async def remove_insights(self, chat_id: UUID) -> None:
        await self._session.execute(delete(Insight).where(Insight.chat_id == chat_id))

    async def recall_jobs(self, function: str, lease_s: float) -> None:
        """Have the jobs of unlocks sent again that nobody has worked on for as long as a lease, and that are due."""
        since = func.now() - timedelta(seconds=lease_s)
        left_lying = and_(
            cast(Unlock.id, String) == OutboxJob.arguments["unlock_id"].astext,
            Unlock.settled_at.is_(None),
            func.greatest(Unlock.created_at, func.coalesce(Unlock.lease_until, Unlock.created_at)) < since,
        )
        paused = select(Insight.id).where(Insight.unlock_id == Unlock.id, Insight.due_at > func.now()).exists()
        lost = update(OutboxJob).where(
            OutboxJob.function == function, OutboxJob.sends > 0, OutboxJob.send_at > func.now(), left_lying, ~paused
        )
        await self._session.execute(lost.values(send_at=func.now()).execution_options(synchronize_session=False))
