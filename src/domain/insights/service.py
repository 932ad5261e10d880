"""What a user does with single insights, in the caller's transaction."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.insights.errors import AlreadyRefunded, InsightCompleted, InsightNotFound, InsightRunning
from domain.insights.repository import UNSETTLED, UnlockRepository
from domain.insights.states import InsightStatus
from domain.insights.unlock import RUN
from domain.outbox import Outbox, Queue


class InsightService:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session
        self._unlocks = UnlockRepository(session)
        self._outbox = Outbox(session)

    async def retry(self, user_id: UUID, insight_id: UUID) -> UUID:
        """Have a failed insight made again, which costs nothing; its unlock.

        Raises:
            InsightNotFound: it does not exist, or it is another user's.
            InsightCompleted: it was delivered.
            InsightRunning: it is being made, or soon will be.
            AlreadyRefunded: its share was given back.
        """
        unlock_id = await self._unlocks.unlock_of(user_id, insight_id)
        unlock = await self._unlocks.lock(unlock_id) if unlock_id is not None else None
        insight = await self._unlocks.insight(insight_id)
        if unlock is None or insight is None:
            raise InsightNotFound
        if insight.status is InsightStatus.COMPLETED:
            raise InsightCompleted
        if unlock.status not in UNSETTLED:
            raise AlreadyRefunded
        if insight.status is not InsightStatus.FAILED:
            raise InsightRunning
        unlock.revision += 1
        insight.revision = unlock.revision
        insight.status, insight.error_code, insight.sealed, insight.attempts = InsightStatus.PENDING, None, None, 0
        await self._session.flush()
        await self._outbox.add(Queue.INSIGHTS, RUN, unlock_id=unlock.id)
        return unlock.id
