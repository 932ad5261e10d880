"""The headers that WhatsApp writes before a message, as one family with a few properties.

A header is a date, a joiner, a time and an end. Its wording depends on the phone's system, language and region and is
the same for every message of a file; the properties below are what differs between files.
"""

import re
from dataclasses import dataclass
from typing import Literal

from domain.chats.importing.whatsapp.clock import is_meridiem

SPACES = " \u00a0\u202f\u2009"
MARKS = "\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff"
"""Invisible marks of direction and byte order, as the inside of a character class."""

_HEADER_CHARACTERS = 120
_S, _M = f"[{SPACES}]", f"[{MARKS}]*"
_WORD = r"[^\W\d_][^\s\d,،:;()\[\]–-]{0,15}"
_WORDS = rf"{_WORD}(?:{_S}{_WORD}){{0,2}}"

_MARK = re.compile(f"[{MARKS}]+")
_STAMP = (
    r"(?P<bracket>\[)?"
    rf"(?P<a>\d{{1,4}})(?P<sep1>[./-]{_S}?)(?P<b>\d{{1,2}})(?P<sep2>[./-]{_S}?)(?P<c>\d{{1,4}})(?P<tail>\.)?"
    rf"(?P<joiner>{_S}-{_S}|[,،]?{_S}{{1,2}})(?:(?P<before>{_WORDS},?)(?P<gap>{_S}?))?"
    rf"(?P<hour>\d{{1,2}})(?P<colon>[:.]|{_S}h{_S})(?P<minute>\d\d)(?:(?P=colon)(?P<second>\d\d))?"
)
_HEADERS = (
    re.compile(rf"{_STAMP}(?:{_S}?(?P<after>{_WORDS}))??(?P<end>{_S}[-–](?:{_S}|(?=\n)|$)|\]|[:;]{_S})"),
    re.compile(rf"{_STAMP}(?P<after>)(?P<end>{_S})"),
)
"""A header with an end that tells itself, and one that only a space divides from the sender."""


@dataclass(frozen=True, slots=True)
class Layout:
    bracket: bool
    year: Literal["first", "last", "short"]
    """Where the four-digit year stands; `short` has two digits, in a place that the header does not tell."""
    separators: tuple[str, str, str]
    """After the first, second and third part of the date."""
    joiner: str
    """Between date and time."""
    colon: str
    """Between hour and minute."""
    seconds: bool
    meridiem: Literal["none", "before", "after"]
    suffix: str
    """A word after every time that tells nothing, such as the Bulgarian one for hours."""
    end: str

    @property
    def unread_word(self) -> str:
        """The word beside every time that was not read as one for the half of the day; empty where there is none."""
        return self.suffix or self.joiner.strip(" -,،")

    @property
    def resolution_seconds(self) -> int:
        return 1 if self.seconds else 60

    def describe(self, order: str) -> str:
        """The header as a pattern, such as `[d/m/y, h:mm:ss a] `."""
        first, second, third = (
            part * 4 if part == "y" and self.year != "short" else part * 2 if part == "y" else part for part in order
        )
        sep1, sep2, tail = self.separators
        clock = ("H" if self.meridiem == "none" else "h") + f"{self.colon}mm" + f"{self.colon}ss" * self.seconds
        if self.meridiem != "none":
            clock = f"a {clock}" if self.meridiem == "before" else f"{clock} a"
        suffix = f" {self.suffix}" if self.suffix else ""
        return f"{'[' * self.bracket}{first}{sep1}{second}{sep2}{third}{tail}{self.joiner}{clock}{suffix}{self.end}"

    @property
    def columns(self) -> tuple[str, ...]:
        """What the groups of `header` hold, in their order."""
        return {
            "none": ("date", "hour", "minute", "sender"),
            "before": ("date", "meridiem", "hour", "minute", "sender"),
            "after": ("date", "hour", "minute", "meridiem", "sender"),
        }[self.meridiem]

    def header(self, newline: str) -> re.Pattern[str]:
        """A header of this layout and the sender, if there is one, at the beginning of a line.

        It begins with the line end before it, a literal that is searched for fast; every repetition in it is bounded
        by a number or by the line, and what precedes it is fixed, so that a line is read once.
        """
        year, part = r"\d{4}", r"\d{1,2}"
        first = year if self.year == "first" else part
        third = year if self.year == "last" else part
        sep1, sep2, tail = map(_literal, self.separators)
        date = rf"({first}{_M}{sep1}{part}{_M}{sep2}{third}){_M}{tail}"
        minute = rf"(\d\d{re.escape(self.colon)}\d\d)" if self.seconds else r"(\d\d)"
        before = rf"([^\d\n\]]{{1,16}}?){_S}?" if self.meridiem == "before" else ""
        after = r"([^\d\n\]:;–-]{1,16}?)" if self.meridiem == "after" else ""
        suffix = rf"{_S}?{_literal(self.suffix)}" if self.suffix else ""
        end = rf"\]{_S}?" if self.bracket else _literal(self.end.rstrip()) + rf"(?:{_S}|(?=\r?\n))"
        return re.compile(
            rf"{newline}{_M}{_literal('[' * self.bracket)}{date}{_literal(self.joiner)}{before}"
            rf"(\d{{1,2}}){_literal(self.colon)}{minute}{_M}{after}{suffix}{end}"
            # A colon inside a name has no space after it; one that has is settled with the whole file's senders.
            # (Possessive repetition of a group would say it too, but fails in Python before 3.11.5.)
            r"(?:([^:\n][^\n]*?):(?: |(?=\r?\n|\Z)))?"
        )


