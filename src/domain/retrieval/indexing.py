"""The life of a chat's index, as steps that each stand in a transaction of their own.

A chat is indexed by building a version beside the one that answers, if any, and switching to it when it is whole.
A run claims the version (see `domain.leases`). One that is lost leaves points that the next one finds and goes on
from, since the same message makes the same point.
"""

from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.chats.errors import ChatNotFound
from domain.chats.models import Chat
from domain.chats.service import ChatKeys
from domain.chats.states import ChatStatus, VectorStatus
from domain.cipher import MasterKeys
from domain.leases import lease_end, require_free
from domain.outbox import Outbox, Queue
from domain.retrieval.index import CollectionSpec
from domain.retrieval.models import ChatIndex, VersionState
from domain.retrieval.repository import IndexRepository

LEASE_S = 15
ATTEMPTS = 8
FIRST_PAUSE_S = 2
LAST_PAUSE_S = 300
GRACE = timedelta(seconds=60)
"""How long a version that is out of use is kept for queries, and runs, that still have it in hand."""
LOST = "indexing_failed"
"""The code of an index whose runs were lost without a word."""


class IndexClaim(msgspec.Struct, frozen=True):
    """The right to build a version of a chat's index, until the lease runs out or another claims it."""

    chat_id: UUID
    version: UUID
    fence: int
    attempt: int
    """From 1: this run, and those before it that stored nothing."""
    key: bytes
    epoch: int
    message_count: int

    @property
    def pause_s(self) -> int:
        """How long to wait after this run failed."""
        return int(min(FIRST_PAUSE_S * 2 ** (self.attempt - 1), LAST_PAUSE_S))


class IndexingService:
    """For one collection: that of the embedding model in use."""

    def __init__(self, session: AsyncSession, master_keys: MasterKeys, spec: CollectionSpec) -> None:
        self._session = session
        self._versions = IndexRepository(session)
        self._keys = ChatKeys(session, master_keys)
        self._collection = spec.name

    async def request(self, chat_id: UUID) -> VectorStatus:
        """Have an imported chat indexed, unless it is already or soon will be; a failed one is tried again.

        Returns the status that the chat has now.

        Raises:
            ChatNotFound: there is none any more.
        """
        chat = await self._versions.chat(chat_id)
        if chat is None:
            raise ChatNotFound
        if chat.status == ChatStatus.COMPLETED and not await self._is_provided_for(chat_id):
            self._add_version(chat_id)
            await Outbox(self._session).add(Queue.INDEXING, "index_chat", chat_id=chat_id)
            chat.vector_status = VectorStatus.PENDING
            chat.vector_error_code = None
            await self._session.flush()
        return VectorStatus(chat.vector_status)

    async def renew(self, chat_id: UUID, *, now: bool) -> None:
        """Let go of the index of a chat whose messages have changed, and have it made again: now, or when asked.

        In the transaction that changes the messages. Positions may mean other messages now, so that the old version
        must not answer until the new one is there.
        """
        chat = await self._versions.chat(chat_id)
        if chat is None:
            return
        await self._versions.retire(chat_id, VersionState.BUILDING, VersionState.LIVE)
        chat.vector_status, chat.vector_error_code = VectorStatus.PENDING, None
        chat.chunk_count, chat.indexed_at = 0, None
        await self._session.flush()
        if now:
            await self.request(chat_id)

    async def forget(self, chat_id: UUID) -> None:
        """Take what there is of a deleted chat's index out of use."""
        await self._versions.retire(chat_id, VersionState.BUILDING, VersionState.LIVE)

    async def _is_provided_for(self, chat_id: UUID) -> bool:
        if await self._versions.version(chat_id, VersionState.BUILDING) is not None:
            return True
        live = await self._versions.version(chat_id, VersionState.LIVE)
        return live is not None and live.collection == self._collection

    def _add_version(self, chat_id: UUID) -> ChatIndex:
        version = ChatIndex(chat_id=chat_id, collection=self._collection)
        self._versions.add(version)
        return version

    async def claim(self, chat_id: UUID) -> IndexClaim | None:
        """Take the lease on the version that waits to be built; None when there is none any more.

        Commit before the claim is used: its sealing epoch must not be handed out again. After ATTEMPTS runs that
        stored nothing, the chat's indexing is settled as failed.

        Raises:
            Held: another run holds the lease.
        """
        chat = await self._versions.chat(chat_id)
        version = await self._versions.version(chat_id, VersionState.BUILDING) if chat else None
        if chat is None or version is None:
            return None
        now = (await self._session.scalars(select(func.now()))).one()
        require_free(version.lease_until, now)
        if version.attempts >= ATTEMPTS:
            await self._fail(chat, version.error_code or LOST)
            return None
        key = await self._keys.next_epoch(chat_id)
        if key is None:
            return None
        if version.collection != self._collection:  # requested before the embedding model was changed
            await self._versions.retire(chat_id, VersionState.BUILDING)
            version = self._add_version(chat_id)
            await self._session.flush()
            await self._session.refresh(version)
        version.fence += 1
        version.attempts += 1
        version.lease_until = now + timedelta(seconds=LEASE_S)
        chat.vector_status = VectorStatus.INDEXING
        await self._session.flush()
        return IndexClaim(chat_id, version.id, version.fence, version.attempts, *key, chat.message_count)

    async def hold(self, claim: IndexClaim, *, progressed: bool) -> bool:
        """Hold the lease longer; False when the claim is no longer current.

        A run that has stored something counts as no failed attempt.
        """
        values = {"attempts": 0} if progressed else {}
        return await self._versions.change(claim.version, claim.fence, lease_until=lease_end(LEASE_S), **values)

    async def release(self, claim: IndexClaim, error_code: str | None, *, progressed: bool = False) -> None:
        """Give the lease up, so that the next run need not wait for its end; without a code it was no failure."""
        counted = ChatIndex.attempts if error_code else func.greatest(ChatIndex.attempts - 1, 0)
        attempts = 0 if progressed else counted
        await self._versions.change(
            claim.version, claim.fence, lease_until=None, error_code=error_code, attempts=attempts
        )

    async def complete(self, claim: IndexClaim, sealed_facts: bytes, point_count: int) -> bool:
        """Switch the chat to the new version, which is whole; False, and nothing changed, when superseded."""
        chat = await self._versions.chat(claim.chat_id)
        if chat is None or not await self._versions.change(claim.version, claim.fence, lease_until=None):
            return False
        await self._versions.retire(claim.chat_id, VersionState.LIVE)
        await self._versions.change(
            claim.version,
            claim.fence,
            state=VersionState.LIVE,
            sealed_facts=sealed_facts,
            point_count=point_count,
            error_code=None,
        )
        chat.vector_status, chat.vector_error_code = VectorStatus.COMPLETED, None
        chat.chunk_count, chat.indexed_at = point_count, func.now()
        await self._session.flush()
        return True

    async def fail(self, claim: IndexClaim, error_code: str) -> bool:
        """Settle as failed, with the code that says why; False when superseded."""
        chat = await self._versions.chat(claim.chat_id)
        if chat is None or not await self._versions.change(claim.version, claim.fence, error_code=error_code):
            return False
        await self._fail(chat, error_code)
        return True

    async def _fail(self, chat: Chat, error_code: str) -> None:
        await self._versions.retire(chat.id, VersionState.BUILDING)
        chat.vector_status, chat.vector_error_code = VectorStatus.FAILED, error_code
        await self._session.flush()
