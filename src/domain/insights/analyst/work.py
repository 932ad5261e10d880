"""Work in a chat: who asks, takes on, reports, informs, decides and says what is in the way.

Also what the insight types about work share: cases that show something, strengths, and lacks with what would help.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log

from domain.chats.statistics.estimates import proportion
from domain.chats.statistics.languages import stop_words
from domain.chats.statistics.model import Proportion
from domain.insights.analyst import evidence, threads
from domain.insights.analyst.acts import NEGATIVE, Act
from domain.insights.analyst.exchanges import Moment
from domain.insights.analyst.measures import Measures
from domain.insights.analyst.phrasing import joined, leader
from domain.insights.analyst.threads import Promise, Request
from domain.insights.analyst.view import Acts, View
from domain.insights.content import Component, Exchange, Recommendation, Strength

Cases = dict[int, list[int | None]]
"""Messages that show something, each with those that belong to it."""

INFORMING = frozenset({Act.UPDATE, Act.COMPLETION, Act.BLOCKER})
TASKS = frozenset({*INFORMING, Act.REQUEST, Act.COMMITMENT, Act.DECISION, Act.WORK})
LIGHT = frozenset({Act.LAUGHTER, Act.TEASE, Act.FLIRT})
"""Such a message is not taken at its word."""
KIND_WORDS = frozenset({Act.SUPPORT, Act.OFFER_HELP, Act.AFFECTION, Act.THANKS, Act.APOLOGY, Act.REPAIR})
"""With one of these, a negative phrase is not meant against anybody."""

RATE = "Messages with a phrase of the word list, of all messages with words."
SHARP = "Messages with anger, criticism, contempt or a demand, and no kind word, of all messages with words."
OFF_HOURS = "Messages about tasks sent before 8, from 19 o'clock on, or at the weekend, of all messages about tasks."
GAP_BELOW = 0.6
"""A part of a score below it is called a gap."""
LEAST = 3
"""Cases below which a share is no part of a score."""

_HOUR, _DAY = 3_600, 86_400
_OFFICE_OPENS, _OFFICE_CLOSES = 8, 19
_FIRST_WEEKDAY = 3
"""1 January 1970 was a Thursday; Monday is 0."""
_SATURDAY = 5
_WEEK = 7
_BEFORE_MESSAGES = 3
_REPLY_MESSAGES = 10
_SURE_SECONDS = 3 * _HOUR
_STEM = 5
_TELLING_LETTERS = 4
_LEADING = 1.2
"""Times the even share from which somebody leads."""


@dataclass(frozen=True)
class Work:
    """The work of these people, in a view; numbers that are told are kept in `say`."""

    view: View
    people: Sequence[int]
    say: Measures

    @cached_property
    def requests(self) -> list[Request]:
        return [request for request in threads.requests(self.view) if not self.view.has(request.position, LIGHT)]

    @cached_property
    def promises(self) -> list[Promise]:
        """Commitments; those that only say that somebody is late or cannot come are none."""
        unlike = {*LIGHT, Act.CANCEL, Act.REFUSAL}
        return [promise for promise in threads.promises(self.view) if not self.view.has(promise.position, unlike)]

    @cached_property
    def done(self) -> list[int]:
        """The messages that report something done."""
        return self.view.positions(Act.COMPLETION, without={*LIGHT, Act.COMMITMENT})

    @cached_property
    def decisions(self) -> list[int]:
        """The messages that settle something; those that ask for it are none."""
        asking = set(self.view.asking())
        found = self.view.positions(Act.DECISION, without={*LIGHT, Act.REQUEST, Act.HEDGE})
        return [position for position in found if position not in asking]

    @cached_property
    def informing(self) -> list[int]:
        """The messages that say how things stand, what is done or what is in the way; questions after it are none."""
        asking = set(self.view.asking())
        found = self.view.positions(INFORMING, without={*LIGHT, Act.REQUEST})
        thanks = set(self.view.positions(Act.THANKS, without=Act.COMPLETION))
        return [position for position in found if position not in asking and position not in thanks]

    @cached_property
    def asked_back(self) -> dict[int, int]:
        """Questions about what was meant, with the message of another that they ask about."""
        asking = set(self.view.asking())
        found = [position for position in self.view.positions(Act.CLARIFICATION) if position in asking]
        return {position: about for position in found if (about := before(self.view, position)) is not None}

    @cached_property
    def sharp(self) -> list[int]:
        return self.view.positions(NEGATIVE, without=KIND_WORDS)

    @cached_property
    def off_hours(self) -> Proportion | None:
        """How much of the writing about tasks lies outside usual hours; None where the export tells times in UTC."""
        if self.view.transcript.utc:
            return None
        tasks = self.view.positions(TASKS)
        return proportion(sum(map(self._is_off_hours, tasks)), len(tasks))

    def sharpness(self, person: int | None = None) -> Proportion:
        return self.view.rate(NEGATIVE, person, without=KIND_WORDS)

    def rate_of(self, positions: Sequence[int], person: int | None = None) -> Proportion:
        """How many of the messages with words, of one person or of all, these are."""
        own = [position for position in positions if person in {None, self.view.sender(position)}]
        return proportion(len(own), self.view.read_count(person))

    def shared_among(self, positions: Sequence[int]) -> Callable[[int], Proportion]:
        """Of messages: the share that is somebody's."""
        senders = [self.view.sender(position) for position in positions]
        return lambda person: proportion(senders.count(person), len(senders))

    def leads(self, share: Callable[[int], Proportion]) -> int | None:
        """Who has clearly the most: 1.2 times the even share, with an interval above everybody else's."""
        first = leader(self.people, share)
        if first is None or (share(first).percent or 0.0) * len(self.people) < _LEADING * 100:
            return None
        return first

    def told_sharp(self, person: int | None = None) -> str:
        return self.say.rate(f"sharp.rate{self._of(person)}", self.sharpness(person), SHARP)

    def told_rate(self, name: str, acts: Acts, person: int | None = None) -> str:
        return self.say.rate(f"{name}.rate{self._of(person)}", self.view.rate(acts, person), RATE)

    def told_rate_of(self, name: str, positions: Sequence[int], person: int | None = None) -> str:
        return self.say.rate(f"{name}.rate{self._of(person)}", self.rate_of(positions, person), RATE)

    def told_off_hours(self) -> str:
        """A sentence about writing outside usual hours."""
        if self.off_hours is None:
            return "The export tells times in UTC, so hours of work cannot be told from it."
        if not self.off_hours.of:
            return "No message about tasks was found, so nothing can be said of hours of work."
        told = self.say.share("off_hours", self.off_hours, OFF_HOURS)
        return (
            f"Of the messages about tasks, {told} are sent before eight in the morning, after seven in the evening or "
            "at the weekend."
        )

    def name(self, person: int | None) -> str:
        return "" if person is None else self.view.names[person]

    @property
    def names(self) -> list[str]:
        return [self.view.names[person] for person in self.people]

    def deed(self, position: int) -> str:
        """What a message about a task does, to follow a name."""
        view = self.view
        return next((told for act, told in _DEEDS.items() if view.has(position, act)), "writes about work")

    def is_met(self, request: Request) -> bool:
        """Whether what took a request on clearly belongs to it."""
        response = request.response
        if response is None or not request.taken or self.view.has(response, LIGHT):
            return False
        return (
            self.view.has(response, {Act.COMMITMENT, Act.COMPLETION})
            or self.view.following(request.position, 1, _HOUR) == [response]
            or self.related(request.position, response)
        )

    def task_cases(self, person: int) -> Cases:
        """Somebody's commitments seen to be done: each with what it answers and the message that says so.

        Only those with a word in common, or done within three hours, so that the messages belong together.
        """
        return {
            promise.position: [at for at in (promise.request, promise.completion) if at is not None]
            for promise in self.promises
            if promise.by == person and self.is_sure(promise)
        }

    def is_sure(self, promise: Promise) -> bool:
        """Whether a promise and its completion clearly belong together."""
        if promise.completion is None or promise.lag is None:
            return False
        return promise.lag <= _SURE_SECONDS or self.related(promise.position, promise.completion)

    def related(self, one: int, other: int) -> bool:
        """Whether two messages share a word that tells something."""
        return not self._telling(one).isdisjoint(self._telling(other))

    def _telling(self, position: int) -> set[str]:
        return {
            word[:_STEM]
            for word in self.view.tagged.tokens(position)
            if len(word) >= _TELLING_LETTERS and word.isalpha() and word not in self._stops
        }

    @cached_property
    def _stops(self) -> frozenset[str]:
        return stop_words(self.view.statistics.languages)

    def _is_off_hours(self, position: int) -> bool:
        time = self.view.time(position)
        day, hour = (time // _DAY + _FIRST_WEEKDAY) % _WEEK, time % _DAY // _HOUR
        return day >= _SATURDAY or not _OFFICE_OPENS <= hour < _OFFICE_CLOSES

    def _of(self, person: int | None) -> str:
        return "" if person is None else f":{self.view.names[person]}"


_DEEDS = {
    Act.REQUEST: "asks for something",
    Act.COMMITMENT: "takes something on",
    Act.DECISION: "settles something",
    Act.COMPLETION: "reports something done",
    Act.BLOCKER: "says what is in the way",
    Act.UPDATE: "says how things stand",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Merit:
    """Something good that a number shows and at least two exchanges prove."""

    value: float
    """Orders merits: from 0 to 1."""
    title: str
    describe: Callable[[], str]
    """Says it with its number; called only where it is claimed."""
    cases: Cases
    context: Callable[[int], str]
    acts: frozenset[Act] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Lack:
    """What a low part of the score means, and what would raise it."""

    title: str
    finding: str
    """A sentence with the number."""
    effect: str
    advice: str
    """The title of the recommendation."""
    target: Sequence[str]
    step: str
    examples: Sequence[str]

    @property
    def recommendation(self) -> Recommendation:
        return Recommendation(
            title=self.advice,
            target=list(self.target),
            suggestion=f"{self.finding} {self.step}",
            example_phrases=list(self.examples),
        )


def shown(
    view: View,
    cases: Cases,
    most: int,
    context: Callable[[int], str],
    acts: Acts = (),
) -> list[Exchange]:
    """The clearest of the cases, each as an exchange with the messages that belong to it."""
    chosen = evidence.choose(view, list(cases), most, acts)
    return [evidence.exchange(view, [position, *cases[position]], context(position)) for position in chosen]


def strengths(view: View, merits: Sequence[Merit], most: int = 3) -> list[Strength]:
    """The merits of the highest values that at least two exchanges prove."""
    found: list[Strength] = []
    for merit in sorted(merits, key=lambda merit: (-merit.value, merit.title)):
        if len(found) == most:
            break
        if len(proof := shown(view, merit.cases, 3, merit.context, merit.acts)) > 1:
            found.append(Strength(strength=merit.title, description=merit.describe(), evidence=proof))
    return found


def ranked(components: Sequence[Component]) -> list[Component]:
    """The lowest first."""
    return sorted(components, key=lambda part: (part.value, part.name))


def summary(people: Sequence[str], components: Sequence[Component]) -> str:
    """A sentence about the ends of a score's parts."""
    lowest, *_, best = ranked(components)
    return f"Of the parts of the score for {joined(people)}, {best.name} comes out highest and {lowest.name} lowest."


def before(view: View, position: int) -> int | None:
    """The last message of somebody else just before one: within three messages and an hour."""
    sender = view.sender(position)
    earlier = view.preceding(position, _BEFORE_MESSAGES, _HOUR)
    return next((at for at in reversed(earlier) if view.sender(at) != sender and view.is_read(at)), None)


def direct_answers(view: View, found: Sequence[Moment], acts: Acts, seconds: int) -> Cases:
    """Questions with their answers, where it is clear that one belongs to the other.

    The answer is the very next message, comes in so many seconds, carries one of the acts and asks nothing itself.
    """
    asking = set(view.asking())
    return {
        moment.cue: [moment.reply]
        for moment in found
        if moment.reply is not None
        and moment.lag is not None
        and moment.lag <= seconds
        and moment.reply not in asking
        and view.has(moment.reply, acts)
        and view.following(moment.cue, 1, seconds) == [moment.reply]
    }


def evenness(counts: Sequence[int]) -> float:
    """Shannon's evenness, -sum p ln p / ln n: 1 where all have as much, 0 where one has everything."""
    total = sum(counts)
    if not total or len(counts) < 2:  # noqa: PLR2004 - one is even with nobody
        return 0.0
    return -sum(count / total * log(count / total) for count in counts if count) / log(len(counts))


def followed(view: View, cues: Sequence[int], replies: Acts, seconds: int) -> list[Moment]:
    """The cues, each with the first message of another that carries one of the acts, in time and ten messages."""
    return [_followed(view, cue, replies, seconds) for cue in cues]


def _followed(view: View, cue: int, replies: Acts, seconds: int) -> Moment:
    by = view.sender(cue)
    for later in view.following(cue, _REPLY_MESSAGES, seconds):
        if view.sender(later) != by and view.has(later, replies):
            return Moment(cue, by, later, view.sender(later), view.time(later) - view.time(cue))
    return Moment(cue, by, None, None, None)
