"""Work that a client may ask for again and that is done once.

Work and answer are one transaction: either both are there or neither is, whatever is killed when. While it runs,
its key is held by a lock that ends with the transaction, so a crash leaves nothing to clear up.
"""

import hashlib
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy import delete, func, insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import Conflict, Invalid
from domain.idempotency.models import IdempotencyKey

KEPT = timedelta(hours=24)


class IdempotencyKeyReused(Invalid):
    code = "idempotency_key_reused"
    detail = "This Idempotency-Key came with another request before."


class IdempotencyKeyInFlight(Conflict):
    code = "idempotency_key_in_flight"
    detail = "A request with this Idempotency-Key is being worked on. Try again."


class KeyedRequest(msgspec.Struct, frozen=True):
    """A request with a key. The key is unique per user and route; `content` is what must be the same again."""

    user_id: UUID
    route: str
    key: str
    content: bytes


class Answer(msgspec.Struct, frozen=True):
    """A successful answer; the body is JSON without private data."""

    status: int
    headers: dict[str, str]
    body: str


class IdempotencyService:
    """Writes in the caller's transaction, which must be the one in which the work is done."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def once(self, request: KeyedRequest, work: Callable[[], Awaitable[Answer]]) -> Answer:
        """Do the work and keep its answer, or give the answer that was kept. Work that raises leaves the key unused.

        Raises:
            IdempotencyKeyReused: the key came with other content before.
            IdempotencyKeyInFlight: it is being worked on in another transaction.
        """
        # A statement of its own: the next one must look at what the last holder of the lock has committed.
        if not await self._session.scalar(select(func.pg_try_advisory_xact_lock(_lock(request)))):
            raise IdempotencyKeyInFlight
        key_hash, request_hash = _sha256(request.key.encode()), _sha256(request.content)
        kept = await self._kept(request.user_id, request.route, key_hash)
        if kept is not None:
            if kept.request_hash != request_hash:
                raise IdempotencyKeyReused
            return Answer(kept.status, kept.headers, kept.body)
        answer = await work()
        await self._session.execute(
            insert(IdempotencyKey).values(
                user_id=request.user_id,
                route=request.route,
                key_hash=key_hash,
                request_hash=request_hash,
                status=answer.status,
                headers=answer.headers,
                body=answer.body,
            )
        )
        return answer

    async def forget(self, before: datetime) -> None:
        """Drop the answers that were given before a moment."""
        await self._session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < before))

    async def _kept(self, user_id: UUID, route: str, key_hash: bytes) -> IdempotencyKey | None:
        same = (
            IdempotencyKey.user_id == user_id,
            IdempotencyKey.route == route,
            IdempotencyKey.key_hash == key_hash,
        )
        return (await self._session.scalars(select(IdempotencyKey).where(*same))).one_or_none()


def _lock(request: KeyedRequest) -> int:
    """The number of PostgreSQL's advisory lock that stands for the key: 64 bits of a hash."""
    name = f"{request.user_id}\n{request.route}\n{request.key}"
    return int.from_bytes(_sha256(name.encode())[:8], signed=True)


def _sha256(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()
