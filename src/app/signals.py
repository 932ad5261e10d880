"""Wake-ups between processes over Redis publish/subscribe: ids only, and only latency depends on them.

Whoever waits also looks at the database now and then, so a lost signal costs a second, never a result.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import structlog
from redis.asyncio import Redis
from redis.exceptions import RedisError

OUTBOX = "outbox"
LOOK_AGAIN_S = 1.0
_PREFIX = "signal:"
_log = structlog.get_logger()


def chat_topic(chat_id: object) -> str:
    """The topic on which a change of a chat's state is announced."""
    return f"chat:{chat_id}"


def unlock_topic(unlock_id: object) -> str:
    """The topic on which a change of an unlock's state is announced."""
    return f"unlock:{unlock_id}"


class Signals:
    """One subscription a process; waiters are events by topic."""

    def __init__(self, redis: Redis) -> None:
        self._redis = redis
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)
        self._listener: asyncio.Task[None] | None = None
        self._sending: set[asyncio.Task[None]] = set()

    async def open(self) -> None:
        self._listener = asyncio.create_task(self._listen())

    async def close(self) -> None:
        for task in (*self._sending, self._listener):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError):
                    await task

    async def send(self, topic: str) -> None:
        """Announce without waiting for Redis: an absent one must not delay who has committed already."""
        task = asyncio.create_task(self._publish(topic))
        self._sending.add(task)
        task.add_done_callback(self._sending.discard)

    async def wake_dispatcher(self) -> None:
        """Say that the outbox holds something new."""
        await self.send(OUTBOX)

    @asynccontextmanager
    async def subscribed(self, topic: str) -> AsyncIterator[asyncio.Event]:
        """An event that is set whenever the topic is announced. Look at the state after entering, then wait."""
        event = asyncio.Event()
        self._waiting[topic].add(event)
        try:
            yield event
        finally:
            self._waiting[topic].discard(event)
            if not self._waiting[topic]:
                del self._waiting[topic]

    async def _publish(self, topic: str) -> None:
        with suppress(RedisError, OSError, TimeoutError):
            async with asyncio.timeout(2):
                await self._redis.publish(_PREFIX + topic, b"")

    async def _listen(self) -> None:
        while True:
            listening = False
            with suppress(RedisError, OSError):
                async with self._redis.pubsub(ignore_subscribe_messages=True) as subscription:
                    await subscription.psubscribe(_PREFIX + "*")
                    listening = True
                    async for message in subscription.listen():
                        self._set(message["channel"].decode().removeprefix(_PREFIX))
            if listening:
                _log.warning("signals.lost")
            await asyncio.sleep(LOOK_AGAIN_S)

    def _set(self, topic: str) -> None:
        for event in self._waiting.get(topic, ()):
            event.set()


async def next_signal(event: asyncio.Event, timeout_s: float) -> None:
    """Wait for the event, or until it is time to look again; clears it."""
    with suppress(TimeoutError):
        async with asyncio.timeout(min(timeout_s, LOOK_AGAIN_S)):
            await event.wait()
    event.clear()
