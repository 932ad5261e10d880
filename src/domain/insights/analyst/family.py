"""What the insight types about families share: any number of people, what one tells and how many others answer."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from domain.chats.statistics.estimates import proportion, quantile
from domain.chats.statistics.model import Proportion
from domain.insights.analyst.acts import Act
from domain.insights.analyst.evidence import exchange
from domain.insights.analyst.measures import Measures
from domain.insights.analyst.tension import TOPIC_NAMES
from domain.insights.analyst.view import View
from domain.insights.content import Exchange

_MINUTE, _HOUR = 60, 3_600
_REPLY_MESSAGES, _REPLY_SECONDS = 12, 4 * _HOUR
_REPLIES = 3
"""How many messages of one person may be the answer."""
_APART = 30 * _MINUTE
_BEFORE_SECONDS = 15 * _MINUTE

SUBJECTS: dict[Act, str] = {act: name for act, name in TOPIC_NAMES.items() if act != Act.FAMILY}
"""What a family's messages are about; words such as `mum` name a person there, not a subject."""


@dataclass(frozen=True, slots=True)
class Family:
    """Those who write enough, and what is said of them."""

    view: View
    people: Sequence[int]
    say: Measures

    @property
    def names(self) -> list[str]:
        return self.named(self.people)

    def named(self, people: Sequence[int]) -> list[str]:
        return [self.view.names[person] for person in people]

    def own(self, positions: Sequence[int], person: int) -> list[int]:
        """Those of the positions that somebody wrote."""
        return [position for position in positions if self.view.sender(position) == person]

    def rate(self, positions: Sequence[int], person: int | None = None) -> Proportion:
        """How many of the read messages, of one person or of all, are among the positions."""
        count = len(positions) if person is None else len(self.own(positions, person))
        return proportion(count, self.view.read_count(person))

    def told_rate(self, name: str, positions: Sequence[int], person: int, source: str) -> str:
        return self.say.rate(f"{name}:{self.view.names[person]}", self.rate(positions, person), source)

    def times(self, name: str, value: int, source: str, n: int | None = None) -> str:
        """Such as `once` or `5 times`."""
        return self.say.times(name, value, source, n)

    def counted(self, name: str, value: int, noun: str, source: str, n: int | None = None) -> str:
        """Such as `1 moment` or `5 moments`; a noun of another plural is given as `reply|replies`."""
        return self.say.counted(name, value, noun, source, n)

    def with_cue(self, position: int, context: str) -> Exchange:
        """A message behind what somebody else wrote just before it."""
        before = self.view.preceding(position, 1, _BEFORE_SECONDS)
        shown = [at for at in before if self.view.sender(at) != self.view.sender(position)]
        return exchange(self.view, [*shown, position], context)


@dataclass(frozen=True, slots=True)
class Echo:
    """A message, and those who take it up: the first fitting answer of each other person, in order of time."""

    cue: int
    by: int
    answers: tuple[int, ...]
    lag: int | None
    """Seconds to the first of them; None where nobody took it up."""


def echoes(view: View, cues: Sequence[int], fits: Callable[[int], bool]) -> list[Echo]:
    """Each cue with its answers: of each person one of the next three messages, within four hours and twelve messages.

    Cues of one person within half an hour are one.
    """
    return [_echo(view, cue, fits) for cue in view.apart(cues, _APART)]


def answered(found: Sequence[Echo]) -> Proportion:
    """How many were taken up by anybody."""
    return proportion(sum(bool(echo.answers) for echo in found), len(found))


def median_lag(found: Sequence[Echo]) -> float | None:
    """In seconds, of those that were taken up."""
    return quantile(sorted(echo.lag for echo in found if echo.lag is not None), 50)


def about(view: View, positions: Sequence[int]) -> list[Act]:
    """The subjects that come up in any of the messages."""
    return [topic for topic in SUBJECTS if any(view.has(position, topic) for position in positions)]


def _echo(view: View, cue: int, fits: Callable[[int], bool]) -> Echo:
    by = view.sender(cue)
    first: dict[int, int] = {}
    written: Counter[int] = Counter()
    for later in view.following(cue, _REPLY_MESSAGES, _REPLY_SECONDS):
        person = view.sender(later)
        written[person] += 1
        if person not in first and person != by and written[person] <= _REPLIES and fits(later):
            first[person] = later
    answers = tuple(first.values())
    return Echo(cue, by, answers, view.time(answers[0]) - view.time(cue) if answers else None)
