"""Work in a chat: who asks, takes on, reports, informs, decides and says what is in the way.

Also what the insight types about work share: cases that show something, strengths, and lacks with what would help.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from math import log

from domain.chats.statistics.estimates import proportion
from domain.chats.statistics.languages import stop_words
from domain.chats.statistics.model import Proportion
from domain.insights.analyst import evidence, threads
from domain.insights.analyst.acts import NEGATIVE, OPENING_UP, Act
from domain.insights.analyst.exchanges import Moment
from domain.insights.analyst.measures import Measures
from domain.insights.analyst.phrasing import leader
from domain.insights.analyst.threads import Promise, Request
from domain.insights.analyst.tokens import folded
from domain.insights.analyst.view import Acts, View

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
CANDIDATES = 400
"""At most as many messages are looked into for evidence, evenly over the chat."""
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
_STEM = 5
_COMMON = 5
_RARE = 12
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
        unlike = {*LIGHT, Act.CANCEL, Act.REFUSAL, Act.MEMORY}
        return [promise for promise in threads.promises(self.view) if not self.view.has(promise.position, unlike)]

    @cached_property
    def done(self) -> list[int]:
        """The messages that report something done."""
        return self.view.positions(Act.COMPLETION, without={*LIGHT, Act.COMMITMENT})

    @cached_property
    def decisions(self) -> list[int]:
        """The messages that settle something; those that ask for it are none."""
        asking = set(self.view.asking())
        unlike = {*LIGHT, *OPENING_UP, Act.REQUEST, Act.HEDGE, Act.THANKS, Act.SUPPORT, Act.AFFECTION, Act.HEALTH}
        found = self.view.positions(Act.DECISION, without=unlike)
        return [position for position in found if position not in asking]

    @cached_property
    def informing(self) -> list[int]:
        """The messages that say how things stand, what is done or what is in the way; questions after it are none."""
        asking = set(self.view.asking())
        found = self.view.positions(INFORMING, without={*LIGHT, Act.REQUEST})
        thanks = set(self.view.positions(Act.THANKS, without=Act.COMPLETION))
        return [position for position in found if position not in asking and position not in thanks]

    @cached_property
    def blockers(self) -> list[int]:
        """The messages that say what is in the way of work; questions after it, and advice, are none."""
        asking = set(self.view.asking())
        unlike = {*LIGHT, *NEGATIVE, Act.COMPLETION, Act.HEALTH, Act.SUPPORT, Act.ACCEPTANCE}
        return [position for position in self.view.positions(Act.BLOCKER, without=unlike) if position not in asking]

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

    def _is_met(self, request: Request) -> bool:
        """Whether what took a request on clearly belongs to it."""
        response = request.response
        if response is None or not request.taken or self.view.has(response, LIGHT):
            return False
        if response == after(self.view, request.position):
            return True
        return self.view.has(response, {Act.COMMITMENT, Act.COMPLETION}) and self.related(request.position, response)

    @cached_property
    def met(self) -> Cases:
        """Requests with what clearly takes them on."""
        asking = set(self.view.asking())
        found = [
            request
            for request in self.requests
            if request.taken and (request.position in asking or self.view.has(request.position, Act.POLITENESS))
        ]
        return {
            request.position: [request.response]
            for request in evidence.spaced(found, CANDIDATES)
            if self._is_met(request)
        }

    @cached_property
    def closed(self) -> Cases:
        """Commitments that clearly belong to a report: each with that, and with what it clearly answers."""
        unlike = {*self.view.asking(), *self.view.positions(Act.SUPPORT)}
        found = [
            promise
            for promise in self.promises
            if promise.completion is not None and unlike.isdisjoint((promise.position, promise.completion))
        ]
        return {
            promise.position: [self.called_for(promise), promise.completion]
            for promise in evidence.spaced(found, CANDIDATES)
            if self._is_sure(promise)
        }

    def by(self, cases: Cases, person: int) -> Cases:
        """Those of one person."""
        return {position: rest for position, rest in cases.items() if self.view.sender(position) == person}

    def called_for(self, promise: Promise) -> int | None:
        """The request or blocker that a commitment clearly answers."""
        cue = before(self.view, promise.position)
        if cue is not None and self.view.has(cue, {Act.REQUEST, Act.BLOCKER}):
            return cue
        request = promise.request
        return request if request is not None and self.related(promise.position, request) else None

    def _is_sure(self, promise: Promise) -> bool:
        """Whether a commitment and the report that closes it clearly belong together.

        They share a word, or the commitment answers something and is reported done within the hour.
        """
        if promise.completion is None or promise.lag is None:
            return False
        if promise.lag <= _HOUR and self.called_for(promise) is not None:
            return True
        return self.related(promise.position, promise.completion)

    def related(self, one: int, other: int) -> bool:
        """Whether two messages share words that tell something: one in five of those of the shorter one."""
        first, second = self._telling(one), self._telling(other)
        common = len(first & second)
        return common > 0 and _COMMON * common >= min(len(first), len(second))

    def _telling(self, position: int) -> set[str]:
        return {
            word[:_STEM]
            for word in self.view.tagged.tokens(position)
            if len(word) >= _TELLING_LETTERS and word.isalpha() and word not in self._common
        }

    @cached_property
    def _common(self) -> frozenset[str]:
        """Words that are too frequent to tell what a message is about, and the participants' names."""
        totals = sum(self.view.tagged.words, Counter())
        most = max(_RARE, self.view.read_count() // 100)
        names = {folded(word.lower()) for name in self.view.names for word in name.split()}
        frequent = (word for word, count in totals.items() if count > most)
        return frozenset({*stop_words(self.view.statistics.languages), *names, *frequent})

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


def before(view: View, position: int) -> int | None:
    """The last message of somebody else just before one: within three messages and an hour."""
    sender = view.sender(position)
    earlier = view.preceding(position, _BEFORE_MESSAGES, _HOUR)
    return next((at for at in reversed(earlier) if view.sender(at) != sender and view.is_read(at)), None)


def after(view: View, position: int) -> int | None:
    """The first message of somebody else after one: within ten messages and an hour."""
    sender = view.sender(position)
    return next((at for at in view.following(position, _REPLY_MESSAGES, _HOUR) if view.sender(at) != sender), None)


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
