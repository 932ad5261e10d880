"""Trust & Reliability: are promises kept and confidences safe?"""

import msgspec

from domain.catalogue.seed import InsightTypeRow
from domain.insights.content import Component, Exchange, Recommendation, Score

ROW = InsightTypeRow(
    name="friendship_trust_loyalty",
    display_title="Trust & Reliability",
    description="Are promises kept and confidences safe?",
    icon="🤝",
    for_groups=False,
)


class ReliabilityPatternsParticipant(msgspec.Struct, kw_only=True):
    name: str
    reliability_rating: str
    description: str
    evidence: list[Exchange]


class ReliabilityPattern(msgspec.Struct, kw_only=True):
    participants: list[ReliabilityPatternsParticipant]
    assessment: str


class ShowingUp(msgspec.Struct, kw_only=True):
    analysis: str
    initiator: str
    evidence: list[Exchange]


class PromiseKeeping(msgspec.Struct, kw_only=True):
    assessment: str
    patterns_observed: list[str]
    evidence: list[Exchange]


class Confidentiality(msgspec.Struct, kw_only=True):
    assessment: str
    sensitive_content_present: bool
    evidence: list[Exchange]


class Consistency(msgspec.Struct, kw_only=True):
    rating: str
    initiator_balance: str
    description: str


class LoyaltySignal(msgspec.Struct, kw_only=True):
    present: bool
    description: str
    evidence: list[Exchange]


class Gap(msgspec.Struct, kw_only=True):
    gap_type: str
    description: str
    evidence: list[Exchange]


class TrustGap(msgspec.Struct, kw_only=True):
    present: bool
    assessment: str
    gaps: list[Gap]


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    trust_status: str
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    reliability_patterns: ReliabilityPattern
    showing_up: ShowingUp
    promise_keeping: PromiseKeeping
    confidentiality: Confidentiality
    consistency: Consistency
    loyalty_signals: LoyaltySignal
    trust_gaps: TrustGap
    recommendations: list[Recommendation]
    overall: Overall
