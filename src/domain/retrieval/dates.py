"""Dates that a question names, in the languages of `dates.json`."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta
from functools import cache
from pathlib import Path
from typing import NamedTuple

import msgspec
import regex

from domain.retrieval.analysis import words_of

_DATA = Path(__file__).with_name("dates.json")

_YEAR = r"(?P<year>(?:19|20)\d\d)"
_SHORT_YEAR = r"(?P<year>(?:19|20)?\d\d)"
_DAY = r"(?P<day>0?[1-9]|[12]\d|3[01])"
_NUMBER = r"(?P<number>0?[1-9]|1[0-2])"
_ORDINAL = r"(?:st|nd|rd|th|º|ª|er|\.)?"
_OF = r"(?:\s+(?:of|de|del|di|को|ko))?,?\s+"
_BEFORE = r"(?P<before>\b(?:in|during|since|until|till|by|of|on|from|early|mid|late|en|de|em|im|seit|bis|au|le)\s+)?"
_AMBIGUOUS = frozenset(["may", "march", "mar", "mai", "mars", "sept"])
"""Months that are words of their own: a number stands beside them, or a preposition before."""
_CENTURY = 2000
_TWO_DIGITS = 99
_A_YEAR = regex.compile(_YEAR)
_DECEMBER = 12


class Span(NamedTuple):
    """Days that were named, the last one included."""

    first: date
    last: date


class NamedDates(NamedTuple):
    spans: tuple[Span, ...]
    weekdays: frozenset[int]
    """Monday is 0."""


class _Data(msgspec.Struct):
    months: dict[str, list[str]]
    weekdays: dict[str, list[str]]
    relative: dict[str, list[str]]
    asking: dict[str, list[str]]
    """Phrases that ask for a time, by language."""
    telling: dict[str, str]
    """Words that tell one, besides those above."""


@cache
def _data() -> _Data:
    return msgspec.json.decode(_DATA.read_bytes(), type=_Data)


def _numbers(names: dict[str, list[str]], first: int) -> dict[str, int]:
    return {
        name: number for row in names.values() for number, listed in enumerate(row, first) for name in listed.split()
    }


@cache
def _months() -> dict[str, int]:
    return _numbers(_data().months, 1)


@cache
def _weekdays() -> dict[str, int]:
    return _numbers(_data().weekdays, 0)


def _any(phrases: list[str]) -> str:
    return "|".join(regex.escape(phrase) for phrase in sorted(phrases, key=len, reverse=True))


@cache
def _patterns() -> tuple[regex.Pattern[str], ...]:
    """The most telling first: what one has found, the next ones do not see."""
    month = f"(?P<month>{_any(list(_months()))})"
    forms = (
        rf"{_YEAR}-{_NUMBER}-{_DAY}",
        rf"{_DAY}[./-]{_NUMBER}[./-]{_SHORT_YEAR}",
        rf"{_NUMBER}/{_DAY}/{_SHORT_YEAR}",
        rf"{_DAY}{_ORDINAL}{_OF}{month}(?:{_OF}{_YEAR})?",
        rf"{month}\s+{_DAY}(?:st|nd|rd|th)?(?:,?\s+{_YEAR})?",
        rf"{month}{_OF}{_YEAR}",
        rf"{_BEFORE}{month}",
        _YEAR,
    )
    return tuple(regex.compile(rf"(?<![\w/.-]){form}(?![\w/-])") for form in forms)


@cache
def _weekday() -> regex.Pattern[str]:
    return regex.compile(rf"(?<!\w)({_any(list(_weekdays()))})s?(?!\w)")


@cache
def _relatives() -> dict[str, regex.Pattern[str]]:
    """By the names of `_relative`."""
    return {name: regex.compile(rf"(?<!\w)(?:{_any(phrases)})(?!\w)") for name, phrases in _data().relative.items()}


def named_dates(question: str, first: date, last: date) -> NamedDates:
    """The dates in a question about a chat that lasts from `first` to `last`; those outside it are left out.

    A day without a year is meant in every year of the chat; `last week` is counted from the chat's last day.
    """
    text = question.casefold()
    spans = [_relative(name, last) for name, pattern in _relatives().items() if pattern.search(text)]
    for pattern in _patterns():
        for match in pattern.finditer(text):
            meant = [
                span for span in _meant(match.groupdict(), first, last) if span.first <= last and span.last >= first
            ]
            if meant:
                spans += meant
                text = text[: match.start()] + " " * len(match.group()) + text[match.end() :]
    weekdays = frozenset(_weekdays()[match.group(1)] for match in _weekday().finditer(text))
    return NamedDates(tuple(dict.fromkeys(spans)), weekdays)


def asks_when(question: str) -> bool:
    return _asking().search(question.casefold()) is not None


def names_a_time(text: str) -> bool:
    """Whether a text holds a year, or a word for a day, a month or a length of time."""
    return any(word in _telling() or _A_YEAR.fullmatch(word) for word in words_of(text))


@cache
def _asking() -> regex.Pattern[str]:
    return regex.compile(rf"(?<!\w)(?:{_any([phrase for row in _data().asking.values() for phrase in row])})(?!\w)")


@cache
def _telling() -> frozenset[str]:
    relative = (phrase for name in ("today", "yesterday") for phrase in _data().relative[name])
    named = (name for name in (*_months(), *_weekdays()) if name not in _AMBIGUOUS)
    return frozenset(word for listed in (*relative, *named, *_data().telling.values()) for word in words_of(listed))


def _meant(found: dict[str, str | None], first: date, last: date) -> Iterator[Span]:
    name, day = found.get("month"), found.get("day")
    if name in _AMBIGUOUS and not (day or found.get("year") or found.get("before")):
        return
    month = _months()[name] if name else int(found.get("number") or 0)
    year = found.get("year")
    years = [_full(int(year))] if year else range(first.year, last.year + 1)
    for number in years:
        if not month:
            yield Span(date(number, 1, 1), date(number, _DECEMBER, 31))
        elif not day:
            yield Span(date(number, month, 1), date(number, month, monthrange(number, month)[1]))
        elif int(day) <= monthrange(number, month)[1]:
            named = date(number, month, int(day))
            yield Span(named, named)


def _full(year: int) -> int:
    return year if year > _TWO_DIGITS else year + _CENTURY


def _relative(name: str, today: date) -> Span:
    """The span of the name in `dates.json`, as of a day."""
    day = timedelta(days=1)
    monday, of_month, of_year = today - today.weekday() * day, today.replace(day=1), today.replace(month=1, day=1)
    return {
        "today": Span(today, today),
        "yesterday": Span(today - day, today - day),
        "this week": Span(monday, today),
        "last week": Span(monday - 7 * day, monday - day),
        "this month": Span(of_month, today),
        "last month": Span((of_month - day).replace(day=1), of_month - day),
        "this year": Span(of_year, today),
        "last year": Span((of_year - day).replace(month=1, day=1), of_year - day),
    }[name]
