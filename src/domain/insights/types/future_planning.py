"""Future Planning & Shared Vision: which plans are shared, agreed and concrete?"""

import msgspec

from domain.catalogue.seed import InsightTypeRow
from domain.insights.content import Component, Exchange, LevelAssessment, Line, Quote, Score

ROW = InsightTypeRow(
    name="future_planning",
    display_title="Future Planning & Shared Vision",
    description="Which plans are shared, agreed and concrete?",
    icon="🌟",
    for_groups=False,
)


class Category(msgspec.Struct, kw_only=True):
    category: str
    discussed: bool
    summary: str
    evidence: list[Quote]


class CategoryAlignment(msgspec.Struct, kw_only=True):
    category: str
    alignment_status: str


class Alignment(msgspec.Struct, kw_only=True):
    overall_level: str
    analysis: str
    category_alignment: list[CategoryAlignment]


class PlanningStylesParticipant(msgspec.Struct, kw_only=True):
    name: str
    style: str
    description: str
    evidence: list[Line]


class PlanningStyle(msgspec.Struct, kw_only=True):
    participants: list[PlanningStylesParticipant]
    compatibility: str
    initiator: str


class Timeline(msgspec.Struct, kw_only=True):
    concrete_vs_vague: str
    alignment: str
    evidence: list[Quote]


class EnthusiasmParticipant(msgspec.Struct, kw_only=True):
    name: str
    level: str
    description: str


class Enthusiasm(msgspec.Struct, kw_only=True):
    participants: list[EnthusiasmParticipant]
    evidence: list[Exchange]


class SharedDream(msgspec.Struct, kw_only=True):
    dream_title: str
    description: str
    exchange: list[Line]


class MissingConversation(msgspec.Struct, kw_only=True):
    topic: str
    why_important: str


class Recommendation(msgspec.Struct, kw_only=True):
    title: str
    suggestion: str
    conversation_starters: list[str]


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    vision_status: str
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    frequency: LevelAssessment
    categories: list[Category]
    alignment: Alignment
    planning_styles: PlanningStyle
    timelines: Timeline
    enthusiasm: Enthusiasm
    shared_dreams: list[SharedDream]
    missing_conversations: list[MissingConversation]
    recommendations: list[Recommendation]
    overall: Overall
