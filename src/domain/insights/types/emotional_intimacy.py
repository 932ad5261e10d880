"""Emotional Intimacy: who opens up, and what support comes back?"""

from typing import Annotated, Literal

import msgspec

from domain.catalogue.seed import InsightTypeRow
from domain.insights.content import Component, Exchange, Line, Quote, Score

ROW = InsightTypeRow(
    name="emotional_intimacy",
    display_title="Emotional Intimacy",
    description="Who opens up, and what support comes back?",
    icon="💕",
    for_groups=False,
)


class VulnerabilityExpressionParticipant(msgspec.Struct, kw_only=True):
    name: str
    vulnerability_level: Literal["high", "moderate", "low"]
    description: str
    evidence: Annotated[list[Quote], msgspec.Meta(min_length=2, max_length=4)]


class VulnerabilityExpression(msgspec.Struct, kw_only=True):
    participants: Annotated[list[VulnerabilityExpressionParticipant], msgspec.Meta(min_length=2, max_length=2)]
    balance_note: str


class EmotionalSupportPatternsParticipant(msgspec.Struct, kw_only=True):
    name: str
    support_style: str
    description: str


class EmotionalSupportPattern(msgspec.Struct, kw_only=True):
    participants: Annotated[list[EmotionalSupportPatternsParticipant], msgspec.Meta(min_length=2, max_length=2)]
    reciprocity_assessment: str
    evidence: Annotated[list[Exchange], msgspec.Meta(min_length=2, max_length=3)]


class AffectionExpressionParticipant(msgspec.Struct, kw_only=True):
    name: str
    frequency: Literal["very_frequent", "frequent", "moderate", "occasional", "rare"]
    styles: list[str]
    description: str


class AffectionExpressionEvidence(Line, kw_only=True):
    affection_type: str


class AffectionExpression(msgspec.Struct, kw_only=True):
    participants: Annotated[list[AffectionExpressionParticipant], msgspec.Meta(min_length=2, max_length=2)]
    comparison: str
    evidence: Annotated[list[AffectionExpressionEvidence], msgspec.Meta(min_length=3, max_length=6)]


class EmotionalCheckin(msgspec.Struct, kw_only=True):
    frequency: Literal["very_frequent", "frequent", "occasional", "rare", "absent"]
    initiator_balance: str
    description: str
    evidence: Annotated[list[Quote], msgspec.Meta(max_length=4)]


class ConflictAndRepair(msgspec.Struct, kw_only=True):
    conflict_present: bool
    description: str
    repair_patterns: list[str]
    evidence: Annotated[list[Exchange], msgspec.Meta(max_length=2)]


class IntimacyStrength(msgspec.Struct, kw_only=True):
    strength_title: str
    description: str
    evidence: Annotated[list[Quote], msgspec.Meta(min_length=2, max_length=4)]


class GrowthOpportunity(msgspec.Struct, kw_only=True):
    opportunity_title: str
    target_participants: list[str]
    suggestion: str
    why_it_helps: str
    conversation_starter: str


class OverallIntimacyAssessment(msgspec.Struct, kw_only=True):
    score: Score
    rating: Literal["deeply_connected", "well_connected", "developing", "surface_level"]
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    vulnerability_expression: VulnerabilityExpression
    emotional_support_patterns: EmotionalSupportPattern
    affection_expression: AffectionExpression
    emotional_checkins: EmotionalCheckin
    conflict_and_repair: ConflictAndRepair
    intimacy_strengths: Annotated[list[IntimacyStrength], msgspec.Meta(min_length=2, max_length=3)]
    growth_opportunities: Annotated[list[GrowthOpportunity], msgspec.Meta(min_length=2, max_length=2)]
    overall_intimacy_assessment: OverallIntimacyAssessment
