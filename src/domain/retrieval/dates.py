"""Dates that a question names, in the languages of `dates.json`."""

from calendar import monthrange
from collections.abc import Container, Iterator, Mapping
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
_BEFORE = (
    r"(?P<before>\b(?:in|during|since|until|till|by|of|on|from|early|mid|late|last|en|de|em|im|seit|bis|au|le)\s+)?"
)
_AFTER = r"(?P<after>\s+(?:ke|ki|ko|me|mein|se|tak)\b)?"
_WORDS = frozenset(["may", "march", "mar", "mai", "mars", "sept"])
"""Months that are words of their own."""
_AMBIGUOUS = _WORDS | {"jan", "april", "june", "august"}
"""Those, and the ones that people are named: a number stands beside them, or a preposition."""
_ONLY_IN = {"hier": "fr"}
"""Phrases for a time, by the language that they are of, which mean something else in others."""
_CENTURY = 2000
_TWO_DIGITS = 99
_A_YEAR = regex.compile(_YEAR)
_DECEMBER = 12
_PARTS = ("day", "number", "month", "year")


class Span(NamedTuple):
    """Days that were named, the last one included."""

    first: date
    last: date


class NamedDates(NamedTuple):
    spans: tuple[Span, ...]
    weekdays: frozenset[int]
    """Monday is 0."""
    words: frozenset[str]
    """What names the spans."""
    outside: frozenset[str]
    """What names dates on which the chat does not run: day, month and year, as they were written."""


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
        rf"{_BEFORE}{month}{_AFTER}",
        _YEAR,
    )
    return tuple(regex.compile(rf"(?<![\w/.-]){form}(?![\w/-])") for form in forms)


@cache
def _weekday() -> regex.Pattern[str]:
    return regex.compile(rf"(?<!\w)({_any(list(_weekdays()))})s?(?!\w)")


@cache
def _relative() -> dict[str, str]:
    """The names of `_relative_span` by the phrases for them."""
    return {phrase: name for name, phrases in _data().relative.items() for phrase in phrases}


@cache
def _relatives() -> regex.Pattern[str]:
    return regex.compile(rf"(?<!\w)(?:{_any(list(_relative()))})(?!\w)")


def named_dates(
    question: str,
    first: date,
    last: date,
    names: Container[str] = (),
    languages: Container[str] = ("en",),
) -> NamedDates:
    """The dates in a question, in these languages, about a chat that lasts from `first` to `last`.

    A day without a year is meant in every year of the chat; `last week` is counted from the chat's last day. A month
    that is one of the names, of participants, is none unless a number stands beside it.
    """
    text = question.casefold()
    spans: list[Span] = []
    words: set[str] = set()
    outside: set[str] = set()
    for match in _relatives().finditer(text):
        only_in = _ONLY_IN.get(match.group())
        if only_in is None or only_in in languages:
            spans.append(_relative_span(_relative()[match.group()], last))
            words.update(words_of(match.group()))
    for pattern in _patterns():
        for match in pattern.finditer(text):
            found = match.groupdict()
            if not _names_a_date(found, names):
                continue
            text = text[: match.start()] + " " * len(match.group()) + text[match.end() :]
            inside = [span for span in _meant(found, first, last) if span.first <= last and span.last >= first]
            if inside:
                spans += inside
                words.update(words_of(match.group()))
            else:
                outside.update(found[part] for part in _PARTS if found.get(part))
    weekdays = frozenset(_weekdays()[match.group(1)] for match in _weekday().finditer(text))
    return NamedDates(tuple(dict.fromkeys(spans)), weekdays, frozenset(words), frozenset(outside))


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
    named = (name for name in (*_months(), *_weekdays()) if name not in _WORDS)
    return frozenset(word for listed in (*relative, *named, *_data().telling.values()) for word in words_of(listed))


def _names_a_date(found: Mapping[str, str | None], names: Container[str]) -> bool:
    """Whether what was found is no other word that is written like a month."""
    month = found.get("month")
    if not month or found.get("day") or found.get("year"):
        return True
    return month not in names and bool(month not in _AMBIGUOUS or found.get("before") or found.get("after"))


def _meant(found: Mapping[str, str | None], first: date, last: date) -> Iterator[Span]:
    name, day = found.get("month"), found.get("day")
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


def _relative_span(name: str, today: date) -> Span:
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
