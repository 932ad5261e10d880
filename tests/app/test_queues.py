import asyncio
from contextlib import asynccontextmanager
from types import SimpleNamespace
from uuid import uuid4

import pytest
from saq.job import Status
from sqlalchemy import delete, func, select, update

from app import queues
from app.dispatcher import Dispatcher
from app.queues import NotNow, build_workers, workers_alive
from domain.errors import NotFound
from domain.outbox import Outbox, OutboxJob, Queue
from fakes.resources import eventually, own_resources

SECRET = "what nobody may read"


@pytest.fixture(scope="module")
async def shared(postgres_url, redis_url, tmp_path_factory):
    async with own_resources(postgres_url, redis_url, tmp_path_factory.mktemp("queues")) as resources:
        yield resources


@pytest.fixture
async def resources(shared):
    await shared.redis.flushdb()
    async with shared.database.transaction() as session:
        await session.execute(delete(OutboxJob))
    return shared


@asynccontextmanager
async def worker(resources, *functions, scheduled=None):
    """A worker of the maintenance queue; the body has 30 seconds."""
    [worker] = build_workers(resources, {Queue.MAINTENANCE: list(functions)}, scheduled or {})
    serving = asyncio.create_task(worker.start())
    try:
        async with asyncio.timeout(30):
            yield worker
    finally:
        await worker.stop()
        await serving


async def dispatch(resources, function, **ids):
    async with resources.database.transaction() as session:
        job = await Outbox(session).add(Queue.MAINTENANCE, function.__name__, **ids)
    await Dispatcher(resources).dispatch()
    return str(job.id)


async def outbox_ids(resources):
    async with resources.database.transaction() as session:
        return [str(job_id) for job_id in await session.scalars(select(OutboxJob.id))]


async def job_of(resources, job_id):
    return await resources.queues[Queue.MAINTENANCE].job(job_id)


async def test_a_job_runs_with_typed_ids_and_then_is_no_longer_wanted(resources):
    ran = asyncio.Queue()

    async def remember(given, chat_id):
        ran.put_nowait((given, chat_id))

    chat_id = uuid4()
    async with worker(resources, remember):
        await dispatch(resources, remember, chat_id=chat_id)
        assert await ran.get() == (resources, chat_id)
        await eventually(lambda: _nothing_left(resources))


async def _nothing_left(resources):
    return await outbox_ids(resources) == []


@pytest.mark.parametrize(("error", "code"), [(ValueError(SECRET), "ValueError"), (NotFound(SECRET), "not_found")])
async def test_of_a_failure_redis_learns_the_code_alone_and_the_job_is_tried_again(resources, error, code):
    async def fail(_resources):
        raise error

    async def failed():
        job = await job_of(resources, job_id)
        return job.attempts and job.error

    async with worker(resources, fail):
        job_id = await dispatch(resources, fail)
        await eventually(failed)
        job = await job_of(resources, job_id)
    assert f"JobFailed: {code}" in job.error
    assert job.status == Status.QUEUED
    for key in await resources.redis.keys("saq:job:*"):
        assert SECRET.encode() not in await resources.redis.get(key)
    assert await outbox_ids(resources) == [job_id]


async def test_a_job_that_another_run_is_at_is_kept_and_runs_later(resources):
    answers = [None, NotNow]
    ran = asyncio.Queue()

    async def busy(_resources):
        ran.put_nowait(None)
        if raised := answers.pop():
            raise raised

    async def completed():
        return (await job_of(resources, job_id)).status == Status.COMPLETE

    async with worker(resources, busy):
        job_id = await dispatch(resources, busy)
        await ran.get()
        await eventually(completed)
        assert await outbox_ids(resources) == [job_id]
        async with resources.database.transaction() as session:
            await session.execute(update(OutboxJob).values(send_at=func.now()))
        await Dispatcher(resources).dispatch()
        await ran.get()
        await eventually(lambda: _nothing_left(resources))


async def test_a_job_at_work_says_that_it_lives(resources, monkeypatch):
    monkeypatch.setattr(queues, "_TOUCH_S", 0.01)
    finish = asyncio.Event()

    async def work(_resources):
        await finish.wait()

    async def touched_since_it_started():
        job = await job_of(resources, job_id)
        return job.started and job.touched > job.started

    async with worker(resources, work):
        job_id = await dispatch(resources, work)
        await eventually(touched_since_it_started)
        finish.set()
        await eventually(lambda: _nothing_left(resources))


async def test_a_scheduled_job_needs_no_outbox(resources):
    ran = asyncio.Event()

    async def sweep(_resources):
        ran.set()

    async with worker(resources, scheduled={sweep: "* * * * * */1"}):
        await ran.wait()


async def test_a_worker_is_counted_while_it_serves(resources):
    async def alive():
        return await workers_alive(resources.queues[Queue.MAINTENANCE])

    assert await alive() == 0
    async with worker(resources):
        await eventually(alive)


async def test_a_job_without_a_queue_is_run_again_and_again_whatever_it_raises():
    runs = []
    enough = asyncio.Event()

    async def upkeep(_resources):
        runs.append(len(runs))
        if len(runs) == 3:
            enough.set()
        raise ConnectionError if len(runs) == 1 else LookupError

    impatient = SimpleNamespace(settings=SimpleNamespace(sweep_interval_s=0))
    running = asyncio.create_task(queues._repeat(impatient, upkeep))
    async with asyncio.timeout(30):
        await enough.wait()
    running.cancel()
    await asyncio.wait([running])
