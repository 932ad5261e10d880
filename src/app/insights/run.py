"""One run over one unlock: index, retrieve, make, store; a transaction a step, none while anything is made."""

from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing, asynccontextmanager
from datetime import datetime
from itertools import chain, zip_longest
from typing import cast

import msgspec
import structlog

from app.providers import build_settlement_service
from app.rag.opening import IndexOpener
from app.resources import Resources
from app.signals import unlock_topic
from domain.chats.lookup import MessageLookup
from domain.chats.repository import ChatRows
from domain.chats.service import ChatReader, OpenedChat
from domain.cipher import Sealer
from domain.insights.generator import Made, Material
from domain.insights.run import UNEXPLAINED, RunClaim, RunService, Wanted
from domain.insights.sealing import body_of, seal_insight
from domain.insights.settle import Settlement
from domain.insights.states import Stage
from domain.insights.types import KINDS
from domain.retrieval.errors import ChatIndexing, ChatNotIndexed
from domain.retrieval.index import IndexUnavailable
from domain.retrieval.reader import OpenIndex
from domain.retrieval.search import Evidence, Retriever

INDEX_WAIT_S = 15
"""An index that is being made is waited for so long; insights can be made without."""
CHUNKS_A_QUERY = 8
_UNMADE = "It could not be made."
_log = structlog.get_logger()


class _Found(msgspec.Struct, frozen=True):
    """What retrieval found for each type: positions, the best first, and the number of excerpts."""

    positions: dict[str, list[int]]
    chunks: dict[str, int]


class UnlockRun:
    def __init__(self, resources: Resources, claim: RunClaim) -> None:
        self._resources = resources
        self._claim = claim
        self._sealer = Sealer(claim.key, claim.epoch)

    async def renew(self) -> bool:
        async with self._steps() as steps:
            return await steps.renew(self._claim)

    async def release(self) -> None:
        async with self._steps() as steps:
            await steps.release(self._claim)

    async def finish(self) -> Settlement | datetime:
        """Settle, or say when to go on.

        Raises:
            Superseded: the claim is no longer current.
        """
        async with self._resources.database.transaction() as session:
            service = build_settlement_service(session, self._resources)
            return await service.finish(self._claim.unlock_id, self._claim.fence)

    async def make(self) -> None:
        """Make what is due, until nothing is.

        Raises:
            Superseded: the claim is no longer current.
            ChatNotFound: the chat was deleted.
        """
        reads, keys = self._resources.database.reads, self._resources.master_keys
        chat = await ChatReader(ChatRows(reads), keys).one(self._claim.user_id, self._claim.chat_id)
        while wanted := await self._begin():
            await self._make(chat, {one.insight_type: one for one in wanted})

    async def _begin(self) -> list[Wanted]:
        async with self._steps() as steps:
            return await steps.begin(self._claim)

    async def _make(self, chat: OpenedChat, wanted: dict[str, Wanted]) -> None:
        await self._enter(Stage.INDEXING)
        index = await self._index(chat)
        await self._enter(Stage.RETRIEVING)
        found = await self._retrieve(chat, index, list(wanted))
        await self._enter(Stage.GENERATING)
        material = Material(chat=chat, insight_types=list(wanted), found=found.positions, chunks=found.chunks)
        missing = dict(wanted)
        making = cast("AsyncGenerator[Made, None]", self._resources.generator.generate(material))
        async with aclosing(making):
            async for made in making:
                if made.insight_type in missing:
                    await self._store(missing.pop(made.insight_type), made, found)
        for one in missing.values():
            unmade = Made(
                insight_type=one.insight_type, error_code=UNEXPLAINED, reason=_UNMADE, model="none", elapsed_ms=0
            )
            await self._store(one, unmade, found)

    async def _enter(self, stage: Stage) -> None:
        async with self._steps() as steps:
            await steps.advance(self._claim, stage)
        await self._announce()

    async def _index(self, chat: OpenedChat) -> OpenIndex | None:
        """The chat's index, made now if it is not there; None when that takes too long or cannot be."""
        try:
            opener = IndexOpener(self._resources)
            return (await opener.open(self._claim.user_id, chat.row.id, INDEX_WAIT_S)).index
        except (ChatIndexing, ChatNotIndexed) as error:
            _log.info("unlock.without_index", error_code=error.code)
            return None

    async def _retrieve(self, chat: OpenedChat, index: OpenIndex | None, insight_types: Sequence[str]) -> _Found:
        """The answers to each type's queries; a query that several types share is asked once."""
        asked = {name: KINDS[name].queries for name in insight_types}
        queries = dict.fromkeys(chain.from_iterable(asked.values()))
        evidence: dict[str, Evidence] = {}
        if index is not None:
            resources = self._resources
            lookup = MessageLookup(resources.database.reads)
            retriever = Retriever(resources.vector_index, resources.embedder, lookup)
            try:
                async with IndexOpener(resources).remade_if_missing(chat.row.id):
                    for query in queries:
                        evidence[query] = await retriever.retrieve(chat, index, query, CHUNKS_A_QUERY)
            except (ChatIndexing, IndexUnavailable) as error:
                _log.info("unlock.without_index", error_code=error.code)
        answers = {name: [evidence[query] for query in asked[name] if query in evidence] for name in insight_types}
        return _Found(
            {name: _positions(found) for name, found in answers.items()},
            {name: len({chunk.positions for one in found for chunk in one.chunks}) for name, found in answers.items()},
        )

    async def _store(self, wanted: Wanted, made: Made, found: _Found) -> None:
        body = body_of(made, found.chunks.get(made.insight_type, 0))
        sealed = seal_insight(self._sealer, self._claim.chat_id, wanted.id, body)
        async with self._steps() as steps:
            await steps.store(self._claim, wanted, made, sealed)
        await self._announce()

    async def _announce(self) -> None:
        await self._resources.signals.send(unlock_topic(self._claim.unlock_id))

    @asynccontextmanager
    async def _steps(self) -> AsyncIterator[RunService]:
        async with run_steps(self._resources) as steps:
            yield steps


@asynccontextmanager
async def run_steps(resources: Resources) -> AsyncIterator[RunService]:
    """One step of a run, in a transaction of its own."""
    async with resources.database.transaction() as session:
        yield RunService(session, resources.master_keys, resources.settings.unlock_lease_s)


def _positions(found: Sequence[Evidence]) -> list[int]:
    """Of the messages in the excerpts: by turns the best of each query."""
    ranked = []
    for evidence in found:
        shown = {position for chunk in evidence.chunks for position in chunk.positions}
        ranked.append([hit.position for hit in evidence.ranked if hit.position in shown])
    by_turns = chain.from_iterable(zip_longest(*ranked))
    return list(dict.fromkeys(position for position in by_turns if position is not None))
