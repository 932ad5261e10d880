"""Servers that are killed and come back under everything that a client does."""

import asyncio
from collections import Counter
from itertools import cycle, islice

import httpx
import pytest

from support.asking import ask
from support.exports import upload
from support.machine import running_machine
from support.unlocking import WITHOUT_MODELS, Buyer, books_are_right, talk
from support.waiting import eventually

KILLED = ("postgres", "valkey", "vectors", "postgres")
CLIENTS = 12
MEANWHILE = 60
"""Answers between one kill or start and the next."""


@pytest.fixture
async def buyer():
    async with running_machine(**WITHOUT_MODELS) as machine, Buyer(machine) as buyer:
        await machine.start("worker-1")
        yield buyer


@pytest.fixture
async def operations(buyer):
    """What clients do, by name, on a chat whose insights are made and which is indexed."""
    client = buyer.client
    chat_id, job_id = await buyer.unlocked()
    await buyer.settled(job_id)
    await ask(client, chat_id, "hello", prefer="wait=60")
    other = await buyer.chat()
    await buyer.receive(400)
    [insight, *_] = (await client.get(f"/api/insights/chats/{chat_id}")).json()["insights"]
    chat, found = f"/api/chats/{chat_id}", f"/api/insights/{insight['id']}"
    read = {
        "live": "/health/live",
        "categories": "/api/categories",
        "balance": "/api/credits/balance",
        "transactions": "/api/credits/transactions",
        "chats": "/api/chats",
        "chat": chat,
        "messages": f"{chat}/messages",
        "search": f"{chat}/search?q=dinner",
        "vector status": f"{chat}/vector-status",
        "conversations": f"/api/rag/conversations/{chat_id}",
        "job": f"/api/insights/jobs/{job_id}/status",
        "job events": f"/api/insights/jobs/{job_id}/events",
        "insights": f"/api/insights/chats/{chat_id}",
        "insight": found,
        "evidence": f"{found}/evidence",
    }
    return {name: lambda path=path: client.get(path) for name, path in read.items()} | {
        "store": lambda: client.post("/api/users/store", json={"user_id": buyer.subject}),
        "upload": lambda: upload(client, talk(20), prefer="wait=0"),
        "share": lambda: client.put(f"{chat}/sharing", json={"shared": True}),
        "query": lambda: ask(client, chat_id, "Shall we have dinner on Friday?"),
        "stream": lambda: ask(client, chat_id, "Shall we have dinner on Friday?", path="/api/rag/query/stream"),
        "unlock": lambda: buyer.unlock(other),
    }


@pytest.mark.timeout(300)
async def test_while_servers_are_killed_every_answer_stands_or_asks_to_try_again(buyer, operations):
    machine = buyer.machine
    answers = Counter()
    over = asyncio.Event()

    async def keep_asking(first):
        for name in islice(cycle(operations), first, None):
            if over.is_set():
                return
            try:
                answers[name, (await operations[name]()).status_code] += 1
            except httpx.TransportError:
                answers[name, None] += 1

    async def go_on():
        enough = answers.total() + MEANWHILE
        await eventually(lambda: answers.total() >= enough)

    asking = [asyncio.create_task(keep_asking(2 * number)) for number in range(CLIENTS)]
    for name in KILLED:
        await go_on()
        await machine.kill(name)
        await go_on()
        await machine.start(name)
    over.set()
    await asyncio.gather(*asking)

    assert {name for name, _ in answers} == set(operations)
    assert {(name, status) for name, status in answers if status not in {None, 503} and status >= 500} == set()
    assert 503 in {status for _, status in answers}

    async def answers_again(name):
        return (await operations[name]()).status_code in {200, 202, 400}  # 400: it is unlocked already

    for name in operations:
        await eventually(lambda name=name: answers_again(name))
    assert await books_are_right(machine)
