import asyncio
from uuid import uuid4

import pytest
from redis.exceptions import RedisError
from sqlalchemy import delete, select

from app.dispatcher import Dispatcher
from app.resources import Resources
from domain import outbox
from domain.outbox import Outbox, OutboxJob, Queue
from fakes.databases import settings
from fakes.resources import eventually, own_resources


@pytest.fixture(scope="module")
async def shared(postgres_url, redis_url, tmp_path_factory):
    async with own_resources(postgres_url, redis_url, tmp_path_factory.mktemp("dispatcher")) as resources:
        yield resources


@pytest.fixture
async def resources(shared):
    await shared.redis.flushdb()
    async with shared.database.transaction() as session:
        await session.execute(delete(OutboxJob))
    return shared


@pytest.fixture
def at_once(monkeypatch):
    """What has been sent is due again at once."""
    monkeypatch.setattr(outbox, "FIRST_RESEND_S", 0)


async def record(resources, queue=Queue.IMPORTS, **ids):
    async with resources.database.transaction() as session:
        return str((await Outbox(session).add(queue, "import_chat", **ids)).id)


async def sends(resources):
    async with resources.database.transaction() as session:
        return {str(job.id): job.sends for job in await session.scalars(select(OutboxJob))}


async def queued(resources):
    return await resources.queues[Queue.IMPORTS].count("queued")


async def test_a_recorded_job_is_queued_with_ids_alone_and_survives_a_lost_worker(resources):
    chat_id = uuid4()
    job_id = await record(resources, chat_id=chat_id)
    assert await Dispatcher(resources).dispatch() == 1
    job = await resources.queues[Queue.IMPORTS].job(job_id)
    assert (job.function, job.kwargs) == ("import_chat", {"chat_id": str(chat_id), "outbox_id": job_id})
    assert job.timeout > resources.settings.import_timeout_s
    assert 0 < job.heartbeat <= 30
    assert job.retries > 1


@pytest.mark.usefixtures("at_once")
async def test_what_redis_has_lost_is_sent_again(resources):
    job_id = await record(resources)
    dispatcher = Dispatcher(resources)
    await dispatcher.dispatch()
    await resources.redis.flushdb()
    assert await queued(resources) == 0
    await dispatcher.dispatch()
    assert await queued(resources) == 1
    assert await sends(resources) == {job_id: 2}


async def test_that_redis_has_lost_everything_is_noticed(resources, monkeypatch):
    monkeypatch.setattr("app.signals.LOOK_AGAIN_S", 0.01)
    await record(resources)
    running = asyncio.create_task(Dispatcher(resources).run())
    async with asyncio.timeout(20):
        await eventually(lambda: queued(resources))
        await resources.redis.flushdb()
        await eventually(lambda: queued(resources))
    running.cancel()


@pytest.mark.usefixtures("at_once")
async def test_what_is_queued_already_is_not_queued_twice(resources):
    await record(resources)
    dispatcher = Dispatcher(resources)
    for _ in range(3):
        await dispatcher.dispatch()
    assert await queued(resources) == 1


async def test_nothing_is_sent_again_before_it_is_due(resources):
    await record(resources)
    dispatcher = Dispatcher(resources)
    assert [await dispatcher.dispatch(), await dispatcher.dispatch()] == [1, 0]


async def test_dispatchers_share_the_work(resources):
    ids = [await record(resources) for _ in range(20)]
    counts = await asyncio.gather(*(Dispatcher(resources).dispatch() for _ in range(4)))
    assert sum(counts) == 20
    assert await sends(resources) == dict.fromkeys(ids, 1)
    assert await queued(resources) == 20


async def test_without_redis_jobs_stay_due(resources, tmp_path):
    ids = [await record(resources) for _ in range(3)]
    cut_off = Resources(settings(tmp_path, REDIS_URL=f"unix://{tmp_path}/none.sock"))
    cut_off.database = resources.database
    with pytest.raises((RedisError, TimeoutError)):
        await Dispatcher(cut_off).dispatch()
    assert await sends(resources) == dict.fromkeys(ids, 0)
    assert await Dispatcher(resources).dispatch() == 3
    await cut_off.qdrant.close()


async def test_a_job_that_cannot_be_sent_does_not_hold_up_the_others(resources):
    odd = await record(resources, queue="a queue of a later version")
    good = await record(resources)
    assert await Dispatcher(resources).dispatch() == 2
    assert await queued(resources) == 1
    assert await sends(resources) == {odd: 1, good: 1}


async def test_a_commit_wakes_the_dispatcher(resources, monkeypatch):
    monkeypatch.setattr("app.signals.LOOK_AGAIN_S", 3600.0)
    monkeypatch.setattr("app.dispatcher._INTERVAL_S", 3600.0)
    running = asyncio.create_task(Dispatcher(resources).run())
    # Until it listens, an announcement may be missed; so one job is recorded after another.
    async with asyncio.timeout(20):
        while not await queued(resources):
            await record(resources)
            await asyncio.sleep(0.05)
    running.cancel()


async def test_the_dispatcher_goes_on_after_a_failure(resources, monkeypatch):
    failures = [OSError("gone"), ValueError("odd")]
    dispatch = Dispatcher.dispatch

    async def failing(self):
        if failures:
            raise failures.pop()
        return await dispatch(self)

    monkeypatch.setattr(Dispatcher, "dispatch", failing)
    monkeypatch.setattr("app.signals.LOOK_AGAIN_S", 0.01)
    await record(resources)
    running = asyncio.create_task(Dispatcher(resources).run())
    async with asyncio.timeout(20):
        await eventually(lambda: queued(resources))
    running.cancel()
