"""Future Planning & Shared Vision: which plans are shared, agreed and concrete?"""

from collections.abc import Sequence
from dataclasses import dataclass

import msgspec

from domain.catalogue.rows import InsightTypeRow
from domain.insights.analyst import evidence
from domain.insights.analyst.acts import TOPICS, Act
from domain.insights.analyst.exchanges import Moment
from domain.insights.analyst.phrasing import graded, joined, leader
from domain.insights.analyst.plans import AGREED, DATED, KEEN, PARTS, PLAN, Part, Plans
from domain.insights.analyst.romance import NONE_SEEN, Pair, pair_of
from domain.insights.analyst.scoring import score, share, weakest
from domain.insights.analyst.view import View
from domain.insights.content import Component, Exchange, LevelAssessment, Line, Quote, Score
from domain.insights.kinds import Finding, InsightKind, InsufficientData

ROW = InsightTypeRow(
    name="future_planning",
    display_title="Future Planning & Shared Vision",
    description="Which plans are shared, agreed and concrete?",
    icon="🌟",
    for_groups=False,
)


class PlannedCategory(msgspec.Struct, kw_only=True):
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


class PlanningOfParticipant(msgspec.Struct, kw_only=True):
    name: str
    style: str
    description: str
    evidence: list[Line]


class PlanningStyles(msgspec.Struct, kw_only=True):
    participants: list[PlanningOfParticipant]
    compatibility: str
    initiator: str


class Timelines(msgspec.Struct, kw_only=True):
    concrete_vs_vague: str
    alignment: str
    evidence: list[Quote]


class EnthusiasmOfParticipant(msgspec.Struct, kw_only=True):
    name: str
    level: str
    description: str


class Enthusiasm(msgspec.Struct, kw_only=True):
    participants: list[EnthusiasmOfParticipant]
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
    categories: list[PlannedCategory]
    alignment: Alignment
    planning_styles: PlanningStyles
    timelines: Timelines
    enthusiasm: Enthusiasm
    shared_dreams: list[SharedDream]
    missing_conversations: list[MissingConversation]
    recommendations: list[Recommendation]
    overall: Overall


_LEAST = 3
"""Plans below which nothing is said of them."""
_DISCUSSED = 2
"""Plans about a part of life from which it is called discussed."""
_HALF = 0.5
_PLANNING = frozenset({Act.PROPOSAL, Act.FUTURE, Act.DREAM})
_METHOD = (
    "A plan is a message that proposes something, or that speaks of the future or a dream with a word for both. "
    "Plans are called frequent from 5 messages in 100, regular from 2, occasional below. A part of life counts "
    "as discussed from two plans with a word for it. A proposal is accepted or declined by the first answer "
    "that says so within twelve hours and six messages; agreement is high from 75 % of the answered ones, "
    "moderate from 50 %, and not told below three. A plan is concrete when a day or a time stands near it. "
    "Enthusiasm is high from 40 % of the other's plans, moderate from 15 %. What was agreed aloud is not seen."
)
_SOURCES = (
    "Searle (1976), A classification of illocutionary acts: proposals and commitments as acts of speech.",
    "Gollwitzer (1999), Implementation intentions: the idea that a time and a place make a plan another one.",
)


def analyse(view: View) -> Finding:
    """From proposals, talk of the future, and the answers to them."""
    plans = Plans(pair_of(view))
    if len(plans.positions) < _LEAST:
        raise InsufficientData("There are too few messages that plan or propose something.")
    return Finding(
        content=_Future(view, plans).content(),
        measures=plans.pair.say.all,
        coverage=view.coverage(plans.positions),
        method=_METHOD,
        sources=_SOURCES,
        positions=evidence.choose(view, plans.positions, 30, _PLANNING),
    )


