"""Communication Basics: who starts, answers, carries and asks?"""

from dataclasses import dataclass
from typing import Annotated, Literal

import msgspec

from domain.catalogue.rows import InsightTypeRow
from domain.insights.analyst.claims import strongest
from domain.insights.analyst.evidence import need
from domain.insights.analyst.measures import Measures, duration
from domain.insights.analyst.phrasing import graded, joined, leader, told_apart
from domain.insights.analyst.scoring import score, share
from domain.insights.analyst.talk import RESPONSES, Talk
from domain.insights.analyst.view import View
from domain.insights.content import Component, Quote, Score
from domain.insights.kinds import Finding, InsightKind, InsufficientData

ROW = InsightTypeRow(
    name="communication_basics",
    display_title="Communication Basics",
    description="Who starts, answers, carries and asks?",
    icon="💬",
    for_groups=True,
)


class InitiationBalanceParticipant(msgspec.Struct, kw_only=True):
    name: str
    initiation_count: int
    percentage: float


class BalanceAssessment(msgspec.Struct, kw_only=True):
    rating: Literal["balanced", "slightly_imbalanced", "highly_imbalanced"]
    interpretation: str


class InitiationBalance(msgspec.Struct, kw_only=True):
    participants: Annotated[list[InitiationBalanceParticipant], msgspec.Meta(min_length=2)]
    balance_assessment: BalanceAssessment


class ResponsePatternsParticipant(msgspec.Struct, kw_only=True):
    name: str
    avg_response_seconds: float
    response_style: str


class ResponsePattern(msgspec.Struct, kw_only=True):
    participants: Annotated[list[ResponsePatternsParticipant], msgspec.Meta(min_length=2)]
    compatibility_note: str


class MessageContributionParticipant(msgspec.Struct, kw_only=True):
    name: str
    message_percentage: float
    word_percentage: float
    avg_words_per_message: float
    style: str


class MessageContribution(msgspec.Struct, kw_only=True):
    participants: Annotated[list[MessageContributionParticipant], msgspec.Meta(min_length=2)]
    balance_note: str


class EngagementIndicatorsParticipant(msgspec.Struct, kw_only=True):
    name: str
    questions_asked: int
    double_texting_rate: float


class EngagementIndicator(msgspec.Struct, kw_only=True):
    participants: Annotated[list[EngagementIndicatorsParticipant], msgspec.Meta(min_length=2)]
    engagement_insight: str


class CommunicationStrength(msgspec.Struct, kw_only=True):
    strength_title: str
    description: str
    evidence: Annotated[list[Quote], msgspec.Meta(min_length=2, max_length=5)]


class BalanceRecommendation(msgspec.Struct, kw_only=True):
    recommendation_title: str
    target_participants: list[str]
    suggestion: str
    why_it_helps: str
    example: str


class OverallHealthAssessment(msgspec.Struct, kw_only=True):
    score: Score
    rating: Literal["excellent", "good", "needs_improvement"]
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    initiation_balance: InitiationBalance
    response_patterns: ResponsePattern
    message_contribution: MessageContribution
    engagement_indicators: EngagementIndicator
    communication_strengths: Annotated[list[CommunicationStrength], msgspec.Meta(min_length=2, max_length=3)]
    balance_recommendations: Annotated[list[BalanceRecommendation], msgspec.Meta(min_length=2, max_length=2)]
    overall_health_assessment: OverallHealthAssessment


_SLIGHTLY, _HIGHLY = 1.2, 1.5
"""Times the even share of conversations started from which an imbalance is slight, or high."""
_METHOD = (
    "Computed from the statistics of the chat alone, so it is the same in every language. Initiations are balanced "
    "where the intervals do not tell the starters apart or nobody starts more than 1.2 times the even share, and "
    "highly imbalanced from 1.5 times. Strengths are numbers that reach a level, with messages that show them; "
    "recommendations go to the two lowest components of the score. It is excellent from 8, good from 5."
)


def analyse(view: View) -> Finding:
    """From the statistics; for two people and for groups."""
    people = [person for person in view.voices() if view.stats(person).turn_taking.response_time.n]
    if len(people) < 2:  # noqa: PLR2004 - it takes two to talk
        raise InsufficientData("Fewer than two people answered anybody.")
    basics = _Basics(view, people, Measures())
    content = basics.content()
    return Finding(
        content=content,
        measures=basics.say.all,
        coverage=1.0,
        method=_METHOD,
        sources=["Wilson (1927), Probable inference, the law of succession, and statistical inference."],
        positions=[quote.positions[0] for strength in content.communication_strengths for quote in strength.evidence],
    )


