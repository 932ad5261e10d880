"""Which layout a file has, and whether it is an export at all."""

import re
from collections import Counter
from collections.abc import Sequence

from domain.chats.importing.decoding import decode, slices
from domain.chats.importing.whatsapp.layouts import Layout, layout_of

FIRST_LINE_WEIGHT = 10
"""An export begins with a header, so the layout of its first line stands against up to ten times as many others: a
message into which somebody pasted another chat."""

MACHINE_SHARE = 0.8
_ENOUGH = 500
"""So many messages and known wordings prove a chat, whatever else there is."""
_MACHINE = re.compile(
    r"(?i)(?:.*[\W_])?(?:trace|debug|verbose|info|notice|warn|warning|error|severe|fatal|critical)(?:[\W_].*)?|\S+\[\d+\]"
)
_FIRST_LINE_BYTES = 1 << 16


def first_layout(head: bytes) -> Layout | None:
    """The layout of the first line that is not blank."""
    line = head[:_FIRST_LINE_BYTES].decode(errors="ignore").lstrip("\ufeff\r\n\t ").partition("\n")[0]
    return layout_of(line)


def is_settled(rows: int, lines: int) -> bool:
    """No other layout can have enough headers to stand against the first line's."""
    return rows * FIRST_LINE_WEIGHT >= lines - rows


def locked_layout(data: bytes) -> Layout | None:
    """The one layout of the file, by every line of it.

    The first line's, unless another has more than ten times its headers; without one there, the most frequent, if at
    least half of the lines that are not blank begin with it.
    """
    counts: Counter[Layout] = Counter()
    written = 0
    for start, end in slices(data, b"\n"):
        for line in decode(data, start, end).split("\n"):
            if not line or line.isspace():
                continue
            written += 1
            layout = layout_of(line)
            if layout:
                counts[layout] += 1
    if not counts:
        return None
    layout, headers = counts.most_common(1)[0]
    first = first_layout(data)
    if first and counts[first] * FIRST_LINE_WEIGHT >= headers:
        return first
    return layout if first or headers * 2 >= written else None


def is_chat(senders: Sequence[str | None], wordings: int) -> bool:
    """Somebody writes in it, or it holds known wordings; its senders are not the levels and processes of a log."""
    counts = Counter(senders)
    written = len(senders) - counts[None]
    machine = sum(count for name, count in counts.items() if name is not None and _MACHINE.fullmatch(name))
    return written + wordings >= min(len(senders) / 4, _ENOUGH) and machine <= written * MACHINE_SHARE