@dataclass(frozen=True, slots=True)
class _Future:
    view: View
    plans: Plans

    def content(self) -> Content:
        discussed = [part for part in PARTS if len(self.plans.about(part)) >= _DISCUSSED]
        missing = [part for part in PARTS if part not in discussed]
        components = self.plans.components(discussed)
        return Content(
            frequency=self._frequency(),
            categories=[self._category(part) for part in PARTS],
            alignment=self._alignment(discussed),
            planning_styles=self._styles(),
            timelines=self._timelines(),
            enthusiasm=self._enthusiasm(),
            shared_dreams=self._dreams(),
            missing_conversations=[self._missing(part) for part in missing[:3]],
            recommendations=self._recommendations(components, missing),
            overall=self._overall(components),
        )

    @property
    def _pair(self) -> Pair:
        return self.plans.pair

    def _frequency(self) -> LevelAssessment:
        rate = self.plans.rate()
        told = self._pair.say.rate("plans.rate", rate, PLAN)
        verdict = self._pair.more(self.plans.positions, "plans or proposes|plan or propose")
        return LevelAssessment(
            level=graded(rate.percent or 0.0, [(5.0, "frequent"), (2.0, "regular")], "occasional"),
            assessment=f"Messages that plan or propose something come in {told}. {verdict}.",
        )

    def _category(self, part: Part) -> PlannedCategory:
        about = self.plans.about(part)
        return PlannedCategory(
            category=part.name,
            discussed=len(about) >= _DISCUSSED,
            summary=f"The chat holds {self.plans.told_about(part)}.",
            evidence=evidence.quotes(self.view, about, 3, self._planned, part.topics | _PLANNING)
            if len(about) >= _DISCUSSED
            else [],
        )

    def _planned(self, position: int) -> str:
        deed = "speaks of what is to come"
        if self.view.has(position, Act.PROPOSAL):
            deed = "proposes something"
        elif self.view.has(position, Act.DREAM):
            deed = "puts a dream into words"
        return f"{self.view.speaker(position)} {deed}."

    def _alignment(self, discussed: Sequence[Part]) -> Alignment:
        agreed = self.plans.agreed()
        if agreed.of < _LEAST:
            level = "too few answers to tell"
            analysis = "Too few proposals got an answer that says yes or no, so agreement cannot be told."
        else:
            level = graded(share(agreed), [(0.75, "high"), (0.5, "moderate")], "low")
            opened = sum(proposal.outcome == "open" for proposal in self.plans.proposals)
            left = self._pair.say.count("proposals.open", opened, AGREED, len(self.plans.proposals))
            analysis = f"Of the answered proposals, {self.plans.told_agreed()} are accepted."
            if opened:
                analysis += f" {left} more got neither a yes nor a no that the word lists know."
        return Alignment(
            overall_level=level,
            analysis=analysis,
            category_alignment=[
                CategoryAlignment(category=part.name, alignment_status=self.plans.status(part)) for part in discussed
            ],
        )

    def _styles(self) -> PlanningStyles:
        own = [len(self._pair.own(self.plans.positions, person)) for person in self._pair.people]
        dated = leader(self._pair.people, self.plans.concrete)
        note = "Both give about as many of their plans a day or a time."
        if dated is not None:
            other = self.view.name(self._pair.other(dated))
            note = f"{self.view.name(dated)} gives more of the plans a day or a time than {other}."
        return PlanningStyles(
            participants=[self._style(person) for person in self._pair.people],
            compatibility=note if all(own) else "Only one of the two puts plans into words here.",
            initiator=self._pair.first([proposal.position for proposal in self.plans.proposals]),
        )

    def _style(self, person: int) -> PlanningOfParticipant:
        pair, name = self._pair, self.view.name(person)
        own = pair.own(self.plans.positions, person)
        proposed = [proposal for proposal in self.plans.proposals if proposal.by == person]
        concrete = self.plans.concrete(person)
        if not own:
            return PlanningOfParticipant(
                name=name, style=NONE_SEEN, description=f"No plan by {name} was found in writing.", evidence=[]
            )
        lead = "proposes" if 2 * len(proposed) >= len(own) else "looks ahead"
        when = "with a date" if share(concrete) >= _HALF else "and leaves the date open"
        plans = pair.counted(f"plans:{name}", len(own), "plan", PLAN)
        count = pair.times(f"proposals:{name}", len(proposed), PLAN, len(own))
        told = pair.say.share(f"plans.dated:{name}", concrete, DATED)
        return PlanningOfParticipant(
            name=name,
            style=f"{lead} {when}",
            description=f"{name} puts {plans} into words and proposes something {count}; {told} of the plans have a "
            "day or a time with them.",
            evidence=evidence.lines(self.view, own, 2, _PLANNING),
        )

    def _timelines(self) -> Timelines:
        concrete = self.plans.concrete()
        label = graded(share(concrete), [(0.7, "Mostly concrete"), (0.4, "Partly concrete")], "Mostly open")
        people = [person for person in self._pair.people if self.plans.concrete(person).of]
        told = [
            f"{self.view.name(person)} in "
            f"{self._pair.say.share(f'plans.dated:{self.view.name(person)}', self.plans.concrete(person), DATED)}"
            for person in people
        ]
        return Timelines(
            concrete_vs_vague=f"{label}: {self.plans.told_dated()} of the plans have a day or a time with them.",
            alignment=f"A day or a time comes with the plans of {joined(told)}.",
            evidence=evidence.quotes(
                self.view,
                [position for position in self.plans.dated if self.view.has(position, Act.DATE)],
                3,
                lambda position: f"{self.view.speaker(position)} names a time.",
                _PLANNING | {Act.DATE},
            ),
        )

    def _enthusiasm(self) -> Enthusiasm:
        return Enthusiasm(
            participants=[self._keenness(person) for person in self._pair.people],
            evidence=evidence.replies(
                self.view,
                self.plans.answers,
                3,
                lambda moment: f"{self._planned(moment.cue)} {self.view.name(moment.replier)} answers with enthusiasm.",
                _PLANNING,
            ),
        )

    def _keenness(self, person: int) -> EnthusiasmOfParticipant:
        keen = self.plans.keen(person)
        name, other = self.view.name(person), self.view.name(self._pair.other(person))
        if not keen.of:
            none = f"{other} plans nothing in writing that {name} could answer."
            return EnthusiasmOfParticipant(name=name, level=NONE_SEEN, description=none)
        if not keen.count:
            none = f"No message was found in which {name} answers one of {other}'s plans with enthusiasm."
            return EnthusiasmOfParticipant(name=name, level=NONE_SEEN, description=none)
        told = self._pair.say.share(f"plans.keen:{name}", keen, KEEN)
        steps = [(0.4, "high"), (0.15, "moderate"), (0.001, "low")]
        return EnthusiasmOfParticipant(
            name=name,
            level=graded(share(keen), steps, NONE_SEEN),
            description=f"{name} answers {told} of {other}'s plans with enthusiasm within the hour.",
        )

    def _dreams(self) -> list[SharedDream]:
        by_cue = {moment.cue: moment for moment in self.plans.dreams}
        return [self._dream(by_cue[cue]) for cue in evidence.choose(self.view, list(by_cue), 3, Act.DREAM)]

    def _dream(self, moment: Moment) -> SharedDream:
        topics = [topic for topic in TOPICS if self.view.has(moment.cue, topic)]
        part = next((part.name for part in PARTS if not part.topics.isdisjoint(topics)), None)
        return SharedDream(
            dream_title="A dream" if part is None else f"A dream about {part}",
            description=f"{self.view.name(moment.by)} puts it into words, "
            f"and {self.view.name(moment.replier)} takes it up.",
            exchange=evidence.exchange(self.view, [moment.cue, moment.reply], "").exchange,
        )

    def _missing(self, part: Part) -> MissingConversation:
        return MissingConversation(
            topic=part.name,
            why_important=f"{part.why} There are {self.plans.told_about(part)}; it may have been talked about aloud.",
        )

    def _recommendations(self, components: list[Component], missing: Sequence[Part]) -> list[Recommendation]:
        advisable = [part for part in components if part.name != "breadth" or missing]
        return [
            Recommendation(title=advice.title, suggestion=advice.suggestion, conversation_starters=[advice.example])
            for advice in (self.plans.advice(name, missing) for name in weakest(advisable))
        ]

    def _overall(self, components: list[Component]) -> Overall:
        total = score(components)
        steps = [(8, "shared and concrete"), (6, "well on the way"), (3, "taking shape")]
        return Overall(
            score=total,
            vision_status=graded(total, steps, "little planned in writing"),
            summary=self.plans.summary(),
            components=components,
        )


