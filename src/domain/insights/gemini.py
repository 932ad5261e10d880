"""Insights phrased by Gemini, over the numbers of the local analyst and the words of the chat.

The analyst drafts first. Its draft gives every number, score, component and computed label, the measures that Gemini
may name, and the messages around which it reads. Gemini then writes one insight a call, in the shape of the type's
content, and of what it writes only that is kept which the chat and the measures bear out (`gemini_merge`).

Where the analyst finds the chat insufficient, so is the insight, and Gemini is not asked: a score cannot be published
without components, and those are never a language model's.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Protocol

import msgspec

from domain.chats.lookup import MessageLookup
from domain.chats.service import OpenedChat
from domain.chats.statistics.calendar import timestamp
from domain.gemini import GeminiBlocked, GeminiCutOff, GeminiRefused, GeminiUnavailable, text_of
from domain.insights.drafts import Draft
from domain.insights.gemini_call import GeminiWriter
from domain.insights.gemini_merge import merge
from domain.insights.gemini_prose import Prose
from domain.insights.gemini_request import Told, candidates, instruction_for, told
from domain.insights.gemini_schema import QuotedLine, reply_schema, reply_type
from domain.insights.generator import INSUFFICIENT_DATA, Made, Material
from domain.insights.proof import ChatLines, Unproven, parts_of, prove, quoted_positions
from domain.retrieval.options import AnswererOptions

TIMEOUT_S = 90.0
_SIDE_BY_SIDE = 3

_UNAVAILABLE = "provider_unavailable"
_REFUSED = "provider_refused"
_BLOCKED = "generation_blocked"
_MALFORMED = "generation_malformed"
_UNPROVEN = "generation_unproven"
_REASONS = {
    _UNAVAILABLE: "The language model did not answer.",
    _REFUSED: "The language model does not accept what it is asked.",
    _BLOCKED: "The language model held its answer back.",
    _MALFORMED: "The language model's answer could not be read.",
    _UNPROVEN: "The chat does not bear out what the language model answered.",
}

_AGAIN = "An earlier answer to this could not be used: {} Answer anew, as instructed."
_TOO_LONG = "it was cut off for its length. Be briefer, with fewer items in the lists."
_MISSHAPEN = "it is not JSON of the given schema ({})."
_NOT_FOUND = "too little of it stands in the messages that it names. Copy letter by letter."
_PHRASED = "{} chose the quotations and wrote the text; numbers, scores and labels are computed."


class Drafts(Protocol):
    """The local analyst: a draft of each wanted type, as each is done."""

    def drafts(self, material: Material) -> AsyncIterator[Draft]: ...


class Kind(Protocol):
    """What has to be known of an insight type."""

    @property
    def content(self) -> type[msgspec.Struct]: ...

    @property
    def instruction(self) -> str: ...


class _Failed(Exception):
    def __init__(self, code: str, *, complaint: str | None = None, retry_after_s: float | None = None) -> None:
        super().__init__()
        self.code = code
        self.complaint = complaint
        """What to tell Gemini, if it may do better."""
        self.retry_after_s = retry_after_s


class _Subject(msgspec.Struct, frozen=True, kw_only=True):
    """What one insight is written about."""

    chat: OpenedChat
    participants: Sequence[str]
    utc: bool
    kind: Kind
    draft: msgspec.Struct
    """The analyst's content, proven."""
    told: Told


