import asyncio
import os
import signal
from contextlib import suppress
from datetime import timedelta

import obstore
import pytest
from uuid_utils.compat import uuid7

from app import blobs
from app.chats.jobs import import_chat, remove_chat
from app.providers import build_chat_service
from app.queues import NotNow
from app.rag import jobs
from app.rag.jobs import index_chat, remove_index, sweep_indexes
from domain.base import utc_now
from domain.retrieval.index import IndexPoint
from domain.retrieval.indexing import GRACE
from domain.retrieval.lexical import SPARSE_LISTS, TokenHasher, query_vector
from domain.retrieval.question import parse_question
from fakes.gemini import FakeGemini
from fakes.stored_chats import MEDIA, START
from support.exports import whatsapp
from support.processes import children
from support.waiting import eventually

TEXTS = ["The surprise party is on Saturday", MEDIA, "bring the xylophone", "ok"]
MANY = [f"message number {number}" for number in range(250)]
CANARY = "quixotic-canary-text"


@pytest.fixture(scope="module")
async def product(own_resources):
    async with own_resources(EMBEDDER="use") as product:
        yield product


@pytest.fixture
async def gemini():
    async with FakeGemini() as gemini:
        yield gemini


@pytest.fixture
async def paid(own_resources, gemini):
    """With an embedding model that costs money."""
    async with own_resources(EMBEDDER="gemini", GEMINI_API_KEY="key", GEMINI_BASE_URL=gemini.url) as paid:
        yield paid


async def search(product, chat_id, user_id, question):
    opened = await product.open(chat_id, user_id)
    dense = await product.resources.embedder.embed_query(question)
    asked = query_vector(parse_question(question, [], START, START), opened.facts, TokenHasher(opened.token_key))
    lists = dict.fromkeys(SPARSE_LISTS, asked)
    return await product.resources.vector_index.search_lists(chat_id, opened.version, dense, lists, 5)


async def put_off(product, chat_id):
    """Run the job, which asks for another run; in how many seconds."""
    with pytest.raises(NotNow) as later:
        await index_chat(product.resources, chat_id)
    return (later.value.until - utc_now()).total_seconds()


async def jobs_of(product, chat_id):
    statement = "SELECT function FROM outbox_job WHERE arguments->>'chat_id' = :id ORDER BY created_at"
    return [function for (function,) in await product.execute(statement, id=str(chat_id))]


async def versions(product, chat_id):
    statement = "SELECT id, state FROM chat_index WHERE chat_id = :id ORDER BY created_at"
    return [tuple(row) for row in await product.execute(statement, id=chat_id)]


async def age_versions(product):
    long_ago = utc_now() - GRACE - timedelta(seconds=1)
    await product.execute("UPDATE chat_index SET retired_at = :ago WHERE retired_at IS NOT NULL", ago=long_ago)


async def test_an_indexed_chat_is_found_by_words_and_by_meaning(product):
    chat_id, user_id = await product.indexed(TEXTS)

    found = await search(product, chat_id, user_id, "who plays the xylophone?")

    assert found["message"][0].position == found["dense"][0].position == 3
    assert {hit.position for hit in found["dense"]} == {1, 3, 4}
    assert await product.state(chat_id) == ("completed", 3, True, None)


async def test_a_chat_without_a_word_is_indexed_too(product):
    chat_id, user_id = await product.indexed([MEDIA])

    assert await product.state(chat_id) == ("completed", 0, True, None)
    assert (await product.open(chat_id, user_id)).facts.message_count == 0


async def test_a_chat_is_indexed_as_it_is_imported(product):
    chat_id = await imported_chat(product)

    assert await jobs_of(product, chat_id) == ["import_chat", "index_chat"]
    assert await product.state(chat_id) == ("pending", 0, False, None)


async def test_a_chat_is_not_indexed_before_somebody_asks_where_that_costs_money(paid):
    chat_id = await imported_chat(paid)

    assert await jobs_of(paid, chat_id) == ["import_chat"]
    assert await paid.state(chat_id) == ("pending", 0, False, None)


async def imported_chat(product):
    _, user_id = await product.chat([])
    chat_id = uuid7()
    resources = product.resources
    await obstore.put_async(resources.blobs, blobs.upload_name(chat_id), whatsapp(("Ann", "hello"), ("Bob", "hi")))
    async with product.database.transaction() as session:
        await build_chat_service(session, resources).create(chat_id, user_id, "_chat.txt", None, {})
    await import_chat(resources, chat_id)
    return chat_id


async def test_an_embedder_that_is_down_puts_the_run_off_and_the_next_one_pays_for_the_rest_alone(paid, gemini):
    chat_id, user_id = await paid.chat(MANY)
    await paid.request(chat_id)
    gemini.failures += [200, 200, (429, {"Retry-After": "3600"})]

    assert 3590 < await put_off(paid, chat_id) <= 3600
    assert await paid.state(chat_id) == ("indexing", 0, False, None)
    assert await paid.open(chat_id, user_id) is None
    assert gemini.texts == MANY[:200]

    await index_chat(paid.resources, chat_id)
    assert await paid.state(chat_id) == ("completed", 250, True, None)
    assert gemini.texts == MANY
    found = await search(paid, chat_id, user_id, "message number 231")
    assert found["dense"][0].position == found["message"][0].position == 232


async def test_equal_messages_are_embedded_once(paid, gemini):
    chat_id, _ = await paid.chat(["ok", "yes", "ok", " ok"])
    await paid.request(chat_id)

    await index_chat(paid.resources, chat_id)

    assert gemini.texts == ["ok", "yes"]
    assert await paid.state(chat_id) == ("completed", 4, True, None)


