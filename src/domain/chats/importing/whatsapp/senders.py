"""Who wrote a row, settled with the senders of the whole file."""

from collections import Counter
from collections.abc import Iterator

from domain.chats.importing.whatsapp.layouts import SPACES
from domain.chats.importing.whatsapp.phrases import LRM, Phrases, phrases, plain

MAX_NAME_CHARACTERS = 256
_MAX_COLONS = 3
_SAMPLE = 100
_QUOTES = {"“": "”", "„": "“", "«": "»", "「": "」", "『": "』"}


def display_name(written: str) -> str:
    """A sender's name without invisible marks and without the tilde of somebody who is not a saved contact."""
    name = plain(written).strip(SPACES)
    return name.removeprefix("~").strip(SPACES) or name or written


class ColonSettlement:
    """Puts right, in place, the rows that were cut at the wrong colon.

    A name that holds `: ` is known by all of its rows going on alike, or by what the application writes. Where notices
    stand without a sender, one that holds a colon was cut too, and is put together again.
    """

    def __init__(self, senders: list[str | None], texts: list[str], *, bare_notices: bool) -> None:
        self._senders = senders
        self._texts = texts
        self._bare_notices = bare_notices
        self._known: Phrases = phrases()
        self._named: set[str] = set()

    def settle(self) -> None:
        for _ in range(_MAX_COLONS):
            rows = self._rows_of_suspects()
            for name in rows:
                self._named.update(self._names_in_notices(name, rows[name]))
            grown = [self._settle(name, places) for name, places in rows.items()]
            if not any(grown):
                return

    def _rows_of_suspects(self) -> dict[str, list[int]]:
        """The rows of every name that could be half a name or half a notice, by its first and its last row."""
        last = dict(zip(self._senders, self._texts, strict=True))
        first = dict(zip(reversed(self._senders), reversed(self._texts), strict=True))
        rows: dict[str | None, list[int]] = {
            name: []
            for name in first
            if name is not None and (": " in first[name] or ": " in last[name] or self._may_be_notice(name))
        }
        if rows:
            for row, sender in enumerate(self._senders):
                if sender in rows:
                    rows[sender].append(row)
        return {name: places for name, places in rows.items() if name is not None}

    def _may_be_notice(self, name: str) -> bool:
        if len(name) > MAX_NAME_CHARACTERS:
            return True
        holds_word = not self._known.templates.keys().isdisjoint(name.split())
        return self._bare_notices and (holds_word or _open_quote(name) is not None)

    def _names_in_notices(self, name: str, rows: list[int]) -> Iterator[str]:
        if self._bare_notices and self._may_be_notice(name):
            for row in rows:
                for gap in self._gaps(name, row):
                    if ": " in gap:
                        yield gap

    def _gaps(self, name: str, row: int) -> list[str]:
        """What fills the gaps of the notice that the whole line is; nothing where it is none."""
        found = self._known.notice(f"{name}: {self._texts[row]}")
        return found[1] if found else []

    def _settle(self, name: str, rows: list[int]) -> bool:
        """Whether a name grew, so that it has to be looked at again."""
        if self._is_plain(name, rows):
            return False
        further = [_name_before_colon(self._texts[row]) for row in rows]
        counts = Counter(part for part in further if part and part not in self._known.locations)
        grown = False
        for part, count in counts.most_common(_MAX_COLONS):
            longer = f"{name}: {part}"
            alike = [row for row, other in zip(rows, further, strict=True) if other == part]
            about = [row for row in rows if self._is_about(longer, part, name, row)] if self._bare_notices else []
            every = count + len(about) == len(rows) > 1
            if every or longer in self._named or self._marked(part, alike):
                self._rename(alike, longer, len(part))
                self._join(about, name)
                grown = True
        if not grown and self._bare_notices and self._is_half_notice(name, rows):
            self._join(rows, name)
        return grown

    def _is_plain(self, name: str, rows: list[int]) -> bool:
        """A short look, for names with many rows: one of them does not go on like a name, and nothing else speaks."""
        if self._may_be_notice(name) or any(longer.startswith(f"{name}: ") for longer in self._named):
            return False
        if any(_name_before_colon(self._texts[row]) is None and not self._gaps(name, row) for row in rows[:_SAMPLE]):
            return self._bare_notices or not any(f": {LRM}" in self._texts[row] for row in rows)
        return False

    def _is_about(self, longer: str, part: str, name: str, row: int) -> bool:
        """The row is a notice about the longer name, such as its leaving."""
        return self._texts[row].startswith(f"{part} ") and longer in self._gaps(name, row)

    def _marked(self, part: str, rows: list[int]) -> bool:
        """The application's own mark comes right after the name."""
        return any(self._texts[row].startswith(LRM, len(part) + 2) for row in rows)

    def _is_half_notice(self, name: str, rows: list[int]) -> bool:
        if len(name) > MAX_NAME_CHARACTERS:
            return True
        if not self._may_be_notice(name):
            return False
        closing = _open_quote(name)
        return all(
            (closing is not None and closing in self._texts[row]) or self._known.notice(f"{name}: {self._texts[row]}")
            for row in rows
        )

    def _rename(self, rows: list[int], name: str, length: int) -> None:
        for row in rows:
            self._senders[row] = name
            self._texts[row] = self._texts[row][length + 1 :].removeprefix(" ")

    def _join(self, rows: list[int], name: str) -> None:
        for row in rows:
            self._senders[row] = None
            self._texts[row] = f"{name}: {self._texts[row]}"


def _name_before_colon(text: str) -> str | None:
    """What stands before a colon in the first line, if it is short enough for the rest of a name."""
    before, colon, after = text[: MAX_NAME_CHARACTERS + 2].partition(":")
    if not colon or not before or "\n" in before or (after and after[0] not in " \n"):
        return None
    return before


def _open_quote(name: str) -> str | None:
    """The mark that would close a quotation which the name opens."""
    for left, right in _QUOTES.items():
        if name.count(left) > name.count(right):
            return right
    return '"' if name.count('"') % 2 else None
