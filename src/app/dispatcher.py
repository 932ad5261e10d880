"""Sends the jobs of the outbox to their queues, and again while they stand."""

import asyncio

import structlog
from saq import Job

from app.errors import is_outage
from app.resources import Resources
from app.signals import OUTBOX, next_signal
from domain.outbox import Outbox, OutboxJob, Queue

BATCH = 100
HEARTBEAT_S = 12
"""A job that has not been heard of for so long is lost, and queued again."""
_INTERVAL_S = 1.0
_REDIS_S = 5
_GRACE_S = 120
"""Beyond what a job sets itself as a limit."""
_FILLED = "outbox:filled"
_log = structlog.get_logger()


class Dispatcher:
    """Runs inside every worker; several share the work by skipping what another has locked."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources

    async def run(self) -> None:
        """Dispatch whenever the outbox is announced to hold something, and every second all the same."""
        async with self._resources.signals.subscribed(OUTBOX) as woken:
            while True:
                try:
                    await self._notice_loss()
                    while await self.dispatch() == BATCH:
                        pass
                except Exception as error:  # noqa: BLE001 - whatever it is, the next turn tries again
                    if not is_outage(error):
                        _log.exception("dispatcher.failed")
                await next_signal(woken, _INTERVAL_S)

    async def _notice_loss(self) -> None:
        """Have everything sent again when Redis is empty: nothing would be heard of it for up to ten minutes."""
        resources = self._resources
        async with asyncio.timeout(_REDIS_S):
            emptied = await resources.redis.set(_FILLED, b"", nx=True)
        if emptied:
            async with resources.database.transaction() as session:
                await Outbox(session).recall()

    async def dispatch(self) -> int:
        """Send what is due. A job is marked as sent first: a crash in between only delays it."""
        database = self._resources.database
        async with database.transaction() as session:
            due = await Outbox(session).take_due(BATCH)
        unsent = [row.id for row in due]
        try:
            for row in due:
                await self._send_or_leave(row)
                unsent.remove(row.id)
        finally:
            if unsent:
                async with database.transaction() as session:
                    await Outbox(session).put_back(unsent)
        return len(due)

    async def _send_or_leave(self, row: OutboxJob) -> None:
        """Send a job; one that cannot be sent as it is waits for its next turn and does not hold up the others."""
        try:
            await self._send(row)
        except Exception as error:
            if is_outage(error):
                raise
            _log.exception("outbox.not_sendable", job=row.function, job_id=str(row.id), queue=row.queue)

    async def _send(self, row: OutboxJob) -> None:
        job = Job(
            function=row.function,
            kwargs={**row.arguments, "outbox_id": str(row.id)},
            key=str(row.id),  # a job that is queued or running already is not queued twice
            timeout=self._longest_s(Queue(row.queue)),
            heartbeat=HEARTBEAT_S,
            retries=5,
            retry_delay=2,
            retry_backoff=60,
        )
        async with asyncio.timeout(_REDIS_S):
            await self._resources.queues[Queue(row.queue)].enqueue(job)
        if row.sends > 1:
            _log.info("outbox.sent_again", job=row.function, job_id=str(row.id), sends=row.sends)

    def _longest_s(self, queue: Queue) -> int:
        settings = self._resources.settings
        working_s = settings.unlock_deadline_s if queue is Queue.INSIGHTS else settings.import_timeout_s
        return working_s + _GRACE_S
