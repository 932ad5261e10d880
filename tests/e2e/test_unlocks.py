"""An unlock whose parts are killed at each step: charged once, delivered or refunded, never both, never neither."""

import asyncio
import os
import signal
from contextlib import suppress

import httpx
import pytest

from support.machine import running_machine
from support.processes import children
from support.unlocking import ANALYST, WITHOUT_MODELS, Buyer, books_are_right, is_exact
from support.waiting import eventually

LEASE_S = 3
SECOND = """
    SELECT FROM insight WHERE id = (SELECT id FROM insight WHERE unlock_id = $1 ORDER BY id OFFSET 1 LIMIT 1) FOR UPDATE
"""
ANY = "SELECT FROM insight WHERE unlock_id = $1 FOR UPDATE"
OWNER = "SELECT FROM app_user WHERE id = (SELECT user_id FROM unlock WHERE id = $1) FOR UPDATE"
WALLET = "SELECT FROM wallet WHERE id = (SELECT wallet_id FROM unlock WHERE id = $1) FOR NO KEY UPDATE"
OVERDUE = "UPDATE unlock SET deadline_at = now() WHERE id = $1"
DONE = "SELECT FROM insight WHERE unlock_id = $1 AND status IN ('completed', 'failed')"


@pytest.fixture(scope="module")
async def machine():
    async with running_machine(UNLOCK_LEASE_S=str(LEASE_S), **WITHOUT_MODELS) as machine:
        yield machine


@pytest.fixture
async def buyer(machine):
    async with Buyer(machine) as buyer:
        yield buyer


@pytest.fixture
async def queued(machine, buyer):
    """A chat and an unlock of it whose job no worker has begun."""
    await machine.only("api", "worker-1")
    await buyer.receive(400)
    chat_id = await buyer.chat()
    await machine.only("api")
    answer = await buyer.unlock(chat_id)
    assert answer.status_code == 200, answer.text
    return chat_id, answer.json()["job_id"]


async def ends_exactly(buyer, chat_id, job_id):
    await buyer.settled(job_id)
    assert await is_exact(buyer, chat_id, job_id)
    return True


async def test_before_the_commit_nothing_has_happened_and_a_retry_charges_once(machine, buyer):
    await machine.only("api", "worker-1")
    await buyer.receive(400)
    chat_id = await buyer.chat()
    wallet = "SELECT FROM wallet WHERE balance = 450 FOR NO KEY UPDATE"
    async with machine.locked(wallet):
        asking = asyncio.create_task(buyer.unlock(chat_id, key="first"))
        await eventually(lambda: machine.is_blocked("\nWITH moved AS"))
        await machine.kill("api")
        with pytest.raises(httpx.TransportError):
            await asking
    await machine.start("api")
    assert await machine.fetch("SELECT FROM unlock WHERE chat_id = $1", chat_id) == []
    assert await buyer.balance() == 450

    answer = await buyer.unlock(chat_id, key="first")
    assert answer.status_code == 200
    assert await ends_exactly(buyer, chat_id, answer.json()["job_id"])


async def test_after_the_commit_a_retry_gets_the_same_unlock(machine, buyer):
    await machine.only("api", "worker-1")
    await buyer.receive(800)
    chat_id = await buyer.chat()
    await machine.only("api")
    asking = asyncio.create_task(buyer.unlock(chat_id, key="first"))
    [row] = await eventually(lambda: machine.fetch("SELECT id FROM unlock WHERE chat_id = $1", chat_id))
    await machine.kill("api")
    with suppress(httpx.TransportError):
        await asking
    await machine.start("api")

    answer = await buyer.unlock(chat_id, key="first")
    assert (answer.status_code, answer.json()["job_id"]) == (200, str(row["id"]))
    again = await buyer.unlock(chat_id)
    assert (again.status_code, again.json()["job_id"]) == (400, str(row["id"]))
    await machine.start("worker-1")
    assert await ends_exactly(buyer, chat_id, str(row["id"]))


