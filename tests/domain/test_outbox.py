from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import delete, func, select, update

from domain.outbox import FIRST_RESEND_S, LAST_RESEND_S, PENDING_WAKE, Outbox, OutboxJob, Queue
from fakes.databases import fresh_database


@pytest.fixture(scope="module")
async def database(postgres_url, tmp_path_factory):
    async with fresh_database(postgres_url, tmp_path_factory.mktemp("outbox")) as database:
        yield database


@pytest.fixture(autouse=True)
async def _empty(database):
    async with database.transaction() as session:
        await session.execute(delete(OutboxJob))


async def add(database, count=1):
    async with database.transaction() as session:
        return [(await Outbox(session).add(Queue.IMPORTS, "import_chat", chat_id=uuid4())).id for _ in range(count)]


async def take(database, limit=10):
    async with database.transaction() as session:
        return [job.id for job in await Outbox(session).take_due(limit)]


async def rows(database):
    async with database.transaction() as session:
        found = await session.execute(select(OutboxJob, (OutboxJob.send_at - func.now()).label("due_in")))
        return [(job, due_in) for job, due_in in found]


async def make_due(database):
    async with database.transaction() as session:
        await session.execute(update(OutboxJob).values(send_at=func.now()))


async def test_a_job_is_recorded_with_its_ids_as_text(database):
    chat_id = uuid4()
    async with database.transaction() as session:
        await Outbox(session).add(Queue.INDEXING, "index_chat", chat_id=chat_id)
        assert session.info[PENDING_WAKE]
    [(job, due_in)] = await rows(database)
    assert (job.queue, job.function, job.arguments) == ("indexing", "index_chat", {"chat_id": str(chat_id)})
    assert due_in <= timedelta(0)


class RolledBack(Exception):
    pass


async def add_and_fail(database):
    async with database.transaction() as session:
        await Outbox(session).add(Queue.IMPORTS, "import_chat", chat_id=uuid4())
        raise RolledBack


async def test_a_transaction_that_is_rolled_back_leaves_no_job(database):
    with pytest.raises(RolledBack):
        await add_and_fail(database)
    assert await rows(database) == []


async def test_jobs_are_taken_oldest_first_and_not_again_before_they_are_due(database):
    ids = [await add(database) for _ in range(3)]
    assert await take(database, limit=2) == [ids[0][0], ids[1][0]]
    assert await take(database) == ids[2]
    assert await take(database) == []


async def test_the_pause_before_it_is_sent_again_doubles_up_to_a_limit(database):
    await add(database)
    pauses = []
    for _ in range(40):
        await take(database)
        [(job, due_in)] = await rows(database)
        pauses.append(round(due_in.total_seconds()))
        await make_due(database)
    assert pauses[:4] == [FIRST_RESEND_S, 2 * FIRST_RESEND_S, 4 * FIRST_RESEND_S, 8 * FIRST_RESEND_S]
    assert set(pauses[6:]) == {LAST_RESEND_S}
    assert job.sends == 30


async def test_two_who_take_at_once_share(database):
    ids = await add(database, 4)
    async with database.transaction() as first:
        mine = [job.id for job in await Outbox(first).take_due(2)]
        others = await take(database)
    assert sorted(mine + others) == sorted(ids)


async def test_what_could_not_be_sent_is_due_at_once_and_does_not_count(database):
    sent, unsent = await add(database, 2)
    await take(database)
    async with database.transaction() as session:
        await Outbox(session).put_back([unsent])
    assert await take(database) == [unsent]
    assert {job.id: job.sends for job, _ in await rows(database)} == {sent: 1, unsent: 1}


async def test_a_job_that_has_run_is_gone_and_stays_gone(database):
    [job_id] = await add(database)
    for _ in range(2):
        async with database.transaction() as session:
            await Outbox(session).done(job_id)
    assert await rows(database) == []
