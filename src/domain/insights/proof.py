"""The proof of a content: every line is read again in the chat, and what is not found there is dropped."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, TypeVar

import msgspec

from domain.chats.lookup import QuotedMessage
from domain.chats.statistics.calendar import timestamp
from domain.insights.content import Line
from domain.retrieval.claims import find_quote

MAX_QUOTE = 500
"""Characters of a message that are quoted."""
_PROOFS = ("evidence", "exchange", "moments")
_T = TypeVar("_T", bound=msgspec.Struct)


class Unproven(Exception):
    """What is left of a content does not fill its required fields."""


class ChatLines:
    """The stored messages that a content quotes."""

    def __init__(self, messages: Mapping[int, QuotedMessage], participants: Sequence[str], *, utc: bool) -> None:
        self._messages = messages
        self._participants = participants
        self._utc = utc

    def proven(self, line: Line) -> Line | None:
        """The line as it stands in the chat; None when it does not.

        A line that names no words stands for the beginning of its message.
        """
        for position in line.positions:
            message = self._messages.get(position)
            if message is None or not 0 <= message.sender < len(self._participants):
                continue
            words = message.text[:MAX_QUOTE].rstrip() if not line.message else find_quote(line.message, message)
            if words:
                return msgspec.structs.replace(
                    line,
                    message=words,
                    speaker=self._participants[message.sender],
                    timestamp=timestamp(message.sent_at, utc=self._utc),
                    message_ids=[message.id],
                    positions=[position],
                )
        return None


def quoted_positions(content: object) -> list[int]:
    """The positions that a content's lines name."""
    return sorted({position for line in lines_of(content) for position in line.positions})


def lines_of(content: object) -> Iterator[Line]:
    """Every line of a content, in its order."""
    if isinstance(content, Line):
        yield content
    elif isinstance(content, msgspec.Struct):
        for field in content.__struct_fields__:
            yield from lines_of(getattr(content, field))
    elif isinstance(content, list):
        for item in content:
            yield from lines_of(item)


def prove(content: _T, lines: ChatLines) -> _T:
    """The content with its lines as they stand in the chat, without what they do not prove.

    An item of a list that gave proof and keeps none of it is dropped.

    Raises:
        Unproven: a required field, or the least length of a list, cannot be filled any more.
    """
    kept = _kept(content, lines)
    try:
        return msgspec.convert(msgspec.to_builtins(kept), type(content))
    except msgspec.ValidationError:
        raise Unproven from None


def _kept(value: Any, lines: ChatLines) -> Any:  # noqa: ANN401 - any part of a content
    if isinstance(value, Line):
        return lines.proven(value)
    if isinstance(value, list):
        return [kept for item in value if (kept := _kept(item, lines)) is not None and not _lost(item, kept)]
    if isinstance(value, msgspec.Struct):
        fields = {field: _kept(getattr(value, field), lines) for field in value.__struct_fields__}
        return msgspec.structs.replace(value, **fields)
    return value


def _lost(before: object, after: object) -> bool:
    """Whether an item has lost all of its proof."""
    return any(getattr(before, name, None) and not getattr(after, name, None) for name in _PROOFS)