@dataclass(frozen=True, slots=True)
class _Basics:
    view: View
    people: list[int]
    say: Measures

    def content(self) -> Content:
        talk = Talk(self.view, self.people, self.say)
        components = talk.components()
        return Content(
            initiation_balance=self._initiations(talk),
            response_patterns=self._responses(talk),
            message_contribution=self._contribution(talk),
            engagement_indicators=self._engagement(talk),
            communication_strengths=self._strengths(talk),
            balance_recommendations=self._recommendations(talk, components),
            overall_health_assessment=self._overall(talk, components),
        )

    def _initiations(self, talk: Talk) -> InitiationBalance:
        top = talk.most(talk.started)
        sessions = self.say.count("sessions", self.view.statistics.sessions.count, "statistics.sessions.count")
        return InitiationBalance(
            participants=[
                InitiationBalanceParticipant(
                    name=self.view.name(person),
                    initiation_count=talk.started(person).count,
                    percentage=talk.started(person).percent or 0.0,
                )
                for person in self.people
            ],
            balance_assessment=BalanceAssessment(
                rating=self._rating(talk, top),
                interpretation=f"Of {sessions} conversations, {self.view.name(top)} starts {talk.told_started(top)}"
                f"{self._certainty(talk, top)}.",
            ),
        )

    def _certainty(self, talk: Talk, top: int) -> str:
        """Whether the share of the one who starts most stands out, to follow it."""
        others = joined([self.view.name(person) for person in self.people if person != top])
        if leader(self.people, talk.started) == top:
            return f", more often than {others}"
        return f"; {others} may well start as often"

    def _rating(self, talk: Talk, top: int) -> Literal["balanced", "slightly_imbalanced", "highly_imbalanced"]:
        if leader(self.people, talk.started) is None:
            return "balanced"
        times = share(talk.started(top)) * len(self.people)
        return "highly_imbalanced" if times >= _HIGHLY else "slightly_imbalanced" if times >= _SLIGHTLY else "balanced"

    def _responses(self, talk: Talk) -> ResponsePattern:
        quick, slow = talk.quickest(), talk.slowest()
        if duration(talk.median(quick)) == duration(talk.median(slow)):
            note = f"A typical answer takes {talk.told_median(quick)}, whoever gives it."
        else:
            note = (
                f"{self.view.name(quick)} typically answers after {talk.told_median(quick)}, "
                f"{self.view.name(slow)} after {talk.told_median(slow)}."
            )
        return ResponsePattern(
            participants=[
                ResponsePatternsParticipant(
                    name=self.view.name(person),
                    avg_response_seconds=self.view.stats(person).turn_taking.response_time.mean_seconds or 0.0,
                    response_style=self._response_style(talk, person),
                )
                for person in self.people
            ],
            compatibility_note=note,
        )

    def _response_style(self, talk: Talk, person: int) -> str:
        times = self.view.stats(person).turn_taking.response_time
        name = f"response_time.mean:{self.view.name(person)}"
        mean = self.say.seconds(name, times.mean_seconds or 0.0, times.n, RESPONSES)
        paces = [(-60, "at once"), (-300, "within minutes"), (-3_600, "within the hour")]
        pace = graded(-talk.median(person), paces, "after hours")
        return f"Mostly answers {pace}: typically after {talk.told_median(person)}, on average after {mean}."

    def _contribution(self, talk: Talk) -> MessageContribution:
        top = talk.most(talk.messages)
        return MessageContribution(
            participants=[
                MessageContributionParticipant(
                    name=self.view.name(person),
                    message_percentage=talk.messages(person).percent or 0.0,
                    word_percentage=talk.words(person).percent or 0.0,
                    avg_words_per_message=talk.words_per_message(person),
                    style=self._style(person),
                )
                for person in self.people
            ],
            balance_note=f"{self.view.name(top)} writes {talk.told_messages(top)} of the messages and "
            f"{talk.told_words(top)} of the words.",
        )

    def _style(self, person: int) -> str:
        stats = self.view.stats(person)
        told = self.say.number(
            f"message_length:{self.view.name(person)}",
            round(stats.avg_message_length_chars),
            "characters",
            stats.text_messages.count,
            "statistics.user_stats.avg_message_length_chars",
        )
        size = graded(stats.avg_message_length_chars, [(100, "Long"), (40, "Medium")], "Short")
        return f"{size} messages, {told} characters on average."

    def _engagement(self, talk: Talk) -> EngagementIndicator:
        verdict = told_apart(self.view.names, self.people, talk.asked, talk.told_asked, "asks|ask")
        return EngagementIndicator(
            participants=[
                EngagementIndicatorsParticipant(
                    name=self.view.name(person),
                    questions_asked=self.view.stats(person).questions_asked,
                    double_texting_rate=self.view.stats(person).double_texting_rate,
                )
                for person in self.people
            ],
            engagement_insight=f"{verdict}. Another writes within a day of {talk.told_answers()} of the questions."
            if talk.answers
            else "Nobody asks with a question mark.",
        )

    def _strengths(self, talk: Talk) -> list[CommunicationStrength]:
        found = strongest(self.view, talk.claims(), most=3, quotes=3)
        need(found, 2)
        return [
            CommunicationStrength(strength_title=claim.title, description=claim.describe(), evidence=shown)
            for claim, shown in found
        ]

    def _recommendations(self, talk: Talk, components: list[Component]) -> list[BalanceRecommendation]:
        lowest = sorted(components, key=lambda part: (part.value, part.name))[:2]
        return [
            BalanceRecommendation(
                recommendation_title=advice.title,
                target_participants=advice.target,
                suggestion=advice.suggestion,
                why_it_helps=advice.why,
                example=advice.example,
            )
            for advice in (talk.advice_on(part) for part in lowest)
        ]

    def _overall(self, talk: Talk, components: list[Component]) -> OverallHealthAssessment:
        total = score(components)
        rating: Literal["excellent", "good", "needs_improvement"] = graded(
            total, [(8, "excellent"), (5, "good")], "needs_improvement"
        )
        return OverallHealthAssessment(
            score=total,
            rating=rating,
            summary=talk.summary(),
            components=components,
        )


KIND = InsightKind(
    row=ROW,
    content=Content,
    queries=(
        "opening a conversation with good morning or how are you",
        "asking a question to learn about the other's day",
        "apologising for a late reply",
        "asking why there was no answer",
    ),
    instruction=(
        "Describe how the people in this chat talk with each other: who begins, how soon answers come, who carries how "
        "much of the conversation, and who asks. Put the given numbers into words that both could agree with, and name "
        "an interval where a difference is not certain. A quick or slow answer has many reasons: give none. Choose as "
        "strengths what the quoted messages show, and recommend only what one of the numbers calls for."
    ),
    analyse=analyse,
)
