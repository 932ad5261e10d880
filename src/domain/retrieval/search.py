"""From a question to the messages that may answer it."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time

import msgspec
import structlog

from domain.chats.lookup import Criteria, MessageLookup, QuotedMessage
from domain.chats.service import OpenedChat
from domain.retrieval.analysis import words_of
from domain.retrieval.assembly import CONSIDERED, Chunk, assemble, wanted
from domain.retrieval.dates import Span
from domain.retrieval.embedding import Embedder, EmbedderRefused, EmbedderUnavailable, Vectors
from domain.retrieval.fusion import POPULATION, Ranking
from domain.retrieval.index import DENSE, IndexMissing, VectorIndex
from domain.retrieval.lexical import MESSAGE, SPARSE_LISTS, TokenHasher, query_vector
from domain.retrieval.model import Hit, Sent
from domain.retrieval.question import Question, parse_question
from domain.retrieval.reader import OpenIndex
from domain.retrieval.wording import reranked

FILTERED_POPULATION = 5_000
"""How many of each list's best are looked through for those that meet a search's criteria."""
_DATED = 1_000
"""So many messages of the days that a question names are ranked, whether a list found them or not."""
_log = structlog.get_logger()


class Evidence(msgspec.Struct, frozen=True):
    """What was found for a question, the best first."""

    chunks: list[Chunk]
    ranked: list[Hit]
    messages: dict[int, QuotedMessage]
    """By position; all those of the chunks, and more."""
    message_count: int
    """Of the chat's messages with text."""
    by_meaning: bool
    """Whether meaning was compared too, and not words alone."""
    by_words: frozenset[int]
    """Positions of the messages that hold words of the question."""


class Retriever:
    """Finds messages; no connection to the database is held while the model or the index is asked."""

    def __init__(self, index: VectorIndex, embedder: Embedder | None, lookup: MessageLookup) -> None:
        self._index = index
        self._embedder = embedder
        self._lookup = lookup

    async def retrieve(self, chat: OpenedChat, index: OpenIndex, text: str, max_chunks: int) -> Evidence:
        """Excerpts for a question, of about 2,000 tokens altogether.

        Raises:
            IndexUnavailable: the vector store did not answer.
            IndexMissing: it has lost the chat's index.
        """
        if not has_words(text):
            return Evidence([], [], {}, index.facts.message_count, by_meaning=False, by_words=frozenset())
        question, ranked, lists = await self._ranked(chat, index, text, POPULATION)
        quoted = await self._lookup.quoted(chat, wanted(ranked))
        messages = {message.position: message for message in quoted}
        texts = {message.position: message.text for message in quoted}
        ranked = reranked(ranked[:CONSIDERED], texts, question)
        return Evidence(
            assemble(
                ranked,
                texts,
                {message.position: Sent(message.sender, message.sent_at) for message in quoted},
                participants(chat),
                index.facts,
                max_chunks,
            ),
            ranked,
            messages,
            index.facts.message_count,
            by_meaning=bool(lists.get(DENSE)),
            by_words=frozenset(hit.position for hit in lists.get(MESSAGE, ())),
        )

    async def search(self, chat: OpenedChat, index: OpenIndex, text: str, criteria: Criteria, limit: int) -> list[Hit]:
        """The best messages that meet the criteria and that a list has found by their own words or their meaning.

        Raises:
            IndexUnavailable: the vector store did not answer.
            IndexMissing: it has lost the chat's index.
        """
        filtered = criteria != Criteria()
        _, ranked, lists = await self._ranked(chat, index, text, FILTERED_POPULATION if filtered else POPULATION)
        found = {hit.position for name in (MESSAGE, DENSE) for hit in lists.get(name, ())}
        if filtered:
            found = set(await self._lookup.matching(chat.row.id, criteria, len(found), found))
        return [hit for hit in ranked if hit.position in found][:limit]

    async def _ranked(
        self, chat: OpenedChat, index: OpenIndex, text: str, population: int
    ) -> tuple[Question, list[Hit], Mapping[str, Sequence[Hit]]]:
        times, dense = await asyncio.gather(
            self._lookup.times(chat.row.id, chat.row.message_count), self._embedded(text)
        )
        moments = [sent_at for _, sent_at in times] or [0]
        question = parse_question(text, participants(chat), min(moments), max(moments))
        if not times or not index.facts.message_count:
            return question, [], {}
        vector = query_vector(question, index.facts, TokenHasher(index.token_key))
        sparse = dict.fromkeys(SPARSE_LISTS, vector)
        lists, named = await asyncio.gather(
            self._index.search_lists(index.chat_id, index.version, dense, sparse, population),
            self._dated(chat, question, times),
        )
        if not any(lists.values()) and await self._index.count(index.version) < index.point_count:
            raise IndexMissing
        ranking = Ranking(lists, index.facts, named)
        sent = await self._lookup.written(chat.row.id, ranking.positions)
        ranked = ranking.fuse(question, {position: Sent(sender, sent_at) for position, sender, sent_at in sent})
        return question, ranked, lists

    async def _embedded(self, text: str) -> Vectors | None:
        """The question's vector; None without a model, or while it does not answer: words find most of it too."""
        if self._embedder is None or not text.strip():
            return None
        try:
            return await self._embedder.embed_query(text)
        except (EmbedderUnavailable, EmbedderRefused) as error:
            _log.warning("question.not_embedded", error_code=error.code)
            return None

    async def _dated(self, chat: OpenedChat, question: Question, times: Sequence[tuple[int, int]]) -> list[int]:
        """Positions of the messages of the days that a question names, unless there are too many to mean anything."""
        found: list[int] = []
        for span in question.spans:
            first, last = _seconds(span)
            # An export runs forward but for some minutes, so that the samples around the span tell where it lies.
            before = max((position for position, sent_at in times if sent_at < first), default=0)
            behind = min((position for position, sent_at in times if sent_at > last), default=times[-1][0])
            if sum(first <= sent_at <= last for _, sent_at in times) * (times[-1][0] // len(times)) > _DATED:
                continue
            criteria = Criteria(first=first, last=last)
            found += await self._lookup.matching(chat.row.id, criteria, _DATED, range(before, behind + 1))
        return found


def has_words(question: str) -> bool:
    return next(words_of(question), None) is not None


def participants(chat: OpenedChat) -> list[str]:
    return chat.profile.participants if chat.profile is not None else []


def _seconds(span: Span) -> tuple[int, int]:
    first = datetime.combine(span.first, time.min, UTC)
    last = datetime.combine(span.last, time.max, UTC)
    return int(first.timestamp()), int(last.timestamp())
