import asyncio

import pytest

from app.chats.importer import ImportCrashed
from app.chats.jobs import import_chat
from app.queues import NotNow
from domain.chats.imports import ATTEMPTS, ImportService
from support.exports import whatsapp
from support.waiting import eventually

HELLO = whatsapp(("Ann", "hello"), ("Bob", "hi"))


@pytest.fixture
def uploaded(waiting_chat, uploads):
    """A chat whose import the test runs itself."""

    async def uploaded(content=HELLO):
        chat_id = await waiting_chat()
        (uploads / str(chat_id)).write_bytes(content)
        return chat_id

    return uploaded


@pytest.fixture
def claim(resources):
    async def claim(chat_id):
        async with resources.database.transaction() as session:
            return await ImportService(session, resources.master_keys).claim(chat_id)

    return claim


@pytest.fixture
def column(database):
    async def column(name, chat_id):
        return await database.fetchval(f"SELECT {name} FROM chat WHERE id = $1", chat_id)

    return column


async def test_a_job_that_runs_twice_imports_once(uploaded, resources, database, column, uploads):
    chat_id = await uploaded()
    await import_chat(resources, chat_id)
    revision = await column("revision", chat_id)
    await import_chat(resources, chat_id)

    assert await database.fetchval("SELECT count(*) FROM message WHERE chat_id = $1", chat_id) == 2
    assert (await column("status", chat_id), await column("revision", chat_id)) == ("completed", revision)
    assert not (uploads / str(chat_id)).exists()


async def test_of_two_at_once_one_imports_and_the_other_leaves_it_alone(uploaded, resources, database):
    chat_id = await uploaded()
    found = await asyncio.gather(*(import_chat(resources, chat_id) for _ in range(2)), return_exceptions=True)

    assert {type(outcome) for outcome in found} == {type(None), NotNow}
    assert await database.fetchval("SELECT count(*) FROM message WHERE chat_id = $1", chat_id) == 2


async def test_while_another_has_the_lease_the_export_stays(uploaded, resources, claim, uploads):
    chat_id = await uploaded()
    await claim(chat_id)
    with pytest.raises(NotNow):
        await import_chat(resources, chat_id)

    assert (uploads / str(chat_id)).exists()


async def test_a_run_that_crashes_gives_its_lease_up_and_keeps_the_export(
    uploaded, resources, database, column, uploads
):
    chat_id = await uploaded()
    await database.execute("""UPDATE chat SET options = '{"date_order": "ydm"}' WHERE id = $1""", chat_id)
    for _ in range(ATTEMPTS - 1):
        with pytest.raises(ImportCrashed):
            await import_chat(resources, chat_id)
        assert await column("import_lease_until", chat_id) is None
        assert await column("status", chat_id) == "processing"
        assert (uploads / str(chat_id)).exists()

    await import_chat(resources, chat_id)
    assert (await column("status", chat_id), await column("error_code", chat_id)) == ("failed", "import_failed")
    assert not (uploads / str(chat_id)).exists()


async def test_a_run_that_is_cancelled_gives_its_lease_up(uploaded, resources, column):
    chat_id = await uploaded()
    running = asyncio.create_task(import_chat(resources, chat_id))
    await eventually(lambda: column("import_lease_until", chat_id))
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    assert await column("import_lease_until", chat_id) is None


async def test_a_chat_that_is_deleted_while_it_is_imported_leaves_nothing(
    uploaded, resources, client, column, database, uploads
):
    chat_id = await uploaded(whatsapp(*[("Ann", "hello")] * 20_000))
    running = asyncio.create_task(import_chat(resources, chat_id))
    await eventually(lambda: column("import_fence", chat_id))
    assert (await client.delete(f"/api/chats/{chat_id}")).status_code == 200
    await running

    assert await database.fetchval("SELECT count(*) FROM message WHERE chat_id = $1", chat_id) == 0
    assert not (uploads / str(chat_id)).exists()
