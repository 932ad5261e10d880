"""What every importer produces: a chat as columns.

Columns, not an object per message: a million messages are seven flat sequences, which is what the statistics
read and what bulk copy writes.
"""

from dataclasses import dataclass, field
from enum import IntEnum, IntFlag

import msgspec

SYSTEM_SENDER = -1


class Kind(IntEnum):
    """What a row is. The numbers are stored: add, never renumber."""

    TEXT = 0
    MEDIA = 1
    DELETED = 2
    CALL = 3
    POLL = 4
    LOCATION = 5
    CONTACT = 6
    SYSTEM = 7


class Flag(IntFlag):
    """What else is known of a row. The numbers are stored: add, never renumber."""

    EDITED = 1
    FORWARDED = 2
    VIEW_ONCE = 4
    PLACEHOLDER = 8
    """`texts` holds the export's own marker (`<Media omitted>`), and nobody wrote it: no words are counted in it."""


class DateOrder(msgspec.Struct, frozen=True, kw_only=True):
    """How day, month and year were told apart."""

    order: str
    """`dmy`, `mdy` or `ymd`."""
    confidence: str
    """`certain` (a value proves it), `likely` (it makes the file run backwards least), `hinted`, `tied`, `given`."""
    proof: str
    """One sentence without any message text, such as `a value above 12 in the first place`."""


class ImportReport(msgspec.Struct, kw_only=True):
    """What was read, how, and what was not understood. It never holds text of the export."""

    platform: str
    layout: str
    languages: list[str]
    date_order: DateOrder | None
    resolution_seconds: int
    counts: dict[str, int]
    """Rows by kind, lower case, with `edited` and `view_once` beside them."""
    lines_not_understood: int
    not_understood_line_numbers: list[int]
    """The first hundred, counted from 1."""
    possible_cap: bool
    """The number of rows is one at which the platform cuts an export."""
    headers_back_in_time: int
    encoding: str


@dataclass(slots=True)
class Transcript:
    """A chat in file order; every sequence has one entry a message, its index being the message's position."""

    platform: str
    title: str | None
    participants: list[str]
    """In order of first appearance."""
    times: list[int]
    """Seconds from 1970-01-01 00:00:00 to the wall clock of the export, or to UTC where `utc` is set."""
    senders: list[int]
    """Index into `participants`; SYSTEM_SENDER for system rows."""
    kinds: bytearray
    flags: bytearray
    texts: list[str]
    """What was written: text or caption. Where nothing was written, the body as exported, with PLACEHOLDER set."""
    attachments: dict[int, str]
    """File name by position."""
    report: ImportReport
    utc: bool = field(default=False)

    def __len__(self) -> int:
        """The number of rows, system rows included."""
        return len(self.times)
