"""Team Relationship Health: respect, safety, strain?"""

import msgspec

from domain.catalogue.seed import InsightTypeRow
from domain.insights.content import (
    Component,
    Exchange,
    RatedAnalysis,
    RatedAssessment,
    RatedDescription,
    Recommendation,
    Score,
    Strength,
)

ROW = InsightTypeRow(
    name="workplace_relationship_health",
    display_title="Team Relationship Health",
    description="Respect, safety, strain?",
    icon="🌱",
    for_groups=True,
)


class PowerDynamic(msgspec.Struct, kw_only=True):
    assessment: str
    description: str


class PositiveReinforcement(msgspec.Struct, kw_only=True):
    level: str
    primary_giver: str
    description: str
    evidence: list[Exchange]


class StressSignal(msgspec.Struct, kw_only=True):
    present: bool
    description: str
    signals: list[str]


class AreasToStrengthen(msgspec.Struct, kw_only=True):
    area: str
    description: str


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    health_status: str
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    overall_quality: RatedAssessment
    mutual_respect: RatedAnalysis
    psychological_safety: RatedAnalysis
    power_dynamics: PowerDynamic
    positive_reinforcement: PositiveReinforcement
    stress_signals: StressSignal
    interpersonal_rapport: RatedDescription
    relationship_strengths: list[Strength]
    areas_to_strengthen: list[AreasToStrengthen]
    recommendations: list[Recommendation]
    overall: Overall
