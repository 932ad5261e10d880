import asyncio
import json
from contextlib import asynccontextmanager
from uuid import uuid4

import msgspec
import pytest

from app import streams
from app.chats.progress import chat_events
from app.signals import Signals, chat_topic
from domain.chats.imports import ImportService
from domain.chats.repository import ChatState
from domain.chats.states import PROGRESS, ImportStage
from support.exports import NOT_AN_EXPORT, imported, upload, whatsapp

HELLO = whatsapp(("Ann", "hello"))


class Watcher:
    """The events of an answer, one after the other."""

    def __init__(self, answer):
        self.answer = answer
        self._lines = answer.aiter_lines()

    async def event(self):
        """The next event as (id, name, data); None at the end."""
        fields = {}
        async for line in self._lines:
            if line:
                name, _, value = line.partition(": ")
                fields[name] = value
            elif "data" in fields:
                return int(fields["id"]), fields["event"], json.loads(fields["data"])
        return None

    async def rest(self):
        found = []
        while event := await self.event():
            found.append(event)
        return found


@asynccontextmanager
async def watching(client, chat_id, last=None):
    headers = {"Last-Event-ID": str(last)} if last is not None else {}
    async with client.stream("GET", f"/api/chats/{chat_id}/events", headers=headers) as answer:
        assert answer.status_code == 200
        assert answer.headers["content-type"].startswith("text/event-stream")
        yield Watcher(answer)


@pytest.fixture
def steps(resources, waiting_chat):
    """An import that is done by hand."""

    async def advance(claim, stage):
        async with resources.database.transaction() as session:
            assert await ImportService(session, resources.master_keys).advance(claim, stage)
        await resources.signals.send(chat_topic(claim.chat_id))

    async def fail(claim):
        async with resources.database.transaction() as session:
            assert await ImportService(session, resources.master_keys).fail(claim, "export_empty")
        await resources.signals.send(chat_topic(claim.chat_id))

    async def begin():
        chat_id = await waiting_chat()
        async with resources.database.transaction() as session:
            return await ImportService(session, resources.master_keys).claim(chat_id)

    begin.advance, begin.fail = advance, fail
    return begin


async def test_progress_is_told_and_at_last_that_it_is_done(client, paused_worker):
    with paused_worker():
        chat_id = (await upload(client, HELLO, prefer="wait=0")).json()["chat_id"]
        async with watching(client, chat_id) as watcher:
            first = await watcher.event()
    assert first == (
        1,
        "progress",
        {
            "chat_id": chat_id,
            "status": "processing",
            "stage": "received",
            "progress_percentage": 0,
            "error_code": None,
        },
    )

    async with watching(client, chat_id, last=first[0]) as watcher:
        *between, done = await watcher.rest()
    ids = [event[0] for event in (first, *between, done)]
    assert ids == sorted(set(ids))
    assert {name for _, name, _ in between} <= {"progress"}
    shares = [data["progress_percentage"] for _, _, data in (first, *between, done)]
    assert shares == sorted(shares)
    assert (done[1], done[2]["status"], shares[-1]) == ("done", "completed", 100)


async def test_every_stage_is_an_event_and_a_client_resumes_behind_the_last_it_has(client, steps):
    claim = await steps()
    stages = [ImportStage.PARSING, ImportStage.STATISTICS, ImportStage.SEALING]
    async with watching(client, claim.chat_id) as watcher:
        seen = [await watcher.event()]
        for stage in stages:
            await steps.advance(claim, stage)
            seen.append(await watcher.event())
    assert [(id_, data["stage"]) for id_, _, data in seen] == list(enumerate(["received", *stages], start=1))
    assert [data["progress_percentage"] for _, _, data in seen] == [0] + [PROGRESS[stage] for stage in stages]

    async with watching(client, claim.chat_id, last=seen[-1][0]) as watcher:
        await steps.fail(claim)
        assert [(name, data["error_code"]) for _, name, data in await watcher.rest()] == [("done", "export_empty")]


async def test_a_client_that_was_away_gets_the_present_state(client, steps):
    claim = await steps()
    for stage in (ImportStage.PARSING, ImportStage.STATISTICS):
        await steps.advance(claim, stage)

    async with watching(client, claim.chat_id, last=1) as watcher:
        assert (await watcher.event())[::2][1]["stage"] == "statistics"


@pytest.mark.parametrize("last", [None, 0, "first", "9" * 5000, "-1", "²"])
async def test_a_settled_chat_is_done_at_once(client, last):
    chat_id = (await imported(client, HELLO))["chat_id"]

    async with watching(client, chat_id, last=last.encode("latin-1") if last == "²" else last) as watcher:
        [event] = await watcher.rest()
    assert (event[1], event[2]["status"]) == ("done", "completed")


async def test_who_has_seen_the_end_gets_nothing_again(client):
    chat_id = (await imported(client, HELLO))["chat_id"]

    async with watching(client, chat_id) as watcher:
        [(last, _, _)] = await watcher.rest()
    async with watching(client, chat_id, last=last) as watcher:
        assert await watcher.rest() == []


async def test_a_failed_chat_is_done_with_its_code(client, paused_worker):
    with paused_worker():
        chat_id = (await upload(client, NOT_AN_EXPORT, prefer="wait=0")).json()["chat_id"]
    async with watching(client, chat_id) as watcher:
        *_, (_, name, data) = await watcher.rest()

    assert (name, data["status"], data["error_code"]) == ("done", "failed", "export_not_recognised")


async def test_the_stream_ends_when_the_chat_is_deleted(client, waiting_chat):
    chat_id = await waiting_chat()
    async with watching(client, chat_id) as watcher:
        assert (await watcher.event())[1] == "progress"
        assert (await client.delete(f"/api/chats/{chat_id}")).status_code == 200
        assert await watcher.rest() == []


async def test_of_anothers_chat_there_is_nothing_to_watch(client, stranger, is_problem):
    chat_id = (await imported(client, HELLO))["chat_id"]

    assert is_problem(await stranger.get(f"/api/chats/{chat_id}/events"), 404, "chat_not_found")
    assert is_problem(await stranger.get(f"/api/chats/{uuid4()}/events"), 404, "chat_not_found")


async def test_many_watchers_hold_no_connection(client, steps):
    claim = await steps()

    async def watch():
        async with watching(client, claim.chat_id) as watcher:
            return await watcher.rest()

    watchers = [asyncio.create_task(watch()) for _ in range(90)]
    assert (await client.get("/api/chats")).status_code == 200
    await steps.fail(claim)
    for events in await asyncio.gather(*watchers):
        assert events[-1][1] == "done"


class Unchanging:
    """A chat that stays as it is for a while, and is gone then."""

    def __init__(self, looks):
        self._looks = looks

    async def state(self, user_id, chat_id):
        self._looks -= 1
        return ChatState("processing", "parsing", 2, None) if self._looks else None


async def test_a_quiet_stream_carries_comments_that_no_client_takes_for_events(monkeypatch):
    monkeypatch.setattr(streams, "HEARTBEAT_S", 0.01)
    sent = [event.encode() async for event in chat_events(Unchanging(4), Signals(None), uuid4(), uuid4(), 0)]

    assert sent[0].startswith(b"id: 2\r\nevent: progress\r\ndata: ")
    assert set(sent[1:]) == {b": waiting\r\n\r\n"}
    assert msgspec.json.decode(sent[0].split(b"data: ")[1])["progress_percentage"] == 10
