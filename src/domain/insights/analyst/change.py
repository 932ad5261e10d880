"""How a chat changes over its months."""

from collections.abc import Sequence
from math import sqrt
from typing import Literal

from domain.insights.analyst.view import View

Trend = Literal["rising", "steady", "falling"]

_LEAST_MONTHS = 4
_Z = 1.96


def trend(values: Sequence[float]) -> Trend | None:
    """Whether values of consecutive periods rise or fall, by the test of Mann (1945) and Kendall at 95 %.

    None of fewer than four. Ties are corrected for.
    """
    n = len(values)
    if n < _LEAST_MONTHS:
        return None
    s = sum((later > earlier) - (later < earlier) for at, earlier in enumerate(values) for later in values[at + 1 :])
    ties = [values.count(value) for value in set(values)]
    variance = (n * (n - 1) * (2 * n + 5) - sum(t * (t - 1) * (2 * t + 5) for t in ties)) / 18
    if variance == 0 or (abs(s) - 1) / sqrt(variance) < _Z:
        return "steady"
    return "rising" if s > 0 else "falling"


def sessions_by_month(view: View) -> list[int]:
    """Sessions that began in each whole month of the chat; incomplete months at its ends are left out."""
    return whole_months(view, view.monthly(view.session_starts()))


def whole_months(view: View, values: Sequence[int]) -> list[int]:
    """Values by month of `statistics.timeline.months`, without incomplete months at the ends."""
    months = view.statistics.timeline.months
    return list(values[int(months.first_incomplete) : len(values) - int(months.last_incomplete)])
