"""Connection & Fun: is the friendship alive: humour, plans, depth?"""

import msgspec

from domain.catalogue.seed import InsightTypeRow
from domain.insights.content import (
    BestMoment,
    Component,
    Exchange,
    Line,
    Quote,
    RatedAssessment,
    RatedDescription,
    Score,
)

ROW = InsightTypeRow(
    name="friendship_vitality",
    display_title="Connection & Fun",
    description="Is the friendship alive: humour, plans, depth?",
    icon="⚡",
    for_groups=False,
)


class HumorBanterParticipant(msgspec.Struct, kw_only=True):
    name: str
    humor_style: str
    description: str
    evidence: list[Line]


class HumorBanter(msgspec.Struct, kw_only=True):
    participants: list[HumorBanterParticipant]
    initiator: str


class InsideReference(msgspec.Struct, kw_only=True):
    reference: str
    context: str
    evidence: list[Line]


class SharedActivity(msgspec.Struct, kw_only=True):
    discussed: bool
    activity_types: list[str]
    follow_through_assessment: str
    evidence: list[Quote]


class InitiationBalance(msgspec.Struct, kw_only=True):
    rating: str
    description: str
    primary_initiator: str


class EnthusiasmParticipant(msgspec.Struct, kw_only=True):
    name: str
    level: str
    description: str


class Enthusiasm(msgspec.Struct, kw_only=True):
    participants: list[EnthusiasmParticipant]
    evidence: list[Exchange]


class VitalityGap(msgspec.Struct, kw_only=True):
    gap: str
    suggestion: str


class Recommendation(msgspec.Struct, kw_only=True):
    title: str
    suggestion: str
    examples: list[str]


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    friendship_status: str
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    energy_level: RatedAssessment
    humor_banter: HumorBanter
    inside_references: list[InsideReference]
    shared_activities: SharedActivity
    initiation_balance: InitiationBalance
    conversation_depth: RatedDescription
    enthusiasm: Enthusiasm
    best_moments: list[BestMoment]
    vitality_gaps: list[VitalityGap]
    recommendations: list[Recommendation]
    overall: Overall
