"""Day, month and year told apart with every date of the file."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from typing import NamedTuple

from domain.chats.importing.errors import DateOrderImpossible
from domain.chats.importing.options import Order
from domain.chats.importing.whatsapp.clock import INVALID
from domain.chats.importing.whatsapp.layouts import Layout
from domain.chats.transcript import DateOrder

_EPOCH = date(1970, 1, 1).toordinal()
_DAY_SECONDS = 86_400
_CENTURY = 2000
_FIRST_EXPORT = date(2009, 1, 1).toordinal()
_MONTHS = 12
_PLACES = ("first", "second", "third")
_NUMBER = re.compile(r"\d+")

_Days = dict[str, int | None]
"""A date as written to its day; None where the order makes none of it."""


class _Score(NamedTuple):
    """What speaks against an order; less is better, the first member first."""

    invalid: int
    implausible: int


@dataclass(frozen=True, slots=True)
class Calendar:
    order: DateOrder
    seconds: dict[str, int]
    """Midnight of each date as written, from 1970 on; INVALID where the order makes no date of it."""


def read_dates(
    dates: Sequence[str], layout: Layout, given: Order | None, hints: Callable[[], Iterable[tuple[Order, str]]]
) -> Calendar:
    """The calendar of a file.

    Args:
        dates: The date of each row as written, in file order.
        layout: Where the year stands.
        given: The uploader's order.
        hints: Orders with a sentence each, the strongest first; asked only when the dates leave a tie.

    Raises:
        DateOrderImpossible: the given order makes fewer dates of the file than another.
    """
    parts = {written: tuple(map(int, _NUMBER.findall(written))) for written in set(dates)}
    days = {order: {written: _day(order, part) for written, part in parts.items()} for order in _orders(layout)}
    chosen = _given(given, days) if given else _chosen(dates, days, parts, layout, hints)
    seconds = {
        written: INVALID if day is None else (day - _EPOCH) * _DAY_SECONDS
        for written, day in days[_order(chosen.order)].items()
    }
    return Calendar(chosen, seconds)


def _orders(layout: Layout) -> tuple[Order, ...]:
    orders: dict[str, tuple[Order, ...]] = {"first": ("ymd",), "last": ("dmy", "mdy"), "short": ("dmy", "mdy", "ymd")}
    return orders[layout.year]


def _order(name: str) -> Order:
    return "ymd" if name == "ymd" else "mdy" if name == "mdy" else "dmy"


def _day(order: Order, parts: tuple[int, ...]) -> int | None:
    named = dict(zip(order, parts, strict=True))
    year = named["y"] if named["y"] >= 100 else _CENTURY + named["y"]  # noqa: PLR2004 - two digits
    try:
        return date(year, named["m"], named["d"]).toordinal()
    except ValueError:
        return None


def _score(days: _Days) -> _Score:
    return _Score(
        invalid=sum(day is None for day in days.values()),
        implausible=sum(day is not None and day < _FIRST_EXPORT for day in days.values()),
    )


def _backwards(days: _Days, dates: Sequence[str]) -> int:
    """How often a date is before the one before it in the file."""
    known = [day for written, _ in groupby(dates) if (day := days[written]) is not None]
    return sum(later < earlier for earlier, later in pairwise(known))


def _given(order: Order, days: dict[Order, _Days]) -> DateOrder:
    scores = {other: _score(readings).invalid for other, readings in days.items()}
    if scores.get(order, len(days[next(iter(days))]) + 1) > min(scores.values()):
        raise DateOrderImpossible
    return DateOrder(order=order, confidence="given", proof="the uploader's choice")


def _chosen(
    dates: Sequence[str],
    days: dict[Order, _Days],
    parts: dict[str, tuple[int, ...]],
    layout: Layout,
    hints: Callable[[], Iterable[tuple[Order, str]]],
) -> DateOrder:
    if layout.year == "first":
        return DateOrder(order="ymd", confidence="certain", proof="a year of four digits in the first place")
    scores = {order: _score(readings) for order, readings in days.items()}
    valid = _admitted(scores, layout)
    if len(valid) == 1:
        certain = not scores[valid[0]].invalid
        return DateOrder(
            order=valid[0],
            confidence="certain" if certain else "likely",
            proof=_proof(parts, valid[0]) if certain else "more of the dates exist than in another order",
        )
    plausible = [order for order in valid if scores[order] == min(scores[other] for other in valid)]
    if len(plausible) == 1:
        proof = "another order gives years before there were such exports"
        return DateOrder(order=plausible[0], confidence="likely", proof=proof)
    steps = {order: _backwards(days[order], dates) for order in plausible}
    least = [order for order in plausible if steps[order] == min(steps.values())]
    if len(least) == 1:
        others = min(count for order, count in steps.items() if order != least[0])
        proof = f"the file runs backwards {steps[least[0]]} times in this order and {others} times in another"
        return DateOrder(order=least[0], confidence="likely", proof=proof)
    for order, proof in hints():
        if order in least:
            return DateOrder(order=order, confidence="hinted", proof=proof)
    return DateOrder(order="dmy" if "dmy" in least else least[0], confidence="tied", proof="nothing in the file tells")


def _proof(parts: dict[str, tuple[int, ...]], order: Order) -> str:
    day = order.index("d")
    if any(part[day] > _MONTHS for part in parts.values()):
        return f"a value above 12 in the {_PLACES[day]} place"
    return "only this order makes dates of all"


def _admitted(scores: dict[Order, _Score], layout: Layout) -> list[Order]:
    """Orders with the fewest dates that do not exist.

    A year of two digits comes first in the regions that write hyphens or a dot after the last part; with other
    separators it is thought of only where the year at the end leaves dates unexplained.
    """
    usual: list[Order] = [order for order in scores if order != "ymd"]
    best = min(scores[order] for order in usual)
    if layout.separators[0] == "-" or layout.separators[2] or ("ymd" in scores and scores["ymd"] < best):
        usual = list(scores)
    fewest = min(scores[order].invalid for order in usual)
    return [order for order in usual if scores[order].invalid == fewest]
