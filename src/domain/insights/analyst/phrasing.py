"""Comparisons and lists in plain English. Only near numbers are called equal; a doubtful difference is told so."""

from collections.abc import Callable, Sequence
from typing import TypeVar

from domain.chats.statistics.model import Proportion
from domain.insights.analyst.measures import point

_Label = TypeVar("_Label")
_PAIR = 2
_DOUBT = ", which may be chance"
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


def alike(people: Sequence[int], measured: Callable[[int], Proportion]) -> bool:
    """Whether the highest share is at most a quarter above the lowest, and their intervals do not lie apart."""
    high, low = _ends(people, measured)
    near = (measured(high).percent or 0.0) <= _ALIKE * (measured(low).percent or 0.0)
    return near and not differ(measured(high), measured(low))


def compared(names: Sequence[str], people: Sequence[int], measured: Callable[[int], Proportion], deed: str) -> str:
    """Who does something more often, such as `Ann opens up more often than Ben`, with the doubt that intervals leave.

    `deed` is given in both forms: `opens up|open up`.
    """
    singular, _, plural = deed.partition("|")
    first = leader(people, measured)
    if first is not None:
        others = [names[person] for person in people if person != first]
        return f"{names[first]} {singular} more often than {joined(others)}"
    high, low = _ends(people, measured)
    everybody = joined([names[person] for person in people])
    if not measured(high).count:
        none = f"Neither {names[people[0]]} nor {names[people[1]]}" if len(people) == _PAIR else f"None of {everybody}"
        return f"{none} {singular}"
    if alike(people, measured):
        return f"{everybody} {plural} about equally often"
    if len(people) == _PAIR:
        return f"{names[high]} {singular} more often than {names[low]}{_DOUBT}"
    most = f"Of {everybody}, {names[high]} {singular} most often and {names[low]} least often"
    none = f"No certain difference shows in how often {everybody} {plural}"
    return most if differ(measured(high), measured(low)) else none


def told_apart(
    names: Sequence[str],
    people: Sequence[int],
    measured: Callable[[int], Proportion],
    told: Callable[[int], str],
    deed: str,
) -> str:
    """As `compared`, with the numbers of two people: `Ann asks more often than Ben (12 against 4 %)`."""
    verdict = compared(names, people, measured, deed)
    high, low = _ends(people, measured)
    if len(people) != _PAIR or not measured(high).count:
        return verdict
    between = "and" if alike(people, measured) else "against"
    numbers = f"({point(told(high)).partition(' ')[0]} {between} {point(told(low))})"
    said, comma, doubt = verdict.partition(_DOUBT)
    return f"{said} {numbers}{comma}{doubt}"


def _ends(people: Sequence[int], measured: Callable[[int], Proportion]) -> tuple[int, int]:
    """Who has the highest share, and who the lowest."""
    ranked = sorted(people, key=lambda person: -(measured(person).percent or 0.0))
    return ranked[0], ranked[-1]


def graded(value: float, steps: Sequence[tuple[float, _Label]], otherwise: _Label) -> _Label:
    """The label of the first step that the value reaches; steps are given with the highest first."""
    return next((label for least, label in steps if value >= least), otherwise)


def article(word: str) -> str:
    """`a` or `an` and the word."""
    return f"an {word}" if word[:1].lower() in "aeiou" else f"a {word}"
