"""Indexing on a machine of its own whose worker and vector store are killed."""

import os
import signal
from contextlib import suppress
from uuid import UUID

from app.resources import Resources, opened
from domain.retrieval.index import IndexUnavailable
from support.exports import imported, long_chat
from support.machine import running_machine
from support.processes import children
from support.waiting import eventually

MESSAGES = 6_000
LIVE = "SELECT id, collection, point_count FROM chat_index WHERE chat_id = $1 AND state = 'live'"


async def test_whatever_is_killed_a_chat_is_searched_whole_or_not_at_all():
    async with running_machine() as machine:
        machine._environ["EMBEDDER"] = "use"
        await machine.start("worker-1")
        settings = machine.stack("worker-1").settings
        async with opened(Resources(settings)) as resources, machine.client("ann") as client:
            index = resources.vector_index
            chat_id = (await imported(client, long_chat(MESSAGES)))["chat_id"]

            async def stored(at_least):
                """Whether so much lies in the vector store, while the chat does not say that it can be searched."""
                status = (await client.get(f"/api/chats/{chat_id}/vector-status")).json()
                assert status["vector_status"] in {"pending", "indexing"}
                assert not status["is_searchable"]
                assert await machine.fetch(LIVE, UUID(chat_id)) == []
                found = await machine.fetch("SELECT id FROM chat_index WHERE chat_id = $1", UUID(chat_id))
                return [row["id"] for row in found if await _count(index, row["id"]) >= at_least]

            [version] = await eventually(lambda: stored(500))
            await machine.kill("worker-1")
            before = await index.count(version)
            await machine.start("worker-2")
            await eventually(lambda: stored(before + 500))
            await machine.kill("vectors")
            await machine.start("vectors")
            await eventually(lambda: stored(before + 1_000))
            [child] = children(machine.process("worker-2").pid, "domain.retrieval.child")
            os.kill(child, signal.SIGKILL)

            status = await eventually(lambda: _completed(client, chat_id), timeout_s=120)
            assert status["chunk_count"] == MESSAGES
            [live] = await machine.fetch(LIVE, UUID(chat_id))
            assert (live["id"], live["point_count"]) == (version, MESSAGES)
            assert await index.positions(version) == set(range(MESSAGES))

            await client.delete(f"/api/chats/{chat_id}")
            await eventually(lambda: _is_empty(index, version))


async def _count(index, version):
    with suppress(IndexUnavailable):  # it is not there yet, or killed
        return await index.count(version)
    return 0


async def _completed(client, chat_id):
    status = (await client.get(f"/api/chats/{chat_id}/vector-status")).json()
    assert status["vector_status"] != "failed"
    return status["vector_status"] == "completed" and status


async def _is_empty(index, version):
    return await index.count(version) == 0
