"""Who does what in a family's chat: roles, decisions, requests and expectations, and how much room they leave."""

from collections import Counter
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log

from domain.chats.statistics.estimates import proportion
from domain.chats.statistics.model import Proportion, Replies
from domain.insights.analyst import exchanges, friendship, threads
from domain.insights.analyst.acts import Act, Pronoun
from domain.insights.analyst.claims import Advice
from domain.insights.analyst.measures import Measures, point
from domain.insights.analyst.phrasing import differ, graded, joined
from domain.insights.analyst.scoring import component, share
from domain.insights.analyst.talk import ANSWERS, Talk
from domain.insights.analyst.threads import Proposal
from domain.insights.analyst.tokens import BREAK, folded
from domain.insights.analyst.view import View
from domain.insights.content import Component

CARING = frozenset({Act.CHECK_IN, Act.SUPPORT, Act.OFFER_HELP})
DIRECTIVE = frozenset({Act.REQUEST, Act.EXPECTATION})
_LEAST_DIRECTIVES = 10
LEAST, LEAST_DECISIONS = 3, 5
"""Cases from which a share counts in a score, and from which somebody is said to decide."""
DECISIONS = "Proposals that ask or name a day, and that an answer of another within twelve hours begins by agreeing to."
DIRECTIVES = "Messages that ask or expect somebody to do something, without those that laugh."
MILDLY = f"{DIRECTIVES[:-1]}; mildly put where they ask, say please, hedge or leave the choice."
REQUESTS = "Requests, those of one person within ten minutes being one; taken on where another says so within a day."
EVENNESS = "statistics.balance.messages.evenness"
NETWORK = "statistics.reply_network"

_JOKING = frozenset({Act.LAUGHTER, Act.TEASE})
_MILD = frozenset({Act.POLITENESS, Act.HEDGE, Act.PERMISSION, Act.AUTONOMY})
_KIND = frozenset({Act.PRAISE, Act.SUPPORT, Act.THANKS, Act.CELEBRATION, Act.AFFECTION, Act.CHECK_IN})
_NEAR, _HOUR = 10, 3_600
_TENDENCY = 1.5
_BEGINNING_TOKENS = 4
_LIFT, _LIFT_COUNT = 1.3, 10
_ROLES: dict[str, tuple[Collection[Act], str]] = {
    "organiser": (frozenset({Act.PROPOSAL, Act.DECISION}), "makes proposals and settles plans"),
    "carer": (CARING, "asks how others are, comforts and offers help"),
    "coordinator": (DIRECTIVE, "asks others to do things"),
    "helper": (frozenset({Act.COMMITMENT}), "takes things on for others"),
    "news-bringer": (frozenset({Act.UPDATE, Act.GOOD_NEWS}), "brings news"),
}
_SUBJECTS = {
    Act.CHORES: "the household",
    Act.PUNCTUALITY: "being on time",
    Act.STUDY: "learning",
    Act.WORK: "work",
    Act.MONEY: "money",
    Act.HEALTH: "health",
    Act.FOOD: "meals",
    Act.ATTENTION: "answering and calling",
    Act.FAMILY: "the family",
}


@dataclass(frozen=True, slots=True)
class Expected:
    """What is expected of somebody about a subject."""

    subject: str
    of: str
    """A name, or `everyone`."""
    positions: tuple[int, ...]


