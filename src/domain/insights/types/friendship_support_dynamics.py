"""Support & Reciprocity: is support given both ways?"""

from dataclasses import dataclass

import msgspec

from domain.catalogue.rows import InsightTypeRow
from domain.insights.analyst import friendship
from domain.insights.analyst.acts import Act
from domain.insights.analyst.care import LEAST, SUPPORTING, SUPPORTS, Care, kind_of
from domain.insights.analyst.evidence import choose, exchange
from domain.insights.analyst.exchanges import Moment
from domain.insights.analyst.measures import Measures
from domain.insights.analyst.phrasing import alike, compared, graded, joined
from domain.insights.analyst.scoring import score, share
from domain.insights.analyst.view import View
from domain.insights.content import Component, Exchange, LevelAssessment, Line, Recommendation, Score, Strength
from domain.insights.kinds import Finding, InsightKind, InsufficientData

ROW = InsightTypeRow(
    name="friendship_support_dynamics",
    display_title="Support & Reciprocity",
    description="Is support given both ways?",
    icon="🫂",
    for_groups=False,
)


class ParticipantStyle(msgspec.Struct, kw_only=True):
    name: str
    style: str
    description: str
    evidence: list[Exchange]


class SupportStyles(msgspec.Struct, kw_only=True):
    participants: list[ParticipantStyle]


class Reciprocity(msgspec.Struct, kw_only=True):
    balance_rating: str
    analysis: str
    evidence: list[Exchange]


class EmotionalAvailability(msgspec.Struct, kw_only=True):
    analysis: str
    evidence: list[Exchange]


class CheckingIn(msgspec.Struct, kw_only=True):
    present: bool
    initiator: str
    description: str
    evidence: list[Exchange]


class HardTimesMoment(msgspec.Struct, kw_only=True):
    situation: str
    response_quality: str
    exchange: list[Line]


class GrowthArea(msgspec.Struct, kw_only=True):
    area: str
    description: str


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    bond_status: str
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    support_presence: LevelAssessment
    support_styles: SupportStyles
    reciprocity: Reciprocity
    emotional_availability: EmotionalAvailability
    checking_in: CheckingIn
    hard_times_moments: list[HardTimesMoment]
    friendship_strengths: list[Strength]
    growth_areas: list[GrowthArea]
    recommendations: list[Recommendation]
    overall: Overall


_LEAST_SIGNS = 5
_ONE_SIDED = 2.0
_GOOD = 0.6
_SUBJECTS = {
    Act.HEALTH: "health",
    Act.WORK: "work",
    Act.STUDY: "learning and exams",
    Act.FAMILY: "the family",
    Act.MONEY: "money",
    Act.PARTNERSHIP: "a relationship",
    Act.HOME: "the home",
}
_METHOD = (
    "Word lists mark hard times that somebody writes of, support at any time (comfort, help, praise, standing by the "
    "other), good news and questions about how the other is. Support is called high where the mean share of hard times "
    "answered and met with care is 0.75, moderate from 0.4; with fewer than three hard times, from 4 and 1.5 "
    "supportive messages per 100. Balance is one-sided where one rate is twice the other and the intervals lie apart, "
    "tilted where only the latter holds, balanced where the higher rate is at most a quarter above the lower."
    " A style is named from three signs on, after what occurs most. The bond is "
    "called strong from a score of 8, steady from 6, growing from 4. Comfort in words the lists do not know, on the "
    "telephone or by "
    "being there is not seen, so all shares are lower bounds."
)


def analyse(view: View) -> Finding:
    """For two people, by the word lists."""
    people = view.pair()
    care = Care(view, people, Measures())
    if len(care.given) + len(care.hard) + len(care.check_ins) < _LEAST_SIGNS:
        raise InsufficientData("The word lists find too few messages about hard times or support.")
    content = _Content(view, people, care).content()
    cues = [moment.cue for moment in care.hard]
    return Finding(
        content=content,
        measures=care.say.all,
        coverage=view.coverage([*cues, *care.given, *care.check_ins]),
        method=_METHOD,
        sources=[
            "Idea: responsiveness, Reis & Shaver (1988), Intimacy as an interpersonal process.",
            "Idea: kinds of support, Cutrona & Suhr (1992), Controllability of stressful events and spouse support.",
            "Wilson (1927), Probable inference, the law of succession, and statistical inference.",
        ],
        positions=[*cues, *choose(view, care.given, 20, SUPPORTING)],
    )


