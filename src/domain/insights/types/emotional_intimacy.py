"""Emotional Intimacy: who opens up, and what support comes back?"""

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from domain.catalogue.rows import InsightTypeRow
from domain.chats.statistics.model import Proportion
from domain.insights.analyst import closeness, evidence, tension
from domain.insights.analyst.acts import OPENING_UP, SUPPORTIVE, Act
from domain.insights.analyst.claims import strongest
from domain.insights.analyst.closeness import AFFECTIONATE, Closeness
from domain.insights.analyst.measures import Measures
from domain.insights.analyst.phrasing import compared, graded, joined, told_apart
from domain.insights.analyst.scoring import score
from domain.insights.analyst.view import View
from domain.insights.content import Component, Exchange, Line, Quote, Score
from domain.insights.kinds import Finding, InsightKind

ROW = InsightTypeRow(
    name="emotional_intimacy",
    display_title="Emotional Intimacy",
    description="Who opens up, and what support comes back?",
    icon="💕",
    for_groups=False,
)


class VulnerabilityExpressionParticipant(msgspec.Struct, kw_only=True):
    name: str
    vulnerability_level: Literal["high", "moderate", "low"]
    description: str
    evidence: Annotated[list[Quote], msgspec.Meta(min_length=2, max_length=4)]


class VulnerabilityExpression(msgspec.Struct, kw_only=True):
    participants: Annotated[list[VulnerabilityExpressionParticipant], msgspec.Meta(min_length=2, max_length=2)]
    balance_note: str


class EmotionalSupportPatternsParticipant(msgspec.Struct, kw_only=True):
    name: str
    support_style: str
    description: str


class EmotionalSupportPattern(msgspec.Struct, kw_only=True):
    participants: Annotated[list[EmotionalSupportPatternsParticipant], msgspec.Meta(min_length=2, max_length=2)]
    reciprocity_assessment: str
    evidence: Annotated[list[Exchange], msgspec.Meta(min_length=2, max_length=3)]


class AffectionExpressionParticipant(msgspec.Struct, kw_only=True):
    name: str
    frequency: Literal["very_frequent", "frequent", "moderate", "occasional", "rare"]
    styles: list[str]
    description: str


class AffectionExpressionEvidence(Line, kw_only=True):
    affection_type: str


class AffectionExpression(msgspec.Struct, kw_only=True):
    participants: Annotated[list[AffectionExpressionParticipant], msgspec.Meta(min_length=2, max_length=2)]
    comparison: str
    evidence: Annotated[list[AffectionExpressionEvidence], msgspec.Meta(min_length=3, max_length=6)]


class EmotionalCheckin(msgspec.Struct, kw_only=True):
    frequency: Literal["very_frequent", "frequent", "occasional", "rare", "absent"]
    initiator_balance: str
    description: str
    evidence: Annotated[list[Quote], msgspec.Meta(max_length=4)]


class ConflictAndRepair(msgspec.Struct, kw_only=True):
    conflict_present: bool
    description: str
    repair_patterns: list[str]
    evidence: Annotated[list[Exchange], msgspec.Meta(max_length=2)]


class IntimacyStrength(msgspec.Struct, kw_only=True):
    strength_title: str
    description: str
    evidence: Annotated[list[Quote], msgspec.Meta(min_length=2, max_length=4)]


class GrowthOpportunity(msgspec.Struct, kw_only=True):
    opportunity_title: str
    target_participants: list[str]
    suggestion: str
    why_it_helps: str
    conversation_starter: str


class OverallIntimacyAssessment(msgspec.Struct, kw_only=True):
    score: Score
    rating: Literal["deeply_connected", "well_connected", "developing", "surface_level"]
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    vulnerability_expression: VulnerabilityExpression
    emotional_support_patterns: EmotionalSupportPattern
    affection_expression: AffectionExpression
    emotional_checkins: EmotionalCheckin
    conflict_and_repair: ConflictAndRepair
    intimacy_strengths: Annotated[list[IntimacyStrength], msgspec.Meta(min_length=2, max_length=3)]
    growth_opportunities: Annotated[list[GrowthOpportunity], msgspec.Meta(min_length=2, max_length=2)]
    overall_intimacy_assessment: OverallIntimacyAssessment


