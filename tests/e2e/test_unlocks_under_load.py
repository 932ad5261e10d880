"""Many unlocks at once, while Redis is emptied and PostgreSQL restarted."""

import asyncio
from collections import Counter

import httpx
import pytest

from support.machine import running_machine
from support.unlocking import WITHOUT_MODELS, Buyer, books_are_right, is_exact
from support.waiting import eventually

CATEGORIES = ("romantic", "friendship", "family", "workplace")
TRY_AGAIN = {409, 503}


@pytest.fixture(scope="module")
async def machine():
    async with running_machine(UNLOCK_LEASE_S="3", **WITHOUT_MODELS) as machine:
        yield machine


@pytest.fixture
async def buyer(machine):
    await machine.only("api", "worker-1")
    async with Buyer(machine) as buyer:
        yield buyer


@pytest.mark.timeout(600)
async def test_thirty_that_wait_in_an_emptied_redis_are_all_settled(machine, buyer):
    chats = [await buyer.chat(count=60) for _ in range(8)]
    await buyer.receive(30 * 400)
    await machine.only("api")
    wanted = [(chat_id, category) for chat_id in chats for category in CATEGORIES][:30]
    jobs = {}
    for one in wanted:
        answer = await buyer.unlock(*one)
        assert answer.status_code == 200, answer.text
        jobs[answer.json()["job_id"]] = one[0]
    await machine.start("worker-1")
    async with machine.redis() as redis:
        await eventually(lambda: _is_filled(redis))
        await redis.flushall()
    for job_id, chat_id in jobs.items():
        await buyer.settled(job_id, timeout_s=300)
        assert await is_exact(buyer, chat_id, job_id)


async def _is_filled(redis):
    return await redis.llen("saq:insights:queued") + await redis.llen("saq:insights:active") >= 5


@pytest.mark.timeout(600)
async def test_postgres_restarted_under_load_loses_and_doubles_nothing(machine, buyer):
    chats = [await buyer.chat(count=60) for _ in range(4)]
    await buyer.receive(16 * 400)
    wanted = [(chat_id, category) for chat_id in chats for category in CATEGORIES]

    async def insist(number, chat_id, category):
        """Unlock with a key, until there is an answer that stands."""
        while True:
            try:
                answer = await buyer.unlock(chat_id, category, key=f"unlock {number}")
            except httpx.TransportError:
                await asyncio.sleep(0.2)
                continue
            if answer.status_code not in TRY_AGAIN:
                assert answer.status_code == 200, answer.text
                return answer.json()["job_id"], chat_id
            await asyncio.sleep(0.2)

    unlocking = [asyncio.create_task(insist(number, *one)) for number, one in enumerate(wanted)]
    for _ in range(3):
        await asyncio.sleep(0.3)
        await machine.kill("postgres")
        await machine.start("postgres")
    for job_id, chat_id in await asyncio.gather(*unlocking):
        await buyer.settled(job_id, timeout_s=300)
        assert await is_exact(buyer, chat_id, job_id)


async def test_of_200_with_coins_for_one_one_is_charged(machine, buyer):
    chats = [await buyer.chat(count=60) for _ in range(3)]
    await buyer.receive(400)
    await machine.only("api")  # what is refunded could be spent again
    wanted = [(chat_id, category) for chat_id in chats for category in CATEGORIES]
    answers = await asyncio.gather(*(buyer.unlock(*wanted[number % 12]) for number in range(200)))

    counts = Counter(answer.status_code for answer in answers)
    assert counts[200] == 1
    assert counts.keys() <= {200, 400, 402}
    assert await books_are_right(machine)


async def test_of_200_for_the_same_chat_and_category_one_is_charged(machine, buyer):
    chat_id = await buyer.chat(count=60)
    await buyer.receive(8_000)
    await machine.only("api")
    answers = await asyncio.gather(*(buyer.unlock(chat_id) for _ in range(200)))

    [done] = [answer.json()["job_id"] for answer in answers if answer.status_code == 200]
    refused = {(answer.status_code, answer.json()["job_id"]) for answer in answers if answer.status_code != 200}
    assert refused == {(400, done)}
    assert len(await machine.fetch("SELECT FROM unlock WHERE chat_id = $1", chat_id)) == 1
    assert await books_are_right(machine)
