import asyncio
import os
import signal
from contextlib import aclosing
from uuid import UUID

import msgspec
import pytest

from app.insights.analyst import CHILD, MODEL, AnalystCrashed, LocalAnalyst
from domain.chats.errors import ChatNotFound
from domain.insights.generator import INSUFFICIENT_DATA, Material
from domain.insights.proof import lines_of
from domain.insights.types import KINDS
from fakes.stored_chats import MEDIA
from support.processes import children
from support.unlocking import said
from support.waiting import eventually

ROMANTIC = ["communication_basics", "emotional_intimacy"]


@pytest.fixture
def analyst(resources):
    return LocalAnalyst(resources.database.reads, resources.settings)


@pytest.fixture
def material(user, market):
    """A chat, and what is wanted of it."""

    async def material(texts, wanted=ROMANTIC):
        chat = await market.opened(await user.id(), UUID(await user.chat(texts)))
        return Material(chat=chat, insight_types=wanted, found={}, chunks={})

    return material


async def all_of(analyst, material):
    return [made async for made in analyst.generate(material)]


async def test_what_is_made_quotes_what_was_written(analyst, material, market):
    given = await material([*said(400), MEDIA])
    made = await all_of(analyst, given)

    assert [one.insight_type for one in made] == ROMANTIC
    first = made[0]
    assert (first.model, first.tokens, first.error_code) == (MODEL, 0, None)
    assert first.basis.measures
    content = msgspec.json.decode(first.content, type=KINDS[first.insight_type].content)
    lines = list(lines_of(content))
    assert lines
    texts = said(400)
    for line in lines:
        assert line.message in texts[line.positions[0] - 1]
        assert line.speaker == ("Ann", "Bob")[line.positions[0] % 2]
        assert line.message_ids
        assert line.timestamp.startswith("2023-11-1")


async def test_the_same_chat_gets_the_same_insights(analyst, material):
    given = await material(said(300))
    contents = [[one.content for one in await all_of(analyst, given)] for _ in range(2)]
    assert contents[0] == contents[1]


async def test_what_the_chat_does_not_carry_is_refused_with_the_reason(analyst, material):
    [made] = await all_of(analyst, await material(["hm"] * 20, ["emotional_intimacy"]))
    assert (made.content, made.error_code) == (None, INSUFFICIENT_DATA)
    assert made.reason.endswith(".")


async def test_a_chat_that_is_gone_is_not_analysed_in_part(analyst, material, market):
    given = await material(said(100))
    await market.delete_chat(given.chat.row.id)
    with pytest.raises(ChatNotFound):
        await all_of(analyst, given)
    assert children(os.getpid(), CHILD) == []


async def test_a_child_that_is_killed_is_told_from_one_that_is_done(analyst, material):
    making = asyncio.create_task(all_of(analyst, await material(said(200))))
    [child] = await eventually(lambda: children(os.getpid(), CHILD))
    os.kill(child, signal.SIGKILL)
    with pytest.raises(AnalystCrashed):
        await making


async def test_no_child_outlives_who_wanted_it(analyst, material):
    given = await material(said(200))
    async with aclosing(analyst.generate(given)) as making:
        await anext(making)
    assert children(os.getpid(), CHILD) == []

    making = asyncio.create_task(all_of(analyst, given))
    [child] = await eventually(lambda: children(os.getpid(), CHILD))
    os.kill(child, signal.SIGSTOP)
    making.cancel()
    await asyncio.wait([making])
    assert children(os.getpid(), CHILD) == []


async def test_a_child_keeps_within_its_limits(resources, material):
    settings = msgspec.structs.replace(resources.settings, import_memory_mb=8)
    with pytest.raises(AnalystCrashed):
        await all_of(LocalAnalyst(resources.database.reads, settings), await material(said(50)))
