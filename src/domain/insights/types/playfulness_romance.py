"""Playfulness & Keeping Romance Alive: is it fun, teasing, flirtatious, and for both?"""

import msgspec

from domain.catalogue.seed import InsightTypeRow
from domain.insights.content import BestMoment, Component, Exchange, LevelAssessment, Line, Quote, Score

ROW = InsightTypeRow(
    name="playfulness_romance",
    display_title="Playfulness & Keeping Romance Alive",
    description="Is it fun, teasing, flirtatious, and for both?",
    icon="😄",
    for_groups=False,
)


class HumorStylesParticipant(msgspec.Struct, kw_only=True):
    name: str
    humor_types: list[str]
    description: str
    evidence: list[Line]


class HumorStyles(msgspec.Struct, kw_only=True):
    participants: list[HumorStylesParticipant]
    initiator: str


class InsideJoke(msgspec.Struct, kw_only=True):
    joke_or_reference: str
    context: str
    evidence: list[Line]


class FlirtationParticipant(msgspec.Struct, kw_only=True):
    name: str
    frequency: str
    style: str


class Flirtation(msgspec.Struct, kw_only=True):
    participants: list[FlirtationParticipant]
    balance: str
    evidence: list[Quote]


class TeasingBanter(msgspec.Struct, kw_only=True):
    present: bool
    assessment: str
    balance: str
    evidence: list[Exchange]


class Spontaneity(msgspec.Struct, kw_only=True):
    present: bool
    initiator: str
    description: str
    evidence: list[Quote]


class EmojiUsage(msgspec.Struct, kw_only=True):
    description: str
    match_level: str


class FunActivity(msgspec.Struct, kw_only=True):
    discussed: bool
    types: list[str]
    evidence: list[Line]


class MoodLifting(msgspec.Struct, kw_only=True):
    present: bool
    description: str
    evidence: list[Exchange]


class RomanceMaintenance(msgspec.Struct, kw_only=True):
    rating: str
    description: str
    evidence: list[Line]


class PlayfulnessGap(msgspec.Struct, kw_only=True):
    gap: str
    suggestion: str


class Recommendation(msgspec.Struct, kw_only=True):
    title: str
    suggestion: str
    examples: list[str]


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    spark_status: str
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    overall_playfulness: LevelAssessment
    humor_styles: HumorStyles
    inside_jokes: list[InsideJoke]
    flirtation: Flirtation
    teasing_banter: TeasingBanter
    spontaneity: Spontaneity
    emoji_usage: EmojiUsage
    fun_activities: FunActivity
    mood_lifting: MoodLifting
    romance_maintenance: RomanceMaintenance
    playfulness_gaps: list[PlayfulnessGap]
    best_moments: list[BestMoment]
    recommendations: list[Recommendation]
    overall: Overall
