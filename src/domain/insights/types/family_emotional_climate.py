"""Emotional Tone & Expression: how warm and open is it?"""

import msgspec

from domain.catalogue.seed import InsightTypeRow
from domain.insights.content import Component, Exchange, Line, RatedAssessment, Recommendation, Score

ROW = InsightTypeRow(
    name="family_emotional_climate",
    display_title="Emotional Tone & Expression",
    description="How warm and open is it?",
    icon="🌡️",
    for_groups=True,
)


class AffectionExpressionParticipant(msgspec.Struct, kw_only=True):
    name: str
    expression_style: str
    description: str
    evidence: list[Exchange]


class AffectionExpression(msgspec.Struct, kw_only=True):
    participants: list[AffectionExpressionParticipant]


class EmotionalOpennessParticipant(msgspec.Struct, kw_only=True):
    name: str
    openness_style: str
    description: str
    evidence: list[Exchange]


class EmotionalOpenness(msgspec.Struct, kw_only=True):
    participants: list[EmotionalOpennessParticipant]


class VulnerabilityMoment(msgspec.Struct, kw_only=True):
    present: bool
    response_quality: str
    description: str
    moments: list[Exchange]


class WarmthAppreciation(msgspec.Struct, kw_only=True):
    present: bool
    description: str
    evidence: list[Exchange]


class EmotionalAvoidance(msgspec.Struct, kw_only=True):
    present: bool
    description: str
    avoided_areas: list[str]


class PositiveEmotionalMoment(msgspec.Struct, kw_only=True):
    moment_title: str
    why_meaningful: str
    exchange: list[Line]


class GrowthOpportunity(msgspec.Struct, kw_only=True):
    opportunity: str
    description: str


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    climate_status: str
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    overall_warmth: RatedAssessment
    affection_expression: AffectionExpression
    emotional_openness: EmotionalOpenness
    vulnerability_moments: VulnerabilityMoment
    warmth_appreciation: WarmthAppreciation
    emotional_avoidance: EmotionalAvoidance
    positive_emotional_moments: list[PositiveEmotionalMoment]
    growth_opportunities: list[GrowthOpportunity]
    recommendations: list[Recommendation]
    overall: Overall
