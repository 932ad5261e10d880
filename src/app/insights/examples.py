"""Examples for the OpenAPI document."""

from datetime import UTC, datetime
from uuid import UUID

import msgspec

from app.chats.examples import MESSAGE
from app.insights.dto import (
    ChatInsights,
    Evidence,
    EvidenceItem,
    InsightView,
    JobProgress,
    UnlockAnswer,
    UnlockedCategory,
    UnlockSummary,
)
from app.insights.views import job_view
from domain.insights.drafts import Confidence, Measure
from domain.insights.sealing import GenerationMetadata

_ID = UUID("01a5c7c8-5f5e-7d3c-9a49-3b6c1de0c001")
_NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_LATER = datetime(2026, 11, 23, 12, 0, 9, tzinfo=UTC)
_JOB = f"/api/insights/jobs/{_ID}"
_CATEGORY = UnlockedCategory(id=_ID, name="friendship", display_name="Friendship")

UNLOCKED = UnlockAnswer(
    success=True,
    job_id=str(_ID),
    coins_reserved=400,
    coins_deducted=400,
    remaining_balance=50,
    total_insights=3,
    estimated_time_seconds=9,
    message="3 insights are being made.",
    poll_url=f"{_JOB}/status",
    events_url=f"{_JOB}/events",
)
INSIGHT = InsightView(
    id=_ID,
    chat_id=_ID,
    insight_type_id=_ID,
    insight_type_name="friendship_vitality",
    display_title="Friendship Vitality",
    description="Is the friendship alive?",
    icon="🌱",
    is_premium=True,
    content={
        "shared_joy": {
            "evidence": [
                {
                    "message": MESSAGE.content,
                    "speaker": MESSAGE.sender,
                    "timestamp": MESSAGE.timestamp,
                    "message_ids": [str(MESSAGE.id)],
                    "positions": [0],
                    "context": "A plan for the weekend",
                }
            ]
        }
    },
    status="completed",
    error_code=None,
    error_message=None,
    generation_metadata=GenerationMetadata(
        rag_chunks_used=8,
        tokens_used=0,
        generation_time_ms=412,
        model_used="local-analyst/1",
        confidence_score=0.71,
        confidence=Confidence(data=1.0, coverage=0.71, language=0.9),
        method="Counted over all messages.",
        measures=[
            Measure(
                name="laughter.share",
                value=0.12,
                unit="share",
                n=2_140,
                low=0.1,
                high=0.14,
                source="statistics.text_messages.laughter",
            )
        ],
        sources=[],
    ),
    job_id=_ID,
    created_at=_NOON,
    updated_at=_LATER,
)
PENDING = msgspec.structs.replace(INSIGHT, status="pending", content=None, generation_metadata=None, updated_at=_NOON)
PROGRESS = JobProgress(
    job_id=str(_ID),
    chat_id=_ID,
    category_id=_ID,
    status="running",
    stage="generating",
    progress_percentage=33.3,
    total_insights=3,
    completed_insights=1,
    failed_insights=0,
    coins_deducted=400,
    coins_refunded=0,
    started_at=_NOON,
    estimated_completion_at=_LATER,
    completed_at=None,
)
JOB = job_view(PROGRESS, [INSIGHT])
CHAT_INSIGHTS = ChatInsights(
    chat_id=_ID,
    category=_CATEGORY,
    generation_status="generating",
    unlocked_at=_NOON,
    total_requested=3,
    total_completed=1,
    total_failed=0,
    insights=[INSIGHT],
    unlocks=[
        UnlockSummary(
            job_id=str(_ID),
            category=_CATEGORY,
            status="running",
            total_requested=3,
            total_completed=1,
            total_failed=0,
            coins_deducted=400,
            coins_refunded=0,
            unlocked_at=_NOON,
            settled_at=None,
        )
    ],
)
EVIDENCE = Evidence(
    insight_id=_ID,
    chat_id=_ID,
    evidence=[
        EvidenceItem(
            pointer="/shared_joy/evidence/0",
            quote=MESSAGE.content,
            speaker=MESSAGE.sender or "",
            messages=[MESSAGE],
            before=[],
            after=[],
        )
    ],
)
