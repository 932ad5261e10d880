"""Collaboration & Accountability: is work owned, done and decided?"""

from dataclasses import dataclass

import msgspec

from domain.catalogue.rows import InsightTypeRow
from domain.insights.analyst import evidence, exchanges
from domain.insights.analyst.acts import Act
from domain.insights.analyst.measures import Measures
from domain.insights.analyst.phrasing import graded
from domain.insights.analyst.scoring import score
from domain.insights.analyst.view import View
from domain.insights.analyst.work import LEAST, TASKS, Work
from domain.insights.analyst.work_claims import GAP_BELOW, coverage, ranked, shown, strengths
from domain.insights.analyst.work_tasks import KEPT, SETTLED, TAKEN, WorkTasks
from domain.insights.content import (
    Component,
    Exchange,
    RatedAnalysis,
    RatedDescription,
    Recommendation,
    Score,
    Strength,
)
from domain.insights.kinds import Finding, InsightKind, InsufficientData

ROW = InsightTypeRow(
    name="workplace_collaboration",
    display_title="Collaboration & Accountability",
    description="Is work owned, done and decided?",
    icon="🎯",
    for_groups=True,
)


class TaskOwnershipParticipant(msgspec.Struct, kw_only=True):
    name: str
    ownership_style: str
    description: str
    evidence: list[Exchange]


class TaskOwnership(msgspec.Struct, kw_only=True):
    participants: list[TaskOwnershipParticipant]


class DecisionMaking(msgspec.Struct, kw_only=True):
    style: str
    primary_decision_maker: str
    analysis: str
    evidence: list[Exchange]


class WorkloadBalance(msgspec.Struct, kw_only=True):
    rating: str
    analysis: str
    primary_driver: str


class CoordinationQuality(msgspec.Struct, kw_only=True):
    assessment: str
    description: str
    evidence: list[Exchange]


class AccountabilityGap(msgspec.Struct, kw_only=True):
    gap: str
    description: str
    suggestion: str


class Overall(msgspec.Struct, kw_only=True):
    score: Score
    collaboration_status: str
    summary: str
    components: list[Component]


class Content(msgspec.Struct, kw_only=True):
    task_ownership: TaskOwnership
    follow_through: RatedAnalysis
    decision_making: DecisionMaking
    blocker_communication: RatedDescription
    workload_balance: WorkloadBalance
    coordination_quality: CoordinationQuality
    collaboration_strengths: list[Strength]
    accountability_gaps: list[AccountabilityGap]
    recommendations: list[Recommendation]
    overall: Overall


_LEAST_PARTS = 2
_LEAST_SEEN = 2
_JOINT = 0.5
_METHOD = (
    "Word lists mark requests, commitments, reports that something is done, suggestions, decisions and blockers; "
    "commitments are followed to the message that closes them. Somebody hands out who asks more than they take on and "
    "report; takes on and reports back with half of two or more commitments seen to be done; takes on with fewer; and "
    "reports what is done where commitments are rarer than such reports. Follow-through is well reported from 60 %, "
    "partly from 35 %. Decisions are by agreement when half of what is settled is a suggestion that another accepted, "
    "led by one person when one clearly writes most of the rest, shared otherwise. Blockers are picked up from 60 %, "
    "partly from 30 %. Workload is even from 0.9 of full evenness, slightly uneven from 0.7. Requests are well "
    "coordinated from 60 % taken on, partly from 35 %. The score counts as strong from 8, working from 5. Work that is "
    "done, given or decided without a word in the chat is not seen."
)
_SOURCES = (
    "Searle (1969), Speech acts: requests, commitments and declarations.",
    "Winograd and Flores (1986), Understanding computers and cognition: request, promise and completion as a thread.",
    "Wilson (1927), Probable inference, the law of succession, and statistical inference.",
)


def analyse(view: View) -> Finding:
    """From the threads of requests, commitments and decisions; for two people and for groups."""
    people, say = view.voices(), Measures()
    tasks = WorkTasks(Work(view, people, say))
    components = tasks.components()
    if len(components) < _LEAST_PARTS:
        raise InsufficientData("There are too few requests, commitments, suggestions and blockers in the chat.")
    return Finding(
        content=_Collaboration(view, tasks).content(ranked(components)),
        measures=say.all,
        coverage=coverage(view, view.positions(TASKS | {Act.PROPOSAL})),
        method=_METHOD,
        sources=_SOURCES,
        positions=evidence.choose(view, [*tasks.work.met, *tasks.work.closed, *tasks.blocker_cases], 30),
    )


