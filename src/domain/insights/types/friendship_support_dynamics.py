"""Support & Reciprocity: is support given both ways?"""

import msgspec

from domain.catalogue.seed import InsightTypeRow
from domain.insights.content import Component, Exchange, LevelAssessment, Line, Recommendation, Score, Strength

ROW = InsightTypeRow(
    name="friendship_support_dynamics",
    display_title="Support & Reciprocity",
    description="Is support given both ways?",
    icon="🫂",
    for_groups=False,
)


class SupportStylesParticipant(msgspec.Struct, kw_only=True):
    name: str
    style: str
    description: str
    evidence: list[Exchange]


class SupportStyle(msgspec.Struct, kw_only=True):
    participants: list[SupportStylesParticipant]


class Reciprocity(msgspec.Struct, kw_only=True):
    balance_rating: str
    analysis: str
    evidence: list[Exchange]


class EmotionalAvailability(msgspec.Struct, kw_only=True):
    analysis: str
    evidence: list[Exchange]


class CheckingIn(msgspec.Struct, kw_only=True):
    present: bool
    initiator: str
    description: str
    evidence: list[Exchange]


class HardTimesMoment(msgspec.Struct, kw_only=True):
    situation: str
    response_quality: str
    exchange: list[Line]


class GrowthArea(msgspec.Struct, kw_only=True):
    area: str
    description: str


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    bond_status: str
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    support_presence: LevelAssessment
    support_styles: SupportStyle
    reciprocity: Reciprocity
    emotional_availability: EmotionalAvailability
    checking_in: CheckingIn
    hard_times_moments: list[HardTimesMoment]
    friendship_strengths: list[Strength]
    growth_areas: list[GrowthArea]
    recommendations: list[Recommendation]
    overall: Overall
