"""Emotional Tone & Expression: how warm and open is it?"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from domain.catalogue.rows import InsightTypeRow
from domain.insights.analyst import closeness, evidence, friendship
from domain.insights.analyst.acts import OPENING_UP, SUPPORTIVE, WARM
from domain.insights.analyst.bright import bright_moments
from domain.insights.analyst.climate import (
    APPRECIATING,
    GRATITUDE,
    LEAST,
    STEPS_BACK,
    WARMTH,
    Climate,
    subjects,
)
from domain.insights.analyst.family import Echo, Family
from domain.insights.analyst.measures import Measures
from domain.insights.analyst.phrasing import graded, joined
from domain.insights.analyst.scoring import score, weakest
from domain.insights.analyst.view import View
from domain.insights.content import Component, Exchange, Line, RatedAssessment, Recommendation, Score
from domain.insights.kinds import Finding, InsightKind, InsufficientData

ROW = InsightTypeRow(
    name="family_emotional_climate",
    display_title="Emotional Tone & Expression",
    description="How warm and open is it?",
    icon="🌡️",
    for_groups=True,
)


class AffectionExpressionParticipant(msgspec.Struct, kw_only=True):
    name: str
    expression_style: str
    description: str
    evidence: list[Exchange]


class AffectionExpression(msgspec.Struct, kw_only=True):
    participants: list[AffectionExpressionParticipant]


class EmotionalOpennessParticipant(msgspec.Struct, kw_only=True):
    name: str
    openness_style: str
    description: str
    evidence: list[Exchange]


class EmotionalOpenness(msgspec.Struct, kw_only=True):
    participants: list[EmotionalOpennessParticipant]


class VulnerabilityMoment(msgspec.Struct, kw_only=True):
    present: bool
    response_quality: str
    description: str
    moments: list[Exchange]


class WarmthAppreciation(msgspec.Struct, kw_only=True):
    present: bool
    description: str
    evidence: list[Exchange]


class EmotionalAvoidance(msgspec.Struct, kw_only=True):
    present: bool
    description: str
    avoided_areas: list[str]


class PositiveEmotionalMoment(msgspec.Struct, kw_only=True):
    moment_title: str
    why_meaningful: str
    exchange: list[Line]


class GrowthOpportunity(msgspec.Struct, kw_only=True):
    opportunity: str
    description: str


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    climate_status: str
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    overall_warmth: RatedAssessment
    affection_expression: AffectionExpression
    emotional_openness: EmotionalOpenness
    vulnerability_moments: VulnerabilityMoment
    warmth_appreciation: WarmthAppreciation
    emotional_avoidance: EmotionalAvoidance
    positive_emotional_moments: list[PositiveEmotionalMoment]
    growth_opportunities: list[GrowthOpportunity]
    recommendations: list[Recommendation]
    overall: Overall


_LEAST_SIGNS = 5
_WEIGHED = 100
"""Messages of one person of which the clearest are shown, spread over the chat."""
_SIGNS = 3
_WEAK = 0.6
_METHOD = (
    "Word lists mark warm messages (loving words, hugs, praise, thanks, comfort, good wishes), messages of opening up "
    "(feelings and hard times of one's own), and answers with care within four hours. Rates are per 100 messages with "
    "words. Warmth is called very warm from 20 of all messages in 100, warm from 10, friendly from 4, and sparing with "
    "warm words below; somebody's openness open from 4, open at times from 1, and sparing in writing below. A style is "
    "named from three signs on, after the one or two most frequent forms. Hard times, three or more, are called mostly "
    "taken up where the mean share of those answered and those met with care is 0.75, often from 0.4, seldom below. "
    "Avoidance is called present where somebody declines more than once to talk about what they were asked or told. "
    "The climate is called warm and open from a score of 8, warm from 6, friendly from 4, and sparing below. What is "
    "said at the table or on the telephone, and care in words that the lists do not know, is not seen."
)
_SOURCES = (
    "Idea: responsiveness, Reis & Shaver (1988), Intimacy as an interpersonal process.",
    "Gottman & Levenson (1992), Marital processes predictive of later dissolution: the ratio alone, no prediction.",
    "Wilson (1927), Probable inference, the law of succession, and statistical inference.",
)


def analyse(view: View) -> Finding:
    """For any number of people, by the word lists."""
    climate = Climate(Family(view, view.voices(), Measures()))
    if len(climate.warm) + len(climate.open) < _LEAST_SIGNS:
        raise InsufficientData("The word lists find too few messages with warm words or feelings.")
    content = _Climate(view, climate).content()
    cues = [echo.cue for echo in climate.hard]
    return Finding(
        content=content,
        measures=climate.family.say.all,
        coverage=view.coverage([*climate.warm, *climate.open]),
        method=_METHOD,
        sources=_SOURCES,
        positions=[*evidence.choose(view, cues, 20, OPENING_UP), *evidence.spaced(climate.warm, 30)],
    )


@dataclass(frozen=True, slots=True)
class _Climate:
    view: View
    climate: Climate

    def content(self) -> Content:
        people = self.climate.family.people
        components = self.climate.components()
        return Content(
            overall_warmth=self._warmth(),
            affection_expression=AffectionExpression(participants=[self._affection(person) for person in people]),
            emotional_openness=EmotionalOpenness(participants=[self._openness(person) for person in people]),
            vulnerability_moments=self._vulnerability(),
            warmth_appreciation=self._appreciation(),
            emotional_avoidance=self._avoidance(),
            positive_emotional_moments=[
                PositiveEmotionalMoment(moment_title=moment.title, why_meaningful=moment.told, exchange=moment.lines)
                for moment in bright_moments(self.climate)
            ],
            growth_opportunities=self._growth(components),
            recommendations=[self._recommendation(name) for name in weakest(components)],
            overall=self._overall(components),
        )

    def _warmth(self) -> RatedAssessment:
        climate = self.climate
        rate = climate.family.rate(climate.warm)
        told = climate.told_overall("warmth.rate", climate.warm, WARMTH)
        return RatedAssessment(
            rating=graded(
                rate.percent or 0.0,
                [(20.0, "very warm"), (10.0, "warm"), (4.0, "friendly")],
                "sparing with warm words",
            ),
            assessment=f"Warm words stand in {told}. {climate.told_ratio()}",
        )

    def _affection(self, person: int) -> AffectionExpressionParticipant:
        climate, name = self.climate, self.view.names[person]
        own, forms = climate.family.own(climate.warm, person), climate.forms(person)
        told = [f"{form} {self._times(f'{form}:{name}', count, len(own))}" for form, count in forms[:3]]
        most = f" Most often that is {joined(told)}." if told else ""
        return AffectionExpressionParticipant(
            name=name,
            expression_style=joined([form for form, _ in forms[:2]]) if len(own) >= _SIGNS else "few signs in writing",
            description=f"{name} writes warmly in {climate.told_warm(person)}.{most}",
            evidence=[
                climate.family.with_cue(at, f"{name} writes {climate.form_of(at)}.")
                for at in evidence.choose(self.view, evidence.spaced(own, _WEIGHED), 2, WARM)
            ],
        )

    def _times(self, name: str, count: int, n: int) -> str:
        return f"({self.climate.family.times(f'warmth.{name}', count, WARMTH, n)})"

    def _openness(self, person: int) -> EmotionalOpennessParticipant:
        climate, name = self.climate, self.view.names[person]
        own = climate.family.own(climate.open, person)
        rate = climate.family.rate(climate.open, person)
        told = f"{name} writes of feelings or hard times of their own in {climate.told_open(person)}."
        if not own:
            told = f"No message was found in which {name} writes of a feeling or a hard time of their own."
        return EmotionalOpennessParticipant(
            name=name,
            openness_style=graded(rate.percent or 0.0, [(4.0, "open"), (1.0, "open at times")], "sparing in writing"),
            description=told,
            evidence=[self._opened(at) for at in evidence.choose(self.view, own, 2, OPENING_UP)],
        )

    def _opened(self, position: int) -> Exchange:
        """A message of opening up with what the next person writes."""
        answer = friendship.first_answer(self.view, position)
        what = closeness.opening(self.view, position)
        return evidence.exchange(self.view, [position, answer], f"{self.view.speaker(position)} {what}.")

    def _clearest(self, echoes: Sequence[Echo], most: int) -> list[Echo]:
        by_cue = {echo.cue: echo for echo in echoes}
        return [by_cue[cue] for cue in evidence.choose(self.view, list(by_cue), most, OPENING_UP)]

    def _told(self, echo: Echo) -> Exchange:
        """A moment of opening up with up to two answers."""
        view, name = self.view, self.view.names[echo.by]
        shown = echo.answers[:2]
        what = closeness.opening(view, echo.cue)
        if not shown:
            return evidence.exchange(view, [echo.cue], f"{name} {what}.")
        answers = [view.speaker(at) for at in shown]
        verb = "answers" if len(answers) == 1 else "answer"
        return evidence.exchange(view, [echo.cue, *shown], f"{name} {what}, and {joined(answers)} {verb} with care.")

    def _vulnerability(self) -> VulnerabilityMoment:
        climate = self.climate
        quality = "none seen"
        if climate.hard:
            steps = [(0.75, "mostly taken up"), (0.4, "often taken up")]
            quality = graded(climate.taken_up, steps, "seldom taken up")
            quality = quality if climate.cared.of >= LEAST else "too few to tell"
        met = [echo for echo in climate.hard if echo.answers]
        return VulnerabilityMoment(
            present=bool(climate.hard),
            response_quality=quality,
            description=" ".join(part for part in (climate.told_care(), climate.told_carers()) if part),
            moments=[self._told(echo) for echo in self._clearest(met or climate.hard, 3)],
        )

    def _appreciation(self) -> WarmthAppreciation:
        climate = self.climate
        if not climate.grateful:
            none = "None seen: the word lists find no message with thanks or praise."
            return WarmthAppreciation(present=False, description=none, evidence=[])
        rates = [
            f"{self.view.names[person]} in "
            f"{climate.family.told_rate('gratitude.rate', climate.grateful, person, GRATITUDE)}"
            for person in climate.family.people
        ]
        return WarmthAppreciation(
            present=True,
            description=f"Thanks or praise are written by {joined(rates)}.",
            evidence=[
                climate.family.with_cue(at, f"{self.view.speaker(at)} writes {climate.form_of(at)}.")
                for at in evidence.choose(self.view, climate.grateful, 3, APPRECIATING)
            ],
        )

    def _avoidance(self) -> EmotionalAvoidance:
        climate, say = self.climate, self.climate.family
        back = say.times("steps_back", len(climate.steps_back), STEPS_BACK)
        told = f"Asked or told about something, somebody declines to talk in so many words {back}."
        if not climate.steps_back:
            told = "None seen: nobody declines in so many words to talk about what they were asked or told."
        elif not climate.avoids:
            told += " Once is not called avoidance here."
        return EmotionalAvoidance(
            present=climate.avoids,
            description=f"{told} Nothing in the messages says why, and what is not written may be told at home."
            if climate.avoids
            else told,
            avoided_areas=subjects(climate.avoided()),
        )

    def _growth(self, components: list[Component]) -> list[GrowthOpportunity]:
        values = {part.name: part.value for part in components}
        low = [name for name in weakest(components, 3) if values[name] < _WEAK]
        return [
            GrowthOpportunity(opportunity=advice.title, description=f"{advice.suggestion} {advice.why}")
            for advice in map(self.climate.advice, low)
        ]

    def _recommendation(self, name: str) -> Recommendation:
        advice = self.climate.advice(name)
        return Recommendation(
            title=advice.title, target=advice.target, suggestion=advice.suggestion, example_phrases=[advice.example]
        )

    def _overall(self, components: list[Component]) -> Overall:
        total = score(components)
        return Overall(
            score=total,
            climate_status=graded(
                total, [(8, "warm and open"), (6, "warm"), (4, "friendly")], "sparing with warm words"
            ),
            summary=self.climate.summary(),
            components=components,
        )


KIND = InsightKind(
    row=ROW,
    content=Content,
    queries=(
        "saying I love you, I miss you or sending hugs in the family",
        "thanking somebody in the family, being proud of them",
        "telling the family about a hard day, being worried, sad or scared",
        "comforting a family member, we are here for you",
    ),
    instruction=(
        "Describe how warm and how open the messages of this family are.\n"
        "overall_warmth: how often warm words stand in the chat, by the given rate; an arranging chat is no cold one.\n"
        "affection_expression: per person, the forms their warmth takes: loving words, hugs, praise, thanks, comfort, "
        "good wishes. A form is not worth more than another.\n"
        "emotional_openness: per person, how much they write of feelings or hard times of their own. Little in writing "
        "says nothing of what is told at home.\n"
        "vulnerability_moments: what comes back when somebody opens up, who answers, how soon.\n"
        "warmth_appreciation: thanks and praise, and for what.\n"
        "emotional_avoidance: only what can be read: somebody declines to talk, or a hard moment passes without an "
        "answer. Name the subject, never a motive, and say so where there is little of it.\n"
        "positive_emotional_moments: exchanges that others took up, each with who did what.\n"
        "growth_opportunities and recommendations: each starts from one of the given numbers; example phrases are new "
        "sentences that could be sent, not quotes.\n"
        "overall: keep the score and its parts.\n"
        "Speak of every member in the same measure, whether parent or child, and guess at no one's role, age or "
        "relation unless it is written. No diagnosis, no attachment style, no comparison with other families."
    ),
    analyse=analyse,
    acts=frozenset({*WARM, *OPENING_UP, *SUPPORTIVE}),
)
