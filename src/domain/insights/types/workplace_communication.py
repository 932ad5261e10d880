"""Communication Effectiveness: is it clear, timely and polite?"""

import msgspec

from domain.catalogue.seed import InsightTypeRow
from domain.insights.content import Component, Exchange, RatedAnalysis, RatedAssessment, Recommendation, Score, Strength

ROW = InsightTypeRow(
    name="workplace_communication",
    display_title="Communication Effectiveness",
    description="Is it clear, timely and polite?",
    icon="💼",
    for_groups=True,
)


class ClarityDirectnessParticipant(msgspec.Struct, kw_only=True):
    name: str
    clarity_rating: str
    description: str
    evidence: list[Exchange]


class ClarityDirectness(msgspec.Struct, kw_only=True):
    participants: list[ClarityDirectnessParticipant]


class ToneProfessionalismParticipant(msgspec.Struct, kw_only=True):
    name: str
    tone_description: str
    evidence: list[Exchange]


class ToneProfessionalism(msgspec.Struct, kw_only=True):
    overall_tone: str
    assessment: str
    participants: list[ToneProfessionalismParticipant]


class InformationFlow(msgspec.Struct, kw_only=True):
    style: str
    proactive_participant: str
    analysis: str


class Conciseness(msgspec.Struct, kw_only=True):
    assessment: str
    description: str


class CommunicationGap(msgspec.Struct, kw_only=True):
    gap: str
    description: str
    impact: str


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    effectiveness_status: str
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    overall_quality: RatedAssessment
    clarity_directness: ClarityDirectness
    tone_professionalism: ToneProfessionalism
    responsiveness: RatedAnalysis
    information_flow: InformationFlow
    conciseness: Conciseness
    communication_strengths: list[Strength]
    communication_gaps: list[CommunicationGap]
    recommendations: list[Recommendation]
    overall: Overall
