"""What one participant's messages, or everyone's, add up to."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import nsmallest

from domain.chats.statistics.calendar import HOUR
from domain.chats.statistics.pieces import Reader, count_pieces
from domain.chats.transcript import Transcript


@dataclass(slots=True)
class Tally:
    """Sums over messages, and so the sum of two is their union's."""

    kinds: Counter[int] = field(default_factory=Counter)
    hours: Counter[int] = field(default_factory=Counter)
    """By whole hours since 1970."""
    words: Counter[str] = field(default_factory=Counter)
    """Those that hold a letter, in normal form, stop words included."""
    numbers: int = 0
    emojis: Counter[str] = field(default_factory=Counter)
    links: int = 0

    @property
    def messages(self) -> int:
        return self.kinds.total()

    @property
    def words_all(self) -> int:
        return self.words.total() + self.numbers

    def add(self, other: "Tally") -> None:
        self.kinds.update(other.kinds)
        self.hours.update(other.hours)
        self.words.update(other.words)
        self.numbers += other.numbers
        self.emojis.update(other.emojis)
        self.links += other.links


def take(transcript: Transcript, positions: Sequence[int], written: list[str], reader: Reader) -> Tally:
    """The tally of the messages at these positions, `written` being what people wrote in them."""
    times = transcript.times
    numbers = links = 0
    # Faster than adding to a Counter one by one.
    words: defaultdict[str, int] = defaultdict(int)
    emojis: defaultdict[str, int] = defaultdict(int)
    for text, count in count_pieces(written).items():
        piece = reader[text]
        for word in piece.words:
            words[word] += count
        for emoji in piece.emojis:
            emojis[emoji] += count
        numbers += piece.numbers * count
        links += piece.links * count
    return Tally(
        kinds=Counter(map(transcript.kinds.__getitem__, positions)),
        hours=Counter([times[position] // HOUR for position in positions]),
        words=Counter(words),
        numbers=numbers,
        emojis=Counter(emojis),
        links=links,
    )


def without(counts: Mapping[str, int], left_out: Collection[str]) -> dict[str, int]:
    """The counts of all but the words left out."""
    return {word: count for word, count in counts.items() if word not in left_out}


def top(counts: Mapping[str, int], size: int, max_chars: int) -> list[tuple[str, int]]:
    """The entries counted most, equals by code point; entries longer than `max_chars` are not listed."""
    ranked = ((-count, name) for name, count in counts.items() if len(name) <= max_chars)
    return [(name, -count) for count, name in nsmallest(size, ranked)]