@dataclass(frozen=True, slots=True)
class _Collaboration:
    view: View
    tasks: WorkTasks

    def content(self, components: list[Component]) -> Content:
        tasks = self.tasks
        lacks = [tasks.lack(part.name) for part in components if part.value < GAP_BELOW]
        total = score(components)
        return Content(
            task_ownership=TaskOwnership(participants=[self._ownership(person) for person in self._work.people]),
            follow_through=self._follow_through(),
            decision_making=self._decisions(),
            blocker_communication=self._blockers(),
            workload_balance=self._workload(),
            coordination_quality=self._coordination(),
            collaboration_strengths=strengths(self.view, tasks.merits()),
            accountability_gaps=[
                AccountabilityGap(gap=lack.title, description=f"{lack.finding} {lack.effect}", suggestion=lack.step)
                for lack in lacks
            ],
            recommendations=[tasks.lack(part.name).recommendation for part in components[:2]],
            overall=Overall(
                score=total,
                collaboration_status=graded(total, [(8, "strong"), (5, "working")], "loose"),
                summary=self.tasks.summary(),
                components=components,
            ),
        )

    @property
    def _work(self) -> Work:
        return self.tasks.work

    def _ownership(self, person: int) -> TaskOwnershipParticipant:
        tasks, work, name = self.tasks, self._work, self._work.name(person)
        kept, say = tasks.kept(person), self._work.say
        done = sum(self.view.sender(position) == person for position in work.done)
        taken = say.count(f"commitments:{name}", kept.of, KEPT)
        seen = f", of which {tasks.told_kept(person)} are seen to be done" if kept.of else ""
        reported = say.count(f"done:{name}", done, "Messages that report something done.")
        asked = say.count(f"requests:{name}", tasks.requests_by(person), TAKEN)
        style = self._ownership_style(person, done)
        return TaskOwnershipParticipant(
            name=name,
            ownership_style=style,
            description=f"{name}'s commitments: {taken}{seen}; messages that report something done: {reported}; "
            f"requests to others: {asked}.",
            evidence=self._ownership_shown(person, style),
        )

    def _ownership_shown(self, person: int, style: str) -> list[Exchange]:
        tasks, work = self.tasks, self._work
        if style == "hands out":
            return shown(self.view, work.by(work.met, person), 2, tasks.told_request, Act.REQUEST)
        closed = shown(self.view, work.by(work.closed, person), 2, tasks.told_promise, Act.COMMITMENT)
        return closed or shown(self.view, work.by(tasks.promised, person), 2, tasks.told_promised, Act.COMMITMENT)

    def _ownership_style(self, person: int, done: int) -> str:
        kept, asked = self.tasks.kept(person), self.tasks.requests_by(person)
        if kept.of + done + asked < _LEAST_SEEN:
            return "little seen"
        if asked > kept.of + done:
            return "hands out"
        if kept.of >= _LEAST_SEEN and 2 * kept.count >= kept.of:
            return "takes on and reports back"
        return "takes on" if kept.of >= done else "reports what is done"

    def _follow_through(self) -> RatedAnalysis:
        tasks, kept = self.tasks, self.tasks.kept()
        if not kept.of:
            return RatedAnalysis(rating="none seen", analysis="The word lists find no commitment.", evidence=[])
        lags = sorted(promise.lag for promise in self._work.promises if promise.lag is not None)
        after = ""
        if lags:
            told = self._work.say.seconds("commitments.lag", lags[len(lags) // 2], len(lags), KEPT)
            after = f", typically after {told}"
        return RatedAnalysis(
            rating=graded(kept.percent or 0.0, [(60, "well reported"), (35, "partly reported")], "seldom reported"),
            analysis=f"Of the commitments, {tasks.told_kept()} are seen to be done{after}. What was done without a "
            "word here stays open, so this is the least that was kept.",
            evidence=shown(self.view, self._work.closed, 3, tasks.told_promise, Act.COMMITMENT),
        )

    def _decisions(self) -> DecisionMaking:
        tasks, work = self.tasks, self._work
        decided, agreed = work.decisions, tasks.agreed
        settled = len(decided) + len(agreed)
        if not settled:
            none = "The word lists find nothing that is settled here."
            return DecisionMaking(style="none seen", primary_decision_maker="nobody seen", analysis=none, evidence=[])
        first = work.leads(work.shared_among(decided)) if len(decided) >= LEAST else None
        if len(agreed) >= _JOINT * settled:
            first = None
            style = "by agreement"
        else:
            style = "shared" if first is None else "led by one person"
        if settled < LEAST:
            style = "few seen"
        count = work.say.count("decisions", len(decided), SETTLED)
        joint = work.say.count("suggestions.accepted", len(agreed), SETTLED)
        lead = "" if first is None else f" {work.name(first)} writes {self._told_decided(first)} of the former."
        return DecisionMaking(
            style=style,
            primary_decision_maker="shared" if first is None else work.name(first),
            analysis=f"Messages that settle something: {count}; suggestions that another accepts: {joint}.{lead}",
            evidence=[
                *shown(self.view, tasks.decided_cases, 2, tasks.told_decision, Act.DECISION),
                *shown(self.view, tasks.agreed_cases, 2, tasks.told_agreement, Act.PROPOSAL),
            ],
        )

    def _told_decided(self, person: int) -> str:
        name = f"decisions.share:{self._work.name(person)}"
        return self._work.say.share(name, self._work.shared_among(self._work.decisions)(person), SETTLED)

    def _blockers(self) -> RatedDescription:
        tasks, picked = self.tasks, exchanges.replied(self.tasks.blockers)
        if not picked.of:
            none = "The word lists find no message that says what is in the way."
            return RatedDescription(rating="none seen", description=none, evidence=[])
        after = ""
        if (lag := exchanges.median_lag(tasks.blockers)) is not None:
            told = self._work.say.seconds("blockers.lag", lag, picked.count, "Seconds to the message that takes it up.")
            after = f" A typical answer comes after {told}."
        return RatedDescription(
            rating=graded(picked.percent or 0.0, [(60, "picked up"), (30, "partly picked up")], "often left open"),
            description=f"{tasks.told_blockers()}{after}",
            evidence=shown(self.view, tasks.blocker_cases, 3, tasks.told_blocker, Act.BLOCKER),
        )

    def _workload(self) -> WorkloadBalance:
        tasks, work = self.tasks, self._work
        if len(tasks.load) < LEAST:
            few = "Too little is taken on or reported done in words to compare."
            return WorkloadBalance(rating="little seen", analysis=few, primary_driver="nobody seen")
        first = work.leads(tasks.load_of)
        rating = graded(tasks.spread, [(0.9, "even"), (0.7, "slightly uneven")], "uneven")
        return WorkloadBalance(
            rating=rating,
            analysis=f"{tasks.told_load()} Only what is written counts here, however large or small the task.",
            primary_driver="shared" if first is None else work.name(first),
        )

    def _coordination(self) -> CoordinationQuality:
        tasks, taken = self.tasks, self.tasks.taken
        if not taken.of:
            none = "The word lists find no request."
            return CoordinationQuality(assessment="none seen", description=none, evidence=[])
        steps = [(60, "well coordinated"), (35, "partly coordinated")]
        assessment = graded(taken.percent or 0.0, steps, "loosely coordinated")
        informing = self._work.told_rate_of("informing", self._work.informing)
        return CoordinationQuality(
            assessment=assessment if taken.of >= LEAST else "few requests seen",
            description=f"{tasks.told_taken()} Messages that say how things stand, what is done or what is in the way "
            f"make up {informing}.",
            evidence=shown(self.view, self._work.met, 3, tasks.told_request, Act.REQUEST),
        )


KIND = InsightKind(
    row=ROW,
    content=Content,
    queries=(
        "who takes on the task, I'll do it, I can take that",
        "it is done, I sent it, finished and ready for review",
        "could you do this by Friday, can somebody take that",
        "we decided, let's go with that, approved",
    ),
    instruction=(
        "Describe how work moves through this chat: who takes tasks on and who hands them out, whether what was taken "
        "on is reported done, how things are settled, whether blockers are said early and taken up, and how tasks "
        "spread over people. task_ownership describes what each person writes about tasks, never diligence or worth. "
        "In follow_through keep to the given share and say that it is the least: much is done without a word. "
        "decision_making names one person only where the given numbers are certain, and says shared otherwise; "
        "suggesting and agreeing is a way of deciding too. blocker_communication looks at whether somebody takes a "
        "blocker up, not at whose fault it was. workload_balance counts tasks in words, whatever their size, so draw "
        "no conclusion about effort. In coordination_quality look at requests and the answers to them. "
        "accountability_gaps are about threads that were left open, each with its number and one thing that would "
        "close it; name no culprit. Say nothing of performance, reliability as a trait, promotion or dismissal. "
        "Each recommendation starts from one of the given numbers and ends in a sentence that could be sent."
    ),
    analyse=analyse,
    acts=frozenset({*TASKS, Act.PROPOSAL, Act.ACCEPTANCE, Act.REFUSAL, Act.OFFER_HELP}),
)
