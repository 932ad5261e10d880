"""Jobs recorded in the transaction that wants them.

A row says that a job must run. It is written with the state that wants the job, sent to the queue by a
dispatcher, sent again for as long as it stands, and removed by the job that has done its work. The queue may
lose everything at any time: the row is the truth, and only latency is lost.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import delete, func, select, text, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column

from domain.base import Entity

PENDING_WAKE = "outbox_wake"
"""Key in `session.info`, set while a transaction holds outbox rows that no dispatcher has been woken for."""

FIRST_RESEND_S = 20
LAST_RESEND_S = 600


class Queue(StrEnum):
    """The queues that workers serve."""

    IMPORTS = "imports"
    INDEXING = "indexing"
    INSIGHTS = "insights"
    MAINTENANCE = "maintenance"


class OutboxJob(Entity):
    __tablename__ = "outbox_job"

    queue: Mapped[str]
    function: Mapped[str]
    arguments: Mapped[dict[str, str]] = mapped_column(JSONB)
    """Ids only: they are written to Redis."""
    send_at: Mapped[datetime] = mapped_column(index=True, server_default=func.now())
    """When to send it, or to send it again."""
    sends: Mapped[int] = mapped_column(server_default=text("0"))


class Outbox:
    """Records jobs in the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, queue: Queue, function: str, **arguments: UUID | str) -> OutboxJob:
        """Record that `function` must run with these ids once the transaction commits."""
        job = OutboxJob(queue=queue, function=function, arguments={key: str(value) for key, value in arguments.items()})
        self._session.add(job)
        await self._session.flush()
        self._session.info[PENDING_WAKE] = True
        return job

    async def take_due(self, limit: int) -> list[OutboxJob]:
        """Lock the jobs to send now, and set when each is sent again if it still stands then."""
        now = (await self._session.scalars(select(func.now()))).one()
        due = (
            select(OutboxJob)
            .where(OutboxJob.send_at <= func.now())
            .order_by(OutboxJob.send_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        jobs = list(await self._session.scalars(due))
        for job in jobs:
            job.send_at = now + timedelta(seconds=min(FIRST_RESEND_S * 2**job.sends, LAST_RESEND_S))
            job.sends = min(job.sends + 1, 30)
        await self._session.flush()
        return jobs

    async def put_back(self, job_ids: list[UUID]) -> None:
        """Make jobs due again that were taken and could not be sent."""
        undone = update(OutboxJob).where(OutboxJob.id.in_(job_ids))
        await self._session.execute(undone.values(send_at=func.now(), sends=func.greatest(OutboxJob.sends - 1, 0)))

    async def postpone(self, job_id: UUID, until: datetime) -> None:
        """Send a job again at `until`, if it still stands then."""
        await self._session.execute(update(OutboxJob).where(OutboxJob.id == job_id).values(send_at=until))

    async def recall(self) -> None:
        """Make every job that was sent due again, since the queue has lost them."""
        await self._session.execute(update(OutboxJob).where(OutboxJob.sends > 0).values(send_at=func.now()))

    async def done(self, job_id: UUID) -> None:
        """Remove a job that has run."""
        await self._session.execute(delete(OutboxJob).where(OutboxJob.id == job_id))
