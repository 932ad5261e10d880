"""Connection & Fun: is the friendship alive: humour, plans, depth?"""

from dataclasses import dataclass

import msgspec

from domain.catalogue.rows import InsightTypeRow
from domain.insights.analyst import friendship
from domain.insights.analyst.acts import OPENING_UP, Act
from domain.insights.analyst.evidence import choose, exchange, lines, quotes
from domain.insights.analyst.friendship import SharedName
from domain.insights.analyst.measures import Measures
from domain.insights.analyst.phrasing import alike, compared, differ, graded, joined
from domain.insights.analyst.scoring import score, share, weakest
from domain.insights.analyst.view import View
from domain.insights.analyst.vitality import ACTIVITIES, DELIGHT, DEPTH, Bright, Vitality
from domain.insights.content import (
    BestMoment,
    Component,
    Exchange,
    Line,
    Quote,
    RatedAssessment,
    RatedDescription,
    Score,
)
from domain.insights.kinds import Finding, InsightKind

ROW = InsightTypeRow(
    name="friendship_vitality",
    display_title="Connection & Fun",
    description="Is the friendship alive: humour, plans, depth?",
    icon="⚡",
    for_groups=False,
)


class ParticipantHumor(msgspec.Struct, kw_only=True):
    name: str
    humor_style: str
    description: str
    evidence: list[Line]


class HumorBanter(msgspec.Struct, kw_only=True):
    participants: list[ParticipantHumor]
    initiator: str


class InsideReference(msgspec.Struct, kw_only=True):
    reference: str
    context: str
    evidence: list[Line]


class SharedActivities(msgspec.Struct, kw_only=True):
    discussed: bool
    activity_types: list[str]
    follow_through_assessment: str
    evidence: list[Quote]


class InitiationBalance(msgspec.Struct, kw_only=True):
    rating: str
    description: str
    primary_initiator: str


class ParticipantEnthusiasm(msgspec.Struct, kw_only=True):
    name: str
    level: str
    description: str


class Enthusiasm(msgspec.Struct, kw_only=True):
    participants: list[ParticipantEnthusiasm]
    evidence: list[Exchange]


class VitalityGap(msgspec.Struct, kw_only=True):
    gap: str
    suggestion: str


class Recommendation(msgspec.Struct, kw_only=True):
    title: str
    suggestion: str
    examples: list[str]


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    friendship_status: str
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    energy_level: RatedAssessment
    humor_banter: HumorBanter
    inside_references: list[InsideReference]
    shared_activities: SharedActivities
    initiation_balance: InitiationBalance
    conversation_depth: RatedDescription
    enthusiasm: Enthusiasm
    best_moments: list[BestMoment]
    vitality_gaps: list[VitalityGap]
    recommendations: list[Recommendation]
    overall: Overall


_GAP = 0.6
_HIGHLY = 0.6
_METHOD = (
    "Word lists mark laughter, delight, proposals, feelings and open questions; contact, its trend and who starts are "
    "statistics. Energy follows the trend of conversations per whole month (test of Mann and Kendall), from four "
    "months "
    "on. Humour is called teasing where a fifth of the messages that made the other laugh tease, openly amused where "
    "half of them laugh themselves, deadpan otherwise. Starting is balanced where the shares are near, without a "
    "certain difference where the intervals overlap otherwise, clearly "
    "uneven where one starts three of five conversations. Conversations are deep from 6 messages per 100 with feelings "
    "or open "
    "questions, mixed from 2. Enthusiasm is high from 8 messages per 100, moderate from 3. Shared names have a capital "
    "letter inside sentences and are used by both in three conversations. The friendship is called lively from a score "
    "of 8, "
    "warm from 6, easy-going from 4. Laughter without letters or emoji is not seen."
)


def analyse(view: View) -> Finding:
    """For two people, by the word lists and the statistics."""
    people = view.pair()
    vitality = Vitality(view, people, Measures())
    content = _Content(view, people, vitality).content()
    signs = view.positions(DELIGHT | DEPTH | {Act.LAUGHTER})
    return Finding(
        content=content,
        measures=vitality.say.all,
        coverage=view.coverage(signs),
        method=_METHOD,
        sources=[
            "Idea: shared laughter, Kurtz & Algoe (2015), Putting laughter in context.",
            "Mann (1945), Nonparametric tests against trend.",
            "Wilson (1927), Probable inference, the law of succession, and statistical inference.",
        ],
        positions=list(
            dict.fromkeys(
                [
                    *(at for bright in vitality.brightest for at in bright.lines),
                    *(plan.position for plan in vitality.plans[:20]),
                ]
            )
        ),
    )


