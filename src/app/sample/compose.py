"""Composes the sample chat: `python -m app.sample.compose [OUT]` writes the same bytes every time.

A scene file holds blocks, each opened by a header line:

    == 2025-10-04 08:52 Move day         a scene at a given time; `!` before the title: answers come at once
    == 2025-10 evening                   small talk, put on one of the month's days without a scene
    == quiet 2026-01-25 2026-01-26       days (both included) that get no small talk

and holding lines:

    M: text                              Maya writes; `T:` is Tomás, `*:` is WhatsApp itself
      | text                             a further line of the message above
    -- 21:40                             the chat rests until then, overnight if the clock is past it

A message that begins with [photo] or [voice] is given the name of an attached file. Everything else is written as
WhatsApp exports it from Maya's telephone.
"""

import re
import sys
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from pathlib import Path
from random import Random

from app.sample import CHAT

SCENES = Path(__file__).with_name("scenes")
SENDERS = {"M": "Maya", "T": "Tomás", "*": None}
# Seconds to an answer, to a second message of one's own, and to an answer in a scene where both are at the phone.
ANSWER_LAGS = {
    "Maya": (10, 20, 30, 40, 55, 70, 90, 130, 200, 420),
    "Tomás": (20, 35, 50, 75, 100, 130, 180, 260, 420, 900),
    None: (0,),
}
FOLLOW_UP_LAGS = (3, 6, 10, 15, 25, 45)
QUICK_LAGS = (10, 15, 20, 30, 45)
SECONDS_PER_CHARACTER = 0.2

SLOTS = {"morning": time(7, 30), "lunch": time(12, 0), "evening": time(18, 0), "late": time(22, 45)}
SLOT_MINUTES = 90
# A longer rest is a scene that ran past the time it should have rested until.
LONGEST_REST = timedelta(hours=18)

FILES = {"[photo]": ("IMG", "jpg"), "[voice]": ("PTT", "opus")}


@dataclass(slots=True)
class Line:
    sender: str | None
    text: str


@dataclass(slots=True)
class Block:
    header: str
    quick: bool = False
    lines: list[Line | time] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Message:
    at: datetime
    sender: str | None
    text: str


def compose() -> str:
    """The whole export.

    Raises:
        ValueError: a line outside the notation, scenes that overlap, or more small talk than free days in a month.
    """
    blocks = [block for path in sorted(SCENES.glob("*.txt")) for block in _parse(path.read_text(encoding="utf-8"))]
    quiet = {day for block in blocks if _is_quiet(block) for day in _quiet_days(block.header)}
    scenes = [_lay_out(block, _start(block)) for block in blocks if _is_scene(block)]
    scenes += _small_talk((block for block in blocks if not _is_scene(block) and not _is_quiet(block)), scenes, quiet)
    scenes.sort(key=lambda scene: scene[0].at)
    for earlier, later in pairwise(scenes):
        if earlier[-1].at > later[0].at:
            raise ValueError(f"the scene of {earlier[0].at} runs into the scene of {later[0].at}")
    return "".join(_rows(message for scene in scenes for message in scene))


def _parse(text: str) -> Iterator[Block]:
    block: Block | None = None
    for row in filter(None, text.splitlines()):
        mark, _, rest = row.partition(" ")
        if mark == "==":
            if block:
                yield block
            block = Block(rest, quick=" ! " in rest)
        elif block is None:
            raise ValueError(f"before the first header: {row}")
        elif mark == "--":
            block.lines.append(time.fromisoformat(rest))
        elif mark.rstrip(":") in SENDERS:
            block.lines.append(Line(SENDERS[mark.rstrip(":")], rest))
        elif row.startswith("  | ") and isinstance(line := block.lines[-1], Line):
            line.text += "\n" + row.removeprefix("  | ")
        else:
            raise ValueError(f"outside the notation: {row}")
    if block:
        yield block


def _is_scene(block: Block) -> bool:
    return re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d ", block.header) is not None


def _start(block: Block) -> datetime:
    return datetime.fromisoformat(block.header[: len("2025-10-04 08:52")])