class GeminiGenerator:
    def __init__(
        self,
        options: AnswererOptions,
        analyst: Drafts,
        lookup: MessageLookup,
        kinds: Mapping[str, Kind],
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        """The analyst stays its owner's to close; `timeout_s` is of a call with its pauses and further attempts."""
        self._analyst = analyst
        self._lookup = lookup
        self._kinds = kinds
        self._writer = GeminiWriter(options, timeout_s)

    async def generate(self, material: Material) -> AsyncIterator[Made]:
        """As `Generator.generate`; three calls at most are under way at a time."""
        made: asyncio.Queue[Made | None] = asyncio.Queue()
        making = asyncio.create_task(self._make_all(material, made))
        making.add_done_callback(lambda _: made.put_nowait(None))
        try:
            while (one := await made.get()) is not None:
                yield one
            await making
        finally:
            making.cancel()
            await asyncio.gather(making, return_exceptions=True)

    async def close(self) -> None:
        await self._writer.close()

    async def _make_all(self, material: Material, made: asyncio.Queue[Made | None]) -> None:
        places = asyncio.Semaphore(_SIDE_BY_SIDE)
        period = await self._period(material.chat)

        async def make(draft: Draft) -> None:
            async with places:
                made.put_nowait(await self._make(material, draft, period))

        tasks = []
        try:
            async for draft in self._analyst.drafts(material):
                tasks.append(asyncio.create_task(make(draft)))  # noqa: PERF401 - a call begins once its draft is there
            await asyncio.gather(*tasks)
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def _period(self, chat: OpenedChat) -> list[str]:
        """The days of the first message and of the last."""
        times = await self._lookup.times(chat.row.id, chat.row.message_count)
        return [timestamp(sent_at, utc=False)[:10] for _, sent_at in (*times[:1], *times[-1:])]

    async def _make(self, material: Material, draft: Draft, period: Sequence[str]) -> Made:
        began = time.monotonic()
        tokens: list[int] = []
        made = Made(insight_type=draft.insight_type, basis=draft.basis, model=self._writer.model, elapsed_ms=0)
        if draft.content is None:
            made = msgspec.structs.replace(made, error_code=INSUFFICIENT_DATA, reason=draft.reason)
        else:
            try:
                content = await self._written(await self._subject(material, draft, draft.content, period), tokens)
                method = f"{draft.basis.method} {_PHRASED.format(self._writer.model)}".strip()
                basis = msgspec.structs.replace(draft.basis, method=method)
                made = msgspec.structs.replace(made, content=msgspec.json.encode(content), basis=basis)
            except _Failed as failed:
                made = msgspec.structs.replace(
                    made,
                    error_code=failed.code,
                    reason=_REASONS[failed.code],
                    another_try=failed.code == _UNAVAILABLE,
                    retry_after_s=failed.retry_after_s,
                )
        elapsed_ms = round(1000 * (time.monotonic() - began))
        return msgspec.structs.replace(made, tokens=sum(tokens), elapsed_ms=elapsed_ms)

    async def _subject(self, material: Material, draft: Draft, content: msgspec.Raw, period: Sequence[str]) -> _Subject:
        """What there is to say, read from the chat; no connection is held when this returns."""
        kind = self._kinds[draft.insight_type]
        profile = material.chat.profile
        participants, utc = (profile.participants, profile.utc) if profile is not None else ([], False)
        own = msgspec.json.decode(content, type=kind.content)
        quoted = quoted_positions(own)
        wanted = candidates(quoted, draft.positions, material.found.get(draft.insight_type, ()))
        read = await self._lookup.quoted(material.chat, {*wanted, *quoted})
        messages = {message.position: message for message in read if 0 <= message.sender < len(participants)}
        try:
            own = prove(own, ChatLines(messages, participants, utc=utc))
        except Unproven:
            raise _Failed(_UNPROVEN) from None
        excerpts = [messages[position] for position in wanted if position in messages]
        return _Subject(
            chat=material.chat,
            participants=participants,
            utc=utc,
            kind=kind,
            draft=own,
            told=told(draft.basis.measures, own, excerpts, participants, period),
        )

    async def _written(self, subject: _Subject, tokens: list[int]) -> msgspec.Struct:
        """The content, at the second attempt if the first cannot be used."""
        try:
            return await self._attempt(subject, [subject.told.contents], tokens)
        except _Failed as failed:
            if failed.complaint is None:
                raise
            again = _AGAIN.format(failed.complaint)
        return await self._attempt(subject, [subject.told.contents, again], tokens)

    async def _attempt(self, subject: _Subject, contents: Sequence[str], tokens: list[int]) -> msgspec.Struct:
        content = subject.kind.content
        try:
            response = await self._writer.write(
                instruction_for(subject.kind.instruction), contents, reply_schema(content)
            )
        except GeminiUnavailable as failure:
            raise _Failed(_UNAVAILABLE, retry_after_s=failure.retry_after_s) from None
        except GeminiRefused:
            raise _Failed(_REFUSED) from None
        tokens.append((response.usage_metadata and response.usage_metadata.total_token_count) or 0)
        try:
            text = text_of(response)
        except GeminiCutOff:
            raise _Failed(_MALFORMED, complaint=_TOO_LONG) from None
        except GeminiBlocked:
            raise _Failed(_BLOCKED) from None
        if not text.strip():
            raise _Failed(_BLOCKED)
        return await self._checked(subject, text)

    async def _checked(self, subject: _Subject, text: str) -> msgspec.Struct:
        """What holds of a reply; the messages that it cites are read again."""
        try:
            reply = msgspec.json.decode(text, type=reply_type(subject.kind.content), strict=False)
        except msgspec.MsgspecError as error:
            raise _Failed(_MALFORMED, complaint=_MISSHAPEN.format(_place(error))) from None
        named = {position for line in parts_of(reply, QuotedLine) for position in line.positions}
        cited = await self._lookup.quoted(subject.chat, named & subject.told.shown.keys())
        lines = ChatLines({message.position: message for message in cited}, subject.participants, utc=subject.utc)
        prose = Prose(subject.told.measures, subject.told.shown.values(), cited, subject.participants)
        try:
            return merge(subject.kind.content, reply, subject.draft, lines, prose, subject.participants)
        except Unproven:
            raise _Failed(_UNPROVEN, complaint=_NOT_FOUND) from None


def _place(error: msgspec.MsgspecError) -> str:
    """Where a reply breaks its schema, without what stands there."""
    place = str(error).rpartition(" - at ")[2] if " - at " in str(error) else ""
    return f"at {place}" if place.startswith("`$") else "it does not end as it should"