_LEAST_MOMENTS = 4
_OPENS_UP = "opens up|open up"
_METHOD = (
    "Word lists mark messages that open up (feelings told, hard times), support, show affection or ask how somebody "
    "is. Rates are per 100 messages with words. Opening up counts as high from 6 and moderate from 2; affection as "
    "very frequent from 8, frequent from 4, moderate from 2, occasional from 0.5; check-ins by their number in a week. "
    "A moment counts as supported when the other answers with comfort, help, affection or a question about it within "
    "an hour and ten messages. What was said on the telephone or meant without words is not seen."
)


def analyse(view: View) -> Finding:
    """For two people, by the word lists."""
    people = list(view.pair())
    close = Closeness(view, people, Measures())
    evidence.need(close.moments, _LEAST_MOMENTS)
    content = _Intimacy(view, people, close).content()
    return Finding(
        content=content,
        measures=close.say.all,
        coverage=view.coverage(view.positions(OPENING_UP | SUPPORTIVE | {Act.CHECK_IN})),
        method=_METHOD,
        sources=["Wilson (1927), Probable inference, the law of succession, and statistical inference."],
        positions=[moment.cue for moment in close.moments if moment.reply is not None][:50],
    )


@dataclass(frozen=True, slots=True)
class _Intimacy:
    view: View
    people: list[int]
    close: Closeness

    def content(self) -> Content:
        close = self.close
        components = close.components()
        return Content(
            vulnerability_expression=self._vulnerability(),
            emotional_support_patterns=self._support(),
            affection_expression=self._affection(),
            emotional_checkins=self._checkins(),
            conflict_and_repair=self._conflict(),
            intimacy_strengths=self._strengths(),
            growth_opportunities=self._growth(components),
            overall_intimacy_assessment=self._overall(components),
        )

    def _vulnerability(self) -> VulnerabilityExpression:
        view, close = self.view, self.close
        return VulnerabilityExpression(
            participants=[
                VulnerabilityExpressionParticipant(
                    name=self.view.name(person),
                    vulnerability_level=_vulnerability_level(close.opens_up(person)),
                    description=f"{self.view.name(person)} writes about feelings or hard times in "
                    f"{close.told_opens_up(person)}.",
                    evidence=evidence.quotes(
                        view,
                        view.positions(OPENING_UP, person),
                        3,
                        lambda position: f"{view.speaker(position)} {closeness.opening(view, position)}.",
                        OPENING_UP,
                        least=2,
                    ),
                )
                for person in self.people
            ],
            balance_note=f"{told_apart(view.names, self.people, close.opens_up, close.told_opens_up, _OPENS_UP)}.",
        )

    def _support(self) -> EmotionalSupportPattern:
        view, close = self.view, self.close
        return EmotionalSupportPattern(
            participants=[
                EmotionalSupportPatternsParticipant(
                    name=self.view.name(person),
                    support_style=close.support_style(person),
                    description=close.told_support(person),
                )
                for person in self.people
            ],
            reciprocity_assessment=self._reciprocity(),
            evidence=evidence.replies(
                view,
                close.moments,
                3,
                lambda moment: (
                    f"{self.view.name(moment.by)} {closeness.opening(view, moment.cue)}, and "
                    f"{self.view.name(moment.replier)} answers with {closeness.supporting(view, moment.reply)}."
                ),
                OPENING_UP,
                least=2,
            ),
        )

    def _reciprocity(self) -> str:
        close = self.close
        if not all(close.supports(person).of for person in self.people):
            return "Only one of the two opens up in writing, so support can be told for one side alone."
        deed = "answers such moments with support|answer such moments with support"
        return f"{told_apart(self.view.names, self.people, close.supports, close.told_supports, deed)}."

    def _compared_affection(self) -> str:
        close, deed = self.close, "writes affectionately|write affectionately"
        return f"{told_apart(self.view.names, self.people, close.affection, close.told_affection, deed)}."

    def _affection(self) -> AffectionExpression:
        view, close = self.view, self.close
        chosen = evidence.choose(view, view.positions(AFFECTIONATE), 5, AFFECTIONATE)
        evidence.need(chosen, 3)
        return AffectionExpression(
            participants=[
                AffectionExpressionParticipant(
                    name=self.view.name(person),
                    frequency=_affection_frequency(close.affection(person)),
                    styles=close.affection_styles(person),
                    description=f"{self.view.name(person)} writes affectionately in {close.told_affection(person)}.",
                )
                for person in self.people
            ],
            comparison=f"{self._compared_affection()} {close.told_we_talk()}".strip(),
            evidence=[
                AffectionExpressionEvidence(positions=[position], affection_type=closeness.affection_of(view, position))
                for position in chosen
            ],
        )

    def _checkins(self) -> EmotionalCheckin:
        view, close = self.view, self.close
        found = view.apart(view.positions(Act.CHECK_IN), closeness.APART)
        frequency: Literal["very_frequent", "frequent", "occasional", "rare", "absent"] = graded(
            close.weekly(found),
            [(5, "very_frequent"), (2, "frequent"), (0.5, "occasional"), (0.001, "rare")],
            "absent",
        )
        told = close.told_weekly("check_ins.per_week", found)
        return EmotionalCheckin(
            frequency=frequency,
            initiator_balance=f"{compared(view.names, self.people, close.checks_in, 'checks in|check in')}.",
            description=f"{joined([self.view.name(person) for person in self.people])} ask how the other is {told} "
            "times a week."
            if found
            else "The word lists find no message that asks how the other is.",
            evidence=evidence.quotes(
                view, found, 4, lambda position: f"{view.speaker(position)} asks how things are.", Act.CHECK_IN
            ),
        )

    def _conflict(self) -> ConflictAndRepair:
        view, close = self.view, self.close
        found = close.clashes
        mended = [told for clash in found if (told := tension.mending(view, clash)) is not None]
        return ConflictAndRepair(
            conflict_present=bool(found),
            description=close.told_friction(),
            repair_patterns=close.repair_patterns(),
            evidence=evidence.spaced(mended, 2) or [tension.told(view, clash) for clash in evidence.spaced(found, 2)],
        )

    def _strengths(self) -> list[IntimacyStrength]:
        found = strongest(self.view, self.close.claims(), most=3, quotes=3)
        evidence.need(found, 2)
        return [
            IntimacyStrength(strength_title=claim.title, description=claim.describe(), evidence=shown)
            for claim, shown in found
        ]

    def _growth(self, components: list[Component]) -> list[GrowthOpportunity]:
        lowest = sorted(components, key=lambda part: (part.value, part.name))[:2]
        return [
            GrowthOpportunity(
                opportunity_title=advice.title,
                target_participants=advice.target,
                suggestion=advice.suggestion,
                why_it_helps=advice.why,
                conversation_starter=advice.example,
            )
            for advice in (self.close.advice_on(part) for part in lowest)
        ]

    def _overall(self, components: list[Component]) -> OverallIntimacyAssessment:
        total = score(components)
        rating: Literal["deeply_connected", "well_connected", "developing", "surface_level"] = graded(
            total, [(8, "deeply_connected"), (6, "well_connected"), (3, "developing")], "surface_level"
        )
        return OverallIntimacyAssessment(
            score=total,
            rating=rating,
            summary=self.close.summary(),
            components=components,
        )