@dataclass(frozen=True)
class Roles:
    """Of those with enough messages; numbers that are told are kept in `say`."""

    view: View
    people: list[int]
    say: Measures

    # What is there

    @cached_property
    def talk(self) -> Talk:
        return Talk(self.view, self.people, self.say)

    def positions(self, role: str, person: int) -> list[int]:
        """Somebody's messages that show a role."""
        if role == "entertainer":
            return [moment.cue for moment in self._laughs if moment.by == person]
        if role == "helper":
            return self._helped[person]
        if role == "opener":
            return [start for start in self.view.session_starts() if self.view.sender(start) == person]
        return self.view.positions(_ROLES[role][0], person, without=_JOKING)

    def acts(self, role: str) -> Collection[Act]:
        """By which the clearest of its messages are chosen."""
        return _ROLES[role][0] if role in _ROLES else ()

    def roles(self, person: int) -> list[str]:
        """The roles that somebody's messages show more often than those of all others together, by the intervals."""
        found = [role for role in (*_ROLES, "entertainer") if self._stands_out(role, person)]
        even = 100 / max(1, len(self.people))
        if (self.talk.started(person).percent_low or 0.0) > even:
            found.append("opener")
        return found

    def tendency(self, person: int) -> str | None:
        """The role whose rate is highest above that of the others: half as high again, in three messages at least."""
        found = [
            (self._times(role, person), role) for role in (*_ROLES, "entertainer") if self._count(role, person) >= LEAST
        ]
        times, role = max(found, default=(0.0, ""))
        return role if times >= _TENDENCY else None

    @cached_property
    def decisions(self) -> list[Proposal]:
        """Proposals that somebody agreed to."""
        asking = set(self.view.asking())
        return [
            found
            for found in threads.proposals(self.view)
            if found.outcome == "accepted"
            and (found.concrete or found.position in asking)
            and not self.view.has(found.position, {Act.ACCEPTANCE, Act.THANKS})
            and self._agrees(found.response)
        ]

    def decides(self, person: int) -> Proportion:
        """The share of accepted proposals that somebody made."""
        return proportion(sum(found.by == person for found in self.decisions), len(self.decisions))

    @cached_property
    def decider(self) -> int | None:
        """Who made most of the accepted proposals, by the interval, where they are enough."""
        if len(self.decisions) < LEAST_DECISIONS:
            return None
        top = max(self.people, key=lambda person: (self.decides(person).count, -person))
        even = 100 / len(self.people)
        return top if (self.decides(top).percent_low or 0.0) > even else None

    @cached_property
    def directives(self) -> list[int]:
        return self.view.positions(DIRECTIVE, without=_JOKING)

    @cached_property
    def mild(self) -> Proportion:
        """How many of the directives are mildly put."""
        view, asking = self.view, set(self.view.asking())
        return proportion(sum(at in asking or view.has(at, _MILD) for at in self.directives), len(self.directives))

    def room(self) -> str:
        """How much room directives leave, by the share of mild ones."""
        if self.mild.of < _LEAST_DIRECTIVES:
            return "too few to tell"
        return graded(share(self.mild), [(0.6, "ample"), (0.3, "some")], "little")

    @cached_property
    def requests(self) -> list[threads.Request]:
        return threads.requests(self.view)

    def expected(self, most: int) -> list[Expected]:
        """What is expected of whom, the most frequent first."""
        groups: dict[tuple[str, str], list[int]] = {}
        asking = set(self.view.asking())
        for at in self.view.positions(Act.EXPECTATION, without=_JOKING | _KIND):
            if at not in asking and self._says_you(at):
                groups.setdefault((self._subject(at), self._addressee(at)), []).append(at)
        ranked = sorted(groups.items(), key=lambda entry: (-len(entry[1]), entry[0]))
        return [Expected(subject, of, tuple(found)) for (subject, of), found in ranked[:most]]

    def closest(self) -> Replies | None:
        """Of groups: who answers whom most above what the numbers of their turns would give."""
        found = [
            replies
            for replies in self.view.statistics.reply_network or []
            if replies.count >= _LIFT_COUNT and replies.lift >= _LIFT
        ]
        return max(found, key=lambda replies: (replies.lift, replies.count, replies.replier), default=None)

    # The numbers in words

    def told_role(self, role: str, person: int) -> str:
        name = self.view.name(person)
        if role == "opener":
            return f"opens {self.talk.told_started(person)} of the conversations"
        does = "makes others laugh" if role == "entertainer" else _ROLES[role][1]
        told = self.say.rate(f"role.{role}:{name}", self._rate(role, person), f"Messages with which somebody {does}.")
        return f"{does} in {told}"

    def told_decides(self, person: int) -> str:
        return self.say.count(
            f"decisions:{self.view.name(person)}", self.decides(person).count, DECISIONS, len(self.decisions)
        )

    def told_mild(self) -> str:
        return self.say.share("directives.mild", self.mild, MILDLY)

    def told_requests(self) -> str:
        taken = threads.taken(self.requests)
        total = self.say.count("requests", len(self.requests), REQUESTS)
        told = self.say.count("requests.taken", taken.count, REQUESTS, taken.of)
        return f"Of the requests, {told} of {total} are taken on in the chat."

    def told_decisions(self) -> str:
        parts = [f"{self.view.name(person)} {self.told_decides(person)}" for person in self.people]
        return f"Proposals that others agreed to: {joined(parts)}."

    def summary(self) -> str:
        """What was found, in a few sentences."""
        leading = [(person, roles[0]) for person in self.people if (roles := self.roles(person))]
        told = ["No role stands out from the others by the word lists."]
        if leading:
            each = [f"{self.view.name(person)} {self.told_role(role, person)}" for person, role in leading]
            told = [
                f"{each[0]}, more often than anybody else." if len(each) == 1 else f"What stands out: {joined(each)}."
            ]
        if self.decisions:
            told.append(self.told_decisions())
        if self.talk.answers:
            told.append(f"Another writes within a day of {self.talk.told_answers()} of the questions.")
        if self.requests:
            told.append(self.told_requests())
        return point(" ".join(told))

    # What follows

    def components(self) -> list[Component]:
        """Of a score; shares with too few cases are left out."""
        statistics = self.view.statistics
        answered, taken = exchanges.replied(self.talk.answers), threads.taken(self.requests)
        found = [
            component(
                "shared talk",
                statistics.balance.messages.evenness or 0.0,
                statistics.total_messages,
                "Evenness of the messages, the entropy of their shares over its maximum.",
            )
        ]
        if answered.of >= LEAST:
            found.append(component("answers to questions", share(answered), answered.of, ANSWERS))
        if len(self.decisions) >= LEAST_DECISIONS:
            counts = [self.decides(person).count for person in self.people]
            found.append(
                component("shared decisions", _evenness(counts), len(self.decisions), f"Their evenness. {DECISIONS}")
            )
        if self.mild.of >= LEAST_DECISIONS:
            found.append(component("room to choose", share(self.mild), self.mild.of, MILDLY))
        if taken.of >= LEAST_DECISIONS:
            found.append(component("requests taken on", share(taken), taken.of, REQUESTS))
        return found

    def advice(self, name: str) -> Advice:
        """What a low component of that name calls for."""
        everybody = [self.view.name(person) for person in self.people]
        make: dict[str, Callable[[], Advice]] = {
            "shared talk": lambda: self.talk.advice("messages"),
            "answers to questions": lambda: self.talk.advice("questions"),
            "shared decisions": lambda: Advice(
                title="Ask for proposals",
                target=everybody,
                suggestion=f"{self.told_decisions()} A question before the next plan lets others propose.",
                why="Who has proposed something carries it along.",
                example="What would each of you like to do on Sunday?",
            ),
            "room to choose": lambda: Advice(
                title="Put a wish as a question",
                target=everybody,
                suggestion=f"Of the requests and expectations, {self.told_mild()} are mildly put; a question leaves "
                "room for a no.",
                why="A yes counts more where a no was possible.",
                example="Would you have time to do this tomorrow? If not, tell me.",
            ),
            "requests taken on": lambda: Advice(
                title="Answer a request with a word",
                target=everybody,
                suggestion=f"{self.told_requests()} A short yes or no spares asking again.",
                why="An answer is worth something even when it is no.",
                example="I have seen it, I will do it tonight.",
            ),
        }
        return make[name]()

    def _agrees(self, response: int | None) -> bool:
        """Whether an answer begins with agreement; further on, it is mostly about something else."""
        hits = () if response is None else self.view.tagged.hits(response)
        return any(Act.ACCEPTANCE in hit.acts and hit.start < _BEGINNING_TOKENS for hit in hits)

    @cached_property
    def _laughs(self) -> list[exchanges.Moment]:
        return exchanges.laughs(self.view)

    @cached_property
    def _helped(self) -> dict[int, list[int]]:
        """By person: promises to others, and requests taken on."""
        taken = {request.response for request in self.requests if request.taken and request.response is not None}
        found = sorted(taken.union(position for position, _ in friendship.commitments(self.view)))
        return {person: [at for at in found if self.view.sender(at) == person] for person in self.people}

    @cached_property
    def _laughed(self) -> Counter[int]:
        return Counter(moment.by for moment in self._laughs)

    def _count(self, role: str, person: int) -> int:
        return self._laughed[person] if role == "entertainer" else len(self.positions(role, person))

    def _rate(self, role: str, person: int) -> Proportion:
        return proportion(self._count(role, person), self.view.read_count(person))

    def _rest(self, role: str, person: int) -> Proportion:
        others = [other for other in self.people if other != person]
        return proportion(sum(self._count(role, other) for other in others), sum(map(self.view.read_count, others)))

    def _times(self, role: str, person: int) -> float:
        """How many times the others' rate somebody's own is; theirs counts as one case at least."""
        rest = self._rest(role, person)
        return share(self._rate(role, person)) * rest.of / max(1, rest.count)

    def _stands_out(self, role: str, person: int) -> bool:
        own, rest = self._rate(role, person), self._rest(role, person)
        return (own.percent or 0.0) > (rest.percent or 0.0) and differ(own, rest)

    def _says_you(self, position: int) -> bool:
        """Whether a phrase with `you` begins a clause, after a name at most: "when you have to wait" tells nobody."""
        tokens, pronouns = self.view.tagged.tokens(position), self.view.tagged.matcher.pronouns
        names = frozenset().union(*map(_first_names, self.view.names))
        return any(
            Act.EXPECTATION in hit.acts
            and Pronoun.YOU in map(pronouns.get, tokens[hit.start : hit.end])
            and (hit.start == 0 or tokens[hit.start - 1] in {BREAK, *names})
            for hit in self.view.tagged.hits(position)
        )

    def _subject(self, position: int) -> str:
        return next(
            (words for act, words in _SUBJECTS.items() if self.view.has(position, act)), "general advice and duties"
        )

    def _addressee(self, position: int) -> str:
        """Who is named, or the only other, or who wrote last before it."""
        view, by = self.view, self.view.sender(position)
        others = [person for person in view.people if person != by]
        if len(others) == 1:
            return self.view.name(others[0])
        tokens = set(view.tagged.tokens(position))
        named = [person for person in others if tokens & _first_names(self.view.name(person))]
        if named:
            return joined([self.view.name(person) for person in named])
        before = [at for at in reversed(view.preceding(position, _NEAR, _HOUR)) if view.sender(at) != by]
        return self.view.name(view.sender(before[0])) if before else "everyone"


def _first_names(name: str) -> set[str]:
    return {folded(part.lower()) for part in name.split()[:1]}


def _evenness(counts: Sequence[int]) -> float:
    """The entropy of the shares over its maximum, from 0 to 1."""
    total = sum(counts)
    if len(counts) < 2 or not total:  # noqa: PLR2004 - one alone is never uneven
        return 0.0
    return -sum(count / total * log(count / total) for count in counts if count) / log(len(counts))