def _literal(text: str) -> str:
    """A pattern for the text with any space for a space, and with marks after every character."""
    return "".join((_S if character == " " else re.escape(character)) + _M for character in text)


def layout_of(line: str) -> Layout | None:
    """The layout whose header begins the line, if one does."""
    start = _MARK.sub("", line[:_HEADER_CHARACTERS])
    for header in _HEADERS:
        match = header.match(start)
        layout = (
            _layout({name: _canonical(value or "") for name, value in match.groupdict().items()}) if match else None
        )
        if layout and _is_written_by_whatsapp(layout):
            return layout
    return None


def _layout(part: dict[str, str]) -> Layout | None:
    meridiem: Literal["none", "before", "after"] = "none"
    joiner, suffix = part["joiner"], part["after"]
    if is_meridiem(part["after"]):
        meridiem, suffix = "after", ""
    if is_meridiem(part["before"]):
        meridiem = "before"
    elif part["before"]:
        if not part["gap"]:
            return None
        joiner += part["before"] + " "
    year = _year(part["a"], part["c"])
    if year is None or not _plausible(part):
        return None
    return Layout(
        bracket=bool(part["bracket"]),
        year=year,
        separators=(part["sep1"], part["sep2"], part["tail"]),
        joiner=joiner,
        colon=part["colon"],
        seconds=bool(part["second"]),
        meridiem=meridiem,
        suffix=suffix,
        end=part["end"].rstrip() + " ",
    )


def _canonical(value: str) -> str:
    return re.sub(_S, " ", value)


def _year(first: str, third: str) -> Literal["first", "last", "short"] | None:
    match len(first), len(third):
        case 4, 1 | 2:
            return "first"
        case 1 | 2, 4:
            return "last"
        case 1 | 2, 1 | 2:
            return "short"
        case _:
            return None


def _plausible(part: dict[str, str]) -> bool:
    """Two of the three parts can be a day and a month, and the time is one."""
    first, second, third = int(part["a"]), int(part["b"]), int(part["c"])
    days = [value for value in (first, second, third) if 1 <= value <= 31]  # noqa: PLR2004 - days of a month
    months = [value for value in days if value <= 12]  # noqa: PLR2004 - months of a year
    clock = (int(part["hour"]), int(part["minute"]), int(part["second"] or 0)) < (24, 60, 60)
    return len(days) > 1 and bool(months) and clock and int(part["minute"]) < 60  # noqa: PLR2004 - minutes of an hour


def _is_written_by_whatsapp(layout: Layout) -> bool:
    """Ends that other software writes too count only together with what it does not write."""
    if layout.bracket or layout.end == "] ":
        return layout.bracket and layout.end == "] "
    if layout.end in {" - ", " – "}:
        machine_log = layout.year == "first" and layout.seconds and layout.joiner == " " and layout.meridiem == "none"
        return not machine_log
    if layout.end == " ":
        return layout.seconds and layout.separators[2] == "."
    return layout.seconds and layout.joiner != " " and not layout.suffix
