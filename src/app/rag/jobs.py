"""The jobs of the index: a transaction a step, and one service method in it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from uuid import UUID

import structlog

from app.leases import OutOfTime, while_held
from app.providers import build_indexing_service
from app.queues import NotNow
from app.rag.indexer import IndexingEnded, IndexRun
from app.resources import Resources
from app.signals import chat_topic
from domain.base import utc_now
from domain.chats.repository import ChatRows
from domain.cipher import Sealer
from domain.errors import DomainError
from domain.leases import Held, Superseded
from domain.retrieval.embedding import EmbedderRefused
from domain.retrieval.indexing import GRACE, LEASE_S, IndexClaim, IndexingService
from domain.retrieval.reader import seal_facts
from domain.retrieval.repository import IndexRepository

RUN_S = 300
"""After this a run lets go, so that a long chat does not keep the others waiting; the next one goes on from there."""
INTERRUPTED = "indexing_interrupted"
_AT_ONCE = 100
_log = structlog.get_logger()


async def index_chat(resources: Resources, chat_id: UUID) -> None:
    """Build the version of a chat's index that was requested, and switch to it."""
    while (claim := await _claim(resources, chat_id)) is not None:
        run = IndexRun(claim, ChatRows(resources.database.reads), resources.vector_index, resources.settings.embedder)
        try:
            await _index(resources, claim, run)
        except Superseded:
            _log.info("indexing.superseded")
            continue  # the job is still the other run's, if there is one
        except asyncio.CancelledError:
            await _release(resources, claim, run, None)
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, a later run may do better
            await _put_off(resources, claim, run, error)
        finally:
            await resources.signals.send(chat_topic(chat_id))
        return


async def _claim(resources: Resources, chat_id: UUID) -> IndexClaim | None:
    try:
        async with _indexing(resources) as indexing:
            return await indexing.claim(chat_id)
    except Held as held:
        raise NotNow(held.until) from None


async def _index(resources: Resources, claim: IndexClaim, run: IndexRun) -> None:
    """Compute, store, count, and switch.

    Raises:
        Superseded: nothing was switched.
    """

    async def renew() -> bool:
        async with _indexing(resources) as indexing:
            return await indexing.hold(claim, progressed=run.progressed)

    try:
        finished = await while_held(run.run(), renew, LEASE_S, RUN_S)
    except OutOfTime:
        raise IndexingEnded(INTERRUPTED) from None
    if await resources.vector_index.count(claim.version) != finished.points:
        raise IndexingEnded("points_missing")
    facts = seal_facts(Sealer(claim.key, claim.epoch), claim.chat_id, claim.version, finished.facts)
    async with _indexing(resources) as indexing:
        if not await indexing.complete(claim, facts, finished.points):
            raise Superseded


async def _put_off(resources: Resources, claim: IndexClaim, run: IndexRun, error: Exception) -> None:
    """Give a failed run's claim back, for another run after a while; or settle as failed what none can mend.

    Raises:
        NotNow: there is to be another run.
    """
    code = error.code if isinstance(error, IndexingEnded | DomainError) else type(error).__name__
    _log.warning("indexing.put_off", error_code=code, attempt=claim.attempt, exc_info=error)
    if code == EmbedderRefused.code:
        async with _indexing(resources) as indexing:
            await indexing.fail(claim, code)
        return
    await _release(resources, claim, run, code)
    pause_s = 0 if code == INTERRUPTED else max(claim.pause_s, getattr(error, "retry_after_s", None) or 0)
    raise NotNow(utc_now() + timedelta(seconds=pause_s))


async def _release(resources: Resources, claim: IndexClaim, run: IndexRun, error_code: str | None) -> None:
    with suppress(Exception):  # or else the lease runs out
        async with _indexing(resources) as indexing:
            await indexing.release(claim, error_code, progressed=run.progressed)


async def remove_index(resources: Resources, chat_id: UUID) -> None:
    """Remove the points of a deleted chat from every collection; what a late run still stores is swept."""
    async with _indexing(resources) as indexing:
        await indexing.forget(chat_id)
    await resources.vector_index.delete(chat_id)


async def sweep_indexes(resources: Resources) -> None:
    """Remove the points of versions that are out of use, whoever left them, and then what is known of the versions."""
    async with resources.database.transaction() as session:
        found = await IndexRepository(session).out_of_use(utc_now() - GRACE, _AT_ONCE)
    for version in found:
        await resources.vector_index.delete_version(version.collection, version.id)
        async with resources.database.transaction() as session:
            await IndexRepository(session).remove(version.id)


@asynccontextmanager
async def _indexing(resources: Resources) -> AsyncIterator[IndexingService]:
    async with resources.database.transaction() as session:
        yield build_indexing_service(session, resources)
