from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text, update

from domain.base import utc_now
from domain.chats.errors import ChatNotFound
from domain.cipher import MasterKeys
from domain.leases import Held
from domain.retrieval.index import CollectionSpec
from domain.retrieval.indexing import ATTEMPTS, GRACE, LOST, IndexingService
from domain.retrieval.models import ChatIndex
from domain.retrieval.repository import IndexRepository, IndexRows
from fakes.databases import fresh_database
from fakes.stored_chats import stored_chat

SPEC = CollectionSpec("model", 4)
OTHER = CollectionSpec("other", 4)


@pytest.fixture(scope="module")
async def database(postgres_url, tmp_path_factory):
    async with fresh_database(postgres_url, tmp_path_factory.mktemp("indexing")) as database:
        yield database


@pytest.fixture(scope="module")
def master_keys():
    return MasterKeys([bytes(range(32))])


@pytest.fixture
def step(database, master_keys):
    """One step of the service in a transaction of its own."""

    async def step(name, *arguments, spec=SPEC, **options):
        async with database.transaction() as session:
            return await getattr(IndexingService(session, master_keys, spec), name)(*arguments, **options)

    return step


@pytest.fixture
async def chat_id(database, master_keys):
    chat_id, _ = await stored_chat(database, master_keys, ["one", "two"])
    return chat_id


@pytest.fixture
def value(database):
    async def value(statement, **parameters):
        async with database.transaction() as session:
            found = await session.execute(text(statement), parameters)
            return found.scalar() if found.returns_rows else None

    return value


@pytest.fixture
def state(value):
    async def state(chat_id):
        return await value(
            "SELECT concat_ws(' ', vector_status, chunk_count, indexed_at IS NOT NULL, vector_error_code) "
            "FROM chat WHERE id = :id",
            id=chat_id,
        )

    return state


@pytest.fixture
def jobs(value):
    async def jobs(chat_id):
        return await value(
            "SELECT count(*) FROM outbox_job WHERE function = 'index_chat' AND queue = 'indexing'"
            " AND arguments->>'chat_id' = :id",
            id=str(chat_id),
        )

    return jobs


@pytest.fixture
def age(database):
    """Makes what is known of a chat's versions older."""

    async def age(chat_id, **columns):
        async with database.transaction() as session:
            await session.execute(update(ChatIndex).where(ChatIndex.chat_id == chat_id).values(**columns))

    return age


@pytest.fixture
def live(database):
    async def live(chat_id, spec=SPEC):
        return await IndexRows(database.reads).live(chat_id, spec.name)

    return live


async def test_a_request_records_one_job_however_often_it_is_made(step, chat_id, jobs, state):
    assert await step("request", chat_id) == "pending"
    assert await step("request", chat_id) == "pending"

    assert await jobs(chat_id) == 1
    assert await state(chat_id) == "pending 0 f"


async def test_a_chat_is_indexing_until_it_is_switched_to_the_new_version(step, chat_id, state, live, jobs):
    await step("request", chat_id)
    claim = await step("claim", chat_id)
    assert await state(chat_id) == "indexing 0 f"
    assert await live(chat_id) is None

    assert await step("complete", claim, b"sealed", 2)

    assert await state(chat_id) == "completed 2 t"
    assert (await live(chat_id)).id == claim.version
    assert await step("claim", chat_id) is None
    assert await step("request", chat_id) == "completed"
    assert await jobs(chat_id) == 1


async def test_a_chat_that_is_not_imported_is_not_indexed(step, database, master_keys, jobs):
    chat_id, _ = await stored_chat(database, master_keys, [], status="processing")

    assert await step("request", chat_id) == "pending"
    assert await jobs(chat_id) == 0
    with pytest.raises(ChatNotFound):
        await step("request", uuid4())


async def test_a_held_lease_keeps_others_away_and_a_released_one_does_not(step, chat_id, age):
    await step("request", chat_id)
    first = await step("claim", chat_id)
    with pytest.raises(Held) as busy:
        await step("claim", chat_id)
    assert busy.value.until > utc_now()

    await step("release", first, "lost")
    second = await step("claim", chat_id)
    assert (second.version, second.fence) == (first.version, first.fence + 1)
    await age(chat_id, lease_until=utc_now() - timedelta(seconds=1))
    assert (await step("claim", chat_id)).epoch > second.epoch > first.epoch


async def test_a_run_whose_claim_another_has_taken_changes_nothing(step, chat_id, state, live):
    await step("request", chat_id)
    paused = await step("claim", chat_id)
    await step("release", paused, "lost")
    await step("claim", chat_id)

    assert not await step("hold", paused, progressed=True)
    assert not await step("complete", paused, b"sealed", 2)
    assert not await step("fail", paused, "refused")
    await step("release", paused, "late")
    with pytest.raises(Held):
        await step("claim", chat_id)
    assert await state(chat_id) == "indexing 0 f"
    assert await live(chat_id) is None


