"""What the insight types about two people share: words meant for the other, how often, from whom, and shared plans."""

from collections.abc import Sequence
from dataclasses import dataclass

from domain.chats.statistics.estimates import proportion
from domain.chats.statistics.model import Proportion
from domain.insights.analyst.acts import Act, Pronoun
from domain.insights.analyst.measures import Measures
from domain.insights.analyst.phrasing import compared, graded, leader, told_apart
from domain.insights.analyst.tokens import BREAK
from domain.insights.analyst.view import View

_NEAR_WORDS = 3
_OFTEN: list[tuple[float, str]] = [(8.0, "very often"), (3.0, "often"), (1.0, "now and then"), (0.001, "rarely")]
FREQUENCY_RULE = "Very often is from 8 messages in 100, often from 3, now and then from 1, and rarely below."
NONE_SEEN = "none seen"
_FEW = 6


@dataclass(frozen=True, slots=True)
class Pair:
    """Two people, and what is said of them."""

    view: View
    people: tuple[int, int]
    say: Measures

    def name(self, person: int) -> str:
        return self.view.names[person]

    @property
    def names(self) -> list[str]:
        return [self.name(person) for person in self.people]

    def other(self, person: int) -> int:
        return self.people[1] if person == self.people[0] else self.people[0]

    def own(self, positions: Sequence[int], person: int) -> list[int]:
        """Those of the positions that somebody wrote."""
        return [position for position in positions if self.view.sender(position) == person]

    def rate(self, positions: Sequence[int], person: int) -> Proportion:
        """How many of somebody's read messages are among the positions."""
        return proportion(len(self.own(positions, person)), self.view.read_count(person))

    def told_rate(self, name: str, positions: Sequence[int], person: int, source: str) -> str:
        return self.say.rate(f"{name}:{self.name(person)}", self.rate(positions, person), source)

    def more(self, positions: Sequence[int], deed: str) -> str:
        """Who does it more often, going by the intervals; `deed` as in `compared`."""
        if not positions:
            singular = deed.partition("|")[0]
            return (
                f"No message was found in which {self.name(self.people[0])} or {self.name(self.people[1])} {singular}"
            )
        return compared(self.view.names, self.people, lambda person: self.rate(positions, person), deed)

    def compared(self, name: str, positions: Sequence[int], deed: str, source: str) -> str:
        """As `more`, with the two numbers, which are told under that name."""
        if not positions:
            return self.more(positions, deed)
        return told_apart(
            self.view.names,
            self.people,
            lambda person: self.rate(positions, person),
            lambda person: self.told_rate(name, positions, person, source),
            deed,
        )

    def first(self, positions: Sequence[int]) -> str:
        """Whose the positions mostly are: a name, `both about equally`, `too few to tell` or `nobody seen`."""
        if not positions:
            return "nobody seen"
        if len(positions) < _FEW:
            return "too few to tell"
        of = len(positions)
        ahead = leader(self.people, lambda person: proportion(len(self.own(positions, person)), of))
        return "both about equally" if ahead is None else self.name(ahead)

    def times(self, name: str, value: int, source: str, n: int | None = None) -> str:
        """Such as `once` or `5 times`."""
        return self.say.times(name, value, source, n)

    def counted(self, name: str, value: int, noun: str, source: str, n: int | None = None) -> str:
        """Such as `1 moment` or `5 moments`; a noun of another plural is given as `reply|replies`."""
        return self.say.counted(name, value, noun, source, n)


def pair_of(view: View) -> Pair:
    """The two who talk.

    Raises:
        InsufficientData: they are not two, or one of them hardly wrote.
    """
    return Pair(view, view.pair(), Measures())


def frequency(found: Proportion) -> str:
    """By FREQUENCY_RULE."""
    return graded(found.percent or 0.0, _OFTEN, NONE_SEEN)


def aimed(view: View, act: Act, by: int | None = None) -> list[int]:
    """The messages in which a phrase of the act is meant for the other, as far as the words around it tell.

    It holds a `you` or has one in the three words before it, is an emoji, begins its clause, or follows another known
    phrase: "you're gorgeous", "good morning gorgeous", not "the view is gorgeous".
    """
    return [position for position in view.positions(act, by) if _is_aimed(view, position, act)]


def speaks_of_us(view: View, position: int) -> bool:
    """Whether `we` in any form stands in a message."""
    pronouns = view.tagged.matcher.pronouns
    return any(pronouns.get(token) is Pronoun.WE for token in view.tagged.tokens(position))


def _is_aimed(view: View, position: int, act: Act) -> bool:
    tokens, pronouns = view.tagged.tokens(position), view.tagged.matcher.pronouns
    ends: set[int] = {0}
    for hit in view.tagged.hits(position):
        if act in hit.acts:
            since = hit.start
            while since > max(0, hit.start - _NEAR_WORDS) and tokens[since - 1] != BREAK:
                since -= 1
            opens = hit.start in ends or tokens[hit.start - 1] == BREAK
            to_you = any(pronouns.get(token) is Pronoun.YOU for token in tokens[since : hit.end])
            if opens or to_you or not tokens[hit.start][0].isalnum():
                return True
        ends.add(hit.end)
    return False
