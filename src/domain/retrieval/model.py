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
