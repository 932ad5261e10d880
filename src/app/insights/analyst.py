"""Runs the analysing child: a chat's messages go in, drafts come out; what the chat proves of one is an insight."""

import asyncio
import time
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing

import asyncpg
import msgspec
import structlog

from app.children import next_frame, running_child
from app.settings import Settings
from domain.chats.errors import ChatNotFound
from domain.chats.lookup import MessageLookup
from domain.chats.repository import ChatRows
from domain.chats.sealing import open_bodies
from domain.chats.service import OpenedChat
from domain.childprocess import Limits
from domain.frames import frame
from domain.insights.analyst import VERSION
from domain.insights.analyst.protocol import (
    AnalysedMessage,
    AnalysisTask,
    Answer,
    Crashed,
    Finished,
    decode_answer,
    received,
)
from domain.insights.drafts import Draft
from domain.insights.generator import INSUFFICIENT_DATA, Made, Material
from domain.insights.proof import ChatLines, Unproven, prove, quoted_positions
from domain.insights.types import KINDS

MODEL = f"local-analyst/{VERSION}"
CHILD = "domain.insights.analyst.child"
_MESSAGES_A_BATCH = 2_000
_BUFFER_BYTES = 4 * 1024 * 1024
_UNPROVEN = "The chat does not hold enough messages that prove what there is to say."
_MINUTE = 60
_AT_ONCE = 2
"""Children, which take a processor each; whoever waits for a language model meanwhile takes none."""
_log = structlog.get_logger()


class AnalystCrashed(Exception):
    """The child ended before it was done, by a fault of ours or from outside: worth another try."""


class _Report(msgspec.Struct):
    resolution_seconds: int = _MINUTE


class LocalAnalyst:
    """Makes insights from the messages alone, on this machine; the same chat gets the same ones."""

    def __init__(self, reads: asyncpg.Pool, settings: Settings) -> None:
        self._rows = ChatRows(reads)
        self._lookup = MessageLookup(reads)
        self._places = asyncio.Semaphore(_AT_ONCE)
        self._limits = Limits(settings.import_memory_mb * 1024 * 1024, settings.import_timeout_s)

    async def generate(self, material: Material) -> AsyncIterator[Made]:
        """As `Generator.generate`; a type in whose making the child failed is left out.

        Raises:
            AnalystCrashed: the child was lost.
            ChatNotFound: the chat was deleted meanwhile.
        """
        began = time.perf_counter()
        async with aclosing(self.drafts(material)) as drafts:
            async for draft in drafts:
                content = await self._proven(material.chat, draft)
                elapsed_ms, began = round((time.perf_counter() - began) * 1000), time.perf_counter()
                yield Made(
                    insight_type=draft.insight_type,
                    content=content,
                    error_code=INSUFFICIENT_DATA if content is None else None,
                    reason=(draft.reason or _UNPROVEN) if content is None else None,
                    basis=draft.basis,
                    model=MODEL,
                    elapsed_ms=elapsed_ms,
                )

    async def drafts(self, material: Material) -> AsyncGenerator[Draft, None]:
        """A draft of each wanted type, as each is done; raises as `generate` does."""
        chat = material.chat
        assert chat.profile is not None  # noqa: S101 - an imported chat has one
        task = AnalysisTask(
            participants=chat.profile.participants,
            utc=chat.profile.utc,
            resolution_seconds=msgspec.json.decode(chat.row.import_report or b"{}", type=_Report).resolution_seconds,
            insight_types=list(material.insight_types),
            found={name: list(positions) for name, positions in material.found.items()},
        )
        async with (
            self._places,
            running_child(CHILD, buffer_bytes=_BUFFER_BYTES, limits=self._limits) as child,
        ):
            try:
                child.input.write(frame(task))
                await self._tell(child.input, chat)
                while not isinstance(answer := await _answer(child.output), Finished):
                    if isinstance(answer, Crashed):
                        _log.error("analyst.failed", insight_type=answer.insight_type, where=answer.where)
                    else:
                        yield received(answer)
            except (asyncio.IncompleteReadError, ConnectionError):
                raise AnalystCrashed from None

    async def close(self) -> None:
        """Nothing is held open between two chats."""

    async def _tell(self, target: asyncio.StreamWriter, chat: OpenedChat) -> None:
        told, after = 0, -1
        while rows := await self._rows.messages(chat.row.id, after, _MESSAGES_A_BATCH):
            bodies = open_bodies(chat.opener, chat.row.id, [(row[0], row[6]) for row in rows])
            batch = [
                AnalysedMessage(position, sent_at, sender, kind, flags, body.text, body.attachment)
                for (_, position, sent_at, sender, kind, flags, _), body in zip(rows, bodies, strict=True)
            ]
            told, after = told + len(batch), batch[-1].position
            target.write(frame(batch))
            await target.drain()
        if told < chat.row.message_count:
            raise ChatNotFound
        target.write(frame([]))
        await target.drain()

    async def _proven(self, chat: OpenedChat, draft: Draft) -> bytes | None:
        """A draft's content with its lines as they are stored; None when there is none, or too little of it is left."""
        if draft.content is None:
            return None
        assert chat.profile is not None  # noqa: S101 - as above
        drafted = msgspec.json.decode(draft.content, type=KINDS[draft.insight_type].content)
        quoted = await self._lookup.quoted(chat, quoted_positions(drafted))
        messages = {message.position: message for message in quoted}
        try:
            proven = prove(drafted, ChatLines(messages, chat.profile.participants, utc=chat.profile.utc))
        except Unproven:
            return None
        return msgspec.json.encode(proven)


async def _answer(output: asyncio.StreamReader) -> Answer:
    answer: Answer = decode_answer(await next_frame(output))
    return answer
