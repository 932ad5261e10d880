"""From stored unlocks and insights to what clients read."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from math import ceil
from typing import Any, cast
from uuid import UUID

import msgspec

from app.chats.dto import MessageView
from app.chats.views import Categories, message_views
from app.insights.dto import (
    ChatInsights,
    Evidence,
    EvidenceItem,
    GenerationStatus,
    InsightView,
    JobProgress,
    JobStatus,
    JobView,
    UnlockAnswer,
    UnlockedCategory,
    UnlockSummary,
)
from domain.chats.lookup import MessageLookup
from domain.chats.service import OpenedChat
from domain.insights.reader import InsightRow, UnlockRow
from domain.insights.sealing import GenerationMetadata
from domain.insights.states import UnlockStatus
from domain.insights.unlock import Unlocked

AROUND = 3
"""Messages that are shown before and behind one that is quoted."""
_STATUS: Mapping[str, JobStatus] = {
    UnlockStatus.QUEUED: "queued",
    UnlockStatus.RUNNING: "running",
    UnlockStatus.COMPLETED: "completed",
    UnlockStatus.PARTIAL_FAILURE: "partial_failure",
    UnlockStatus.FAILED: "failed",
    UnlockStatus.CANCELLED: "failed",
}
_GENERATION: Mapping[JobStatus, GenerationStatus] = {
    "queued": "queued",
    "running": "generating",
    "completed": "completed",
    "partial_failure": "partial_failure",
    "failed": "failed",
}
_MESSAGES = {
    "not_made_in_time": "It could not be made in time.",
    "provider_unavailable": "The language model did not answer.",
}


def unlock_answer(unlocked: Unlocked, typical_s: float) -> UnlockAnswer:
    job = f"/api/insights/jobs/{unlocked.id}"
    count = unlocked.insight_count
    return UnlockAnswer(
        success=True,
        job_id=str(unlocked.id),
        coins_reserved=unlocked.charged,
        coins_deducted=unlocked.charged,
        remaining_balance=unlocked.balance,
        total_insights=count,
        estimated_time_seconds=ceil(typical_s),
        message=f"{count} insight{'s are' if count > 1 else ' is'} being made.",
        poll_url=f"{job}/status",
        events_url=f"{job}/events",
    )


def insight_view(chat: OpenedChat, row: InsightRow) -> InsightView:
    body = row.opened(chat)
    # Content and metadata are stored as the JSON that clients get, and go into the answer as they are.
    content = cast("dict[str, Any]", msgspec.Raw(body.content)) if body and body.content is not None else None
    metadata = cast("GenerationMetadata", msgspec.Raw(body.metadata)) if body else None
    failed = row.status == "failed"
    reason = body.reason if body else None
    return InsightView(
        id=row.id,
        chat_id=row.chat_id,
        insight_type_id=row.insight_type_id,
        insight_type_name=row.insight_type,
        display_title=row.display_title,
        description=row.description,
        icon=row.icon,
        is_premium=row.is_premium,
        content=content,
        status=cast("Any", row.status),
        error_code=row.error_code if failed else None,
        error_message=(reason or _MESSAGES.get(row.error_code or "", "It could not be made.")) if failed else None,
        generation_metadata=metadata,
        job_id=row.unlock_id,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )


def job_progress(row: UnlockRow, typical_s: float, now: datetime) -> JobProgress:
    """The state of a job whose kind usually takes `typical_s` seconds."""
    done = row.completed + row.failed
    return JobProgress(
        job_id=str(row.id),
        chat_id=row.chat_id,
        category_id=row.category_id,
        status=_STATUS[row.status],
        stage=cast("Any", row.stage),
        progress_percentage=100.0 if row.is_settled else round(100 * done / max(1, row.requested), 1),
        total_insights=row.requested,
        completed_insights=row.completed,
        failed_insights=row.failed,
        coins_deducted=row.charged,
        coins_refunded=row.refunded,
        started_at=row.started_at,
        estimated_completion_at=None if row.is_settled else max(now, row.created_at + timedelta(seconds=typical_s)),
        completed_at=row.settled_at,
    )


def job_view(progress: JobProgress, insights: list[InsightView]) -> JobView:
    return JobView(**msgspec.structs.asdict(progress), insights=insights)


def chat_insights(
    chat: OpenedChat, unlocks: Sequence[UnlockRow], insights: Sequence[InsightRow], categories: Categories
) -> ChatInsights:
    latest = unlocks[0] if unlocks else None
    return ChatInsights(
        chat_id=chat.row.id,
        category=_category(latest.category_id, categories) if latest else None,
        generation_status=_GENERATION[_STATUS[latest.status]] if latest else "not_started",
        unlocked_at=latest.created_at if latest else None,
        total_requested=latest.requested if latest else 0,
        total_completed=latest.completed if latest else 0,
        total_failed=latest.failed if latest else 0,
        insights=[insight_view(chat, row) for row in insights],
        unlocks=[_summary(row, categories) for row in unlocks],
    )


def _summary(row: UnlockRow, categories: Categories) -> UnlockSummary:
    return UnlockSummary(
        job_id=str(row.id),
        category=_category(row.category_id, categories),
        status=_STATUS[row.status],
        total_requested=row.requested,
        total_completed=row.completed,
        total_failed=row.failed,
        coins_deducted=row.charged,
        coins_refunded=row.refunded,
        unlocked_at=row.created_at,
        settled_at=row.settled_at,
    )


def _category(category_id: UUID, categories: Categories) -> UnlockedCategory:
    found = categories.get(category_id)
    return UnlockedCategory(id=category_id, name=found.slug if found else "", display_name=found.name if found else "")


async def evidence(chat: OpenedChat, row: InsightRow, lookup: MessageLookup) -> Evidence:
    """Every line of an insight's content with its messages and those around them."""
    body = row.opened(chat)
    content = msgspec.json.decode(body.content) if body and body.content is not None else None
    lines = list(_lines(content, ""))
    shown = {
        position
        for _, line in lines
        for quoted in line["positions"]
        for position in range(quoted - AROUND, quoted + AROUND + 1)
    }
    views = {view.position: view for view in message_views(chat, await lookup.rows(chat.row.id, shown))}
    return Evidence(
        insight_id=row.id, chat_id=row.chat_id, evidence=[_item(pointer, line, views) for pointer, line in lines]
    )


def _item(pointer: str, line: dict[str, Any], views: Mapping[int, MessageView]) -> EvidenceItem:
    first, last = min(line["positions"]), max(line["positions"])

    def between(begin: int, end: int) -> list[MessageView]:
        return [views[position] for position in range(begin, end) if position in views]

    return EvidenceItem(
        pointer=pointer,
        quote=line["message"],
        speaker=line["speaker"],
        messages=between(first, last + 1),
        before=between(first - AROUND, first),
        after=between(last + 1, last + 1 + AROUND),
    )


def _lines(value: Any, pointer: str) -> Iterator[tuple[str, dict[str, Any]]]:  # noqa: ANN401 - any part of a content
    """The lines of a content, each with its JSON pointer."""
    if isinstance(value, dict):
        if value.get("positions") and "message_ids" in value:
            yield pointer, value
            return
        for name, part in value.items():
            yield from _lines(part, f"{pointer}/{name}")
    elif isinstance(value, list):
        for number, part in enumerate(value):
            yield from _lines(part, f"{pointer}/{number}")