@dataclass(frozen=True, slots=True)
class _Content:
    view: View
    people: tuple[int, int]
    care: Care

    def content(self) -> Content:
        components = self.care.components()
        return Content(
            support_presence=self._presence(),
            support_styles=SupportStyles(participants=[self._style(person) for person in self.people]),
            reciprocity=self._reciprocity(),
            emotional_availability=self._availability(),
            checking_in=self._checking_in(),
            hard_times_moments=self._moments(),
            friendship_strengths=self._strengths(),
            growth_areas=self._growth(components),
            recommendations=[self._recommendation(name) for name in self.care.advisable()],
            overall=self._overall(components),
        )

    def _presence(self) -> LevelAssessment:
        told = joined([f"{self.view.names[person]} {self.care.told_supports(person)}" for person in self.people])
        return LevelAssessment(
            level=self.care.level(),
            assessment=f"{self.care.told_hard()} Comfort, help and praise at any time: {told}.",
        )

    def _style(self, person: int) -> ParticipantStyle:
        view, care, name = self.view, self.care, self.view.names[person]
        styles = care.styles(person)
        shown = [self._told(moment) for moment in care.hard if moment.replier == person][:2]
        if len(shown) < 2:  # noqa: PLR2004 - so many are shown
            own = [at for at in care.given if view.sender(at) == person]
            shown += [
                exchange(view, [*view.preceding(at, 1, 3_600), at], f"{name} writes something supportive.")
                for at in choose(
                    view, own, 2 - len(shown), SUPPORTING, {line for one in shown for line in _places(one)}
                )
            ]
        also = f", then {joined(styles[1:3])}" if len(styles) > 1 else ""
        told = f"What {name} writes in support is most often {styles[0]}{also}. " if styles else ""
        return ParticipantStyle(
            name=name,
            style=styles[0] if styles else "few signs",
            description=f"{told}{care.told_cares(person)}",
            evidence=shown,
        )

    def _reciprocity(self) -> Reciprocity:
        care = self.care
        rates = sorted((care.supports(person) for person in self.people), key=lambda rate: rate.percent or 0.0)
        low, high = rates
        rating = "balanced" if alike(self.people, care.supports) else "no certain difference"
        if care.uneven:
            rating = "one-sided" if (high.percent or 0.0) >= _ONE_SIDED * (low.percent or 0.0) else "tilted"
        verdict = compared(self.view.names, self.people, care.supports, SUPPORTS)
        first = [next((moment for moment in care.hard if moment.replier == person), None) for person in self.people]
        return Reciprocity(
            balance_rating=rating,
            analysis=f"{verdict}. {joined([self._rate(person) for person in self.people])}.",
            evidence=[self._told(moment) for moment in first if moment is not None],
        )

    def _rate(self, person: int) -> str:
        return f"{self.view.names[person]} does so in {self.care.told_supports(person)}"

    def _availability(self) -> EmotionalAvailability:
        care = self.care
        quick = sorted(
            (moment for moment in care.hard if moment.lag is not None), key=lambda moment: (moment.lag, moment.cue)
        )
        found = " ".join(part for part in (care.told_hard(), care.told_lag()) if part)
        return EmotionalAvailability(analysis=found, evidence=[self._told(moment) for moment in quick[:2]])

    def _checking_in(self) -> CheckingIn:
        view, care = self.view, self.care
        if not care.check_ins:
            none = "None seen: the word lists find no message that asks how the other is."
            return CheckingIn(present=False, initiator="none", description=none, evidence=[])
        told = joined([f"{care.told_check_ins(person)} by {view.names[person]}" for person in self.people])
        return CheckingIn(
            present=True,
            initiator=friendship.leading(view, self.people, care.checks_in),
            description=f"Questions about how the other is: {told}.",
            evidence=[
                exchange(view, [at, friendship.first_answer(view, at)], f"{view.speaker(at)} asks how things are.")
                for at in choose(view, care.check_ins, 3, Act.CHECK_IN)
            ],
        )

    def _moments(self) -> list[HardTimesMoment]:
        """The clearest ones; those that were met with care come first."""
        view, asking = self.view, frozenset(self.view.asking())
        by_cue = {moment.cue: moment for moment in self.care.hard}
        met = [cue for cue, moment in by_cue.items() if moment.reply is not None]
        chosen = choose(view, met, 4, Act.DISTRESS)
        found = []
        for moment in map(by_cue.__getitem__, chosen):
            quality = "" if moment.reply is None else kind_of(view, moment.reply, asking)
            found.append(
                HardTimesMoment(
                    situation=f"{view.speaker(moment.cue)} writes of a hard time{self._subject(moment.cue)}.",
                    response_quality=quality,
                    exchange=self._told(moment).exchange,
                )
            )
        return found

    def _strengths(self) -> list[Strength]:
        view, care = self.view, self.care
        found = []
        met = [moment for moment in care.hard if moment.reply is not None]
        if care.present.of >= LEAST and share(care.present) >= _GOOD and met:
            shown = [self._told(moment) for moment in met[:2]]
            found.append(Strength(strength="Hard times get an answer", description=care.told_hard(), evidence=shown))
        news = [moment for moment in care.news if moment.reply is not None]
        if len(news) > 1:
            shown = [
                exchange(
                    view, [moment.cue, moment.reply], f"{view.speaker(moment.cue)} has good news, and it is celebrated."
                )
                for moment in news[:2]
            ]
            found.append(Strength(strength="Good news is shared", description=care.told_news(), evidence=shown))
        if care.mutual:
            shown = [
                exchange(
                    view, [at, friendship.first_answer(view, at)], f"{view.speaker(at)} writes something supportive."
                )
                for at in choose(view, care.given, 2, SUPPORTING)
            ]
            told = f"{joined([self._rate(person) for person in self.people])}."
            found.append(
                Strength(
                    strength="Support goes both ways",
                    description=f"Support is put into words by both: {told}",
                    evidence=shown,
                )
            )
        return found

    def _growth(self, components: list[Component]) -> list[GrowthArea]:
        values = {part.name: part.value for part in components}
        found = []
        for name in self.care.advisable():
            if values[name] < _GOOD:
                advice = self.care.advice(name)
                found.append(GrowthArea(area=advice.title, description=f"{advice.suggestion} {advice.why}"))
        return found

    def _recommendation(self, name: str) -> Recommendation:
        advice = self.care.advice(name)
        return Recommendation(
            title=advice.title, target=advice.target, suggestion=advice.suggestion, example_phrases=[advice.example]
        )

    def _overall(self, components: list[Component]) -> Overall:
        total = score(components)
        return Overall(
            score=total,
            bond_status=graded(total, [(8, "strong"), (6, "steady"), (4, "growing")], "quiet"),
            summary=self.care.summary(),
            components=components,
        )

    def _told(self, moment: Moment) -> Exchange:
        """A hard time with its caring reply and what the one who had it says to that."""
        view = self.view
        end = None if moment.reply is None else friendship.first_answer(view, moment.reply)
        name = view.speaker(moment.cue)
        replier = "" if moment.replier is None else view.names[moment.replier]
        return exchange(
            view, [moment.cue, moment.reply, end], f"{name} writes of a hard time, and {replier} answers with care."
        )

    def _subject(self, position: int) -> str:
        named = [words for act, words in _SUBJECTS.items() if self.view.has(position, act)]
        return f"; {named[0]} comes up in it" if named else ""


