"""Requests, commitments, decisions and blockers at work: numbers, how they are said, and what follows from them."""

from dataclasses import dataclass
from functools import cached_property

from domain.chats.statistics.estimates import proportion
from domain.chats.statistics.model import Proportion
from domain.insights.analyst import evidence, exchanges, threads
from domain.insights.analyst.acts import Act
from domain.insights.analyst.exchanges import Moment
from domain.insights.analyst.measures import point
from domain.insights.analyst.phrasing import joined
from domain.insights.analyst.scoring import component, reaches, share
from domain.insights.analyst.threads import Proposal
from domain.insights.analyst.view import View
from domain.insights.analyst.work import CANDIDATES, LEAST, LIGHT, Cases, Work, after, before, evenness, followed
from domain.insights.analyst.work_claims import Lack, Merit
from domain.insights.content import Component

TAKEN = "Requests (those of one person within ten minutes are one) that another takes on within a day and six messages."
KEPT = (
    "Commitments (those within ten minutes are one) seen to be done: reported by the same person within twelve hours, "
    "or within two weeks with a word in common."
)
LOAD = "Commitments, and reports that something is done which close none of them."
PICKED_UP = (
    "Messages that say what is in the way (those of one person within half an hour are one) that another takes up "
    "within four hours and ten messages with help, a question, an answer or a next step."
)
SETTLED = "Messages that settle something, and suggestions that another accepts within twelve hours and six messages."
ANSWERED = "Suggestions that another accepts or declines within twelve hours and six messages."

_TAKING_UP = frozenset(
    {
        *(Act.OFFER_HELP, Act.SUPPORT, Act.COMMITMENT, Act.COMPLETION, Act.PROPOSAL, Act.UPDATE, Act.REQUEST),
        *(Act.CLARIFICATION, Act.QUESTION_OPEN, Act.DECISION),
    }
)
_HALF_HOUR, _HOUR = 1_800, 3_600
_FULL_KEPT = 60.0
_OFTEN, _KEPT_OFTEN, _EVEN = 50.0, 50.0, 0.85
_LEAST_LOAD = 5


