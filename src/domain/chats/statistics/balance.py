"""Balance: how evenly the participants share what is written."""

from collections.abc import Sequence
from math import log

from domain.chats.statistics.model import Balanced

_TWO = 2


def of(counts: Sequence[int]) -> Balanced:
    """Of one count a participant: Pielou's evenness, and the reciprocity of two; null where nothing is counted."""
    total = sum(counts)
    if len(counts) < _TWO or not total:
        return Balanced(evenness=None, reciprocity=None)
    shares = [count / total for count in counts if count]
    evenness = sum(share * log(1 / share) for share in shares) / log(len(counts))
    reciprocity = round(1 - abs(counts[0] - counts[1]) / total, 4) if len(counts) == _TWO else None
    return Balanced(evenness=round(evenness, 4), reciprocity=reciprocity)