def _places(shown: Exchange) -> list[int]:
    return [position for line in shown.exchange for position in line.positions]


KIND = InsightKind(
    row=ROW,
    content=Content,
    queries=(
        "telling a friend about a hard day, being scared, sad or exhausted",
        "comforting a friend, that sounds hard, I am here if you want to talk",
        "offering practical help, shall I come over, I will bring dinner",
        "asking how somebody is doing or how it went",
    ),
    instruction=(
        "Describe how support goes between these two friends.\n"
        "support_presence: how much of it is written, by the given numbers.\n"
        "support_styles: per person, how they support: comforting, practical, encouraging, affectionate or asking. A "
        "style is a mix, not a type of person.\n"
        "reciprocity: whether it goes both ways. Who has more hard times gets more support; weigh that before "
        "calling anything one-sided.\n"
        "emotional_availability: whether and how soon hard times are answered. A late answer has many reasons: give "
        "none.\n"
        "checking_in: who asks how the other is without being prompted.\n"
        "hard_times_moments: a few exchanges, each with what was hard and what came back.\n"
        "friendship_strengths, growth_areas, recommendations: each starts from one of the given numbers; examples are "
        "new sentences, not quotes.\n"
        "Name no illness and no condition, guess no feeling that is not written, and do not compare with other "
        "friendships. Humour can be comfort: do not call it avoidance."
    ),
    analyse=analyse,
    acts=frozenset({Act.DISTRESS, Act.CHECK_IN, *SUPPORTING}),
)
