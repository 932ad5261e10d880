"""The routes of questions and searches."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal, cast
from uuid import UUID

import msgspec
from litestar import Controller, delete, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath, HeaderParameter, JSONBody, QueryParameter
from litestar.response import ServerSentEvent
from litestar.response.sse import ServerSentEventMessage

from app.chats.controller import IMPORTED_CHAT
from app.documentation import BEARER, answers
from app.prefer import wait_s
from app.rag import examples
from app.rag.asking import OpenQuestion, Questions
from app.rag.dto import (
    ConversationDeleted,
    ConversationView,
    DoneEvent,
    Query,
    QueryAnswer,
    SearchResults,
    Source,
)
from app.rag.opening import on_chat_indexing
from app.rag.views import answer_event, citations, conversation_view, found_messages, sources
from app.resources import Resources
from app.security import CurrentUser
from domain.chats.errors import UnknownParticipant
from domain.chats.lookup import Criteria, MessageLookup
from domain.chats.service import ChatReader, OpenedChat
from domain.chats.transcript import Kind
from domain.errors import DomainError, Invalid
from domain.retrieval.errors import ChatIndexing, ChatNotIndexed
from domain.retrieval.history import ConversationNotFound, ConversationReader, ConversationService
from domain.retrieval.index import IndexUnavailable
from domain.retrieval.model import Hit
from domain.retrieval.search import participants

SEARCHABLE_CHAT = (*IMPORTED_CHAT, ChatIndexing, ChatNotIndexed, IndexUnavailable)
MessageKind = Literal["text", "media", "deleted", "call", "poll", "location", "contact", "system"]
Prefer = Annotated[
    str | None,
    HeaderParameter(name="Prefer", description="`wait=N`: up to 60 seconds to wait while the chat is being indexed"),
]
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_SENDER = "The sender must be one of the chat's participants."


class DateMalformed(Invalid):
    code = "date_malformed"
    detail = "A date is written like 2023-05-08 or 2023-05-08T13:56:00."


async def provide_questions(resources: NamedDependency[Resources]) -> Questions:
    return Questions(resources)


async def provide_lookup(resources: NamedDependency[Resources]) -> MessageLookup:
    return MessageLookup(resources.database.reads)


class RagController(Controller):
    path = "/api/rag"
    tags = ("rag",)
    dependencies = {"questions": Provide(provide_questions)}  # noqa: RUF012 - as the framework declares it
    exception_handlers = {ChatIndexing: on_chat_indexing}  # noqa: RUF012 - as above

    @post(
        "/query",
        operation_id="askChat",
        summary="Ask a question about a chat",
        status_code=200,
        security=BEARER,
        responses=answers(
            QueryAnswer, examples.ANSWER, errors=(*SEARCHABLE_CHAT, ConversationNotFound), reads_json=True
        ),
    )
    async def query(
        self,
        data: JSONBody[Query],
        user: NamedDependency[CurrentUser],
        questions: NamedDependency[Questions],
        prefer: Prefer = None,
    ) -> QueryAnswer:
        """An answer with the messages that it rests on, in `sources_used`, the best first.

        `similarity_score` is the fused score of a source's best message, from 0 to 1: 1 / (1 + exp((10 - s) / 2.5)),
        where s is a weighted sum of standard scores. `confidence` is read off the first source's: high from 0.8,
        medium from 0.5, low below; below 0.3 the local answer says that nothing was found. Every message that an
        answer cites was read again, and holds what is quoted.

        A chat that is not indexed yet answers 409 `chat_indexing` with Retry-After, or is waited for as `Prefer` says.
        """
        question = await questions.open(user.id, data, wait_s(prefer, 0))
        answer, conversation_id = await questions.answer_and_record(question)
        chat = question.found.chat
        return QueryAnswer(
            question=data.question,
            answer=answer.text,
            chat_id=data.chat_id,
            chat_title=chat.title,
            sources_used=sources(question, with_content=data.include_context),
            confidence=answer.confidence,
            response_time_ms=question.elapsed_ms,
            created_at=question.asked_at,
            answered_by=answer.answered_by,
            fallback_reason=answer.fallback_reason,
            conversation_id=conversation_id,
            citations=citations(question, answer),
        )

    @post(
        "/query/stream",
        operation_id="streamAnswer",
        summary="Ask a question about a chat, with the sources ahead of the answer",
        status_code=200,
        security=BEARER,
        responses=answers(
            list[Source],
            examples.ANSWER.sources_used,
            errors=(*SEARCHABLE_CHAT, ConversationNotFound),
            media_type="text/event-stream",
            reads_json=True,
        ),
    )
    async def stream(
        self,
        data: JSONBody[Query],
        user: NamedDependency[CurrentUser],
        questions: NamedDependency[Questions],
        prefer: Prefer = None,
    ) -> ServerSentEvent:
        """Events `sources`, `answer` and `done`; or `error`, with a code, when the chat is deleted meanwhile."""
        question = await questions.open(user.id, data, wait_s(prefer, 0))
        return ServerSentEvent(_events(questions, question, with_content=data.include_context))

    @get(
        "/conversations/{chat_id:str}",
        operation_id="listConversations",
        summary="What was asked about a chat, the latest conversation first",
        security=BEARER,
        responses=answers(list[ConversationView], [examples.CONVERSATION], errors=IMPORTED_CHAT),
    )
    async def conversations(
        self,
        chat_id: FromPath[UUID],
        user: NamedDependency[CurrentUser],
        resources: NamedDependency[Resources],
        chat_reader: NamedDependency[ChatReader],
        limit: Annotated[int, QueryParameter(ge=1, le=100, description="How many conversations")] = 20,
    ) -> list[ConversationView]:
        chat = await chat_reader.imported(user.id, chat_id)
        found = await ConversationReader(resources.database.reads).all(chat, limit)
        return [conversation_view(chat, turns) for turns in found]

    @delete(
        "/conversations/{chat_id:str}/{conversation_id:str}",
        operation_id="deleteConversation",
        summary="Delete a conversation",
        status_code=200,
        security=BEARER,
        responses=answers(
            ConversationDeleted, examples.CONVERSATION_DELETED, errors=(*IMPORTED_CHAT, ConversationNotFound)
        ),
    )
    async def delete_conversation(
        self,
        chat_id: FromPath[UUID],
        conversation_id: FromPath[UUID],
        user: NamedDependency[CurrentUser],
        resources: NamedDependency[Resources],
        chat_reader: NamedDependency[ChatReader],
    ) -> ConversationDeleted:
        await chat_reader.imported(user.id, chat_id)
        async with resources.database.transaction() as session:
            await ConversationService(session, resources.master_keys).delete(chat_id, conversation_id)
        return ConversationDeleted(
            success=True, message="The conversation was deleted.", conversation_id=conversation_id
        )


class SearchController(Controller):
    path = "/api/chats"
    tags = ("chats",)
    dependencies = {  # noqa: RUF012 - as the framework declares it
        "questions": Provide(provide_questions),
        "lookup": Provide(provide_lookup),
    }
    exception_handlers = {ChatIndexing: on_chat_indexing}  # noqa: RUF012 - as above

    @get(
        "/{chat_id:str}/search",
        operation_id="searchMessages",
        summary="Search a chat's messages",
        security=BEARER,
        responses=answers(SearchResults, examples.SEARCH, errors=(*SEARCHABLE_CHAT, UnknownParticipant, DateMalformed)),
    )
    async def search(  # noqa: PLR0913, PLR0917 - each is a filter
        self,
        chat_id: FromPath[UUID],
        user: NamedDependency[CurrentUser],
        questions: NamedDependency[Questions],
        lookup: NamedDependency[MessageLookup],
        chat_reader: NamedDependency[ChatReader],
        q: Annotated[str, QueryParameter(max_length=1000, description="What to look for")] = "",
        sender: Annotated[str | None, QueryParameter(description="A participant's name")] = None,
        first: Annotated[
            str | None,
            QueryParameter(name="from", max_length=40, description="Sent on this day, at this time, or later"),
        ] = None,
        last: Annotated[
            str | None,
            QueryParameter(name="to", max_length=40, description="Sent on this day, at this time, or earlier"),
        ] = None,
        kind: Annotated[MessageKind | None, QueryParameter(description="What the row is")] = None,
        limit: Annotated[int, QueryParameter(ge=1, le=100)] = 20,
        prefer: Prefer = None,
    ) -> SearchResults:
        """The best messages for `q` by words and meaning, each between its neighbours; without `q` all, by position.

        Filters are exact. With them, the 5,000 best messages by each measure are looked through.
        """
        chat = await chat_reader.imported(user.id, chat_id)
        criteria = _criteria(chat, sender, first, last, kind)
        if q.strip():
            hits = await questions.search(user.id, chat_id, q, criteria, limit, wait_s(prefer, 0))
        else:
            hits = [Hit(position, 0.0) for position in await lookup.matching(chat_id, criteria, limit)]
        shown = {hit.position + offset for hit in hits for offset in (-1, 0, 1)}
        rows = await lookup.rows(chat_id, shown)
        return SearchResults(chat_id=chat_id, query=q, results=found_messages(chat, hits, rows, scored=bool(q.strip())))


async def _events(
    questions: Questions, question: OpenQuestion, *, with_content: bool
) -> AsyncIterator[ServerSentEventMessage]:
    yield _event("sources", sources(question, with_content=with_content))
    answer = await questions.answer(question)
    yield _event("answer", answer_event(question, answer))
    try:
        conversation_id = await questions.record(question, answer)
    except DomainError as error:
        yield _event("error", {"error_code": error.code, "detail": error.message})
        return
    done = DoneEvent(
        chat_id=question.found.chat.row.id,
        conversation_id=conversation_id,
        response_time_ms=question.elapsed_ms,
        created_at=question.asked_at,
    )
    yield _event("done", done)


def _event(name: str, data: object) -> ServerSentEventMessage:
    return ServerSentEventMessage(msgspec.json.encode(data), event=name)


def _criteria(
    chat: OpenedChat, sender: str | None, first: str | None, last: str | None, kind: MessageKind | None
) -> Criteria:
    names = participants(chat)
    if sender is not None and sender not in names:
        raise UnknownParticipant(_SENDER)
    return Criteria(
        sender=names.index(sender) if sender is not None else None,
        first=_moment(first, time.min),
        last=_moment(last, time.max),
        kind=Kind[cast("str", kind).upper()].value if kind is not None else None,
    )


def _moment(given: str | None, of_day: time) -> int | None:
    """Seconds since 1970 on the clock of the export; a day alone means its first or last second."""
    if given is None:
        return None
    try:
        moment = datetime.fromisoformat(given)
        if moment.tzinfo is not None:
            moment = moment.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise DateMalformed from None
    if _DAY.fullmatch(given):
        moment = datetime.combine(moment, of_day)
    return (moment - datetime(1970, 1, 1)) // timedelta(seconds=1)  # noqa: DTZ001 - a wall clock without a zone
