"""Comparisons and lists in plain English. What is within the error of measurement is called equal."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from domain.chats.statistics.model import Proportion
from domain.insights.analyst.measures import point

_Label = TypeVar("_Label")
_ALIKE = 1.25
"""Times the lower number up to which two are called about equal; above, the difference is told with its doubt."""


def joined(items: Sequence[str]) -> str:
    """`Ann`, `Ann and Ben`, `Ann, Ben and Cem`."""
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}" if items else ""


def differ(one: Proportion, other: Proportion) -> bool:
    """Whether the 95 % intervals lie apart; without numbers they do not."""
    if one.percent_low is None or other.percent_low is None or one.percent_high is None or other.percent_high is None:
        return False
    return one.percent_low > other.percent_high or other.percent_low > one.percent_high


def leader(people: Sequence[int], measured: Callable[[int], Proportion]) -> int | None:
    """Who has the highest share, where it is above everybody else's interval; None where that is not certain."""
    ranked = sorted(people, key=lambda person: (-(measured(person).percent or 0.0), person))
    if len(ranked) < 2 or not all(differ(measured(ranked[0]), measured(other)) for other in ranked[1:]):  # noqa: PLR2004 - a comparison
        return None
    return ranked[0]


def compared(names: Sequence[str], people: Sequence[int], measured: Callable[[int], Proportion], deed: str) -> str:
    """`Ann opens up more often than Ben` or `Ann and Ben open up about equally often`, by their intervals.

    `deed` is given in both forms: `opens up|open up`.
    """
    singular, _, plural = deed.partition("|")
    first = leader(people, measured)
    if first is None:
        return f"{joined([names[person] for person in people])} {plural} about equally often"
    others = [names[person] for person in people if person != first]
    return f"{names[first]} {singular} more often than {joined(others)}"


def told_apart(
    names: Sequence[str],
    people: Sequence[int],
    measured: Callable[[int], Proportion],
    told: Callable[[int], str],
    deed: str,
) -> str:
    """As `compared`, with the numbers of two people: `Ann asks more often than Ben (12 against 4 %)`."""
    verdict = compared(names, people, measured, deed)
    if len(people) != 2:  # noqa: PLR2004 - a pair
        return verdict
    one, two = sorted(people, key=lambda person: -(measured(person).percent or 0.0))
    if not measured(one).count:
        return f"Neither {names[people[0]]} nor {names[people[1]]} {deed.partition('|')[0]}"
    numbers = f"{point(told(one)).partition(' ')[0]} against {point(told(two))}"
    if leader(people, measured) is not None:
        return f"{verdict} ({numbers})"
    if (measured(one).percent or 0.0) <= _ALIKE * (measured(two).percent or 0.0):
        return f"{verdict} ({numbers.replace(' against ', ' and ')})"
    return f"{names[one]} {deed.partition('|')[0]} more often than {names[two]} ({numbers}), which may be chance"


def graded(value: float, steps: Sequence[tuple[float, _Label]], otherwise: _Label) -> _Label:
    """The label of the first step that the value reaches; steps are given with the highest first."""
    return next((label for least, label in steps if value >= least), otherwise)


def article(word: str) -> str:
    """`a` or `an` and the word."""
    return f"an {word}" if word[:1].lower() in "aeiou" else f"a {word}"
