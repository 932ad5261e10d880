"""One fault at a time, at the instant where it hurts most."""

import asyncio
import os
import signal
import time
from datetime import UTC, datetime

import httpx
import pytest

from app.signals import LOOK_AGAIN_S
from support.exports import long_chat, upload
from support.machine import running_machine
from support.waiting import eventually

ROWS = 300
EXPORT = long_chat(ROWS)
LATER = datetime(2100, 1, 1, tzinfo=UTC)
IN_COPY = "SELECT FROM pg_stat_activity WHERE query LIKE 'COPY%' AND wait_event_type = 'Lock'"


@pytest.fixture(scope="module")
async def machine():
    async with running_machine() as machine:
        yield machine


@pytest.fixture
async def client(machine, request):
    async with machine.client(f"user_{request.node.name}") as client:
        yield client


async def queued(client):
    """An upload whose import is not waited for."""
    answer = await upload(client, EXPORT, prefer="wait=0")
    assert answer.status_code == 202, answer.text
    return answer.json()["chat_id"]


async def settled(client, chat_id):
    """The chat once its import has ended."""

    async def chat():
        found = (await client.get(f"/api/chats/{chat_id}")).json()
        return found if found["status"] != "processing" else None

    return await eventually(chat, timeout_s=90)


async def is_whole(machine, client, chat_id):
    """The chat has become whole, and its messages exist once."""
    chat = await settled(client, chat_id)
    assert (chat["status"], chat["message_count"]) == ("completed", ROWS), chat["error_log"]
    assert chat["chat_metadata"]["total_messages"] == ROWS
    messages = (await client.get(f"/api/chats/{chat_id}/messages")).json()
    assert [message["content"] for message in messages] == [f"so it goes {number}" for number in range(ROWS)]
    assert await stored(machine, chat_id) == ROWS
    return True


async def stored(machine, chat_id):
    [row] = await machine.fetch("SELECT count(*) FROM message WHERE chat_id = $1", chat_id)
    return row["count"]


async def paused_import(machine, client, worker):
    """An import whose child does not go on: the chat, and the child."""
    chat_id = await queued(client)
    [child] = await machine.paused_children(worker)
    return chat_id, child


async def test_an_import_whose_run_is_lost_at_any_point_is_done_once_by_another(machine, client):
    await machine.only("api", "worker-1")
    handed_on, _ = await paused_import(machine, client, "worker-1")
    stopping = asyncio.create_task(_stopped(machine.process("worker-1")))
    await eventually(lambda: _takes_no_job(machine))

    await machine.start("worker-2")
    killed_while_parsing, orphan = await paused_import(machine, client, "worker-2")
    await machine.kill("worker-2")
    machine.resume(orphan)
    await eventually(lambda: not os.path.exists(f"/proc/{orphan}"))  # noqa: PTH110 - not a file

    await machine.start("worker-3")
    killed_while_storing = await queued(client)
    async with machine.locked_messages():
        await eventually(lambda: machine.fetch(IN_COPY))
        await machine.kill("worker-3")
    assert await stored(machine, killed_while_storing) == 0

    await machine.start("worker-4")
    overtaken, child = await paused_import(machine, client, "worker-4")
    machine.pause(machine.process("worker-4").pid)

    await machine.start("worker-5")
    assert await stopping < 25
    for chat_id in (handed_on, killed_while_parsing, killed_while_storing, overtaken):
        assert await is_whole(machine, client, chat_id)
    for pid in (machine.process("worker-4").pid, child):
        machine.resume(pid)
    await eventually(lambda: not machine.import_children("worker-4"))
    await eventually(lambda: _no_jobs(machine))
    assert await is_whole(machine, client, overtaken)


async def _stopped(worker):
    """Stop it, and return how many seconds that took."""
    began = time.monotonic()
    worker.terminate()
    assert await worker.wait() == 0
    return time.monotonic() - began


async def _takes_no_job(machine):
    async with machine.redis() as redis:
        return not [client for client in await redis.client_list() if "b" in client["flags"]]


