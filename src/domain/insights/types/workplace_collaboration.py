"""Collaboration & Accountability: is work owned, done and decided?"""

import msgspec

from domain.catalogue.seed import InsightTypeRow
from domain.insights.content import (
    Component,
    Exchange,
    RatedAnalysis,
    RatedDescription,
    Recommendation,
    Score,
    Strength,
)

ROW = InsightTypeRow(
    name="workplace_collaboration",
    display_title="Collaboration & Accountability",
    description="Is work owned, done and decided?",
    icon="🎯",
    for_groups=True,
)


class TaskOwnershipParticipant(msgspec.Struct, kw_only=True):
    name: str
    ownership_style: str
    description: str
    evidence: list[Exchange]


class TaskOwnership(msgspec.Struct, kw_only=True):
    participants: list[TaskOwnershipParticipant]


class DecisionMaking(msgspec.Struct, kw_only=True):
    style: str
    primary_decision_maker: str
    analysis: str
    evidence: list[Exchange]


class WorkloadBalance(msgspec.Struct, kw_only=True):
    rating: str
    analysis: str
    primary_driver: str


class CoordinationQuality(msgspec.Struct, kw_only=True):
    assessment: str
    description: str
    evidence: list[Exchange]


class AccountabilityGap(msgspec.Struct, kw_only=True):
    gap: str
    description: str
    suggestion: str


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    collaboration_status: str
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    task_ownership: TaskOwnership
    follow_through: RatedAnalysis
    decision_making: DecisionMaking
    blocker_communication: RatedDescription
    workload_balance: WorkloadBalance
    coordination_quality: CoordinationQuality
    collaboration_strengths: list[Strength]
    accountability_gaps: list[AccountabilityGap]
    recommendations: list[Recommendation]
    overall: Overall
