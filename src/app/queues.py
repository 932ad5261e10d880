"""SAQ: the queues, how a job of the outbox becomes one of theirs, and the process that works them off."""

import asyncio
import signal
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any, cast
from uuid import UUID

import structlog
from redis.exceptions import RedisError
from saq import CronJob, Job, Worker
from saq.queue.redis import RedisQueue
from structlog.contextvars import bound_contextvars

from app.dispatcher import HEARTBEAT_S, Dispatcher
from app.errors import is_outage
from app.resources import Resources, opened
from domain.errors import DomainError
from domain.outbox import Outbox, Queue

JobFunction = Callable[..., Awaitable[None]]
"""`async def job(resources, **ids)`: safe to run twice, and at the same time as itself."""

CONCURRENCY = {Queue.IMPORTS: 2, Queue.INDEXING: 1, Queue.INSIGHTS: 16, Queue.MAINTENANCE: 2}
"""Jobs at once in a worker. Those of insights mostly wait for a model; what they compute has a limit of its own."""
_TOUCH_S = 3
_log = structlog.get_logger()


class JobFailed(Exception):
    """What SAQ may write into Redis of a failure: its code, never a message or a traceback's values."""


class NotNow(Exception):
    """Another run is at this job, until `until` if that is known; should it be lost, the outbox sends the job again."""

    def __init__(self, until: datetime | None = None) -> None:
        super().__init__()
        self.until = until


def as_saq_function(function: JobFunction) -> Callable[..., Awaitable[None]]:
    """Wrap a job: ids typed, one log event, heartbeats, the outbox row removed once it has run."""

    async def run(context: dict[str, Any], **arguments: str) -> None:
        resources: Resources = context["resources"]
        job: Job = context["job"]
        outbox_id = arguments.pop("outbox_id", None)
        with bound_contextvars(job=function.__name__, job_id=outbox_id, **arguments):
            beat = asyncio.create_task(_keep_alive(job))
            try:
                outcome = await _run(resources, function, outbox_id, arguments)
            except Exception as error:  # noqa: BLE001 - all of it becomes a code
                code = error.code if isinstance(error, DomainError) else type(error).__name__
                _log.warning("job", outcome="failed", attempt=job.attempts, error_code=code, exc_info=error)
                raise JobFailed(code) from None
            finally:
                beat.cancel()
                with suppress(asyncio.CancelledError):
                    await beat
            _log.info("job", outcome=outcome, attempt=job.attempts)

    run.__qualname__ = run.__name__ = function.__name__
    return run


async def _run(resources: Resources, function: JobFunction, outbox_id: str | None, ids: dict[str, str]) -> str:
    """Run a job, and settle its outbox row: removed when it has run, due later when it could not."""
    try:
        await function(resources, **{name: UUID(value) for name, value in ids.items()})
    except NotNow as later:
        if outbox_id is not None and later.until is not None:
            async with resources.database.transaction() as session:
                await Outbox(session).postpone(UUID(outbox_id), later.until)
        return "not_now"
    if outbox_id is not None:
        async with resources.database.transaction() as session:
            await Outbox(session).done(UUID(outbox_id))
    return "done"


async def _keep_alive(job: Job) -> None:
    while True:
        await asyncio.sleep(_TOUCH_S)
        with suppress(Exception):
            await job.update()


def build_workers(
    resources: Resources, functions: dict[Queue, list[JobFunction]], scheduled: dict[JobFunction, str]
) -> list[Worker[Any]]:
    """A SAQ worker a queue, all in this process; scheduled jobs belong to the maintenance queue."""
    workers: list[Worker[Any]] = []
    for name, jobs in functions.items():
        crons = [
            CronJob(as_saq_function(job), cron=cron, timeout=120, heartbeat=HEARTBEAT_S)
            for job, cron in scheduled.items()
            if name == Queue.MAINTENANCE
        ]
        workers.append(
            _QuietWorker(
                resources.queues[name],
                functions=[(job.__name__, as_saq_function(job)) for job in jobs],
                concurrency=CONCURRENCY[name],
                cron_jobs=crons,
                startup=_give(resources),
                timers={"sweep": 3, "worker_info": 5},  # type: ignore[arg-type] # SAQ means it to be partial
                dequeue_timeout=1,
                shutdown_grace_period_s=20,
            )
        )
    return workers


class _QuietWorker(Worker[Any]):
    SIGNALS: list[signal.Signals] = []  # noqa: RUF012 - SAQ's own name; this process stops all its workers together

    async def process(self) -> bool:
        """Work off a job. SAQ itself would ask an absent Redis for the next one without a pause."""
        try:
            await cast("RedisQueue", self.queue).redis.execute_command("PING")  # type: ignore[no-untyped-call]
        except (RedisError, OSError):
            await asyncio.sleep(1)
            return False
        return await super().process()

    async def stop(self) -> None:
        """Stop now: SAQ would wait for its upkeep tasks, which sleep for seconds, as it waits for jobs."""
        self.event.set()
        for task in self.tasks:
            if task.get_name() != "process":
                task.cancel()
        await super().stop()


def _give(resources: Resources) -> Callable[[dict[str, Any]], Awaitable[None]]:
    async def startup(context: dict[str, Any]) -> None:
        context["resources"] = resources

    return startup


async def run_worker(
    resources: Resources,
    functions: dict[Queue, list[JobFunction]],
    scheduled: dict[JobFunction, str],
    without_queue: Sequence[JobFunction],
) -> None:
    """Serve the queues and dispatch the outbox until SIGTERM or SIGINT; jobs at work get 20 s to finish.

    The jobs without a queue are run by this process itself, again and again: they need no Redis.
    """
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    async with opened(resources):
        workers = build_workers(resources, functions, scheduled)
        beside = [asyncio.create_task(Dispatcher(resources).run())]
        beside += [asyncio.create_task(_repeat(resources, job)) for job in without_queue]
        serving = [asyncio.create_task(_serve(worker, stop)) for worker in workers]
        _log.info("worker.ready", queues=[str(name) for name in functions])
        await stop.wait()
        for task in beside:
            task.cancel()
        await asyncio.gather(*(worker.stop() for worker in workers))
        await asyncio.gather(*beside, *serving, return_exceptions=True)


async def _repeat(resources: Resources, job: JobFunction) -> None:
    while True:
        try:
            await job(resources)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next turn tries again
            if not is_outage(error):
                _log.warning("job.failed", job=job.__name__, exc_info=error)
        await asyncio.sleep(resources.settings.sweep_interval_s)


async def _serve(worker: Worker[Any], stop: asyncio.Event) -> None:
    """Run one SAQ worker, again when Redis was not there."""
    while not stop.is_set():
        try:
            await worker.start()
        except Exception as error:  # noqa: BLE001 - whatever it is, a worker that does not serve is of no use
            _log.warning("worker.restarting", queue=worker.queue.name, exc_info=error)
            await asyncio.sleep(1)


async def workers_alive(queue: RedisQueue) -> int:
    """How many workers serve a queue, by their own word of the last minute."""
    return len((await queue.info())["workers"])
