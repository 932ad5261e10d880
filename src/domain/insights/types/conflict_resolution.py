"""Conflict & Communication Under Stress: what sparks friction, and how is it repaired?"""

from typing import Annotated

import msgspec

from domain.catalogue.seed import InsightTypeRow
from domain.insights.content import Component, Exchange, Recommendation, Score

ROW = InsightTypeRow(
    name="conflict_resolution",
    display_title="Conflict & Communication Under Stress",
    description="What sparks friction, and how is it repaired?",
    icon="⚖️",
    for_groups=False,
)


class ConflictPresence(msgspec.Struct, kw_only=True):
    visible_conflicts: bool
    frequency: str
    assessment: str


class ConflictTrigger(msgspec.Struct, kw_only=True):
    trigger_type: str
    description: str
    evidence: list[Exchange]


class IndividualStylesParticipant(msgspec.Struct, kw_only=True):
    name: str
    style: str
    intensity: str
    description: str
    evidence: list[Exchange]


class IndividualStyle(msgspec.Struct, kw_only=True):
    participants: Annotated[list[IndividualStylesParticipant], msgspec.Meta(min_length=2, max_length=2)]


class StressCommunication(msgspec.Struct, kw_only=True):
    pattern_description: str
    initiator: str
    changes: list[str]


class RepairRecovery(msgspec.Struct, kw_only=True):
    strategies: list[str]
    initiator: str
    timeframe: str
    effectiveness: str
    evidence: list[Exchange]


class PositiveBehavior(msgspec.Struct, kw_only=True):
    behavior: str
    description: str
    evidence: list[Exchange]


class Pattern(msgspec.Struct, kw_only=True):
    pattern_type: str
    description: str
    severity: str
    evidence: list[Exchange]


class DestructivePattern(msgspec.Struct, kw_only=True):
    present: bool
    assessment: str
    patterns: list[Pattern]


class StressSupport(msgspec.Struct, kw_only=True):
    analysis: str
    evidence: list[Exchange]


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    conflict_presence: ConflictPresence
    conflict_triggers: list[ConflictTrigger]
    individual_styles: IndividualStyle
    stress_communication: StressCommunication
    repair_recovery: RepairRecovery
    positive_behaviors: list[PositiveBehavior]
    destructive_patterns: DestructivePattern
    stress_support: StressSupport
    recommendations: list[Recommendation]
    overall: Overall
