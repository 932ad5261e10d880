"""Streams of server-sent events that are views of a row's state: no event is stored, and none is missed.

An event's id is the revision of the row that it tells of; a client that comes back says the last one it has.
"""

import re
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Protocol, TypeVar

import msgspec
from litestar.response.sse import ServerSentEventMessage

from app.signals import Signals, next_signal

HEARTBEAT_S = 15.0
_EVENT_ID = re.compile(r"\d{1,18}", re.ASCII)


class Watched(Protocol):
    @property
    def revision(self) -> int: ...

    @property
    def is_settled(self) -> bool:
        """Whether it will not change any more."""


_W = TypeVar("_W", bound=Watched)


def last_revision(last_event_id: str | None) -> int:
    """The revision up to which a client has everything, by its Last-Event-ID header."""
    found = _EVENT_ID.fullmatch(last_event_id or "")
    return int(found[0]) if found else 0


async def new_revisions(
    look: Callable[[], Awaitable[_W | None]], signals: Signals, topic: str, last: int
) -> AsyncIterator[_W | None]:
    """The state at each new revision that is seen; None when there was nothing to tell for 15 seconds.

    Ends when the state is settled, or gone. No connection is held between two looks.
    """
    quiet_since = time.monotonic()
    async with signals.subscribed(topic) as changed:
        while (state := await look()) is not None:
            if state.revision > last:
                last, quiet_since = state.revision, time.monotonic()
                yield state
            if state.is_settled:
                return
            if time.monotonic() - quiet_since > HEARTBEAT_S:
                quiet_since = time.monotonic()
                yield None
            await next_signal(changed, HEARTBEAT_S)


def event(name: str, data: object, revision: int) -> ServerSentEventMessage:
    return ServerSentEventMessage(msgspec.json.encode(data), event=name, id=str(revision))


def heartbeat() -> ServerSentEventMessage:
    """A comment, which no client takes for an event."""
    return ServerSentEventMessage(data=None, comment="waiting")
