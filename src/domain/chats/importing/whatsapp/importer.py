"""The text of a WhatsApp export to a transcript."""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from operator import add, gt

from domain.chats.importing.decoding import to_utf8
from domain.chats.importing.errors import ClockNotUnderstood, ExportEmpty
from domain.chats.importing.options import Order
from domain.chats.importing.whatsapp.bodies import Bodies, read_bodies
from domain.chats.importing.whatsapp.clock import INVALID, is_english, is_lower_case, is_neutral
from domain.chats.importing.whatsapp.dates import Calendar, read_dates
from domain.chats.importing.whatsapp.evidence import first_layout, is_chat, is_settled, locked_layout
from domain.chats.importing.whatsapp.layouts import Layout
from domain.chats.importing.whatsapp.notices import mark_notices
from domain.chats.importing.whatsapp.rows import Rows, cut
from domain.chats.importing.whatsapp.senders import ColonSettlement, display_name
from domain.chats.transcript import SYSTEM_SENDER, Flag, ImportReport, Kind, Transcript

PLATFORM = "whatsapp"
CAPS = frozenset({10_000, 40_000})
"""Rows at which WhatsApp cuts an export: with media and without."""

_EAST_ASIAN = re.compile("[\u3040-\u9fff\uac00-\ud7af]")
_YEAR_FIRST_LANGUAGES = frozenset({"hu", "ja", "ko", "lt", "sv", "zh"})
_ONE_O_CLOCK, _THIRTEEN = 3_600, 13 * 3_600
_UNTELLING_LANGUAGES = frozenset({"en"})


def read_transcript(data: bytes, given: Order | None) -> Transcript | None:
    """The chat in a text file; None where the file is no such export.

    Raises:
        ExportEmpty: nothing but blanks.
        ExportEncoding: bytes that are neither UTF-8 nor UTF-16 with a byte order mark.
        DateOrderImpossible: the given date order contradicts the file.
        ClockNotUnderstood: an unknown word stands beside times that may be of a clock of twelve hours.
    """
    text, encoding = to_utf8(data)
    if not text or text.isspace():
        raise ExportEmpty
    found = _locked_rows(text)
    if found is None:
        return None
    layout, rows = found
    bodies, title = _typed(rows, layout)
    if not is_chat(rows.senders, sum(bodies.languages.values())):
        return None
    if _may_hide_half_of_the_day(layout, rows):
        raise ClockNotUnderstood
    calendar = read_dates(rows.dates, layout, given, lambda: _hints(layout, rows, bodies))
    rejected = {date for date, seconds in calendar.seconds.items() if seconds == INVALID}
    if rejected:
        rows = cut(text, layout, rejected)
        bodies, title = _typed(rows, layout)
    return _transcript(rows, bodies, calendar, layout, title, encoding)


def _locked_rows(text: bytes) -> tuple[Layout, Rows] | None:
    first = first_layout(text)
    rows = cut(text, first) if first else None
    if first and rows and is_settled(len(rows), text.count(b"\n") + 1):
        return first, rows
    locked = locked_layout(text)
    if locked is None:
        return None
    return locked, rows if rows and locked == first else cut(text, locked)


def _may_hide_half_of_the_day(layout: Layout, rows: Rows) -> bool:
    """An unknown word beside every time, and no time that only a clock of twenty-four hours has."""
    word = layout.unread_word
    if not word or layout.meridiem != "none" or is_neutral(word):
        return False
    return all(_ONE_O_CLOCK <= clock < _THIRTEEN for clock in rows.clocks)


def _typed(rows: Rows, layout: Layout) -> tuple[Bodies, str | None]:
    ColonSettlement(rows.senders, rows.texts, bare_notices=not layout.bracket).settle()
    bodies = read_bodies(rows.texts, ios=layout.bracket)
    return bodies, mark_notices(rows.senders, bodies, with_senders=layout.bracket)


def _hints(layout: Layout, rows: Rows, bodies: Bodies) -> Iterator[tuple[Order, str]]:
    separator = layout.separators[0][0]
    if any(map(_EAST_ASIAN.search, rows.meridiems)):
        yield "ymd", "the words for before and after noon"
    if separator == ".":
        yield "dmy", "dots between the parts"
    if separator == "/" and rows.meridiems and all(map(is_english, rows.meridiems)):
        if any(map(is_lower_case, rows.meridiems)):
            yield "dmy", "slashes and a clock of twelve hours with am and pm in lower case"
        yield "mdy", "slashes and a clock of twelve hours"
    for language in _languages(bodies):
        if language not in _UNTELLING_LANGUAGES:
            yield "ymd" if language[:2] in _YEAR_FIRST_LANGUAGES else "dmy", "the language of the export"
            yield "dmy", "the language of the export"
    if separator == "-":
        yield "ymd", "hyphens between the parts"


def _languages(bodies: Bodies) -> list[str]:
    """As few languages as explain every wording, the one that explains most first."""
    left, languages = Counter(bodies.languages), []
    while left:
        votes = Counter[str]()
        for candidates, count in left.items():
            votes.update(dict.fromkeys(candidates, count))
        if not votes:
            break
        best = max(sorted(votes), key=votes.__getitem__)
        languages.append(best)
        left = Counter({candidates: count for candidates, count in left.items() if best not in candidates})
    return languages


def _transcript(
    rows: Rows, bodies: Bodies, calendar: Calendar, layout: Layout, title: str | None, encoding: str
) -> Transcript:
    times = list(map(add, map(calendar.seconds.__getitem__, rows.dates), rows.clocks))
    written: dict[str | None, int] = {None: SYSTEM_SENDER}
    participants: dict[str, int] = {}
    for sender in dict.fromkeys(rows.senders):
        if sender is not None:
            written[sender] = participants.setdefault(display_name(sender), len(participants))
    return Transcript(
        platform=PLATFORM,
        title=title,
        participants=list(participants),
        times=times,
        senders=list(map(written.__getitem__, rows.senders)),
        kinds=bodies.kinds,
        flags=bodies.flags,
        texts=bodies.texts,
        attachments=dict(sorted(bodies.attachments.items())),
        report=ImportReport(
            platform=PLATFORM,
            layout=layout.describe(calendar.order.order),
            languages=_languages(bodies),
            date_order=calendar.order,
            resolution_seconds=layout.resolution_seconds,
            counts=_counts(bodies),
            lines_not_understood=rows.lines_not_understood,
            not_understood_line_numbers=rows.line_numbers,
            possible_cap=len(times) in CAPS,
            headers_back_in_time=sum(map(gt, times, islice(times, 1, None))),
            encoding=encoding,
        ),
    )


def _counts(bodies: Bodies) -> dict[str, int]:
    counts = {kind.name.lower(): bodies.kinds.count(kind) for kind in Kind}
    for name, flag in (("edited", Flag.EDITED), ("view_once", Flag.VIEW_ONCE)):
        counts[name] = sum(bodies.flags.count(value) for value in range(256) if value & flag)
    return counts
