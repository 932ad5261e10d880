"""The timeline: messages of each ISO week and each month, those without any included."""

from calendar import monthrange
from collections import Counter
from collections.abc import Callable, Mapping

from domain.chats.statistics.calendar import WEEKDAYS, date_of
from domain.chats.statistics.model import Parameters, Periods, Timeline

_MONTHS_A_YEAR = 12
_WEEKS_A_YEAR = 52
_DAYS_A_WEEK = len(WEEKDAYS)
_EPOCH_WEEKDAY = date_of(0).weekday()
_NONE = Periods(first=None, messages=[], first_incomplete=False, last_incomplete=False)


def take(days: Mapping[int, int], parameters: Parameters) -> Timeline:
    """From messages by whole days since 1970, of at most the last `timeline_years`."""
    if not days:
        return Timeline(weeks=_NONE, months=_NONE)
    first, last = min(days), max(days)
    begins, ends = date_of(first), date_of(last)
    months = listed_months((first, last), parameters)
    weeks = _listed(_week(first), _week(last), _WEEKS_A_YEAR * parameters.timeline_years)
    year, week, _ = date_of(weeks[0] * _DAYS_A_WEEK - _EPOCH_WEEKDAY).isocalendar()
    return Timeline(
        weeks=Periods(
            first=f"{year:04}-W{week:02}",
            messages=_counts(days, _week, weeks),
            first_incomplete=weeks[0] == _week(first) and begins.weekday() > 0,
            last_incomplete=ends.weekday() < _DAYS_A_WEEK - 1,
        ),
        months=Periods(
            first=f"{months[0] // _MONTHS_A_YEAR:04}-{months[0] % _MONTHS_A_YEAR + 1:02}",
            messages=_counts(days, _month, months),
            first_incomplete=months[0] == _month(first) and begins.day > 1,
            last_incomplete=ends.day < monthrange(ends.year, ends.month)[1],
        ),
    )


def listed_months(days: tuple[int, int] | None, parameters: Parameters) -> range:
    """The months that are listed of a chat with such a first and last day, numbered from year 0."""
    if days is None:
        return range(0)
    first, last = days
    return _listed(_month(first), _month(last), _MONTHS_A_YEAR * parameters.timeline_years)


def by_month(days: Mapping[int, int], months: range) -> list[int]:
    """The messages of each of these months."""
    return _counts(days, _month, months)


def _listed(first: int, last: int, size: int) -> range:
    return range(max(first, last + 1 - size), last + 1)


def _counts(days: Mapping[int, int], period_of: Callable[[int], int], periods: range) -> list[int]:
    counts: Counter[int] = Counter()
    for day, count in days.items():
        counts[period_of(day)] += count
    return [counts[period] for period in periods]


def _week(day: int) -> int:
    """Numbered from the week of 1970-01-01, from Monday to Sunday."""
    return (day + _EPOCH_WEEKDAY) // _DAYS_A_WEEK


def _month(day: int) -> int:
    date = date_of(day)
    return date.year * _MONTHS_A_YEAR + date.month - 1
