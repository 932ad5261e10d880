"""The gaps between messages, in seconds and in order of time."""

from collections.abc import Sequence
from itertools import islice
from math import sqrt
from operator import mul, sub

_ENOUGH = 2


def between(times: Sequence[int]) -> list[int]:
    """From each message to the next, of sorted times."""
    return list(map(sub, islice(times, 1, None), times))


def burstiness(gaps: Sequence[int]) -> float | None:
    """Of Kim and Jo (2016), Physical Review E 94, 032311, for so many gaps: -1 regular, 0 random, 1 bursts.

    None with fewer than two gaps, or where no time passes.
    """
    n, total = len(gaps), sum(gaps)
    if n < _ENOUGH or not total:
        return None
    ratio = sqrt(n * sum(map(mul, gaps, gaps)) - total**2) / total
    return round((sqrt(n + 1) * ratio - sqrt(n - 1)) / ((sqrt(n + 1) - 2) * ratio + sqrt(n - 1)), 4)
