"""One question, from its index to its record."""

import time
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import msgspec
import structlog

from app.rag.dto import Query
from app.rag.opening import IndexOpener, Searchable
from app.resources import Resources
from domain.base import utc_now
from domain.chats.lookup import Criteria, MessageLookup
from domain.cipher import Sealer
from domain.retrieval.answer import Answer, AnswerFailed, Asked, EarlierTurn
from domain.retrieval.extractive import extract
from domain.retrieval.history import ConversationReader, ConversationService, search_text
from domain.retrieval.model import Hit
from domain.retrieval.search import Retriever, participants

_log = structlog.get_logger()


class OpenQuestion(msgspec.Struct, frozen=True, kw_only=True):
    """A question with its evidence, to be answered."""

    found: Searchable
    asked: Asked
    conversation_id: UUID | None
    began: float
    asked_at: datetime

    @property
    def elapsed_ms(self) -> int:
        return round((time.perf_counter() - self.began) * 1000)


class Questions:
    """What the routes do with questions; no connection is held while anything outside is waited for."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        reads = resources.database.reads
        self._opener = IndexOpener(resources)
        self._conversations = ConversationReader(reads)
        self._retriever = Retriever(resources.vector_index, resources.embedder, MessageLookup(reads))

    async def open(self, user_id: UUID, query: Query, wait_s: int) -> OpenQuestion:
        """Find the evidence for a question."""
        began, asked_at = time.perf_counter(), utc_now()
        found = await self._opener.open(user_id, query.chat_id, wait_s)
        earlier: Sequence[EarlierTurn] = ()
        if query.conversation_id is not None:
            earlier = await self._conversations.earlier(found.chat, query.conversation_id)
        text = search_text(query.question, earlier, found.index.facts.languages)
        async with self._opener.remade_if_missing(query.chat_id):
            evidence = await self._retriever.retrieve(found.chat, found.index, text, query.max_chunks)
        asked = Asked(
            question=query.question,
            earlier=earlier,
            evidence=evidence,
            participants=participants(found.chat),
            languages=found.index.facts.languages,
        )
        return OpenQuestion(
            found=found, asked=asked, conversation_id=query.conversation_id, began=began, asked_at=asked_at
        )

    async def answer(self, question: OpenQuestion) -> Answer:
        """By the language model, if there is one; otherwise, and where it fails, from the messages alone."""
        asked = question.asked
        answerer = self._resources.answerer
        if answerer is None or not asked.evidence.chunks:
            return extract(asked)
        try:
            return await answerer.answer(question.found.chat, asked)
        except AnswerFailed as failed:
            _log.warning("question.answered_locally", error_code=failed.code)
            return msgspec.structs.replace(extract(asked), fallback_reason=failed.code)

    async def record(self, question: OpenQuestion, answer: Answer) -> UUID:
        """Keep question and answer; the conversation's id."""
        chat_id = question.found.chat.row.id
        sealer = await self._sealer(chat_id)
        async with self._resources.database.transaction() as session:
            service = ConversationService(session, self._resources.master_keys)
            return await service.record(sealer, chat_id, question.conversation_id, question.asked.question, answer)

    async def answer_and_record(self, question: OpenQuestion) -> tuple[Answer, UUID]:
        answer = await self.answer(question)
        return answer, await self.record(question, answer)

    async def _sealer(self, chat_id: UUID) -> Sealer:
        async with self._resources.database.transaction() as session:
            return await ConversationService(session, self._resources.master_keys).sealer(chat_id)

    async def search(
        self, user_id: UUID, chat_id: UUID, text: str, criteria: Criteria, limit: int, wait_s: int
    ) -> list[Hit]:
        """The best messages for a text that meet the criteria."""
        found = await self._opener.open(user_id, chat_id, wait_s)
        async with self._opener.remade_if_missing(chat_id):
            return await self._retriever.search(found.chat, found.index, text, criteria, limit)
