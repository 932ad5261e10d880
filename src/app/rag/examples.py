"""Examples for the OpenAPI document."""

from datetime import UTC, datetime
from uuid import UUID

from app.chats.examples import MESSAGE
from app.rag.dto import (
    CitationView,
    ConversationDeleted,
    ConversationView,
    FoundMessage,
    QueryAnswer,
    SearchResults,
    Source,
    SourceMetadata,
    Turn,
)

_ID = UUID("01a5c7c8-5f5e-7d3c-9a49-3b6c1de0c001")
_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_QUESTION = "What does Tomás bring?"
_QUOTE = "Yes, with the tent"
_ANSWER = f"Tomás, 17 October 2026: “{_QUOTE}”"

ANSWER = QueryAnswer(
    question=_QUESTION,
    answer=_ANSWER,
    chat_id=_ID,
    chat_title="Tomás",
    sources_used=[
        Source(
            vector_id="7a4b8a0e-3a0a-5d4e-9d57-0c1f1f0a2b11",
            content=f"[Saturday 17 October 2026]\nMaya: Are you coming on Saturday?\nTomás: {_QUOTE}",
            similarity_score=0.8176,
            metadata=SourceMetadata([0, 1], [_ID, _ID]),
            chunk_index=0,
            speakers=["Maya", "Tomás"],
            message_count=2,
            time_span="2026-10-17T12:00:00 to 2026-10-17T12:01:00",
        )
    ],
    confidence="high",
    response_time_ms=24,
    created_at=_NOON,
    answered_by="local",
    fallback_reason=None,
    conversation_id=_ID,
    citations=[CitationView(_ID, 1, "Tomás", "2026-10-17T12:01:00", _QUOTE)],
)
CONVERSATION = ConversationView(
    conversation_id=_ID,
    chat_id=_ID,
    created_at=_NOON,
    turns=[Turn(question=_QUESTION, answer=_ANSWER, confidence="high", answered_by="local", created_at=_NOON)],
)
CONVERSATION_DELETED = ConversationDeleted(success=True, message="The conversation was deleted.", conversation_id=_ID)
SEARCH = SearchResults(
    chat_id=_ID,
    query="saturday",
    results=[FoundMessage(position=0, score=9.2, message=MESSAGE, before=None, after=None)],
)
