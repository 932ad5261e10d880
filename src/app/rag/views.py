"""From evidence and answers to what clients read."""

from collections.abc import Sequence
from datetime import UTC, datetime

from app.chats.views import message_views
from app.rag.asking import OpenQuestion
from app.rag.dto import (
    AnswerEvent,
    CitationView,
    ConversationView,
    FoundMessage,
    Source,
    SourceMetadata,
    Turn,
)
from domain.chats.lookup import MessageRow, QuotedMessage
from domain.chats.service import OpenedChat
from domain.retrieval.answer import Answer, likeness
from domain.retrieval.assembly import Chunk
from domain.retrieval.history import StoredTurn
from domain.retrieval.index import point_id
from domain.retrieval.model import Hit

_DIGITS = 4


def sources(question: OpenQuestion, *, with_content: bool) -> list[Source]:
    return [
        _source(question, rank, chunk, with_content=with_content)
        for rank, chunk in enumerate(question.asked.evidence.chunks)
    ]


def _source(question: OpenQuestion, rank: int, chunk: Chunk, *, with_content: bool) -> Source:
    evidence, chat = question.asked.evidence, question.found.chat
    messages = [evidence.messages[position] for position in chunk.positions]
    moments = [message.sent_at for message in messages]
    return Source(
        vector_id=str(point_id(question.found.index.version, chunk.best.position)),
        content=chunk.text if with_content else "",
        similarity_score=round(likeness(chunk.best.score, evidence), _DIGITS),
        metadata=SourceMetadata(list(chunk.positions), [message.id for message in messages]),
        chunk_index=rank,
        speakers=list(dict.fromkeys(question.asked.participants[message.sender] for message in messages)),
        message_count=len(messages),
        time_span=f"{_timestamp(chat, min(moments))} to {_timestamp(chat, max(moments))}",
    )


def citations(question: OpenQuestion, answer: Answer) -> list[CitationView]:
    found: list[CitationView] = []
    for citation in answer.citations:
        message: QuotedMessage = question.asked.evidence.messages[citation.position]
        speaker = question.asked.participants[message.sender]
        timestamp = _timestamp(question.found.chat, message.sent_at)
        found.append(CitationView(message.id, message.position, speaker, timestamp, citation.quote))
    return found


def answer_event(question: OpenQuestion, answer: Answer) -> AnswerEvent:
    return AnswerEvent(
        answer=answer.text,
        confidence=answer.confidence,
        answered_by=answer.answered_by,
        fallback_reason=answer.fallback_reason,
        citations=citations(question, answer),
    )


def conversation_view(chat: OpenedChat, turns: Sequence[StoredTurn]) -> ConversationView:
    return ConversationView(
        conversation_id=turns[0].conversation_id,
        chat_id=chat.row.id,
        created_at=turns[0].begun_at,
        turns=[
            Turn(
                question=stored.turn.question,
                answer=stored.turn.answer,
                confidence=stored.turn.confidence,
                answered_by=stored.turn.answered_by,
                created_at=stored.asked_at,
            )
            for stored in turns
        ],
    )


def found_messages(
    chat: OpenedChat, hits: Sequence[Hit], rows: Sequence[MessageRow], *, scored: bool
) -> list[FoundMessage]:
    """Hits with the messages around them, from rows that hold them all."""
    views = {view.position: view for view in message_views(chat, rows)}
    return [
        FoundMessage(
            position=hit.position,
            score=round(hit.score, _DIGITS) if scored else None,
            message=views[hit.position],
            before=views.get(hit.position - 1),
            after=views.get(hit.position + 1),
        )
        for hit in hits
        if hit.position in views
    ]


def _timestamp(chat: OpenedChat, sent_at: int) -> str:
    zone = "Z" if chat.profile is not None and chat.profile.utc else ""
    return datetime.fromtimestamp(sent_at, UTC).replace(tzinfo=None).isoformat() + zone