@dataclass(frozen=True, slots=True)
class _Content:
    view: View
    people: tuple[int, int]
    vitality: Vitality

    def content(self) -> Content:
        components = self.vitality.components()
        advised = weakest(components)
        return Content(
            energy_level=self._energy(),
            humor_banter=self._humor(),
            inside_references=[self._reference(name) for name in self.vitality.names],
            shared_activities=self._activities(),
            initiation_balance=self._initiation(),
            conversation_depth=self._depth(),
            enthusiasm=self._enthusiasm(),
            best_moments=[self._moment(bright) for bright in self.vitality.brightest[:3]],
            vitality_gaps=self._gaps(components, advised),
            recommendations=[self._recommendation(name) for name in advised],
            overall=self._overall(components),
        )

    def _energy(self) -> RatedAssessment:
        vitality, sessions = self.vitality, self.view.statistics.sessions
        count = vitality.say.count("sessions", sessions.count, "statistics.sessions.count")
        parts = [f"Conversations in all: {count}."]
        if vitality.weeks.of:
            parts.append(f"Both wrote in {vitality.told_weeks()} of the weeks.")
        rating = vitality.trend or "too short to tell"
        if vitality.trend is None:
            parts.append("The chat has too few whole months for a trend.")
        elif vitality.trend == "steady":
            parts.append("The months show no certain rise or fall of conversations.")
        else:
            parts.append(f"Conversations per month are {vitality.trend}.")
        return RatedAssessment(rating=rating, assessment=" ".join(parts))

    def _humor(self) -> HumorBanter:
        view, vitality = self.view, self.vitality
        return HumorBanter(
            participants=[
                ParticipantHumor(
                    name=view.names[person],
                    humor_style=vitality.humour(person),
                    description=f"{view.names[person]} makes the other laugh with {vitality.told_makes_laugh(person)}, "
                    f"and laughs in {vitality.told_laughs(person)}.",
                    evidence=lines(view, vitality.funny(person), 3) if vitality.humour(person) != "little seen" else [],
                )
                for person in self.people
            ],
            initiator=friendship.leading(view, self.people, vitality.makes_laugh),
        )

    def _reference(self, name: SharedName) -> InsideReference:
        say, source = self.vitality.say, "Messages with a name that both use, and the conversations they stand in."
        uses = say.count(f"name.messages:{name.word}", len(name.positions), source)
        sessions = say.count(f"name.conversations:{name.word}", name.sessions, source, len(name.positions))
        return InsideReference(
            reference=name.word,
            context=f"A name that both keep coming back to, in {uses} messages of {sessions} conversations.",
            evidence=lines(self.view, name.positions, 2),
        )

    def _activities(self) -> SharedActivities:
        view, plans = self.view, self.vitality.plans
        counts = {words: sum(view.has(plan.position, act) for plan in plans) for act, words in ACTIVITIES.items()}
        outcome = {plan.position: plan.outcome for plan in plans}
        told = {
            "accepted": "and the other agrees",
            "declined": "and the other declines",
            "open": "without a clear answer",
        }
        best = [plan.position for plan in plans if plan.outcome == "accepted"] or list(outcome)
        return SharedActivities(
            discussed=bool(plans),
            activity_types=sorted(
                (words for words in counts if counts[words]), key=lambda words: (-counts[words], words)
            ),
            follow_through_assessment=f"{self.vitality.told_plans()} Whether a plan took place is not followed."
            if plans
            else self.vitality.told_plans(),
            evidence=quotes(
                view,
                best,
                4,
                lambda at: f"{view.speaker(at)} proposes something, {told[outcome[at]]}.",
                Act.PROPOSAL,
            ),
        )

    def _initiation(self) -> InitiationBalance:
        view, talk = self.view, self.vitality.talk
        one, other = self.people
        top = talk.most(talk.started)
        if not differ(talk.started(one), talk.started(other)):
            rating = "balanced" if alike(self.people, talk.started) else "no certain difference"
        else:
            rating = "clearly uneven" if share(talk.started(top)) >= _HIGHLY else "slightly uneven"
        shares = joined([f"{view.names[person]} {talk.told_started(person)}" for person in self.people])
        verdict = compared(view.names, self.people, talk.started, "starts conversations|start conversations")
        return InitiationBalance(
            rating=rating,
            description=f"{verdict}: {shares}.",
            primary_initiator=friendship.leading(view, self.people, talk.started),
        )

    def _depth(self) -> RatedDescription:
        view, vitality = self.view, self.vitality
        rate = vitality.depth()
        found = choose(view, vitality.personal(), 3, OPENING_UP)
        return RatedDescription(
            rating=graded(rate.percent or 0.0, [(6, "deep"), (2, "mixed")], "light"),
            description=f"Feelings, hard times and open questions stand in {vitality.told_depth()}.",
            evidence=[
                exchange(
                    view, [at, friendship.first_answer(view, at)], f"{view.speaker(at)} writes something personal."
                )
                for at in found
            ],
        )

    def _enthusiasm(self) -> Enthusiasm:
        view, vitality = self.view, self.vitality
        return Enthusiasm(
            participants=[
                ParticipantEnthusiasm(
                    name=view.names[person],
                    level=graded(vitality.delight(person).percent or 0.0, [(8, "high"), (3, "moderate")], "low"),
                    description=f"{view.names[person]} writes words of delight or celebration in "
                    f"{vitality.told_delight(person)}.",
                )
                for person in self.people
            ],
            evidence=[
                exchange(
                    view, [*view.preceding(at, 1, 3_600), at], f"{view.speaker(at)} writes with delight or celebrates."
                )
                for at in choose(view, view.positions(DELIGHT), 3, DELIGHT)
            ],
        )

    def _moment(self, bright: Bright) -> BestMoment:
        return BestMoment(
            moment_title=bright.title,
            why_special="Both take part, and few stretches of the chat hold as much laughter, delight and warmth.",
            exchange=[Line(positions=[at]) for at in bright.lines],
        )

    def _gaps(self, components: list[Component], advised: list[str]) -> list[VitalityGap]:
        low = {part.name for part in components if part.value < _GAP}
        return [
            VitalityGap(gap=f"Little {name} is seen", suggestion=self.vitality.advice(name).suggestion)
            for name in advised
            if name in low
        ]

    def _recommendation(self, name: str) -> Recommendation:
        advice = self.vitality.advice(name)
        return Recommendation(title=advice.title, suggestion=advice.suggestion, examples=[advice.example])

    def _overall(self, components: list[Component]) -> Overall:
        total = score(components)
        return Overall(
            score=total,
            friendship_status=graded(total, [(8, "lively"), (6, "warm"), (4, "easy-going")], "quiet"),
            summary=self.vitality.summary(),
            components=components,
        )