def _vulnerability_level(rate: Proportion) -> Literal["high", "moderate", "low"]:
    return graded(rate.percent or 0.0, [(6, "high"), (2, "moderate")], "low")


def _affection_frequency(rate: Proportion) -> Literal["very_frequent", "frequent", "moderate", "occasional", "rare"]:
    steps: list[tuple[float, Literal["very_frequent", "frequent", "moderate", "occasional"]]] = [
        (8, "very_frequent"),
        (4, "frequent"),
        (2, "moderate"),
        (0.5, "occasional"),
    ]
    return graded(rate.percent or 0.0, steps, "rare")


KIND = InsightKind(
    row=ROW,
    content=Content,
    queries=(
        "telling how one really feels, being afraid, sad or ashamed",
        "comforting after a hard day, I am here for you",
        "saying I love you or I miss you",
        "asking how the other is doing or whether they slept",
    ),
    instruction=(
        "Describe how these two open up to each other and what comes back. Look for messages in which somebody tells "
        "a feeling, a fear or a hard day, and for the answers to them; for affection and the forms it takes; for "
        "questions about how the other is; and, where there was friction, for how it was made good. Write of what "
        "stands in the messages, not of what either feels or is, and weigh both sides alike. Quiet people may be "
        "close: few words are no lack. Each opportunity starts from one of the given numbers and ends in a sentence "
        "that could be sent."
    ),
    analyse=analyse,
    acts=frozenset({*OPENING_UP, *SUPPORTIVE, *AFFECTIONATE, Act.APOLOGY, Act.REPAIR}),
)
