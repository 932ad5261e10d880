"""The text of an export, cut into rows by the headers of its layout."""

import re
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from operator import add

from domain.chats.importing.decoding import decode, slices
from domain.chats.importing.whatsapp.clock import Hours, Minutes
from domain.chats.importing.whatsapp.layouts import Layout

MAX_LINE_NUMBERS = 100
_GUARD = "\ud800"
"""Takes the place of a line end while a block is cut. It cannot come out of well-formed UTF-8."""
_LINES = re.compile(rf"(\n|{_GUARD})([^\n{_GUARD}]*)")


@dataclass(slots=True)
class Rows:
    """One entry a header in each column; equal dates and equal senders are one object."""

    dates: list[str] = field(default_factory=list)
    clocks: list[int] = field(default_factory=list)
    """Seconds after midnight."""
    senders: list[str | None] = field(default_factory=list)
    """As written, up to the first colon that a space follows; None where there is none."""
    texts: list[str] = field(default_factory=list)
    meridiems: set[str] = field(default_factory=set)
    lines_not_understood: int = 0
    line_numbers: list[int] = field(default_factory=list)

    def __len__(self) -> int:
        """The number of headers."""
        return len(self.dates)


class RowReader:
    """Cuts a file into rows. A header with a date in `rejected`, or with a time that does not exist, is text."""

    def __init__(self, layout: Layout, newline: str, rejected: AbstractSet[str] = frozenset()) -> None:
        self._layout = layout
        self._newline = newline
        self._rejected = rejected
        self._header = layout.header(newline)
        self._hours = Hours()
        self._minutes = Minutes()
        self._dates: dict[str, str] = {}
        self._names: dict[str | None, str | None] = {}
        self._pending: list[str] = []
        self._lines = _LineCounter(b"")
        self._rows = Rows()

    def read(self, data: bytes) -> Rows:
        """Every row of a UTF-8 text.

        Raises:
            ExportEncoding: bytes that are not UTF-8.
        """
        self._lines = _LineCounter(data)
        width = len(self._newline)
        for start, end in slices(data, self._newline.encode()):
            block = decode(data, start - width, end) if start else self._newline + decode(data, start, end)
            if self._newline == "\n" and "\r" in block:
                block = block.replace("\r\n", "\n")
            self._add(block, start)
        self._close_last()
        self._rows.meridiems = {word for _, word in self._hours if word}
        return self._rows

    def _add(self, block: str, offset: int) -> None:
        columns = self._cut(block)
        clocks = self._clocks(columns)
        if min(clocks, default=0) < 0 or (self._rejected and not self._rejected.isdisjoint(columns["date"])):
            block = self._guard(block, offset)
            columns = self._cut(block)
            clocks = self._clocks(columns)
        self._keep_head(columns["head"][0], offset)
        if not clocks:
            return
        self._close_last()
        rows, texts = self._rows, columns["text"]
        rows.dates += map(self._dates.setdefault, columns["date"], columns["date"])
        rows.clocks += clocks
        rows.senders += map(self._names.setdefault, columns["sender"], columns["sender"])
        rows.texts += map(_plain, texts) if _GUARD in block or self._holds_line_ends(block, texts) else texts

    def _holds_line_ends(self, block: str, texts: list[str]) -> bool:
        return self._newline == "\r\n" and block.count("\r\n") > len(texts)

    def _cut(self, block: str) -> dict[str, list[str]]:
        pieces = self._header.split(block)
        width = len(self._layout.columns) + 1
        columns = {name: pieces[place::width] for place, name in enumerate(self._layout.columns, start=1)}
        return columns | {"head": pieces[:1], "text": pieces[width::width]}

    def _clocks(self, columns: dict[str, list[str]]) -> list[int]:
        words = columns.get("meridiem") or [""] * len(columns["hour"])
        hours = map(self._hours.__getitem__, zip(columns["hour"], words, strict=True))
        return list(map(add, hours, map(self._minutes.__getitem__, columns["minute"])))

    def _guard(self, block: str, offset: int) -> str:
        """The block with the line end before every header that is none replaced, so that it is text."""
        position = {name: group for group, name in enumerate(self._layout.columns, start=1)}
        line, last = self._lines.before(offset), 0

        def replace(match: re.Match[str]) -> str:
            nonlocal line, last
            line += block.count("\n", last, match.start())
            last = match.start()
            clock = self._clocks({name: [match[group]] for name, group in position.items()})[0]
            if clock >= 0 and match[position["date"]] not in self._rejected:
                return match[0]
            self._not_understood(line + 1)
            return _GUARD + match[0].removeprefix(self._newline)

        return self._header.sub(replace, block)

    def _keep_head(self, head: str, offset: int) -> None:
        """What stands before a block's first header belongs to the last row, or to nobody at the file's beginning."""
        if self._rows.texts:
            self._pending.append(_plain(head))
            return
        for number, (end, line) in enumerate(_LINES.findall(head), start=self._lines.before(offset) + 1):
            if end != _GUARD and line.strip():
                self._not_understood(number)

    def _not_understood(self, number: int) -> None:
        self._rows.lines_not_understood += 1
        if len(self._rows.line_numbers) < MAX_LINE_NUMBERS:
            self._rows.line_numbers.append(number)

    def _close_last(self) -> None:
        if any(self._pending):
            self._rows.texts[-1] += "".join(self._pending)
        self._pending.clear()


class _LineCounter:
    """Counts lines as far as it is asked, going forward only."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._offset = self._lines = 0

    def before(self, offset: int) -> int:
        self._lines += self._data.count(b"\n", self._offset, offset)
        self._offset = offset
        return self._lines


def _plain(text: str) -> str:
    return text.replace("\r\n", "\n").replace(_GUARD, "\n")


def cut(data: bytes, layout: Layout, rejected: AbstractSet[str] = frozenset()) -> Rows:
    """Every row of a UTF-8 text.

    Where CRLF ends a message throughout, a bare LF inside one starts nothing, so that pasted headers are text. In a
    file that has headers after both, those after a bare LF are pasted if the first message and the file end with
    CRLF, or if they are clearly fewer.

    Raises:
        ExportEncoding: bytes that are not UTF-8.
    """
    if b"\r\n" in data and (data.endswith(b"\r\n") or not data.endswith(b"\n")):
        rows = RowReader(layout, "\r\n", rejected).read(data)
        header = layout.header("\n")
        pasted = sum(len(header.findall(text)) for text in rows.texts if "\n" in text)
        if rows and (not pasted or len(rows) > 2 * pasted or not header.search(rows.texts[0])):
            return rows
    return RowReader(layout, "\n", rejected).read(data)
