"""Roles & Power Dynamics: who has which role, who decides, how much space is left?"""

import msgspec

from domain.catalogue.seed import InsightTypeRow
from domain.insights.content import Component, Exchange, Recommendation, Score, Strength

ROW = InsightTypeRow(
    name="family_dynamics",
    display_title="Roles & Power Dynamics",
    description="Who has which role, who decides, how much space is left?",
    icon="🏡",
    for_groups=True,
)


class VisibleRolesParticipant(msgspec.Struct, kw_only=True):
    name: str
    roles: list[str]
    description: str
    evidence: list[Exchange]


class VisibleRole(msgspec.Struct, kw_only=True):
    participants: list[VisibleRolesParticipant]


class DecisionMaking(msgspec.Struct, kw_only=True):
    primary_decision_maker: str
    style: str
    analysis: str
    evidence: list[Exchange]


class CommunicationHierarchy(msgspec.Struct, kw_only=True):
    rating: str
    analysis: str


class Expectation(msgspec.Struct, kw_only=True):
    expectation_type: str
    directed_at: str
    description: str
    evidence: list[Exchange]


class ExpectationPattern(msgspec.Struct, kw_only=True):
    present: bool
    description: str
    expectations: list[Expectation]


class AutonomySpace(msgspec.Struct, kw_only=True):
    rating: str
    analysis: str


class PatternsToReflect(msgspec.Struct, kw_only=True):
    pattern: str
    description: str
    reflection_prompt: str


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    dynamics_status: str
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    visible_roles: VisibleRole
    decision_making: DecisionMaking
    communication_hierarchy: CommunicationHierarchy
    expectation_patterns: ExpectationPattern
    autonomy_space: AutonomySpace
    family_strengths: list[Strength]
    patterns_to_reflect: list[PatternsToReflect]
    recommendations: list[Recommendation]
    overall: Overall
