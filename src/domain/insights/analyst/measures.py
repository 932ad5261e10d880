"""The numbers of an insight: each is said in words in one way only, and kept with its interval.

A type says a number through here, so no number can stand in its prose that is not published as a measure.
"""

import re

from domain.chats.statistics.model import Proportion
from domain.insights.drafts import Measure

PERCENT = "percent"
PER_100 = "per 100 messages"
SECONDS = "seconds"
COUNT = "count"

_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400
_ONE_DECIMAL_BELOW = 10
_INTERVAL = re.compile(r" \(95 % interval [^)]*\)")


class Measures:
    """Collects measures; every method returns how its number is said."""

    def __init__(self) -> None:
        self._found: dict[str, Measure] = {}

    @property
    def all(self) -> list[Measure]:
        """In the order in which they were first said."""
        return list(self._found.values())

    def share(self, name: str, found: Proportion, source: str) -> str:
        """Such as `62 % (95 % interval 55 to 69)`."""
        return self._proportion(name, found, PERCENT, source)

    def rate(self, name: str, found: Proportion, source: str) -> str:
        """Such as `4.1 per 100 messages (95 % interval 3.2 to 5)`."""
        return self._proportion(name, found, PER_100, source)

    def count(self, name: str, value: int, source: str, n: int | None = None) -> str:
        """Such as `12`."""
        return self._say(Measure(name=name, value=value, unit=COUNT, n=value if n is None else n, source=source))

    def times(self, name: str, value: int, source: str, n: int | None = None) -> str:
        """A count such as `never`, `once` or `5 times`."""
        told = self.count(name, value, source, n)
        return {0: "never", 1: "once", 2: "twice"}.get(value, f"{told} times")

    def counted(self, name: str, value: int, noun: str, source: str, n: int | None = None) -> str:
        """A count such as `1 moment` or `5 moments`; a noun of another plural is given as `reply|replies`."""
        singular, _, plural = noun.partition("|")
        return f"{self.count(name, value, source, n)} {singular if value == 1 else plural or singular + 's'}"

    def seconds(self, name: str, value: float, n: int, source: str) -> str:
        """Such as `4 minutes`."""
        return self._say(Measure(name=name, value=value, unit=SECONDS, n=n, source=source))

    def number(
        self, name: str, value: float, unit: str, n: int, source: str, *, interval: tuple[float, float] | None = None
    ) -> str:
        """Such as `0.84`; the unit is not said."""
        low, high = interval or (None, None)
        return self._say(Measure(name=name, value=value, unit=unit, n=n, low=low, high=high, source=source))

    def _proportion(self, name: str, found: Proportion, unit: str, source: str) -> str:
        return self._say(
            Measure(
                name=name,
                value=found.percent or 0.0,
                unit=unit,
                n=found.of,
                low=found.percent_low,
                high=found.percent_high,
                source=source,
            )
        )

    def _say(self, measure: Measure) -> str:
        self._found[measure.name] = measure
        return said(measure)


def point(told: str) -> str:
    """What was told, without the intervals: `62 %`."""
    return _INTERVAL.sub("", told)


def said(measure: Measure) -> str:
    """A measure in words."""
    if measure.unit == SECONDS:
        return duration(measure.value)
    if measure.unit == COUNT:
        return f"{measure.value:.0f}"
    if measure.unit not in {PERCENT, PER_100}:
        return f"{round(measure.value, 2):g}"
    unit = " %" if measure.unit == PERCENT else f" {PER_100}"
    if measure.low is None or measure.high is None:
        return f"{short(measure.value)}{unit}"
    return f"{short(measure.value)}{unit} (95 % interval {short(measure.low)} to {short(measure.high)})"


def short(value: float) -> str:
    """One decimal below ten, none from there on."""
    return f"{round(value, 1):g}" if abs(value) < _ONE_DECIMAL_BELOW else f"{value:.0f}"


def duration(seconds: float) -> str:
    """Such as `45 seconds`, `4 minutes`, `1.5 hours`, `2 days`; `less than a minute` for none."""
    if not seconds:
        return "less than a minute"
    for unit, size in (("second", 1), ("minute", _MINUTE), ("hour", _HOUR), ("day", _DAY)):
        larger = {"second": _MINUTE, "minute": _HOUR, "hour": _DAY}.get(unit)
        value = short(seconds / size)
        if larger is None or seconds < larger:
            return f"{value} {unit}" if value == "1" else f"{value} {unit}s"
    raise AssertionError
