"""Users who unlock while everything breaks: in the end each has what was paid for, or the coins, and never both.

    SOAK_SEED=7 SOAK_CYCLES=200 pytest -s tests/e2e/test_unlocks_soak.py

A cycle is one unlock: asked for once or more often, watched, its failed insights wanted again, its chat or its account
deleted meanwhile, or none of that. Meanwhile workers, their children, the API, PostgreSQL and Valkey are killed, Valkey
is emptied, workers are paused past their lease, and deadlines pass. The seed decides what is done; when, the machine.
"""

import asyncio
import os
import random
import signal
import sys
import time
from collections import Counter
from contextlib import suppress

import httpx
import pytest
from redis.exceptions import RedisError

from support.machine import running_machine
from support.processes import children
from support.unlocking import ANALYST, SETTLED, WITHOUT_MODELS, Buyer, books_are_right
from support.waiting import eventually

SEED = int(os.environ.get("SOAK_SEED", "1"))
CYCLES = int(os.environ.get("SOAK_CYCLES", "12"))
AT_ONCE = 4
LEASE_S = 3
BONUS = 50
GIFT = 400
CATEGORIES = ["romantic", "friendship", "family", "workplace"]
ENDINGS = ["kept", "kept", "kept", "retried", "deleted", "overdue"]
FAULTS = [
    *("killed worker-1", "killed worker-2", "killed api", "killed postgres", "killed valkey"),
    *("killed child", "emptied redis", "paused worker"),
]
TRY_AGAIN = {409, 503}
OVERDUE = "UPDATE unlock SET deadline_at = now() WHERE id = $1 AND settled_at IS NULL"


class World:
    def __init__(self, machine):
        self.machine = machine
        self.chosen = random.Random(SEED)
        self.seen = Counter()
        self.over = asyncio.Event()

    def choose(self, among):
        return self.chosen.choice(among)

    async def insist(self, ask):
        """Ask until there is an answer that stands, as a client does that knows nothing of what happened."""
        while True:
            try:
                answer = await ask()
            except (httpx.TransportError, ValueError):  # the connection broke, or the answer is a problem
                self.seen["connections lost"] += 1
            else:
                if not isinstance(answer, httpx.Response) or answer.status_code not in TRY_AGAIN:
                    return answer
            await asyncio.sleep(self.chosen.uniform(0.05, 0.3))

    async def havoc(self):
        while not self.over.is_set():
            with suppress(TimeoutError):
                await asyncio.wait_for(self.over.wait(), self.chosen.uniform(0.5, 2.5))
            fault = self.choose(FAULTS)
            self.seen[fault] += 1
            await self._inflict(fault)

    async def _inflict(self, fault):
        machine, worker = self.machine, self.choose(["worker-1", "worker-2"])
        match fault.split():
            case ["killed", "child"]:
                for child in children(machine.process(worker).pid, ANALYST)[:1]:
                    with suppress(ProcessLookupError):
                        os.kill(child, signal.SIGKILL)
            case ["killed", victim]:
                await machine.kill(victim)
                await asyncio.sleep(self.chosen.uniform(0, 0.5))
                await machine.start(victim)
            case ["emptied", _]:
                with suppress(RedisError):
                    async with machine.redis() as redis:
                        await redis.flushall()
            case _:
                pid = machine.process(worker).pid
                machine.pause(pid)
                await asyncio.sleep(LEASE_S + 1)
                machine.resume(pid)


