import asyncio
import json
import os
import signal
from uuid import UUID, uuid4

import pytest

from app.chats.importer import ImportCrashed, run_import, scratch_file
from domain.chats.importing.protocol import Outcome
from domain.chats.imports import Claim
from domain.cipher import new_chat_key
from fakes.databases import settings
from support.exports import NOT_AN_EXPORT, long_chat, upload, whatsapp
from support.processes import children
from support.waiting import eventually

CHILD = "domain.chats.importing.child"
HELLO = whatsapp(("Ann", "hello"))


@pytest.fixture
def run(tmp_path):
    """Run an import; `at` is called with each stage and the child's id."""

    async def run(content, at=None, timeout_s=60, **options):
        async def on_stage(stage):
            if at is not None:
                [child] = children(os.getpid(), CHILD)
                await at(stage, child)

        claim = Claim(uuid4(), 1, new_chat_key(), 1, options)
        configured = settings(tmp_path, IMPORT_TIMEOUT_S=str(timeout_s))
        async with scratch_file() as source, scratch_file() as target:
            source.write(content)
            source.flush()
            try:
                return await run_import(configured, claim, source, target, on_stage)
            finally:
                assert children(os.getpid(), CHILD) == []

    return run


async def test_the_stages_come_in_order_and_the_outcome_last(run):
    seen = []

    async def at(stage, child):
        seen.append(stage)

    outcome = await run(HELLO, at)
    assert (outcome.message_count, outcome.error_code) == (1, None)
    assert seen == ["parsing", "statistics", "sealing"]


async def test_an_export_that_cannot_be_read_is_an_outcome(run):
    assert await run(NOT_AN_EXPORT) == Outcome(error_code="export_not_recognised")


async def test_a_fault_of_ours_is_worth_another_try(run):
    with pytest.raises(ImportCrashed):
        await run(HELLO, date_order="ydm")


async def test_so_is_a_child_that_was_killed(run):
    async def kill(stage, child):
        os.kill(child, signal.SIGKILL)

    with pytest.raises(ImportCrashed):
        await run(long_chat(50_000), kill)


async def test_a_child_that_used_up_its_time_is_not(run):
    async def exhaust(stage, child):
        os.kill(child, signal.SIGXCPU)

    assert await run(long_chat(50_000), exhaust) == Outcome(error_code="import_limit_exceeded")


async def test_nor_is_one_that_takes_too_long(run):
    async def stop(stage, child):
        os.kill(child, signal.SIGSTOP)

    assert await run(HELLO, stop, timeout_s=1) == Outcome(error_code="import_limit_exceeded")


async def test_a_run_that_is_cancelled_takes_its_child_with_it(run):
    begun = asyncio.Event()

    async def stop(stage, child):
        os.kill(child, signal.SIGSTOP)
        begun.set()

    running = asyncio.create_task(run(HELLO, stop))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_an_import_whose_child_was_killed_is_done_again(stack, client, database):
    uploading = asyncio.create_task(upload(client, long_chat(60_000, "a word and another, " * 4), prefer="wait=60"))
    child = await eventually(lambda: next(iter(children(stack.processes["worker"].pid, CHILD)), None))
    os.kill(child, signal.SIGKILL)

    answer = await uploading
    assert answer.status_code == 200
    chat_id = UUID(answer.json()["chat_id"])
    assert answer.json()["message_count"] == 60_000
    assert await database.fetchval("SELECT import_fence FROM chat WHERE id = $1", chat_id) == 2
    assert await database.fetchval("SELECT count(*) FROM message WHERE chat_id = $1", chat_id) == 60_000
    events = [json.loads(line) for line in stack.log("worker").splitlines() if str(chat_id) in line]
    [crash] = [event for event in events if event["event"] == "import.crashed"]
    assert crash["returncode"] == -signal.SIGKILL


async def test_an_export_that_was_lost_fails_the_import(client, uploads, paused_worker):
    with paused_worker():
        chat = (await upload(client, HELLO, prefer="wait=0")).json()
        (uploads / chat["chat_id"]).unlink()

    failed = await eventually(lambda: failed_chat(client, chat["chat_id"]))
    assert failed["error_log"] == "import_failed"


async def failed_chat(client, chat_id):
    chat = (await client.get(f"/api/chats/{chat_id}")).json()
    return chat if chat["status"] == "failed" else None