KIND = InsightKind(
    row=ROW,
    content=Content,
    queries=(
        "let's go on holiday together, booking a trip",
        "moving in together, finding a flat or a house",
        "one day we will, I dream of, imagine if we",
        "getting married, having children, our family",
    ),
    instruction=(
        "Describe what these two plan together: which plans are shared, agreed and concrete. categories are "
        "parts of life, each with how often plans mention it; discussed is given and stays as it is. alignment "
        "is about whether proposals are accepted in writing: an open one is unanswered, not refused. "
        "planning_styles tell whether each proposes, looks ahead, names dates or leaves them open; neither way "
        "is the better one. timelines are about days and times that stand with plans; enthusiasm about how the "
        "other answers. shared_dreams are wishes that the other takes up in the quoted lines; a wish that "
        "nobody took up is not one. missing_conversations are parts of life hardly found in the plans: say that "
        "they may have been talked about aloud, and urge nobody towards marriage, children or moving in. "
        "Predict nothing about whether plans will come true or how long the two will stay together. Each "
        "recommendation starts from one of the given numbers and ends in a question that opens a talk."
    ),
    analyse=analyse,
    acts=frozenset({*_PLANNING, Act.DATE, Act.ACCEPTANCE, Act.REFUSAL, Act.ENTHUSIASM}),
)
