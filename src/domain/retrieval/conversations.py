"""Messages in their surroundings: the conversation that each is part of, and the window around it."""

from collections.abc import Iterable, Iterator, Sequence

from domain.retrieval.model import IndexedMessage

CONVERSATION_GAP_S = 12 * 3600
LONGEST_CONVERSATION = 60
"""Messages. A group that never sleeps is cut, so that its conversations still tell one topic from another."""

_WINDOW_CHARACTERS = 300
_LEAST_RADIUS = 2
_LARGEST_RADIUS = 6


def conversations(messages: Iterable[IndexedMessage]) -> Iterator[list[IndexedMessage]]:
    """The messages with text, in order, parted by long silence."""
    current: list[IndexedMessage] = []
    for message in messages:
        if not message.text:
            continue
        if current and (
            abs(message.sent_at - current[-1].sent_at) > CONVERSATION_GAP_S or len(current) >= LONGEST_CONVERSATION
        ):
            yield current
            current = []
        current.append(message)
    if current:
        yield current


def window_radius(texts: Sequence[str]) -> int:
    """How many neighbours on either side say about as much as a paragraph, in a chat of which this is a sample."""
    mean = sum(map(len, texts)) / max(1, len(texts))
    return min(_LARGEST_RADIUS, max(_LEAST_RADIUS, round(_WINDOW_CHARACTERS / max(1.0, mean))))
