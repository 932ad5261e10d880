"""Requests and answers about questions and searches."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from app.chats.dto import MessageView

Likeness = Annotated[float, msgspec.Meta(ge=0, le=1)]


class Query(msgspec.Struct, kw_only=True):
    chat_id: UUID
    question: Annotated[str, msgspec.Meta(min_length=1, max_length=1000)]
    max_chunks: Annotated[int, msgspec.Meta(ge=1, le=20)] = 10
    include_context: bool = True
    """Whether sources come with their content."""
    conversation_id: UUID | None = None
    """The conversation that this continues; without one, a new one begins."""


class SourceMetadata(msgspec.Struct):
    positions: list[int]
    message_ids: list[UUID]


class Source(msgspec.Struct, kw_only=True):
    """An excerpt of the chat, given as evidence."""

    vector_id: str
    """The best message's point in the index."""
    content: str
    """The date, then `Speaker: text` for each message, with `[…]` for those left out; empty without context."""
    similarity_score: Likeness
    metadata: SourceMetadata
    chunk_index: int
    """The place in the ranking, from 0."""
    speakers: list[str]
    message_count: int
    time_span: str
    """`2023-05-08T13:56:00 to 2023-05-08T14:02:00`, on the clock of the messages."""


class CitationView(msgspec.Struct):
    """Words of a message, as they stand in it."""

    message_id: UUID
    position: int
    speaker: str
    timestamp: str
    quote: str


class QueryAnswer(msgspec.Struct, kw_only=True):
    question: str
    answer: str
    chat_id: UUID
    chat_title: str | None
    sources_used: list[Source]
    confidence: Literal["high", "medium", "low"]
    """By the similarity_score of the first source: high from 0.8, medium from 0.5, low below."""
    response_time_ms: int
    created_at: datetime
    answered_by: Literal["gemini", "local"]
    fallback_reason: str | None
    """Why the answer is local although Gemini was to give it."""
    conversation_id: UUID
    citations: list[CitationView]


class AnswerEvent(msgspec.Struct, kw_only=True):
    """The data of the event `answer`."""

    answer: str
    confidence: Literal["high", "medium", "low"]
    answered_by: Literal["gemini", "local"]
    fallback_reason: str | None
    citations: list[CitationView]


class DoneEvent(msgspec.Struct, kw_only=True):
    """The data of the event `done`."""

    chat_id: UUID
    conversation_id: UUID
    response_time_ms: int
    created_at: datetime


class Turn(msgspec.Struct, kw_only=True):
    question: str
    answer: str
    confidence: Literal["high", "medium", "low"]
    answered_by: Literal["gemini", "local"]
    created_at: datetime


class ConversationView(msgspec.Struct, kw_only=True):
    conversation_id: UUID
    chat_id: UUID
    created_at: datetime
    turns: list[Turn]


class ConversationDeleted(msgspec.Struct, kw_only=True):
    success: bool
    message: str
    conversation_id: UUID


class FoundMessage(msgspec.Struct, kw_only=True):
    position: int
    score: float | None
    """The higher, the better, within one search; null where nothing was searched for."""
    message: MessageView
    before: MessageView | None
    after: MessageView | None


class SearchResults(msgspec.Struct, kw_only=True):
    chat_id: UUID
    query: str
    results: list[FoundMessage]
