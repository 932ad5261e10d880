"""Requests and answers about chats."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from domain.chats.statistics.model import Statistics
from domain.chats.transcript import ImportReport


class ChatView(msgspec.Struct, kw_only=True):
    """A chat as its owner sees it."""

    chat_id: UUID
    user_id: str
    title: str | None
    filename: str
    participants: list[str] | None
    """In order of first appearance; null until imported."""
    user_display_name: str | None
    chat_metadata: Statistics | None
    """The statistics; null until imported."""
    category_id: UUID | None
    category_slug: str | None
    category_name: str | None
    created_at: datetime
    platform: str
    status: Literal["processing", "completed", "failed"]
    insights_unlocked: bool
    vector_status: Literal["pending", "indexing", "completed", "failed"]
    chunk_count: int
    indexed_at: datetime | None
    error_log: str | None
    """Why the import failed, as a code."""
    import_report: ImportReport | None
    message_count: int
    shared: bool
    show_names: bool


class MessageView(msgspec.Struct):
    id: UUID
    chat_id: UUID
    sender: str | None
    content: str
    timestamp: str
    """`2023-02-14T22:35:00`, the export's wall clock; with Z where the export gives UTC."""
    position: int
    kind: Literal["text", "media", "deleted", "call", "poll", "location", "contact", "system"]
    edited: bool
    view_once: bool
    attachment: str | None


class VectorStatusView(msgspec.Struct):
    chat_id: UUID
    vector_status: Literal["pending", "indexing", "completed", "failed"]
    chunk_count: int
    indexed_at: datetime | None
    is_searchable: bool


class DisplayName(msgspec.Struct):
    user_display_name: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Sharing(msgspec.Struct):
    shared: bool
    show_names: bool = False


class Deleted(msgspec.Struct):
    success: bool
    message: str
    chat_id: UUID


class PublicStatistics(msgspec.Struct):
    """What everybody sees of a shared chat: no words, links or messages, and initials unless names are shown."""

    id: UUID
    filename: str | None
    participants: list[str]
    chat_metadata: Statistics | None
    created_at: datetime


class ChatEvent(msgspec.Struct):
    """The data of a progress event."""

    chat_id: UUID
    status: Literal["processing", "completed", "failed"]
    stage: str
    progress_percentage: int
    error_code: str | None