async def test_runs_that_store_nothing_come_to_an_end_and_a_request_begins_anew(step, chat_id, state, jobs):
    await step("request", chat_id)
    pauses = []
    for _ in range(ATTEMPTS):
        claim = await step("claim", chat_id)
        pauses.append(claim.pause_s)
        await step("release", claim, "index_unavailable")
        assert await state(chat_id) == "indexing 0 f"
    assert pauses == sorted(set(pauses))

    assert await step("claim", chat_id) is None
    assert await state(chat_id) == "failed 0 f index_unavailable"
    assert await step("request", chat_id) == "pending"
    assert await state(chat_id) == "pending 0 f"
    assert await jobs(chat_id) == 2
    assert (await step("claim", chat_id)).version != claim.version


async def test_runs_that_are_lost_without_a_word_are_counted_too(step, chat_id, state, age):
    await step("request", chat_id)
    for _ in range(ATTEMPTS):
        await step("claim", chat_id)
        await age(chat_id, lease_until=None)

    assert await step("claim", chat_id) is None
    assert await state(chat_id) == f"failed 0 f {LOST}"


async def test_a_run_that_gets_on_or_is_told_to_stop_does_not_count(step, chat_id):
    await step("request", chat_id)
    for _ in range(ATTEMPTS + 1):
        claim = await step("claim", chat_id)
        assert await step("hold", claim, progressed=True)
        await step("release", claim, "interrupted")
    for _ in range(ATTEMPTS + 1):
        await step("release", await step("claim", chat_id), "busy", progressed=True)
    for _ in range(ATTEMPTS + 1):
        claim = await step("claim", chat_id)
        await step("release", claim, None)

    assert claim.attempt == 1


async def test_what_cannot_be_mended_fails_at_once(step, chat_id, state):
    await step("request", chat_id)

    assert await step("fail", await step("claim", chat_id), "embedder_refused")

    assert await state(chat_id) == "failed 0 f embedder_refused"
    assert await step("claim", chat_id) is None


async def test_changed_messages_take_the_old_index_out_of_use_and_the_run_that_reads_the_old_ones(
    step, chat_id, state, live, jobs
):
    await step("request", chat_id)
    await step("complete", await step("claim", chat_id), b"sealed", 2)
    await step("renew", chat_id, now=True)
    assert await live(chat_id) is None
    assert await state(chat_id) == "pending 0 f"
    assert await jobs(chat_id) == 2

    outdated = await step("claim", chat_id)
    await step("renew", chat_id, now=False)
    assert not await step("complete", outdated, b"sealed", 2)
    assert await jobs(chat_id) == 2
    assert await state(chat_id) == "pending 0 f"


async def test_with_another_model_the_chat_is_indexed_anew_while_the_old_version_stays(step, chat_id, live, jobs):
    await step("request", chat_id)
    old = await step("claim", chat_id)
    await step("complete", old, b"sealed", 2)

    assert await step("request", chat_id, spec=OTHER) == "pending"
    assert (await live(chat_id)).id == old.version
    new = await step("claim", chat_id, spec=OTHER)
    assert await step("complete", new, b"sealed", 2, spec=OTHER)

    assert await live(chat_id) is None
    assert (await live(chat_id, OTHER)).id == new.version
    assert await jobs(chat_id) == 2


async def test_a_version_that_was_requested_for_another_model_is_built_for_the_one_in_use(step, chat_id, live):
    await step("request", chat_id)
    await step("release", await step("claim", chat_id), "lost")

    claim = await step("claim", chat_id, spec=OTHER)

    assert claim.attempt == 1
    assert await step("complete", claim, b"sealed", 2, spec=OTHER)
    assert (await live(chat_id, OTHER)).id == claim.version


async def test_a_deleted_chat_ends_its_run(step, chat_id, value):
    await step("request", chat_id)
    claim = await step("claim", chat_id)
    await value("DELETE FROM chat WHERE id = :id", id=chat_id)

    assert not await step("complete", claim, b"sealed", 2)
    assert await step("claim", chat_id) is None
    await step("renew", chat_id, now=True)
    await step("forget", chat_id)
    assert not await step("hold", claim, progressed=False)


async def test_versions_are_swept_once_nobody_can_have_them_in_hand(step, chat_id, database, age):
    async def swept():
        async with database.transaction() as session:
            found = await IndexRepository(session).out_of_use(utc_now() - GRACE, 100)
            return [version.id for version in found if version.chat_id == chat_id]

    await step("request", chat_id)
    claim = await step("claim", chat_id)
    long_ago = utc_now() - GRACE * 2
    await step("forget", chat_id)
    assert await swept() == []
    await age(chat_id, retired_at=long_ago)
    assert await swept() == []
    await age(chat_id, lease_until=long_ago)
    assert await swept() == [claim.version]