@dataclass(frozen=True)
class WorkTasks:
    work: Work

    # Numbers

    @property
    def view(self) -> View:
        return self.work.view

    @property
    def taken(self) -> Proportion:
        return threads.taken(self.work.requests)

    def kept(self, person: int | None = None) -> Proportion:
        return self._kept[person]

    @cached_property
    def _kept(self) -> dict[int | None, Proportion]:
        return {person: threads.kept(self.work.promises, by=person) for person in (None, *self.work.people)}

    @cached_property
    def load(self) -> list[int]:
        """The messages with which work is taken on or reported done, a commitment and its completion being one."""
        closing = {promise.completion for promise in self.work.promises}
        alone = [position for position in self.work.done if position not in closing]
        return [*(promise.position for promise in self.work.promises), *alone]

    def load_of(self, person: int) -> Proportion:
        return self._loads[person]

    @cached_property
    def _loads(self) -> dict[int, Proportion]:
        share_of = self.work.shared_among(self.load)
        return {person: share_of(person) for person in self.work.people}

    @property
    def spread(self) -> float:
        """How evenly the load lies, from 0 to 1."""
        return evenness([self.load_of(person).count for person in self.work.people])

    @cached_property
    def proposals(self) -> list[Proposal]:
        return [proposal for proposal in threads.proposals(self.view) if not self.view.has(proposal.position, LIGHT)]

    @cached_property
    def agreed(self) -> list[Proposal]:
        """Suggestions that another accepted."""
        return [proposal for proposal in self.proposals if proposal.outcome == "accepted"]

    @property
    def answered(self) -> Proportion:
        return proportion(sum(proposal.outcome != "open" for proposal in self.proposals), len(self.proposals))

    @cached_property
    def blockers(self) -> list[Moment]:
        """What is in the way, with how another takes it up."""
        return followed(self.view, self.view.apart(self.work.blockers, _HALF_HOUR), _TAKING_UP, 4 * _HOUR)

    def requests_by(self, person: int) -> int:
        return sum(request.by == person for request in self.work.requests)

    # What shows them

    @cached_property
    def promised(self) -> Cases:
        """Commitments, with what they clearly answer."""
        found = evidence.spaced(self.work.promises, CANDIDATES)
        return {promise.position: [self.work.called_for(promise)] for promise in found}

    @cached_property
    def agreed_cases(self) -> Cases:
        return {proposal.position: [proposal.response] for proposal in self.agreed}

    @cached_property
    def decided_cases(self) -> Cases:
        return {
            position: [before(self.view, position)] for position in evidence.spaced(self.work.decisions, CANDIDATES)
        }

    @cached_property
    def blocker_cases(self) -> Cases:
        """What is in the way, taken up by the next one who writes, within the hour."""
        return {
            moment.cue: [moment.reply]
            for moment in self.blockers
            if moment.reply is not None and moment.reply == after(self.view, moment.cue)
        }

    # The numbers in words

    def told_taken(self) -> str:
        told = self.work.say.share("requests.taken", self.taken, TAKEN)
        return f"Of the requests, {told} are taken on by somebody."

    def told_kept(self, person: int | None = None) -> str:
        name = "" if person is None else f":{self.work.name(person)}"
        return self.work.say.share(f"commitments.kept{name}", self.kept(person), KEPT)

    def told_load(self) -> str:
        say = self.work.say
        loads = {self.work.name(person): self.load_of(person) for person in self.work.people}
        each = [f"{name} {say.share(f'load:{name}', load, LOAD)}" for name, load in loads.items()]
        return f"Of what is taken on or reported done in words, the shares are: {joined(each)}."

    def told_blockers(self) -> str:
        count = self.work.say.count("blockers", len(self.blockers), PICKED_UP)
        told = self.work.say.share("blockers.picked_up", exchanges.replied(self.blockers), PICKED_UP)
        return f"Messages that say what is in the way: {count}; another takes up {told} of them."

    def told_answered(self) -> str:
        told = self.work.say.share("suggestions.answered", self.answered, ANSWERED)
        return f"Of the suggestions, {told} get a yes or a no."

    def summary(self) -> str:
        """What was found, in a few sentences."""
        told = [self.told_load()] if self.load else []
        if self.taken.of:
            told.append(self.told_taken())
        if self.kept().of:
            told.append(f"Of what is promised, {self.told_kept()} can be seen to be done in the chat.")
        if self.answered.of:
            told.append(self.told_answered())
        if self.blockers:
            told.append(self.told_blockers())
        return point(" ".join(told[:4])) or "Hardly anything about tasks was found in the chat."

    def told_request(self, position: int) -> str:
        response = self.work.met[position][0]
        taker = "somebody" if response is None else self.view.speaker(response)
        return f"{self.view.speaker(position)} asks, and {taker} takes it on."

    def told_promise(self, position: int) -> str:
        return f"{self.view.speaker(position)} takes something on and reports it done."

    def told_promised(self, position: int) -> str:
        return f"{self.view.speaker(position)} takes something on."

    def told_agreement(self, position: int) -> str:
        response = self.agreed_cases[position][0]
        other = "somebody" if response is None else self.view.speaker(response)
        return f"{self.view.speaker(position)} suggests, and {other} agrees."

    def told_decision(self, position: int) -> str:
        return f"{self.view.speaker(position)} settles something."

    def told_blocker(self, position: int) -> str:
        reply = self.blocker_cases[position][0]
        other = "somebody" if reply is None else self.view.speaker(reply)
        return f"{self.view.speaker(position)} says what is in the way, and {other} takes it up."

    # What follows

    def components(self) -> list[Component]:
        """Of the score; parts with too few cases are left out."""
        kept, blockers = self.kept(), exchanges.replied(self.blockers)
        offered = [
            (self.taken.of, LEAST, "taking on", share(self.taken), TAKEN),
            (kept.of, LEAST, "follow-through", reaches(kept.percent or 0.0, _FULL_KEPT), f"Of 60 %. {KEPT}"),
            (
                len(self.load),
                _LEAST_LOAD,
                "workload",
                self.spread,
                f"-sum p ln p / ln n of each one's share p (Shannon 1948). {LOAD}",
            ),
            (blockers.of, LEAST, "unblocking", share(blockers), PICKED_UP),
            (self.answered.of, LEAST, "agreement", share(self.answered), ANSWERED),
        ]
        return [component(name, value, n, definition) for n, least, name, value, definition in offered if n >= least]

    def merits(self) -> list[Merit]:
        """What goes well, by the numbers."""
        blockers = exchanges.replied(self.blockers)
        offered = [
            (self.taken.of >= LEAST and (self.taken.percent or 0.0) >= _OFTEN, self._taken_merit),
            (self.kept().of >= LEAST and (self.kept().percent or 0.0) >= _KEPT_OFTEN, self._kept_merit),
            (blockers.of >= LEAST and (blockers.percent or 0.0) >= _OFTEN, self._blocker_merit),
            (self.answered.of >= LEAST and (self.answered.percent or 0.0) >= _OFTEN, self._agreement_merit),
            (len(self.load) >= _LEAST_LOAD and self.spread >= _EVEN, self._load_merit),
        ]
        return [make() for fits, make in offered if fits]

    def lack(self, name: str) -> Lack:
        """What a low component of that name means."""
        make = {
            "taking on": self._taken_lack,
            "follow-through": self._kept_lack,
            "workload": self._load_lack,
            "unblocking": self._blocker_lack,
            "agreement": self._agreement_lack,
        }
        return make[name]()

    def _taken_merit(self) -> Merit:
        return Merit(
            value=share(self.taken),
            title="Requests are taken on",
            describe=self.told_taken,
            cases=self.work.met,
            context=self.told_request,
            acts=frozenset({Act.REQUEST}),
        )

    def _kept_merit(self) -> Merit:
        return Merit(
            value=share(self.kept()),
            title="What is taken on is reported done",
            describe=lambda: f"Of the commitments, {self.told_kept()} are seen to be done.",
            cases=self.work.closed,
            context=self.told_promise,
            acts=frozenset({Act.COMMITMENT}),
        )

    def _blocker_merit(self) -> Merit:
        return Merit(
            value=share(exchanges.replied(self.blockers)),
            title="Nobody stays stuck alone",
            describe=self.told_blockers,
            cases=self.blocker_cases,
            context=self.told_blocker,
            acts=frozenset({Act.BLOCKER}),
        )

    def _agreement_merit(self) -> Merit:
        return Merit(
            value=share(self.answered) * 0.9,
            title="Suggestions get an answer",
            describe=self.told_answered,
            cases=self.agreed_cases,
            context=self.told_agreement,
            acts=frozenset({Act.PROPOSAL}),
        )

    def _load_merit(self) -> Merit:
        return Merit(
            value=self.spread * 0.8,
            title="Work lies on several shoulders",
            describe=self.told_load,
            cases=self.promised,
            context=self.told_promised,
            acts=frozenset({Act.COMMITMENT}),
        )

    def _taken_lack(self) -> Lack:
        return Lack(
            title="Some requests find nobody",
            finding=self.told_taken(),
            effect="A request without an answer is carried by whoever asked.",
            advice="Give a request a name and a day",
            target=self.work.names,
            step="A name in the request, and a yes or no to it, makes clear who has it.",
            examples=["Can somebody take the release notes by Thursday? If nobody writes, I will ask one of you."],
        )

    def _kept_lack(self) -> Lack:
        least = [
            person
            for person in self.work.people
            if self.kept(person).of and share(self.kept(person)) < _FULL_KEPT / 100
        ]
        return Lack(
            title="What is taken on is seldom reported done",
            finding=f"Of the commitments, {self.told_kept()} are seen to be done; what was done without a word here is "
            "not counted.",
            effect="Others cannot tell what is finished without asking.",
            advice="Close the loop in one line",
            target=[self.work.name(person) for person in least] or self.work.names,
            step="A line when it is done closes what a promise opened.",
            examples=["Done: the figures you asked for are in the shared folder."],
        )

    def _load_lack(self) -> Lack:
        first = max(self.work.people, key=lambda person: (self.load_of(person).count, -person))
        return Lack(
            title="Work gathers on few people",
            finding=self.told_load(),
            effect="Where one person has most of it, everything waits for that person.",
            advice="Look at who has what before handing out more",
            target=[self.work.name(person) for person in self.work.people if person != first],
            step="Asking who has room before the next task is given evens that out.",
            examples=["Before we add this: who has room this week, and what could move?"],
        )

    def _blocker_lack(self) -> Lack:
        return Lack(
            title="Some blockers stay unanswered",
            finding=self.told_blockers(),
            effect="Whoever is stuck waits without knowing whether help is coming.",
            advice="Answer a blocker with a next step",
            target=self.work.names,
            step="A question or an offer within the half day is enough to begin with.",
            examples=["I read that you are stuck. What would get you going, and who could give it?"],
        )

    def _agreement_lack(self) -> Lack:
        return Lack(
            title="Some suggestions stay open",
            finding=self.told_answered(),
            effect="Without a yes or a no nobody knows whether it holds.",
            advice="End a suggestion with a decision",
            target=self.work.names,
            step="One sentence that says what holds from now on settles it.",
            examples=["So we move the review to Monday. If nobody objects by noon, it holds."],
        )
