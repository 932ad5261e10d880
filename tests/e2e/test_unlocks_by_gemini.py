"""Unlocks that a language model is to phrase, while it is silent or busy: called again, and nobody charged again."""

from collections import deque

import pytest

from fakes.gemini import FakeGemini
from support.machine import running_machine
from support.unlocking import Buyer, is_exact
from support.waiting import eventually

OVERDUE = "UPDATE unlock SET deadline_at = now() WHERE id = $1"
STATES = "SELECT error_code, attempts FROM insight WHERE unlock_id = $1 AND error_code = 'provider_unavailable'"


class Always:
    """In place of the fake's failures: the same one for every request, counted."""

    def __init__(self, failure):
        self.failure = failure
        self.requests = 0

    def popleft(self):
        self.requests += 1
        return self.failure


@pytest.fixture(scope="module")
async def gemini():
    async with FakeGemini() as gemini:
        yield gemini


@pytest.fixture(scope="module")
async def machine(gemini):
    environ = {"EMBEDDER": "none", "GEMINI_API_KEY": "key", "GEMINI_BASE_URL": gemini.url, "UNLOCK_LEASE_S": "3"}
    async with running_machine(**environ) as machine:
        yield machine


@pytest.fixture
async def buyer(machine, gemini):
    gemini.failures = deque()
    async with Buyer(machine) as buyer:
        yield buyer


async def refunded_at_the_deadline(machine, buyer, chat_id, job_id):
    await machine.fetch(OVERDUE, job_id)
    status = await buyer.settled(job_id)
    assert status["status"] in {"failed", "partial_failure"}
    assert status["coins_refunded"] > 0
    assert await is_exact(buyer, chat_id, job_id)
    return True


async def test_a_worker_that_is_killed_while_the_model_answers_is_replaced_and_the_model_asked_again(
    machine, buyer, gemini
):
    gemini.failures = Always("hang")
    await machine.only("api", "worker-1")
    chat_id, job_id = await buyer.unlocked()
    await eventually(lambda: gemini.failures.requests > 0)
    await machine.kill("worker-1")
    gemini.failures = Always("hang")
    await machine.start("worker-2")
    await eventually(lambda: gemini.failures.requests > 0)
    assert await buyer.entries(job_id) == {"insight_unlock": -400}
    assert await refunded_at_the_deadline(machine, buyer, chat_id, job_id)


async def test_a_busy_model_is_asked_again_and_again_until_the_deadline(machine, buyer, gemini):
    gemini.failures = Always(500)
    await machine.only("api", "worker-3")
    chat_id, job_id = await buyer.unlocked()

    async def tried_twice():
        return [row for row in await machine.fetch(STATES, job_id) if row["attempts"] > 1]

    await eventually(tried_twice)
    status = await buyer.status(job_id)
    assert (status["status"], status["coins_refunded"]) == ("running", 0)
    assert await refunded_at_the_deadline(machine, buyer, chat_id, job_id)


@pytest.mark.parametrize(
    ("reply", "code"),
    [
        ({"unknown": True}, "generation_malformed"),
        ("no JSON", "generation_malformed"),
        (('{"half', "MAX_TOKENS"), "generation_malformed"),
        ("", "generation_blocked"),
        (("", "SAFETY"), "generation_blocked"),
        (None, "generation_blocked"),
    ],
)
async def test_what_the_model_does_not_give_is_refunded_at_once(machine, buyer, gemini, reply, code):
    gemini.reply_to = lambda _: reply
    await machine.only("api", "worker-4")
    chat_id, job_id = await buyer.unlocked()
    status = await buyer.settled(job_id)
    assert (status["completed_insights"], status["coins_refunded"]) == (0, 400)
    assert {one["error_code"] for one in status["insights"]} <= {code, "insufficient_data"}
    assert code in {one["error_code"] for one in status["insights"]}
    assert await is_exact(buyer, chat_id, job_id)


async def test_a_model_that_asks_for_a_pause_is_asked_again_after_it(machine, buyer, gemini):
    gemini.failures = deque([(429, {"Retry-After": "1"})] * 3)
    gemini.reply_to = lambda _: {"unknown": True}
    await machine.only("api", "worker-5")
    chat_id, job_id = await buyer.unlocked()
    status = await buyer.settled(job_id)
    assert not gemini.failures
    assert {one["error_code"] for one in status["insights"]} <= {"generation_malformed", "insufficient_data"}
    assert await is_exact(buyer, chat_id, job_id)


async def test_a_model_that_is_silent_about_some_chats_keeps_nobody_else_waiting(machine, buyer, gemini):
    gemini.failures = Always("hang")
    await machine.only("api", "worker-6")
    for _ in range(3):
        await buyer.unlocked()
    await eventually(lambda: gemini.failures.requests >= 9)
    gemini.failures = deque()
    gemini.reply_to = lambda _: None
    async with Buyer(machine) as other:
        chat_id, job_id = await other.unlocked()
        assert (await other.settled(job_id))["coins_refunded"] == 400
        assert await is_exact(other, chat_id, job_id)
