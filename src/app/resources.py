"""What a process holds open for its whole life: one place that opens it and closes it, for API and worker alike."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from obstore.store import ObjectStore
from qdrant_client import AsyncQdrantClient
from redis.asyncio import Redis
from saq.queue.redis import RedisQueue

from app.blobs import open_store
from app.database import Database
from app.settings import Settings
from app.signals import Signals
from domain.cipher import MasterKeys
from domain.outbox import Queue


@dataclass(frozen=True, slots=True)
class Resources:
    settings: Settings
    database: Database
    redis: Redis
    signals: Signals
    qdrant: AsyncQdrantClient
    blobs: ObjectStore
    master_keys: MasterKeys
    queues: dict[str, RedisQueue]


def build_resources(settings: Settings) -> Resources:
    """Build everything; nothing is connected yet."""
    redis = Redis.from_url(settings.redis_url, socket_connect_timeout=5, health_check_interval=15)
    signals = Signals(redis)
    return Resources(
        settings=settings,
        database=Database(settings, signals.wake_dispatcher),
        redis=redis,
        signals=signals,
        qdrant=AsyncQdrantClient(
            url=settings.qdrant_url, api_key=settings.qdrant_api_key, timeout=10, check_compatibility=False
        ),
        blobs=open_store(settings),
        master_keys=MasterKeys(settings.master_key),
        queues={name: RedisQueue(redis, name=name, swept_error_message="lost") for name in Queue},
    )


@asynccontextmanager
async def opened(resources: Resources) -> AsyncIterator[Resources]:
    """Open for the block, close after it."""
    await resources.database.open()
    await resources.signals.open()
    try:
        yield resources
    finally:
        await resources.signals.close()
        await resources.database.close()
        await resources.qdrant.close()
        await resources.redis.aclose()
