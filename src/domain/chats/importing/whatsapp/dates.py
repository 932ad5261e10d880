"""Day, month and year told apart with every date of the file."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby, pairwise
from typing import NamedTuple

from domain.chats.importing.errors import DateOrderImpossible
from domain.chats.importing.options import Order
from domain.chats.importing.transcript import DateOrder
from domain.chats.importing.whatsapp.clock import INVALID
from domain.chats.importing.whatsapp.layouts import Layout

_EPOCH = date(1970, 1, 1).toordinal()
_DAY_SECONDS = 86_400
_CENTURY = 2000
_FIRST_EXPORT_YEAR = 2009
_MONTHS = 12
_PLACES = ("first", "second", "third")
_NUMBER = re.compile(r"\d+")


class _Score(NamedTuple):
    """What speaks against an order; less is better, the first member first."""

    invalid: int
    implausible: int
    backwards: int


@dataclass(frozen=True, slots=True)
class Calendar:
    order: DateOrder
    seconds: dict[str, int]
    """Midnight of each date as written, from 1970 on; INVALID where the order makes no date of it."""


def read_dates(
    dates: Iterable[str], layout: Layout, given: Order | None, hints: Callable[[], Iterable[tuple[Order, str]]]
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
    runs = [written for written, _ in groupby(dates)]
    parts = {written: tuple(map(int, _NUMBER.findall(written))) for written in set(runs)}
    days = {order: {written: _day(order, part) for written, part in parts.items()} for order in _orders(layout)}
    scores = {order: _score(readings, runs) for order, readings in days.items()}
    chosen = _given(given, scores) if given else _chosen(scores, parts, layout, hints)
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


def _score(days: dict[str, int | None], runs: list[str]) -> _Score:
    known = [day for written in runs if (day := days[written]) is not None]
    first = date(_FIRST_EXPORT_YEAR, 1, 1).toordinal()
    return _Score(
        invalid=sum(day is None for day in days.values()),
        implausible=sum(day is not None and day < first for day in days.values()),
        backwards=sum(later < earlier for earlier, later in pairwise(known)),
    )


def _given(order: Order, scores: dict[Order, _Score]) -> DateOrder:
    if order not in scores or scores[order].invalid > min(score.invalid for score in scores.values()):
        raise DateOrderImpossible
    return DateOrder(order=order, confidence="given", proof="the uploader's choice")


def _chosen(
    scores: dict[Order, _Score],
    parts: dict[str, tuple[int, ...]],
    layout: Layout,
    hints: Callable[[], Iterable[tuple[Order, str]]],
) -> DateOrder:
    if layout.year == "first":
        return DateOrder(order="ymd", confidence="certain", proof="a year of four digits in the first place")
    valid = _admitted(scores, layout)
    if len(valid) == 1:
        certain = not scores[valid[0]].invalid
        return DateOrder(
            order=valid[0],
            confidence="certain" if certain else "likely",
            proof=_proof(parts, valid[0]) if certain else "more of the dates exist than in another order",
        )
    best = min(scores[order] for order in valid)
    least = [order for order in valid if scores[order] == best]
    if len(least) == 1:
        others = min(scores[order].backwards for order in valid if order != least[0])
        return DateOrder(
            order=least[0],
            confidence="likely",
            proof=f"the file runs backwards {best.backwards} times in this order and {others} times in another"
            if others > best.backwards
            else "another order gives years before there were such exports",
        )
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
    best = min(scores[order][:2] for order in usual)
    if layout.separators[0] == "-" or layout.separators[2] or ("ymd" in scores and scores["ymd"][:2] < best):
        usual = list(scores)
    fewest = min(scores[order].invalid for order in usual)
    return [order for order in usual if scores[order].invalid == fewest]
