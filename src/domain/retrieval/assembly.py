"""The best messages as excerpts to read: each of one conversation, under its date, within a budget."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import pairwise

import msgspec
import numpy as np

from domain.retrieval.model import Hit, IndexFacts, Sent

CHARACTERS_A_TOKEN = 4
MAX_TOKENS = 2_000
CONSIDERED = 250
"""Hits: short messages enough to fill an answer's excerpts."""

_FIRST_PART = 0.5
"""Of the budget goes to excerpts of the best messages; those of the others follow after them."""
_IN_CONTEXT = 3
"""Of the best messages have their neighbours beside them at any cost; the others as far as there is room."""
_GAP = "[…]"
_HEADER_CHARACTERS = len("[Wednesday 30 September 2026]\n")
_CUT = "…"


class Chunk(msgspec.Struct, frozen=True, kw_only=True):
    """An excerpt."""

    positions: tuple[int, ...]
    """Of its messages, rising."""
    best: Hit
    """The message that ranks it."""
    text: str
    """A line with the date before each day's messages, as `Speaker: text`; `[…]` stands for messages left out."""


def wanted(ranked: Sequence[Hit]) -> list[int]:
    """The positions of which `assemble` can use text, sender and time."""
    best = [hit.position for hit in ranked[:CONSIDERED]]
    return sorted({position + offset for position in best for offset in (-1, 0, 1) if position + offset >= 0})


def assemble(
    ranked: Sequence[Hit],
    texts: Mapping[int, str],
    sent: Mapping[int, Sent],
    participants: Sequence[str],
    facts: IndexFacts,
    max_chunks: int,
    max_tokens: int = MAX_TOKENS,
) -> list[Chunk]:
    """Excerpts, of `max_tokens` altogether, in the order of their best messages.

    Where there is no room for another excerpt, the last one takes further conversations, each under its own date.
    """
    budget = max_tokens * CHARACTERS_A_TOKEN
    lines = {
        position: _cut(f"{participants[sent[position].sender]}: {text}", budget // 2)
        for position, text in texts.items()
        if text and position in sent
    }
    filling = _Filling(lines, sent, facts, max_chunks, budget)
    best = [hit for hit in ranked[:CONSIDERED] if hit.position in lines]
    for rank, hit in enumerate(best):
        filling.add(hit.position, hit)
        if rank < _IN_CONTEXT:
            filling.add_neighbours(hit)
    for hit in best:
        filling.add_neighbours(hit)
    return [
        Chunk(
            positions=tuple(sorted(excerpt.positions)),
            best=excerpt.best,
            text="\n".join(filling.written(excerpt)),
        )
        for excerpt in filling.excerpts
    ]


class _Excerpt:
    def __init__(self, best: Hit, *, of_first_part: bool) -> None:
        self.best = best
        self.of_first_part = of_first_part
        self.positions: set[int] = set()
        self.conversations: set[int] = set()
        self.headers: set[tuple[int, str]] = set()
        """Of conversation and day."""


class _Filling:
    def __init__(
        self, lines: Mapping[int, str], sent: Mapping[int, Sent], facts: IndexFacts, max_chunks: int, budget: int
    ) -> None:
        self.excerpts: list[_Excerpt] = []
        self._lines = lines
        self._sent = sent
        self._starts = np.frombuffer(facts.conversation_starts, np.uint32)
        self._max_chunks = max_chunks
        self._left = budget
        self._first_part = budget * (1 - _FIRST_PART)
        self._excerpt_of: dict[int, _Excerpt] = {}

    def add(self, position: int, hit: Hit) -> None:
        """Add a message, if it is text, new and fits."""
        line = self._lines.get(position)
        if line is None or position in self._excerpt_of:
            return
        conversation = self._conversation(position)
        excerpt = self._excerpt(conversation, hit)
        cost = len(line) + 1
        header = self._header(position)
        if header not in excerpt.headers:
            cost += _HEADER_CHARACTERS
        elif excerpt.positions.isdisjoint((position - 1, position + 1)):
            cost += len(_GAP) + 1
        if cost > self._left:
            return
        self._left -= cost
        if not excerpt.positions:
            self.excerpts.append(excerpt)
        excerpt.positions.add(position)
        excerpt.conversations.add(conversation)
        excerpt.headers.add(header)
        self._excerpt_of[position] = excerpt

    def add_neighbours(self, hit: Hit) -> None:
        for position in (hit.position - 1, hit.position + 1):
            if hit.position in self._excerpt_of and self._conversation(position) == self._conversation(hit.position):
                self.add(position, hit)

    def _excerpt(self, conversation: int, hit: Hit) -> _Excerpt:
        """Where a message of the conversation goes: not among the best ones any more once those have their share."""
        of_first_part = self._left > self._first_part
        beside = self._excerpt_of.get(hit.position)
        if beside is not None:
            return beside
        ours = [excerpt for excerpt in self.excerpts if conversation in excerpt.conversations]
        for excerpt in ours:
            if excerpt.of_first_part == of_first_part:
                return excerpt
        kept_free = 1 if of_first_part else 0  # for what finds no room among the best
        if len(self.excerpts) < max(1, self._max_chunks - kept_free):
            return _Excerpt(hit, of_first_part=of_first_part)
        if len(self.excerpts) < self._max_chunks:
            return _Excerpt(hit, of_first_part=False)
        return self.excerpts[-1]

    def _conversation(self, position: int) -> int:
        return int(np.searchsorted(self._starts, position, "right"))

    def _header(self, position: int) -> tuple[int, str]:
        """The conversation of a message, and the line that stands above those of its day."""
        return self._conversation(position), _day(self._sent[position])

    def written(self, excerpt: _Excerpt) -> Iterator[str]:
        positions = sorted(excerpt.positions)
        yield _day(self._sent[positions[0]])
        yield self._lines[positions[0]]
        for before, position in pairwise(positions):
            if self._header(before) != self._header(position):
                yield _day(self._sent[position])
            elif position > before + 1:
                yield _GAP
            yield self._lines[position]


def _day(sent: Sent) -> str:
    at = datetime.fromtimestamp(sent.sent_at, UTC)
    return f"[{at:%A} {at.day} {at:%B %Y}]"


def _cut(line: str, length: int) -> str:
    return line if len(line) <= length else line[: length - len(_CUT)] + _CUT