class Cycle:
    """One user, who unlocks one category for one chat."""

    def __init__(self, world, number):
        self.world = world
        self.number = number
        self.category = world.choose(CATEGORIES)
        self.clicks = world.choose([1, 1, 2])
        self.ending = world.choose(ENDINGS)
        self.patience_s = world.chosen.uniform(0, 1.5)
        self.buyer = Buyer(world.machine, f"soak-{number}")
        self.chat_id = self.job_id = None
        world.seen[self.ending] += 1

    async def live(self):
        insist, buyer = self.world.insist, self.buyer
        await self._receive()
        self.chat_id = await self._upload()
        clicks = (insist(lambda: buyer.unlock(self.chat_id, self.category, key="first")) for _ in range(self.clicks))
        answers = await asyncio.gather(*clicks)
        assert {answer.status_code for answer in answers} == {200}, [answer.text for answer in answers]
        [self.job_id] = {answer.json()["job_id"] for answer in answers}
        await asyncio.sleep(self.patience_s)
        if self.ending == "deleted":
            answer = await insist(lambda: buyer.client.delete(f"/api/chats/{self.chat_id}"))
            assert answer.status_code in {200, 404}, answer.text  # an answer that was lost may have been a 200
        if self.ending == "overdue":
            await self._fetch(OVERDUE, self.job_id)
        while (await insist(lambda: buyer.status(self.job_id)))["status"] not in SETTLED:
            if self.ending == "retried":
                await self._retry()
            await asyncio.sleep(0.2)

    async def _receive(self):
        async with self.world.machine.client("operator", admin=True) as admin:
            await self.world.insist(self.buyer.balance)
            gift = {"user_id": self.buyer.subject, "amount": GIFT, "reason": "Gift"}
            headers = {"Idempotency-Key": f"gift {self.number}"}
            path = "/api/admin/credits/adjustments"
            answer = await self.world.insist(lambda: admin.post(path, json=gift, headers=headers))
            assert answer.status_code == 200, answer.text

    async def _upload(self):
        """The id of a chat that is imported; there may be others, whose answers were lost."""
        while True:
            with suppress(httpx.TransportError, AssertionError, KeyError, ValueError):
                return await self.buyer.chat(count=80)
            await asyncio.sleep(0.3)

    async def _retry(self):
        status = await self.world.insist(lambda: self.buyer.status(self.job_id))
        for insight in status.get("insights", []):
            if insight["status"] == "failed":
                with suppress(httpx.TransportError):
                    await self.buyer.client.post(f"/api/insights/{insight['id']}/retry")
                    self.world.seen["retries"] += 1

    async def _fetch(self, statement, *arguments):
        while True:
            with suppress(OSError, Exception):
                return await self.world.machine.fetch(statement, *arguments)
            await asyncio.sleep(0.2)

    async def is_exact(self):
        """Whether the unlock was charged once, and what was not delivered was given back."""
        status = await self.buyer.status(self.job_id)
        entries = await self.buyer.entries(self.job_id)
        self.world.seen[status["status"]] += 1
        refunded = status["coins_refunded"]
        assert entries == {"insight_unlock": -status["coins_deducted"]} | ({"refund": refunded} if refunded else {})
        assert await self.buyer.balance() == BONUS + GIFT - status["coins_deducted"] + refunded
        shares = await self.world.machine.fetch("SELECT status, share FROM insight WHERE unlock_id = $1", self.job_id)
        if self.ending == "deleted":
            assert shares == []
        else:
            assert sum(row["share"] for row in shares if row["status"] != "completed") == refunded
        return True


@pytest.mark.timeout(180 + 10 * CYCLES)
async def test_every_unlock_is_delivered_or_refunded_to_the_coin(capsys):
    began = time.monotonic()
    async with running_machine(UNLOCK_LEASE_S=str(LEASE_S), **WITHOUT_MODELS) as machine:
        for worker in ("worker-1", "worker-2"):
            await machine.start(worker)
        world = World(machine)
        cycles = [Cycle(world, number) for number in range(CYCLES)]
        turns = asyncio.Semaphore(AT_ONCE)

        async def live(cycle):
            async with turns:
                await cycle.live()

        havoc = asyncio.create_task(world.havoc())
        try:
            await asyncio.gather(*(live(cycle) for cycle in cycles))
        finally:
            world.over.set()
            await havoc
        await eventually(lambda: _is_at_rest(machine), timeout_s=120)
        for cycle in cycles:
            assert await cycle.is_exact()
            await cycle.buyer.client.aclose()
        unlocks = await machine.fetch("SELECT FROM unlock")
        assert len(unlocks) == CYCLES
        assert await books_are_right(machine)
        with capsys.disabled():
            counts = ", ".join(f"{name}: {count}" for name, count in sorted(world.seen.items()))
            sys.stdout.write(f"\nseed {SEED}, {CYCLES} unlocks in {time.monotonic() - began:.0f} s\n{counts}\n")


async def _is_at_rest(machine):
    return not await machine.fetch("SELECT FROM outbox_job")
