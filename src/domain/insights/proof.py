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
_SHORTEST_PASSAGE = 3
"""Characters: less of a message says nothing, unless it is all of it."""
_T = TypeVar("_T", bound=msgspec.Struct)
_L = TypeVar("_L", bound=Line)
_I = TypeVar("_I")


class Unproven(Exception):
    """What is left of a content does not fill its required fields."""


class ChatLines:
    """The stored messages that a content quotes."""

    def __init__(self, messages: Mapping[int, QuotedMessage], participants: Sequence[str], *, utc: bool) -> None:
        self._messages = messages
        self._participants = participants
        self._utc = utc

    def proven(self, line: _L) -> _L | None:
        """The line as it stands in the chat; None when it does not.

        A line that names no words stands for the beginning of its message.
        """
        for position in line.positions:
            message = self._messages.get(position)
            if message is None or not 0 <= message.sender < len(self._participants):
                continue
            if words := _words(line.message.strip(), message):
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
    return parts_of(content, Line)


def parts_of(content: object, kind: type[_T]) -> Iterator[_T]:
    """Every part of a content that is of a kind, in its order."""
    if isinstance(content, kind):
        yield content
    elif isinstance(content, msgspec.Struct):
        for field in content.__struct_fields__:
            yield from parts_of(getattr(content, field), kind)
    elif isinstance(content, list):
        for item in content:
            yield from parts_of(item, kind)


def prove(content: _T, lines: ChatLines) -> _T:
    """The content with its lines as they stand in the chat, without what they do not prove.

    A list loses its unproven items; any other part that gave proof and keeps none of it takes what it is a part of
    along, up to the next list.

    Raises:
        Unproven: a required field, or the least length of a list, cannot be filled any more.
    """
    fields = {field: _kept(getattr(content, field), lines) for field in content.__struct_fields__}
    if None in fields.values():
        raise Unproven
    return validated(type(content)(**fields))


def validated(content: _T) -> _T:
    """The content, if it is of its type's shape throughout.

    Raises:
        Unproven: it is not.
    """
    try:
        return msgspec.convert(msgspec.to_builtins(content), type(content))
    except msgspec.ValidationError:
        raise Unproven from None  # its text may quote the content


def distinct(items: list[_I]) -> list[_I]:
    """A list without the lines that show what an earlier one of it shows: proof given twice is given once."""
    shown = {(line.message_ids[0], line.message): line for line in reversed(items) if isinstance(line, Line)}
    return [item for item in items if not isinstance(item, Line) or shown[item.message_ids[0], item.message] is item]


def _words(quote: str, message: QuotedMessage) -> str | None:
    """What a line shows of a message; None when the quotation does not stand in it."""
    text = message.text.strip()
    words = find_quote(quote, message) if quote else text
    if words is None or (len(words) < _SHORTEST_PASSAGE and words != text):
        return None
    return words[:MAX_QUOTE].rstrip()


def _kept(value: Any, lines: ChatLines) -> Any:  # noqa: ANN401 - any part of a content
    """None where nothing is left."""
    if isinstance(value, Line):
        return lines.proven(value)
    if isinstance(value, list):
        return distinct([kept for item in value if (kept := _kept(item, lines)) is not None])
    if not isinstance(value, msgspec.Struct):
        return value
    fields = {field: _kept(getattr(value, field), lines) for field in value.__struct_fields__}
    if any(kept is None or _has_lost_its_proof(getattr(value, field), kept) for field, kept in fields.items()):
        return None
    return type(value)(**fields)


def _has_lost_its_proof(before: object, after: object) -> bool:
    return isinstance(before, list) and not after and any(True for _ in lines_of(before))
