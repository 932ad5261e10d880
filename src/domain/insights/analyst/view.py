"""A chat as an insight type sees it: who does what, how often, and where it stands.

People are named by their index into `names`, messages by their position in the export. Lists of positions are in
order of time. Rates are shares of a person's read messages (those with words of their own), with Wilson's interval;
their `percent` is per 100 messages.
"""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import cache, wraps
from itertools import islice, pairwise
from typing import TypeVar

from domain.chats.statistics.calendar import timestamp
from domain.chats.statistics.estimates import proportion
from domain.chats.statistics.model import Proportion, Statistics, UserStatistics
from domain.chats.transcript import Transcript
from domain.insights.analyst.acts import Act, Pronoun
from domain.insights.analyst.lexicon import BITS, mask_of
from domain.insights.analyst.tagging import Tagged
from domain.insights.kinds import InsufficientData

Acts = Act | Collection[Act]
_Found = TypeVar("_Found")
MONTH = len("2024-01")
_MIN_READ = 25
"""Read messages of a person below which nothing is said about them."""


class View:
    def __init__(self, tagged: Tagged, found: Sequence[int] = ()) -> None:
        """Take also the positions that retrieval found for the type, the best first."""
        self.tagged = tagged
        self.found = {position: rank for rank, position in reversed(list(enumerate(found)))}
        """Rank by position, 0 being the best."""
        self.transcript: Transcript = tagged.transcript
        self.statistics: Statistics = tagged.statistics
        self.names: list[str] = tagged.transcript.participants
        self.order: list[int] = tagged.order
        self._marked = [position for position in tagged.order if tagged.masks[position]]
        self._positions = cache(self._find)

    # People

    @property
    def people(self) -> list[int]:
        """Those who wrote a message, in order of first appearance."""
        stats = self.statistics.user_stats
        return [person for person, name in enumerate(self.names) if stats[name].message_count]

    def pair(self) -> tuple[int, int]:
        """The two who talk.

        Raises:
            InsufficientData: they are not two, or one of them hardly wrote.
        """
        people = self.people
        if len(people) != 2:  # noqa: PLR2004 - a pair
            raise InsufficientData("This insight is about exactly two people who write.")
        self.need_words(people)
        return people[0], people[1]

    def voices(self, limit: int = 12) -> list[int]:
        """Those with enough messages to speak about, the busiest first and at most so many.

        Raises:
            InsufficientData: they are fewer than two.
        """
        heard = [person for person in self.people if self.read_count(person) >= _MIN_READ]
        if len(heard) < 2:  # noqa: PLR2004 - it takes two to talk
            raise InsufficientData("Fewer than two people wrote enough messages.")
        heard.sort(key=lambda person: (-self.stats(person).message_count, person))
        return heard[:limit]

    def need_words(self, people: Sequence[int], messages: int = _MIN_READ) -> None:
        """Leave off where one of these people wrote fewer messages with words.

        Raises:
            InsufficientData: one did.
        """
        if any(self.read_count(person) < messages for person in people):
            raise InsufficientData("One of the participants wrote too few messages.")

    def stats(self, person: int) -> UserStatistics:
        return self.statistics.user_stats[self.names[person]]

    # Acts

    def has(self, position: int, acts: Acts) -> bool:
        """Whether a message carries one of the acts."""
        return bool(self.tagged.masks[position] & _mask(acts))

    def positions(self, acts: Acts, by: int | None = None, *, without: Acts = ()) -> list[int]:
        """The messages with one of the acts and none of the others; of one person, or of all."""
        return list(self._positions(_mask(acts), _mask(without), by))

    def positions_after(self, acts: Acts, by: int, position: int) -> Iterator[int]:
        """One person's messages with one of the acts, from the first after a message on."""
        found = self._positions(_mask(acts), 0, by)
        place = self.tagged.place
        yield from islice(found, bisect_right(found, place[position], key=place.__getitem__), None)

    def count(self, acts: Acts, by: int | None = None, *, without: Acts = ()) -> int:
        return len(self._positions(_mask(acts), _mask(without), by))

    def rate(self, acts: Acts, by: int | None = None, *, without: Acts = ()) -> Proportion:
        """The share of read messages, of one person or of all, that carry one of the acts."""
        return proportion(self.count(acts, by, without=without), self.read_count(by))

    def read_count(self, by: int | None = None) -> int:
        """How many messages have words of their own."""
        counts = self.tagged.read_count
        return sum(counts) if by is None else counts[by]

    def strength(self, position: int, acts: Acts) -> int:
        """How many phrases of the acts stand in a message."""
        wanted = {acts} if isinstance(acts, Act) else set(acts)
        return sum(not wanted.isdisjoint(hit.acts) for hit in self.tagged.hits(position))

    def acts_of(self, position: int) -> list[Act]:
        mask = self.tagged.masks[position]
        return [act for act, bit in BITS.items() if mask & bit]

    def pronouns(self, position: int) -> list[Pronoun]:
        """The words for I, we and you in a message, in order."""
        known = self.tagged.matcher.pronouns
        return [known[token] for token in self.tagged.tokens(position) if token in known]

    def we_talk(self, by: int) -> Proportion:
        """`we` as a share of `we` and `I`: words for us among words for either."""
        counts = self.tagged.pronouns[by]
        return proportion(counts[Pronoun.WE], counts[Pronoun.WE] + counts[Pronoun.I])

    def asking(self, by: int | None = None) -> list[int]:
        """The messages with a question mark."""
        return [position for position in self.tagged.asking if by is None or self.sender(position) == by]

    # Messages

    def sender(self, position: int) -> int:
        return self.transcript.senders[position]

    def name(self, person: int | None) -> str:
        """A participant's name; nothing for nobody."""
        return "" if person is None else self.names[person]

    def speaker(self, position: int) -> str:
        return self.names[self.transcript.senders[position]]

    def time(self, position: int) -> int:
        return self.transcript.times[position]

    def text(self, position: int) -> str:
        return self.transcript.texts[position]

    def stamp(self, position: int) -> str:
        """ISO 8601, on the clock of the export."""
        return timestamp(self.time(position), utc=self.transcript.utc)

    def is_read(self, position: int) -> bool:
        """Whether somebody's own words stand there; no other message can be quoted."""
        return bool(self.tagged.read[position])

    def session(self, position: int) -> int:
        """The number of its session, from 0."""
        return self.tagged.session_of[self.tagged.place[position]]

    def following(self, position: int, messages: int, seconds: int) -> list[int]:
        """What comes after a message: at most so many messages, in so many seconds."""
        place, until = self.tagged.place[position], self.time(position) + seconds
        return [later for later in self.order[place + 1 : place + 1 + messages] if self.time(later) <= until]

    def preceding(self, position: int, messages: int, seconds: int) -> list[int]:
        """What comes before it, in order of time."""
        place, since = self.tagged.place[position], self.time(position) - seconds
        return [earlier for earlier in self.order[max(0, place - messages) : place] if self.time(earlier) >= since]

    def between(self, first: int, last: int) -> list[int]:
        """From one message to another, both included."""
        places = self.tagged.place
        return self.order[places[first] : places[last] + 1]

    def apart(self, positions: Sequence[int], seconds: int) -> list[int]:
        """The first of each cluster: those of a person that follow an own one within so many seconds are left out."""
        last: dict[int, int] = {}
        kept = []
        for position in positions:
            sender, time = self.sender(position), self.time(position)
            if sender not in last or time - last[sender] > seconds:
                kept.append(position)
            last[sender] = time
        return kept

    # Time

    def month(self, position: int) -> str:
        return self.stamp(position)[:MONTH]

    def coverage(self, positions: Sequence[int]) -> float:
        """The share of the months with messages in which at least one of the positions lies."""
        months = {date[:MONTH] for date in self.statistics.messages_by_date}
        return len({self.month(position) for position in positions}) / len(months) if months else 0.0

    def monthly(self, positions: Sequence[int]) -> list[int]:
        """How many of the positions lie in each month of `statistics.timeline.months`."""
        periods = self.statistics.timeline.months
        found = [0] * len(periods.messages)
        if periods.first is not None:
            first = _month_number(periods.first)
            for position in positions:
                place = _month_number(self.month(position)) - first
                if 0 <= place < len(found):
                    found[place] += 1
        return found

    def session_starts(self) -> list[int]:
        """The first message of each session."""
        return [self.order[places[0]] for places in self.tagged.sessions]

    def lags(self, positions: Sequence[int]) -> list[int]:
        """Seconds from each of the positions to the next."""
        return [self.time(later) - self.time(earlier) for earlier, later in pairwise(positions)]

    def _find(self, wanted: int, unwanted: int, by: int | None) -> tuple[int, ...]:
        masks, senders = self.tagged.masks, self.transcript.senders
        return tuple(
            position
            for position in self._marked
            if masks[position] & wanted and not masks[position] & unwanted and (by is None or senders[position] == by)
        )


def once(find: "Callable[[View], _Found]") -> "Callable[[View], _Found]":
    """Keep what a function finds with the chat, for the views of all types; it must not look at `found`."""

    @wraps(find)
    def found(view: View) -> _Found:
        kept = view.tagged.kept
        if find not in kept:
            kept[find] = find(view)
        result: _Found = kept[find]
        return result

    return found


def _mask(acts: Acts) -> int:
    return BITS[acts] if isinstance(acts, Act) else _mask_of(frozenset(acts))


_mask_of = cache(mask_of)
"""Groups of acts are few and asked for again and again."""


def _month_number(month: str) -> int:
    year, _, number = month[:MONTH].partition("-")
    return int(year) * 12 + int(number)