def _is_quiet(block: Block) -> bool:
    return block.header.startswith("quiet ")


def _quiet_days(header: str) -> Iterator[date]:
    first, last = map(date.fromisoformat, header.split()[1:])
    return (first + timedelta(days=days) for days in range((last - first).days + 1))


def _lay_out(block: Block, start: datetime) -> list[Message]:
    rng = _rng(block)
    clock = start
    messages: list[Message] = []
    rested = True
    for line in block.lines:
        if isinstance(line, time):
            clock = _rest_until(clock, line)
        else:
            if not rested:
                clock += timedelta(seconds=_lag(messages[-1].sender, line, block.quick, rng))
            messages.append(Message(clock, line.sender, line.text))
        rested = isinstance(line, time)
    return messages


def _rng(block: Block) -> Random:
    """Seeded by the block itself, so that rewriting one scene moves no other."""
    return Random(f"{block.header}\n{block.lines[0]}")  # noqa: S311 - the same lags every time are the point


def _rest_until(clock: datetime, end: time) -> datetime:
    until = datetime.combine(clock.date(), end)
    if until <= clock:
        until += timedelta(days=1)
    if until - clock > LONGEST_REST:
        raise ValueError(f"already past {end:%H:%M} at {clock}")
    return until


def _lag(previous: str | None, line: Line, quick: bool, rng: Random) -> float:  # noqa: FBT001 - private, one caller
    if previous == line.sender:
        lags: tuple[int, ...] = FOLLOW_UP_LAGS
    else:
        lags = QUICK_LAGS if quick else ANSWER_LAGS[line.sender]
    # random() alone is promised to give the same numbers in every Python.
    return lags[int(rng.random() * len(lags))] * (0.75 + 0.5 * rng.random()) + len(line.text) * SECONDS_PER_CHARACTER


def _small_talk(blocks: Iterable[Block], scenes: list[list[Message]], quiet: set[date]) -> list[list[Message]]:
    """The blocks of a month in their order, spread evenly over its free days."""
    busy = {message.at.date() for scene in scenes for message in scene}
    span = (max(busy) - min(busy)).days
    free_days: dict[str, list[date]] = defaultdict(list)
    for day in (min(busy) + timedelta(days=days) for days in range(span)):
        if day not in busy | quiet:
            free_days[f"{day:%Y-%m}"].append(day)
    by_month: dict[str, list[Block]] = defaultdict(list)
    for block in blocks:
        by_month[block.header.split()[0]].append(block)
    laid_out = []
    for month, month_blocks in by_month.items():
        days = free_days[month]
        if len(month_blocks) > len(days):
            raise ValueError(f"{len(month_blocks)} pieces of small talk for {len(days)} free days in {month}")
        for index, block in enumerate(month_blocks):
            day = days[(2 * index + 1) * len(days) // (2 * len(month_blocks))]
            start = datetime.combine(day, SLOTS[block.header.split()[1]])
            start += timedelta(minutes=int(_rng(block).random() * SLOT_MINUTES))
            laid_out.append(_lay_out(block, start))
    return laid_out


def _rows(messages: Iterable[Message]) -> Iterator[str]:
    files_of_day: dict[date, int] = defaultdict(int)
    for message in messages:
        body = _body(message, files_of_day)
        sender = f"{message.sender}: " if message.sender else ""
        yield f"{message.at:%d/%m/%Y, %H:%M} - {sender}{body}\n"


def _body(message: Message, files_of_day: dict[date, int]) -> str:
    mark, _, caption = message.text.partition(" ")
    if mark not in FILES:
        return message.text
    kind, extension = FILES[mark]
    day = message.at.date()
    name = f"{kind}-{day:%Y%m%d}-WA{files_of_day[day]:04}.{extension}"
    files_of_day[day] += 1
    return f"\u200e{name} (file attached)" + (f"\n{caption}" if caption else "")


def main(arguments: list[str]) -> None:
    out = Path(arguments[0]) if arguments else CHAT
    out.write_text(compose(), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    main(sys.argv[1:])
