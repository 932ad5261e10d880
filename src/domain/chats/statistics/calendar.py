"""Hours and days of the wall clock that the export gives."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from typing import TypeVar

_Label = TypeVar("_Label")

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_EPOCH_WEEKDAY = _EPOCH.weekday()
MINUTE = 60
HOUR = 60 * MINUTE
HOURS = range(24)
_HOURS_A_DAY = len(HOURS)
DAY = _HOURS_A_DAY * HOUR


def timestamp(time: int, *, utc: bool) -> str:
    """ISO 8601: with Z for UTC, without an offset for a local wall clock."""
    return (_EPOCH + timedelta(seconds=time)).replace(tzinfo=None).isoformat() + ("Z" if utc else "")


def hourly(hours: Counter[int]) -> list[int]:
    """Messages by hour of the day; `hours` counts messages by whole hours since 1970."""
    found = [0] * _HOURS_A_DAY
    for hour, count in hours.items():
        found[hour % _HOURS_A_DAY] += count
    return found


def daily(hours: Counter[int]) -> dict[str, int]:
    """Messages by weekday, Monday first."""
    found = [0] * len(WEEKDAYS)
    for hour, count in hours.items():
        found[(hour // _HOURS_A_DAY + _EPOCH_WEEKDAY) % len(WEEKDAYS)] += count
    return dict(zip(WEEKDAYS, found, strict=True))


def by_date(hours: Counter[int]) -> dict[str, int]:
    """Messages by date, in order, for the dates that have any."""
    days = by_day(hours)
    return {date_of(day).isoformat(): days[day] for day in sorted(days)}


def by_day(hours: Counter[int]) -> Counter[int]:
    """Messages by whole days since 1970."""
    days: Counter[int] = Counter()
    for hour, count in hours.items():
        days[hour // _HOURS_A_DAY] += count
    return days


def date_of(day: int) -> date:
    """The date so many days after 1970-01-01."""
    return (_EPOCH + timedelta(days=day)).date()


def days_between(first: int, last: int) -> int:
    """Calendar days from one time to another, both ends included."""
    return last // DAY - first // DAY + 1


def busiest(labels: Sequence[_Label], counts: Iterable[int]) -> _Label | None:
    """The label with the most messages, the first of equals; None without messages."""
    label, count = max(zip(labels, counts, strict=True), key=itemgetter(1))
    return label if count else None
