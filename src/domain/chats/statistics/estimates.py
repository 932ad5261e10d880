"""Numbers drawn from counts: proportions with their intervals, and quantiles."""

from collections.abc import Sequence
from math import sqrt
from statistics import NormalDist

from domain.chats.statistics.model import Proportion

_Z = NormalDist().inv_cdf(0.975)


def proportion(count: int, of: int) -> Proportion:
    """With the 95 % interval of Wilson (1927), Journal of the American Statistical Association 22(158)."""
    if not of:
        return Proportion(count, of, None, None, None)
    share = count / of
    centre = share + _Z**2 / (2 * of)
    margin = _Z * sqrt(share * (1 - share) / of + (_Z / (2 * of)) ** 2)
    scale = 1 + _Z**2 / of
    low, high = max(0.0, (centre - margin) / scale), min(1.0, (centre + margin) / scale)
    return Proportion(count, of, round(100 * count / of, 2), round(100 * low, 2), round(100 * high, 2))


def ratio(part: int, whole: int) -> float:
    """Rounded to two decimals; 0 of nothing."""
    return round(part / whole, 2) if whole else 0.0


def per_100(count: int, of: int) -> float | None:
    """Rounded to two decimals; null of nothing."""
    return round(100 * count / of, 2) if of else None


def mean(values: Sequence[int]) -> float | None:
    return round(sum(values) / len(values), 2) if values else None


def quantile(ordered: Sequence[float], percent: float, digits: int = 2) -> float | None:
    """Interpolated linearly between the two nearest of sorted values (Hyndman and Fan 1996, type 7)."""
    if not ordered:
        return None
    place, part = divmod((len(ordered) - 1) * percent, 100)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return round((ordered[below] * (100 - part) + ordered[above] * part) / 100, digits)
