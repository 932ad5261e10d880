"""Chats of a few lines with a known truth, for tests of the analyst.

    chat("Ann: are you ok?", "Ben +5m: not really", "Ann +1d: and today?")

A line is a name, how long after the line before (`s`, `m`, `h` or `d`; a minute when not told), and the text. Text in
angle brackets is a placeholder, `* +1m: text` a system row, and a `>>` before a text marks it as forwarded.
"""

import re
from datetime import UTC, datetime

from domain.chats.transcript import SYSTEM_SENDER, Flag, ImportReport, Kind, Transcript
from domain.insights.analyst.run import read
from domain.insights.analyst.view import View

START = int(datetime(2024, 3, 4, 9, 0, tzinfo=UTC).timestamp())
_LINE = re.compile(r"(?P<name>[^:+]+?)(?: \+(?P<count>\d+)(?P<unit>[smhd]))?: (?P<text>.*)", re.DOTALL)
_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def chat(*lines, start=START):
    """The transcript of such lines."""
    names, times, senders, texts = [], [], [], []
    kinds, flags = bytearray(), bytearray()
    time = start
    for number, line in enumerate(lines):
        found = _LINE.fullmatch(line)
        if number or found["unit"]:
            time += int(found["count"] or 1) * _UNITS[found["unit"] or "m"]
        name, text = found["name"], found["text"]
        if name != "*" and name not in names:
            names.append(name)
        placeholder = text.startswith("<") and text.endswith(">")
        forwarded = text.startswith(">>")
        times.append(time)
        senders.append(SYSTEM_SENDER if name == "*" else names.index(name))
        kinds.append(Kind.SYSTEM if name == "*" else Kind.MEDIA if placeholder else Kind.TEXT)
        flags.append(Flag.PLACEHOLDER if placeholder else Flag.FORWARDED if forwarded else 0)
        texts.append(text.removeprefix(">>"))
    return Transcript("whatsapp", None, names, times, senders, kinds, flags, texts, {}, _report())


def view_of(*lines, found=()):
    """The view of a chat of such lines."""
    return View(read(chat(*lines)), found)


def repeated(lines, times, *, gap="1d"):
    """The lines again and again, each round so long after the one before and with its number in every text."""
    rounds = []
    for number in range(times):
        for place, line in enumerate(lines):
            found = _LINE.fullmatch(line)
            lag = gap if place == 0 and number else f"{found['count'] or 1}{found['unit'] or 'm'}"
            rounds.append(f"{found['name']} +{lag}: {found['text']} ({number})")
    return rounds


def _report():
    return ImportReport(
        platform="whatsapp",
        layout="",
        languages=[],
        date_order=None,
        resolution_seconds=60,
        counts={},
        lines_not_understood=0,
        not_understood_line_numbers=[],
        possible_cap=False,
        headers_back_in_time=0,
        encoding="utf-8",
    )