async def test_without_redis_it_is_taken_and_made_when_redis_is_back(machine, buyer):
    await machine.only("api", "worker-1")
    await buyer.receive(400)
    chat_id = await buyer.chat()
    await machine.kill("valkey")
    answer = await buyer.unlock(chat_id)
    assert answer.status_code == 200, answer.text
    await machine.start("valkey")
    assert await ends_exactly(buyer, chat_id, answer.json()["job_id"])


async def test_without_redis_an_overdue_one_is_refunded_once(machine, buyer):
    await machine.only("api", "worker-1")
    await buyer.receive(400)
    chat_id = await buyer.chat()
    await machine.kill("valkey")
    try:
        job_id = (await buyer.unlock(chat_id)).json()["job_id"]
        await machine.fetch(OVERDUE, job_id)
        status = await buyer.settled(job_id)
        assert (status["status"], status["coins_refunded"]) == ("failed", 400)
        assert await buyer.balance() == 450
    finally:
        await machine.start("valkey")
    assert await is_exact(buyer, chat_id, job_id)


async def test_a_job_that_is_queued_twice_charges_and_delivers_once(machine, buyer, queued):
    chat_id, job_id = queued
    twice = """
        INSERT INTO outbox_job (id, queue, function, arguments, created_at, updated_at)
        SELECT gen_random_uuid(), queue, function, arguments, created_at, updated_at FROM outbox_job
        WHERE arguments->>'unlock_id' = $1
    """
    await machine.fetch(twice, job_id)
    await machine.start("worker-1")
    await machine.start("worker-2")
    assert await ends_exactly(buyer, chat_id, job_id)


async def test_a_worker_that_is_killed_before_anything_is_made_is_replaced(machine, buyer, queued):
    await machine.start("worker-1")
    child = await machine.paused_child("worker-1", ANALYST)
    await machine.kill("worker-1")
    machine.resume(child)
    await eventually(lambda: not os.path.exists(f"/proc/{child}"))  # noqa: PTH110 - not a file
    await machine.start("worker-2")
    assert await ends_exactly(buyer, *queued)


async def test_a_worker_that_is_killed_while_it_stores_what_was_made_is_replaced(machine, buyer, queued):
    async with machine.locked(ANY, queued[1]):
        await machine.start("worker-1")
        await eventually(lambda: machine.is_blocked("UPDATE insight"))
        await machine.kill("worker-1")
    await machine.start("worker-2")
    assert await ends_exactly(buyer, *queued)


async def test_after_some_were_stored_only_the_others_are_made(machine, buyer, queued):
    chat_id, job_id = queued
    await machine.start("worker-1")
    child = await machine.paused_child("worker-1", ANALYST)
    async with machine.locked(SECOND, job_id):
        machine.resume(child)
        await eventually(lambda: machine.fetch(DONE, job_id))
        await machine.kill("worker-1")
    [first] = await machine.fetch(DONE.replace("SELECT", "SELECT id, revision"), job_id)
    await machine.start("worker-2")
    assert await ends_exactly(buyer, chat_id, job_id)
    [after] = await machine.fetch("SELECT revision FROM insight WHERE id = $1", first["id"])
    assert after["revision"] == first["revision"]


@pytest.mark.parametrize("lock", [OWNER, WALLET], ids=["before the refund", "before the commit"])
async def test_a_worker_that_is_killed_while_it_settles_leaves_it_to_the_next(machine, buyer, queued, lock):
    chat_id, job_id = queued
    await machine.start("worker-1")
    child = await machine.paused_child("worker-1", ANALYST)
    await machine.fetch("UPDATE unlock SET deadline_at = now() + interval '1 s' WHERE id = $1", job_id)
    async with machine.locked(lock, job_id):
        await eventually(lambda: _settling(machine))
        await machine.kill("worker-1")
        machine.resume(child)
    assert (await buyer.status(job_id))["status"] == "running"
    await machine.start("worker-2")
    status = await buyer.settled(job_id)
    assert (status["status"], status["coins_refunded"]) == ("failed", 400)
    assert await is_exact(buyer, chat_id, job_id)