async def test_a_run_that_was_overtaken_leaves_upload_and_job_to_the_other(machine, client):
    await machine.only("api", "worker-1")
    chat_id, child = await paused_import(machine, client, "worker-1")
    other = "UPDATE chat SET import_fence = import_fence + 1, import_lease_until = $2 WHERE id = $1"
    await machine.fetch(other, chat_id, LATER)
    machine.resume(child)
    [job] = await eventually(lambda: machine.fetch("SELECT id FROM outbox_job WHERE send_at = $1", LATER))
    assert [upload.name for upload in machine.uploads] == [chat_id]

    await machine.fetch("UPDATE chat SET import_lease_until = now() WHERE id = $1", chat_id)
    await machine.fetch("UPDATE outbox_job SET send_at = now() WHERE id = $1", job["id"])
    assert await is_whole(machine, client, chat_id)


async def _no_jobs(machine):
    return not await machine.fetch("SELECT FROM outbox_job")


async def test_what_waits_in_an_emptied_redis_is_imported_soon(machine, client):
    await machine.only("api", "worker-1")
    running = [await queued(client) for _ in range(2)]
    children = await machine.paused_children("worker-1", count=2)
    waiting = [await queued(client) for _ in range(3)]
    async with machine.redis() as redis:
        await eventually(lambda: _has_length(redis, "saq:imports:queued", 3))
        await redis.flushall()
    began = time.monotonic()
    for pid in children:
        machine.resume(pid)
    for chat_id in waiting + running:
        assert await is_whole(machine, client, chat_id)
    assert time.monotonic() - began < 15


async def _has_length(redis, name, length):
    return await redis.llen(name) == length


async def test_an_upload_outlasts_a_restart_of_postgres(machine, client):
    await machine.only("api", "worker-1")
    uploading = asyncio.create_task(upload(client, EXPORT, prefer="wait=60"))
    [child] = await machine.paused_children("worker-1")
    await machine.kill("postgres")
    assert (await client.get("/api/chats")).status_code == 503
    await asyncio.sleep(1.5 * LOOK_AGAIN_S)  # the waiting request looks at the database in vain
    await machine.start("postgres")
    machine.resume(child)
    answer = await uploading
    assert answer.status_code == 200, answer.text
    assert await is_whole(machine, client, answer.json()["chat_id"])


async def test_a_retry_after_the_api_was_killed_finds_the_chat(machine, client):
    await machine.only("api", "worker-1")
    uploading = asyncio.create_task(upload(client, EXPORT))
    [child] = await machine.paused_children("worker-1")
    await machine.kill("api")
    with pytest.raises(httpx.TransportError):
        await uploading
    await machine.start("api")
    machine.resume(child)
    [chat] = (await client.get("/api/chats")).json()
    assert await is_whole(machine, client, chat["chat_id"])


async def test_an_import_that_is_killed_four_times_fails_and_leaves_nothing(machine, client):
    await machine.only("api", "worker-1")
    chat_id = await queued(client)
    for _ in range(4):
        [child] = await machine.paused_children("worker-1")
        os.kill(child, signal.SIGKILL)
        await eventually(lambda: not machine.import_children("worker-1"))
    chat = await settled(client, chat_id)
    assert (chat["status"], chat["error_log"]) == ("failed", "import_failed")
    assert (chat["message_count"], chat["chat_metadata"]) == (0, None)
    assert (await client.get(f"/api/chats/{chat_id}/messages")).json()["error_code"] == "chat_import_failed"
    assert await stored(machine, chat_id) == 0


async def test_a_worker_that_is_stopped_finishes_the_import_it_is_at(machine, client):
    await machine.only("api", "worker-1")
    chat_id, child = await paused_import(machine, client, "worker-1")
    worker = machine.process("worker-1")
    worker.terminate()
    machine.resume(child)
    assert await worker.wait() == 0
    assert await is_whole(machine, client, chat_id)
    assert await _no_jobs(machine)