async def test_an_embedder_that_refuses_fails_the_chat_with_its_code(paid, gemini):
    chat_id, _ = await paid.chat(TEXTS)
    await paid.request(chat_id)
    gemini.failures.append(403)

    await index_chat(paid.resources, chat_id)

    assert await paid.state(chat_id) == ("failed", 0, False, "embedder_refused")


async def test_without_a_vector_store_the_chat_waits(own_resources):
    async with own_resources(EMBEDDER="none", QDRANT_URL="http://127.0.0.1:9") as product:
        chat_id, _ = await product.chat(TEXTS)
        await product.request(chat_id)

        first, second = await put_off(product, chat_id), await put_off(product, chat_id)

        assert 0 < first < second
        assert await product.state(chat_id) == ("indexing", 0, False, None)


async def test_a_run_whose_process_is_killed_is_made_up_for(product):
    chat_id, user_id = await product.chat(MANY)
    await product.request(chat_id)
    run = asyncio.create_task(put_off(product, chat_id))
    [child] = await eventually(lambda: children(os.getpid(), "domain.retrieval.child"))
    os.kill(child, signal.SIGKILL)

    await run
    assert await product.state(chat_id) == ("indexing", 0, False, None)
    await index_chat(product.resources, chat_id)

    assert await product.state(chat_id) == ("completed", 250, True, None)
    assert await product.open(chat_id, user_id) is not None


async def test_a_stopped_run_gives_its_lease_back_and_leaves_no_process(product):
    chat_id, _ = await product.chat(TEXTS)
    await product.request(chat_id)
    run = asyncio.create_task(index_chat(product.resources, chat_id))
    await eventually(lambda: children(os.getpid(), "domain.retrieval.child"))

    run.cancel()
    with suppress(asyncio.CancelledError):
        await run

    assert children(os.getpid(), "domain.retrieval.child") == []
    await index_chat(product.resources, chat_id)
    assert await product.state(chat_id) == ("completed", 3, True, None)


async def test_a_long_run_lets_others_in(product, monkeypatch):
    chat_id, _ = await product.chat(TEXTS)
    await product.request(chat_id)
    monkeypatch.setattr(jobs, "RUN_S", 0.01)

    assert await put_off(product, chat_id) <= 0


async def test_a_run_that_is_superseded_ends_without_a_trace(product, monkeypatch):
    chat_id, user_id = await product.chat(TEXTS)
    await product.request(chat_id)
    monkeypatch.setattr(jobs, "LEASE_S", 0.04)
    run = asyncio.create_task(index_chat(product.resources, chat_id))
    await eventually(lambda: children(os.getpid(), "domain.retrieval.child"))
    await product.indexing(lambda indexing: indexing.renew(chat_id, now=False))

    await run

    assert await product.state(chat_id) == ("pending", 0, False, None)
    assert await product.open(chat_id, user_id) is None


async def test_an_index_with_points_missing_is_not_switched_to(product, monkeypatch):
    chat_id, _ = await product.chat(TEXTS)
    await product.request(chat_id)
    with monkeypatch.context() as context:
        context.setattr(product.resources.vector_index, "upsert", _lost)
        await put_off(product, chat_id)
    assert await product.state(chat_id) == ("indexing", 0, False, None)

    await index_chat(product.resources, chat_id)
    assert await product.state(chat_id) == ("completed", 3, True, None)


async def _lost(*_):
    pass


async def test_a_new_version_takes_over_and_the_old_ones_points_go_when_nobody_can_be_searching_them(product):
    chat_id, user_id = await product.indexed(TEXTS)
    [(old, _)] = await versions(product, chat_id)
    index = product.resources.vector_index

    await product.indexing(lambda indexing: indexing.renew(chat_id, now=True))
    await index_chat(product.resources, chat_id)

    await sweep_indexes(product.resources)
    assert [await index.count(version) for version, _ in await versions(product, chat_id)] == [3, 3]
    await age_versions(product)
    await sweep_indexes(product.resources)
    assert (await product.open(chat_id, user_id)).version != old
    assert [state for _, state in await versions(product, chat_id)] == ["live"]
    assert await index.count(old) == 0


async def test_the_points_of_a_deleted_chat_are_removed_and_those_that_a_late_run_stores_swept(product):
    chat_id, user_id = await product.indexed(TEXTS)
    [(version, _)] = await versions(product, chat_id)
    index = product.resources.vector_index
    async with product.database.transaction() as session:
        await build_chat_service(session, product.resources).delete(user_id, chat_id)

    await remove_chat(product.resources, chat_id)
    assert "remove_index" in await jobs_of(product, chat_id)
    await remove_index(product.resources, chat_id)
    assert await index.count(version) == 0

    await index.upsert(chat_id, version, [IndexPoint(0, {})])
    another = await product.indexed(TEXTS)
    await age_versions(product)
    await sweep_indexes(product.resources)
    assert await index.count(version) == 0
    assert await versions(product, chat_id) == []
    assert await product.open(*another) is not None


async def test_nothing_that_was_written_can_be_read_in_the_vector_store(product, server_directory):
    texts = [f"my password is {CANARY}", CANARY.upper(), "Zanzibar Zanzibar"]
    await product.indexed(texts, people=("Philippina", "Bartholomew"))  # three letters occur in vectors by chance

    stored = [path.read_bytes() for path in (server_directory / "vectors").rglob("*") if path.is_file()]

    assert stored
    for secret in (CANARY, CANARY.upper(), "canary", "anzibar", "hilippina", "artholomew", "password"):
        assert not any(secret.encode() in content for content in stored), secret
