"""Users upload while everything is killed at random: what they see is whole at every moment, and stays so.

CHAOS_SEED gives another sequence of faults and CHAOS_ROUNDS a longer one, as in

    CHAOS_SEED=7 CHAOS_ROUNDS=500 pytest tests/e2e/test_chaos.py --timeout=0
"""

import asyncio
import os
import random
import signal
import time
from collections import defaultdict
from contextlib import suppress

from redis.exceptions import RedisError

from domain.chats.imports import LEASE_S
from support.machine import running_machine
from support.waiting import eventually
from support.witness import Witness

SEED = int(os.environ.get("CHAOS_SEED", "1"))
ROUNDS = int(os.environ.get("CHAOS_ROUNDS", "14"))
WORKERS = ("worker-1", "worker-2")
KILLED = (*WORKERS, "api", "postgres", "valkey", "vectors")
FAULTS = (*KILLED, "import child", "paused worker", "emptied redis")
SIZES = {"Ann": (30_000,), "Bob": (200, 900), "Cem": (400, 3_000)}
STATE_OF_CHATS = """
    SELECT chat.id, status, error_code, message_count, count(message.id) AS stored,
           count(DISTINCT position) AS positions, coalesce(max(position) + 1, 0) AS behind_last
    FROM chat LEFT JOIN message ON message.chat_id = chat.id GROUP BY chat.id
"""
OF_NO_CHAT = "SELECT FROM message WHERE NOT EXISTS (SELECT FROM chat WHERE chat.id = message.chat_id)"


class Chaos:
    """The faults, one after another and often several at once; the sequence depends on the seed alone."""

    def __init__(self, machine, seed):
        self._machine = machine
        self._random = random.Random(seed)
        self._busy = defaultdict(asyncio.Lock)
        self.over = False

    async def run(self, rounds):
        async with asyncio.TaskGroup() as faults:
            for number in range(rounds):
                if number % len(FAULTS) == 0:
                    kinds = self._random.sample(FAULTS, len(FAULTS))
                mid_import, moment = self._random.random() < 0.7, self._random.random()
                outage_s = self._random.choice((0, self._random.uniform(0, 1.5)))
                if mid_import:
                    await self._import_under_way()
                await asyncio.sleep(0.4 * moment if mid_import else moment)
                fault, worker = kinds[number % len(FAULTS)], self._random.choice(WORKERS)
                faults.create_task(self._inflict(fault, worker if fault == "paused worker" else fault, outage_s))
        self.over = True

    async def _inflict(self, fault, target, outage_s):
        async with self._busy[target]:
            match fault:
                case "import child":
                    for child in self._children()[:1]:
                        with suppress(ProcessLookupError):
                            os.kill(child, signal.SIGKILL)
                case "paused worker":
                    pid = self._machine.process(target).pid
                    self._machine.pause(pid)
                    await asyncio.sleep(LEASE_S + 2)
                    self._machine.resume(pid)
                case "emptied redis":
                    with suppress(RedisError):
                        async with self._machine.redis() as redis:
                            await redis.flushall()
                case _:
                    await self._machine.kill(fault)
                    await asyncio.sleep(outage_s)
                    await self._machine.start(fault)

    def _children(self):
        return [child for worker in WORKERS for child in self._machine.import_children(worker)]

    async def _import_under_way(self):
        with suppress(TimeoutError):
            await eventually(self._children, timeout_s=2)


async def test_whatever_is_killed_every_import_is_done_once_or_fails_cleanly():
    async with running_machine() as machine:
        for worker in WORKERS:
            await machine.start(worker)
        witnesses = [Witness(machine, subject) for subject in SIZES]
        chaos = Chaos(machine, SEED)
        async with asyncio.TaskGroup() as work:
            watching = [work.create_task(witness.watch()) for witness in witnesses]
            uploading = [work.create_task(_upload_during(chaos, witness)) for witness in witnesses]
            await chaos.run(ROUNDS)
            await asyncio.wait(uploading)
            await eventually(lambda: _is_at_rest(machine), timeout_s=120)
            for watcher in watching:
                watcher.cancel()
        await _check_stored(machine)
        for witness in witnesses:
            await _check_answers(witness)
            assert witness.outcomes["completed"] > 0, witness.outcomes
            assert witness.objections == []
            await witness.client.aclose()
        await _check_nothing_left(machine)


async def _upload_during(chaos, witness):
    rng = random.Random(f"{SEED} {witness.subject}")
    while not chaos.over:
        await witness.upload(rng.choice(SIZES[witness.subject]), rng.choice(("wait=0", "wait=10")))
        await eventually(lambda: witness.unsettled < 3)


async def _is_at_rest(machine):
    return not await machine.fetch("SELECT FROM outbox_job")


async def _check_stored(machine):
    for chat in await machine.fetch(STATE_OF_CHATS):
        stored = (chat["stored"], chat["positions"], chat["behind_last"])
        if chat["status"] == "completed":
            assert stored == (chat["message_count"],) * 3
        else:
            assert (chat["status"], chat["error_code"], stored) == ("failed", "import_failed", (0, 0, 0))
    assert await machine.fetch(OF_NO_CHAT) == []


async def _check_answers(witness):
    """What was answered holds; what was not left nothing, or one chat."""
    chats = defaultdict(list)
    for chat in await eventually(witness.look):
        chats[chat["filename"]].append(chat)
    for attempt in witness.attempts.values():
        found = [(chat["chat_id"], chat["status"]) for chat in chats.pop(attempt.filename, [])]
        match attempt.status:
            case 200:
                assert found == [(attempt.chat_id, "completed")]
            case 202:
                assert found in ([(attempt.chat_id, "completed")], [(attempt.chat_id, "failed")])
            case 422:
                assert found == []
            case _:
                assert len(found) <= 1
    assert not chats


async def _check_nothing_left(machine):
    long_ago = time.time() - 7200
    for upload in machine.uploads:  # of requests that were cut off: kept until surely nobody writes them any more
        os.utime(upload, (long_ago, long_ago))
    await eventually(lambda: machine.uploads == [])
    assert list(machine.scratch.iterdir()) == []
