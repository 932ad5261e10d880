"""From import to searchable with the local default: time, processor time, memory, and what others feel meanwhile.

Claims, on two cores: 65,000 short messages are searchable within two minutes of their import; the worker and its
children hold less than 900 MB; meanwhile searches of another chat and other requests answer within 300 ms at p99.
"""

import asyncio
import os
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import numpy as np
import uvloop
from support.product import PeakMemory, Product, descendants, generate, percentile, requests_per_second, running_product

from app.resources import Resources, opened
from app.settings import load
from domain.chats.repository import ChatRows
from domain.chats.service import ChatReader
from domain.retrieval.lexical import SPARSE_LISTS, TokenHasher, query_vector
from domain.retrieval.question import parse_question
from domain.retrieval.reader import IndexReader
from domain.retrieval.repository import IndexRows

MESSAGES = 65_000
OTHER_MESSAGES = 5_000
QUESTION = "when is the meeting about dinner tomorrow?"
LIMIT = 100


async def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        large, _ = await generate(directory, MESSAGES)
        small, _ = await generate(directory, OTHER_MESSAGES, "--seed", "2")
        async with running_product() as product, opened(Resources(load(product.environ))) as resources:
            other = await _import(product, "other", small)
            await _until_indexed(resources, other)
            await _measure(product, resources, large, other)


async def _measure(product: Product, resources: Resources, export: Path, other: UUID) -> None:
    chat_id = await _import(product, "large", export)
    memory, searches, requests = PeakMemory(product.process("worker")), list[float](), list[float]()
    cpu, started = _processor_s(product.pid), time.perf_counter()
    watching = [
        asyncio.create_task(watch)
        for watch in (memory.watch(), _search(resources, other, searches), _others(product, requests))
    ]
    points = await _until_indexed(resources, chat_id)
    seconds, cpu_s = time.perf_counter() - started, _processor_s(product.pid) - cpu
    for task in watching:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    print(
        f"{points} of {MESSAGES} messages searchable in {seconds:.1f} s ({cpu_s:.1f} s of processor time in all), "
        f"worker and children {memory.peak_mb:.0f} MB"
    )
    for name, latencies in (("searches of another chat", searches), ("other requests", requests)):
        shown = ", ".join(f"{label} {percentile(latencies, share) * 1000:.0f} ms" for label, share in SHARES)
        print(f"{len(latencies):>9} {name}: {shown}")


SHARES = (("p50", 0.5), ("p95", 0.95), ("p99", 0.99))


async def _import(product: Product, subject: str, export: Path) -> UUID:
    async with product.client(subject) as client:
        with export.open("rb") as file:
            answer = await client.post("/api/chats/upload", files={"file": file}, headers={"Prefer": "wait=60"})
        answer.raise_for_status()
        return UUID(answer.json()["chat_id"])


async def _until_indexed(resources: Resources, chat_id: UUID) -> int:
    while True:
        statement = "SELECT vector_status, chunk_count FROM chat WHERE id = $1"
        status, points = await resources.database.reads.fetchrow(statement, chat_id)
        if status == "failed":
            raise RuntimeError("indexing failed")
        if status == "completed":
            return int(points)
        await asyncio.sleep(0.1)


async def _search(resources: Resources, chat_id: UUID, latencies: list[float]) -> None:
    reads = resources.database.reads
    user_id = await reads.fetchval("SELECT user_id FROM chat WHERE id = $1", chat_id)
    chat = await ChatReader(ChatRows(reads), resources.master_keys).one(user_id, chat_id)
    opened_index = await IndexReader(IndexRows(reads), resources.master_keys, resources.collection).open(chat)
    if opened_index is None:
        raise RuntimeError("the other chat is not indexed")
    dense = np.random.default_rng(1).standard_normal(resources.collection.dimension, np.float32)
    question = parse_question(QUESTION, [], int(time.time()), int(time.time()))
    words = query_vector(question, opened_index.facts, TokenHasher(opened_index.token_key))
    lists = dict.fromkeys(SPARSE_LISTS, words)
    while True:
        started = time.perf_counter()
        await resources.vector_index.search_lists(chat_id, opened_index.version, dense, lists, LIMIT)
        latencies.append(time.perf_counter() - started)
        await asyncio.sleep(0.1)


async def _others(product: Product, latencies: list[float]) -> None:
    token = product.token("other")
    while True:
        latencies += await requests_per_second(product.port, "/api/credits/balance", token, 1, 0.05)
        await asyncio.sleep(0.5)


def _processor_s(pid: int) -> float:
    """Of a process and all below it, those that have ended included."""
    ticks = 0
    for each in (pid, *descendants(pid)):
        with suppress(OSError):
            ticks += sum(map(int, Path(f"/proc/{each}/stat").read_text().rpartition(")")[2].split()[11:15]))
    return ticks / os.sysconf("SC_CLK_TCK")


uvloop.run(main())
