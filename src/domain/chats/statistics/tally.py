"""What one participant's messages, or everyone's, add up to."""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from domain.chats.statistics.calendar import HOUR
from domain.chats.statistics.chat import Chat
from domain.chats.statistics.pieces import count_pieces


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
    laughing: int = 0
    """Text messages that laugh."""

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
        self.laughing += other.laughing


def take(chat: Chat, positions: Sequence[int], texts: list[str], captions: list[str]) -> Tally:
    """The tally of the messages at these positions, with what is written in text messages and in others."""
    times = chat.transcript.times
    numbers = links = 0
    pieces: Counter[str] = Counter()
    laughing = _count_laughing(chat, texts, pieces)
    for _ in count_pieces(captions, pieces):
        pass
    # Faster than adding to a Counter one by one.
    words: defaultdict[str, int] = defaultdict(int)
    emojis: defaultdict[str, int] = defaultdict(int)
    for text, count in pieces.items():
        piece = chat.reader[text]
        for word in piece.words:
            words[word] += count
        for emoji in piece.emojis:
            emojis[emoji] += count
        numbers += piece.numbers * count
        links += piece.links * count
    return Tally(
        kinds=Counter(map(chat.transcript.kinds.__getitem__, positions)),
        hours=Counter([times[position] // HOUR for position in positions]),
        words=Counter(words),
        numbers=numbers,
        emojis=Counter(emojis),
        links=links,
        laughing=laughing,
    )


def _count_laughing(chat: Chat, texts: list[str], pieces: Counter[str]) -> int:
    """How many of the texts laugh; their pieces are counted on the way, because they are cut but once."""
    found = known = 0
    laughing: set[str] = set()
    for batch in count_pieces(texts, pieces):
        new = islice(reversed(pieces), len(pieces) - known)  # a dict keeps the order in which keys came
        known = len(pieces)
        laughing.update(piece for piece in new if not chat.laughs_in.isdisjoint(chat.reader[piece].laughs_in))
        found += len(batch) - sum(map(laughing.isdisjoint, batch))
    return found


def without(counts: Mapping[str, int], left_out: Collection[str]) -> dict[str, int]:
    """The counts of all but the words left out."""
    return {word: count for word, count in counts.items() if word not in left_out}
