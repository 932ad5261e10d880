"""What a process holds open for its whole life: one place that opens it and closes it, for API and worker alike."""

import warnings
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cached_property
from typing import TYPE_CHECKING

from obstore.store import ObjectStore
from redis.asyncio import Redis
from saq.queue.redis import RedisQueue

from app.blobs import open_store
from app.database import Database
from app.settings import Settings
from app.signals import Signals
from domain.cipher import MasterKeys
from domain.outbox import Queue
from domain.retrieval.embedding import Embedder, build_embedder
from domain.retrieval.index import CollectionSpec, VectorIndex

if TYPE_CHECKING:
    from qdrant_client import AsyncQdrantClient

    from app.payments.gateways import Gateways
    from domain.insights.generator import Generator
    from domain.retrieval.answer import Answerer


class Resources:
    """Built without connecting to anything. (No dataclass: Litestar would take its instances apart to check them.)"""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.redis = Redis.from_url(settings.redis_url, socket_connect_timeout=5, health_check_interval=15)
        self.signals = Signals(self.redis)
        self.database = Database(settings, self.signals.wake_dispatcher)
        self.blobs: ObjectStore = open_store(settings)
        self.master_keys = MasterKeys(settings.master_key)
        self.collection = CollectionSpec.of(settings.embedder)
        self.queues = {name: RedisQueue(self.redis, name=name, swept_error_message="lost") for name in Queue}

    @cached_property
    def qdrant(self) -> "AsyncQdrantClient":
        """The client takes a second to import, so only a process that uses it does."""
        from qdrant_client import AsyncQdrantClient  # noqa: PLC0415 - as said

        settings = self.settings
        with warnings.catch_warnings():
            # Whether the way to Qdrant is private is the operator's to know: QDRANT_URL says https where it is not.
            warnings.filterwarnings("ignore", message="Api key is used with an insecure connection")
            return AsyncQdrantClient(
                url=settings.qdrant_url, api_key=settings.qdrant_api_key, timeout=10, check_compatibility=False
            )

    @cached_property
    def gateways(self) -> "Gateways":
        """To the payment providers, whose libraries take long to import as well."""
        from app.payments.gateways import Gateways  # noqa: PLC0415 - as said

        return Gateways(self.settings)

    @cached_property
    def vector_index(self) -> VectorIndex:
        from domain.retrieval.lexical import SPARSE_LISTS  # noqa: PLC0415 - as the client
        from domain.retrieval.qdrant import QdrantIndex  # noqa: PLC0415 - as the client

        return QdrantIndex(self.qdrant, self.collection, SPARSE_LISTS)

    @cached_property
    def embedder(self) -> Embedder | None:
        """The embedding model in use, for questions; loaded when the first is asked."""
        return build_embedder(self.settings.embedder)

    @cached_property
    def answerer(self) -> "Answerer | None":
        """The language model that answers questions; None where they are answered from the messages alone."""
        if self.settings.answerer is None:
            return None
        from domain.chats.lookup import MessageLookup  # noqa: PLC0415 - as the client
        from domain.retrieval.gemini_answer import GeminiAnswerer  # noqa: PLC0415 - as the client

        return GeminiAnswerer(self.settings.answerer, MessageLookup(self.database.reads))

    @cached_property
    def generator(self) -> "Generator":
        """What makes insights: Gemini over the local analyst, or the local analyst alone."""
        from app.insights.analyst import LocalAnalyst  # noqa: PLC0415 - as the client

        analyst = LocalAnalyst(self.database.reads, self.settings)
        if self.settings.answerer is None:
            return analyst
        from domain.chats.lookup import MessageLookup  # noqa: PLC0415 - as the client
        from domain.insights.gemini import GeminiGenerator  # noqa: PLC0415 - as the client
        from domain.insights.types import KINDS  # noqa: PLC0415 - as the client

        return GeminiGenerator(self.settings.answerer, analyst, MessageLookup(self.database.reads), KINDS)


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
        for name in ("embedder", "answerer", "generator"):
            if (used := vars(resources).get(name)) is not None:
                await used.close()
        if "qdrant" in vars(resources):
            await resources.qdrant.close()
        if "gateways" in vars(resources):
            await resources.gateways.close()
        await resources.redis.aclose()
