import asyncio
from uuid import UUID

import pytest

from app.insights.events import JobWatcher
from app.insights.jobs import run_unlock
from domain.insights.states import Stage
from fakes.buyers import made, refused
from support.asking import events
from support.waiting import eventually

pytestmark = pytest.mark.usefixtures("books_are_right")
FAMILY = ["family_dynamics", "family_emotional_climate", "family_conflict_patterns"]


async def watched(user, job_id, last=None):
    """All events of a settled job."""
    headers = {} if last is None else {"Last-Event-ID": str(last)}
    answer = await user.get(f"insights/jobs/{job_id}/events", headers=headers)
    assert answer.headers["content-type"].startswith("text/event-stream")
    return with_ids(answer)


def with_ids(answer):
    blocks = [dict(line.split(": ", 1) for line in block.split("\r\n")) for block in answer.text.split("\r\n\r\n")[:-1]]
    return [(int(block["id"]), *event) for block, event in zip(blocks, events(answer), strict=True)]


async def settled(user, maker):
    maker.outcomes = {"family_dynamics": refused}
    chat_id, answer = await user.unlocked()
    await run_unlock(user.resources, UUID(answer["job_id"]))
    return chat_id, answer["job_id"]


async def test_a_settled_job_tells_its_insights_and_is_done(user, maker):
    chat_id, job_id = await settled(user, maker)
    found = await watched(user, job_id)

    assert [name for _, name, _ in found] == ["insight", "insight", "insight", "done"]
    assert [data["insight_type_name"] for _, name, data in found[:3]] == FAMILY
    insights = await user.insights(chat_id)
    assert [data for _, _, data in found[:3]] == [insights[name] for name in FAMILY]
    ids = [revision for revision, _, _ in found]
    assert ids == sorted(set(ids))
    done, status = found[-1][2], await user.status(job_id)
    assert done == {name: status[name] for name in status if name != "insights"}


async def test_a_client_resumes_behind_the_last_event_that_it_has(user, maker):
    _, job_id = await settled(user, maker)
    found = await watched(user, job_id)
    for number, (revision, _, _) in enumerate(found[:-1], 1):
        assert await watched(user, job_id, revision) == found[number:]
    assert await watched(user, job_id, found[-1][0]) == []
    assert await watched(user, job_id, "x") == found


async def test_every_change_is_told_as_it_comes(user, maker, market, resources):
    job_id = UUID((await user.unlocked())[1]["job_id"])
    told = []

    async def watch():
        async for message in JobWatcher(resources, await user.id(), job_id).events(0):
            told.append((int(message.id), message.event))  # noqa: PERF401 - it is looked at meanwhile

    watching = asyncio.create_task(watch())
    await eventually(lambda: told == [(1, "stage"), (1, "progress")])
    claim = await market.run("claim", job_id)
    await eventually(lambda: told[-1] == (2, "progress"))
    await market.run("advance", claim, Stage.GENERATING)
    await eventually(lambda: told[-2:] == [(3, "stage"), (3, "progress")])
    first, *others = await market.run("begin", claim)
    await eventually(lambda: told[-1] == (4, "progress"))
    await market.store(claim, first, made(first.insight_type))
    await eventually(lambda: told[-2:] == [(5, "insight"), (5, "progress")])
    for one in others:
        await market.store(claim, one, made(one.insight_type))
    await market.finish(claim)
    await watching
    assert told[-1] == (8, "done")
    assert [event for event in told if event[1] == "insight"] == [(5, "insight"), (6, "insight"), (7, "insight")]


async def test_a_deleted_chat_ends_the_stream_with_its_refund(user, maker, market, resources):
    chat_id, answer = await user.unlocked()
    job_id = UUID(answer["job_id"])
    await market.delete_chat(UUID(chat_id))
    await market.settlement("cancel", job_id)
    [(_, name, data)] = await watched(user, job_id)
    assert (name, data["status"], data["coins_refunded"]) == ("done", "failed", 400)