KIND = InsightKind(
    row=ROW,
    content=Content,
    queries=(
        "joking and teasing each other, laughing out loud",
        "a running joke or a nickname that only the two understand",
        "planning something together, a trip, a dinner, a film, a match",
        "looking forward to seeing each other, I cannot wait",
    ),
    instruction=(
        "Describe how alive this friendship is in writing.\n"
        "energy_level: how the contact goes over time, by the given trend; a pause has many reasons, give none.\n"
        "humor_banter: per person, what kind of humour makes the other laugh, with lines that did. Dry humour counts, "
        "even where its author never laughs.\n"
        "inside_references: names, words and jokes that both come back to and that an outsider would not understand. "
        "Explain only what the lines explain.\n"
        "shared_activities: what they propose to do and what answer it gets. A plan without an answer is open, not "
        "failed.\n"
        "initiation_balance, enthusiasm: by the given numbers and intervals.\n"
        "conversation_depth: whether talk goes beyond news, with examples.\n"
        "best_moments: short exchanges in which both take part; say what makes them good to read.\n"
        "vitality_gaps and recommendations: each starts from one of the given numbers and stays light.\n"
        "Do not rank the two, do not call anybody boring or distant, and foresee nothing."
    ),
    analyse=analyse,
    acts=frozenset({Act.LAUGHTER, Act.PROPOSAL, Act.QUESTION_OPEN, *DELIGHT, *OPENING_UP}),
)
