"""What the parts of retrieval hand to each other."""

from collections.abc import Sequence
from typing import NamedTuple

import msgspec


class IndexedMessage(msgspec.Struct, frozen=True):
    """A message as the index reads it: what was written, by whom, when. System rows and placeholders have no text."""

    position: int
    sent_at: int
    """Seconds since 1970 on the wall clock of the export."""
    sender: int
    """Index into the chat's participants, -1 for system rows."""
    text: str


class SparseVector(NamedTuple):
    """Token ids, rising, and the weight of each; a dot product of two is their score."""

    indices: Sequence[int]
    values: Sequence[float]


class SparseEntry(msgspec.Struct, frozen=True):
    """The lexical vectors of one message: its own, and those of what surrounds it, by list name."""

    position: int
    lists: dict[str, SparseVector]


class Hit(NamedTuple):
    """A message that one list found, with the list's score."""

    position: int
    score: float
    on_named_day: bool = False
    """Whether it was sent on a day that the question names."""


class Sent(NamedTuple):
    """By whom and when a message was sent, in the terms of `IndexedMessage`."""

    sender: int
    sent_at: int


class IndexFacts(msgspec.Struct, frozen=True, kw_only=True):
    """What questions about a chat need to know of its index; it holds no words."""

    message_count: int
    """Of those with text."""
    end: int
    """The position after the last message."""
    languages: tuple[str, ...]
    """As the statistics name them, the most used first."""
    radius: int
    """How many messages on each side make a window."""
    conversation_starts: bytes
    """The position of each conversation's first message, rising, 32 bits each in the machine's order."""
