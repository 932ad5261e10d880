"""Conflict & Tension Patterns: how does tension run, and who joins?"""

import msgspec

from domain.catalogue.seed import InsightTypeRow
from domain.insights.content import Component, Exchange, Recommendation, Score

ROW = InsightTypeRow(
    name="family_conflict_patterns",
    display_title="Conflict & Tension Patterns",
    description="How does tension run, and who joins?",
    icon="🔥",
    for_groups=True,
)


class ConflictPresence(msgspec.Struct, kw_only=True):
    level: str
    expression_style: str
    assessment: str


class FamilySpecificPattern(msgspec.Struct, kw_only=True):
    pattern_name: str
    description: str
    evidence: list[Exchange]


class IndividualStylesParticipant(msgspec.Struct, kw_only=True):
    name: str
    style: str
    description: str
    evidence: list[Exchange]


class IndividualStyle(msgspec.Struct, kw_only=True):
    participants: list[IndividualStylesParticipant]


class TensionTopic(msgspec.Struct, kw_only=True):
    topic: str
    description: str
    evidence: list[Exchange]


class ConflictResolution(msgspec.Struct, kw_only=True):
    approach: str
    effectiveness: str
    description: str


class PositiveConflictBehavior(msgspec.Struct, kw_only=True):
    behavior: str
    description: str
    evidence: list[Exchange]


class PatternsToAddress(msgspec.Struct, kw_only=True):
    pattern: str
    description: str
    reflection_prompt: str


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    conflict_health: str
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    conflict_presence: ConflictPresence
    family_specific_patterns: list[FamilySpecificPattern]
    individual_styles: IndividualStyle
    tension_topics: list[TensionTopic]
    conflict_resolution: ConflictResolution
    positive_conflict_behaviors: list[PositiveConflictBehavior]
    patterns_to_address: list[PatternsToAddress]
    recommendations: list[Recommendation]
    overall: Overall
