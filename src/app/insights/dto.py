"""Requests and answers about unlocks and insights."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

import msgspec

from app.chats.dto import MessageView
from domain.insights.sealing import GenerationMetadata

Coins = Annotated[int, msgspec.Meta(ge=0, description="In coins.")]
JobStatus = Literal["queued", "running", "completed", "partial_failure", "failed"]
GenerationStatus = Literal["not_started", "queued", "generating", "completed", "partial_failure", "failed"]


class UnlockRequest(msgspec.Struct, frozen=True):
    chat_id: UUID
    category_id: UUID


class UnlockAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A paid unlock, whose insights are being made."""

    success: bool
    job_id: str
    coins_reserved: Coins
    coins_deducted: Coins
    remaining_balance: int
    total_insights: int
    estimated_time_seconds: int | None
    message: str
    poll_url: str
    events_url: str


class InsightView(msgspec.Struct, frozen=True, kw_only=True):
    """An insight; its content has the shape of its type."""

    id: UUID
    chat_id: UUID
    insight_type_id: UUID
    insight_type_name: str
    display_title: str
    description: str | None
    icon: str | None
    is_premium: bool
    content: dict[str, Any] | None
    status: Literal["pending", "generating", "completed", "failed"]
    error_code: str | None
    """Why there is none; `insufficient_data` where the chat does not support it."""
    error_message: str | None
    generation_metadata: GenerationMetadata | None
    job_id: UUID
    created_at: datetime
    updated_at: datetime | None


class JobProgress(msgspec.Struct, frozen=True, kw_only=True):
    """How far a generation job is: the data of the events `stage`, `progress` and `done`."""

    job_id: str
    chat_id: UUID
    category_id: UUID
    status: JobStatus
    stage: Literal["queued", "indexing", "retrieving", "generating", "settled"]
    progress_percentage: float
    total_insights: int
    completed_insights: int
    failed_insights: int
    coins_deducted: Coins
    coins_refunded: Coins
    """What was not delivered is refunded when the job is settled."""
    started_at: datetime | None
    estimated_completion_at: datetime | None
    completed_at: datetime | None


class JobView(JobProgress, frozen=True, kw_only=True):
    """A generation job, with the insights that are done so far."""

    insights: list[InsightView]


class UnlockedCategory(msgspec.Struct, frozen=True, kw_only=True):
    id: UUID
    name: str
    display_name: str


class UnlockSummary(msgspec.Struct, frozen=True, kw_only=True):
    """One purchase of a category for a chat."""

    job_id: str
    category: UnlockedCategory
    status: JobStatus
    total_requested: int
    total_completed: int
    total_failed: int
    coins_deducted: Coins
    coins_refunded: Coins
    unlocked_at: datetime
    settled_at: datetime | None


class ChatInsights(msgspec.Struct, frozen=True, kw_only=True):
    """A chat's insights of all unlocks; category, status, time and totals are the latest unlock's."""

    chat_id: UUID
    category: UnlockedCategory | None
    generation_status: GenerationStatus
    unlocked_at: datetime | None
    total_requested: int
    total_completed: int
    total_failed: int
    insights: list[InsightView]
    unlocks: list[UnlockSummary]
    """The latest first."""


class EvidenceItem(msgspec.Struct, frozen=True, kw_only=True):
    """A line of an insight's content, among the messages around it."""

    pointer: str
    """Where it stands in the content: a JSON pointer (RFC 6901)."""
    quote: str
    speaker: str
    messages: list[MessageView]
    """Those that the line quotes."""
    before: list[MessageView]
    after: list[MessageView]


class Evidence(msgspec.Struct, frozen=True, kw_only=True):
    """What an insight rests on, line by line."""

    insight_id: UUID
    chat_id: UUID
    evidence: list[EvidenceItem]


class GenerateRequest(msgspec.Struct, frozen=True):
    chat_id: UUID
    insight_type_id: UUID
