"""Love Language & Appreciation: how is appreciation shown, and does it match? A mix of expressions, not a type."""

import msgspec

from domain.catalogue.seed import InsightTypeRow
from domain.insights.content import Component, Exchange, Line, Quote, Score

ROW = InsightTypeRow(
    name="love_language",
    display_title="Love Language & Appreciation",
    description="How is appreciation shown, and does it match?",
    icon="💝",
    for_groups=False,
)


class PrimaryLanguagesParticipant(msgspec.Struct, kw_only=True):
    name: str
    language: str
    confidence: str
    description: str
    evidence: list[Quote]


class PrimaryLanguage(msgspec.Struct, kw_only=True):
    participants: list[PrimaryLanguagesParticipant]


class SecondaryLanguagesParticipant(msgspec.Struct, kw_only=True):
    name: str
    language: str
    description: str
    evidence: list[Quote]


class SecondaryLanguage(msgspec.Struct, kw_only=True):
    participants: list[SecondaryLanguagesParticipant]


class AppreciationParticipant(msgspec.Struct, kw_only=True):
    name: str
    expression_style: str
    frequency: str


class AppreciationEvidence(Line, kw_only=True):
    appreciation_type: str


class Appreciation(msgspec.Struct, kw_only=True):
    participants: list[AppreciationParticipant]
    frequency_comparison: str
    evidence: list[AppreciationEvidence]


class Recognition(msgspec.Struct, kw_only=True):
    analysis: str
    balance: str
    evidence: list[Exchange]


class Compatibility(msgspec.Struct, kw_only=True):
    match_type: str
    analysis: str
    adaptation_evidence: str


class MissingLanguage(msgspec.Struct, kw_only=True):
    language: str
    explanation: str


class BeautifulMoment(msgspec.Struct, kw_only=True):
    moment_title: str
    description: str
    exchange: list[Line]


class Recommendation(msgspec.Struct, kw_only=True):
    title: str
    target: list[str]
    suggestion: str
    why: str
    example_messages: list[str]


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    primary_languages: PrimaryLanguage
    secondary_languages: SecondaryLanguage
    appreciation: Appreciation
    recognition: Recognition
    compatibility: Compatibility
    missing_languages: list[MissingLanguage]
    beautiful_moments: list[BeautifulMoment]
    recommendations: list[Recommendation]
    overall: Overall
