"""Communication Basics: who starts, answers, carries and asks?"""

from typing import Annotated, Literal

import msgspec

from domain.catalogue.seed import InsightTypeRow
from domain.insights.content import Component, Quote, Score

ROW = InsightTypeRow(
    name="communication_basics",
    display_title="Communication Basics",
    description="Who starts, answers, carries and asks?",
    icon="💬",
    for_groups=True,
)


class InitiationBalanceParticipant(msgspec.Struct, kw_only=True):
    name: str
    initiation_count: int
    percentage: float


class BalanceAssessment(msgspec.Struct, kw_only=True):
    rating: Literal["balanced", "slightly_imbalanced", "highly_imbalanced"]
    interpretation: str


class InitiationBalance(msgspec.Struct, kw_only=True):
    participants: Annotated[list[InitiationBalanceParticipant], msgspec.Meta(min_length=2)]
    balance_assessment: BalanceAssessment


class ResponsePatternsParticipant(msgspec.Struct, kw_only=True):
    name: str
    avg_response_seconds: float
    response_style: str


class ResponsePattern(msgspec.Struct, kw_only=True):
    participants: Annotated[list[ResponsePatternsParticipant], msgspec.Meta(min_length=2)]
    compatibility_note: str


class MessageContributionParticipant(msgspec.Struct, kw_only=True):
    name: str
    message_percentage: float
    word_percentage: float
    avg_words_per_message: float
    style: str


class MessageContribution(msgspec.Struct, kw_only=True):
    participants: Annotated[list[MessageContributionParticipant], msgspec.Meta(min_length=2)]
    balance_note: str


class EngagementIndicatorsParticipant(msgspec.Struct, kw_only=True):
    name: str
    questions_asked: int
    double_texting_rate: float


class EngagementIndicator(msgspec.Struct, kw_only=True):
    participants: Annotated[list[EngagementIndicatorsParticipant], msgspec.Meta(min_length=2)]
    engagement_insight: str


class CommunicationStrength(msgspec.Struct, kw_only=True):
    strength_title: str
    description: str
    evidence: Annotated[list[Quote], msgspec.Meta(min_length=2, max_length=5)]


class BalanceRecommendation(msgspec.Struct, kw_only=True):
    recommendation_title: str
    target_participants: list[str]
    suggestion: str
    why_it_helps: str
    example: str


class OverallHealthAssessment(msgspec.Struct, kw_only=True):
    score: Score
    rating: Literal["excellent", "good", "needs_improvement"]
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    initiation_balance: InitiationBalance
    response_patterns: ResponsePattern
    message_contribution: MessageContribution
    engagement_indicators: EngagementIndicator
    communication_strengths: Annotated[list[CommunicationStrength], msgspec.Meta(min_length=2, max_length=3)]
    balance_recommendations: Annotated[list[BalanceRecommendation], msgspec.Meta(min_length=2, max_length=2)]
    overall_health_assessment: OverallHealthAssessment