async def _settling(machine):
    return await machine.is_blocked("\nWITH moved AS") or await machine.is_blocked("SELECT app_user.id")


async def test_a_paused_worker_that_wakes_after_anothers_settlement_changes_nothing(machine, buyer, queued):
    chat_id, job_id = queued
    await machine.start("worker-1")
    child = await machine.paused_child("worker-1", ANALYST)
    worker = machine.process("worker-1").pid
    machine.pause(worker)
    await machine.start("worker-2")
    assert await ends_exactly(buyer, chat_id, job_id)
    before = await machine.fetch("SELECT * FROM unlock WHERE id = $1", job_id)
    insights = "SELECT * FROM insight WHERE unlock_id = $1 ORDER BY id"
    delivered = await machine.fetch(insights, job_id)

    for pid in (worker, child):
        machine.resume(pid)
    await eventually(lambda: not children(worker, ANALYST))
    await eventually(lambda: _no_jobs(machine))
    assert await machine.fetch("SELECT * FROM unlock WHERE id = $1", job_id) == before
    assert await machine.fetch(insights, job_id) == delivered


async def test_a_paused_worker_that_wakes_after_the_refund_delivers_nothing(machine, buyer, queued):
    chat_id, job_id = queued
    await machine.start("worker-1")
    child = await machine.paused_child("worker-1", ANALYST)
    worker = machine.process("worker-1").pid
    machine.pause(worker)
    await machine.fetch(OVERDUE, job_id)
    await machine.start("worker-2")
    status = await buyer.settled(job_id)
    assert (status["status"], status["coins_refunded"], status["completed_insights"]) == ("failed", 400, 0)

    for pid in (worker, child):
        machine.resume(pid)
    await eventually(lambda: not children(worker, ANALYST))
    await eventually(lambda: _no_jobs(machine))
    assert await buyer.status(job_id) == status
    assert await is_exact(buyer, chat_id, job_id)


async def _no_jobs(machine):
    return not await machine.fetch("SELECT FROM outbox_job")


async def test_a_child_that_is_killed_is_started_again(machine, buyer, queued):
    await machine.start("worker-1")
    os.kill(await machine.paused_child("worker-1", ANALYST), signal.SIGKILL)
    assert await ends_exactly(buyer, *queued)


async def test_a_worker_that_is_stopped_hands_its_unlock_on(machine, buyer, queued):
    await machine.start("worker-1")
    child = await machine.paused_child("worker-1", ANALYST)
    worker = machine.process("worker-1")
    worker.terminate()
    machine.resume(child)
    assert await worker.wait() == 0
    await machine.start("worker-2")
    assert await ends_exactly(buyer, *queued)


async def test_a_chat_that_is_deleted_meanwhile_is_refunded_once(machine, buyer, queued):
    chat_id, job_id = queued
    await machine.start("worker-1")
    child = await machine.paused_child("worker-1", ANALYST)
    assert (await buyer.client.delete(f"/api/chats/{chat_id}")).status_code == 200
    status = await buyer.settled(job_id)
    machine.resume(child)
    assert (status["status"], status["coins_refunded"]) == ("failed", 400)
    assert await buyer.entries(job_id) == {"insight_unlock": -400, "refund": 400}
    await eventually(lambda: _no_jobs(machine))
    assert await machine.fetch("SELECT FROM insight WHERE chat_id = $1", chat_id) == []
    assert await buyer.balance() == 450
    assert await books_are_right(machine)


async def test_an_account_that_is_deleted_meanwhile_forfeits_its_coins(machine, buyer, queued):
    chat_id, job_id = queued
    assert (await buyer.client.delete("/api/users/delete-account")).status_code == 200
    await machine.start("worker-1")
    await eventually(lambda: _no_jobs(machine))
    [row] = await machine.fetch("SELECT status, charged, refunded FROM unlock WHERE id = $1", job_id)
    assert tuple(row) == ("cancelled", 400, 0)
    assert await machine.fetch("SELECT FROM insight WHERE chat_id = $1", chat_id) == []
    assert await books_are_right(machine)
