"""The generation of an unlock's insights, as steps that each stand in a transaction of their own.

A run claims the unlock (see `domain.leases`), makes what is missing, stores each insight as it is made, and has the
unlock settled (see `domain.insights.settle`) when nothing is left to be made.
"""

from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from domain.chats.errors import ChatNotFound
from domain.chats.service import ChatKeys
from domain.cipher import MasterKeys
from domain.insights.generator import Made
from domain.insights.models import Insight, Unlock
from domain.insights.repository import UNSETTLED, UnlockRepository
from domain.insights.states import InsightStatus, Stage, UnlockStatus
from domain.leases import Superseded, lease_end, require_free

FIRST_PAUSE_S = 2
LAST_PAUSE_S = 60


class RunClaim(msgspec.Struct, frozen=True):
    """The right to make an unlock's insights, until the lease runs out or another claims it."""

    unlock_id: UUID
    chat_id: UUID
    user_id: UUID
    fence: int
    attempt: int
    """From 1: this run, and those before it."""
    left_s: float
    """Until the deadline."""
    key: bytes
    epoch: int


class Wanted(msgspec.Struct, frozen=True):
    """An insight that is to be made now."""

    id: UUID
    insight_type: str


class RunService:
    def __init__(self, session: AsyncSession, master_keys: MasterKeys, lease_s: float) -> None:
        self._unlocks = UnlockRepository(session)
        self._keys = ChatKeys(session, master_keys)
        self._session = session
        self._lease_s = lease_s

    async def claim(self, unlock_id: UUID) -> RunClaim | None:
        """Take the lease on an unlock that is not settled; None when it is, or its chat is gone.

        Commit before the claim is used: its sealing epoch must not be handed out again.

        Raises:
            Held: another run holds the lease.
        """
        unlock = await self._unlocks.lock(unlock_id)
        if unlock is None or unlock.status not in UNSETTLED:
            return None
        now = await self._unlocks.now()
        require_free(unlock.lease_until, now)
        key = await self._keys.next_epoch(unlock.chat_id)
        if key is None:
            return None
        unlock.status = UnlockStatus.RUNNING
        unlock.fence += 1
        unlock.attempts += 1
        unlock.revision += 1
        unlock.lease_until = now + timedelta(seconds=self._lease_s)
        unlock.started_at = unlock.started_at or now
        await self._session.flush()
        left_s = (unlock.deadline_at - now).total_seconds()
        return RunClaim(
            unlock_id, unlock.chat_id, unlock.user_id, unlock.fence, unlock.attempts, max(0.0, left_s), *key
        )

    async def renew(self, claim: RunClaim) -> bool:
        """Hold the lease longer; False when the claim is no longer current."""
        held = await self._unlocks.change(claim.unlock_id, claim.fence, lease_until=lease_end(self._lease_s))
        return held is not None

    async def release(self, claim: RunClaim) -> None:
        """Give the lease up, so that the next run need not wait for its end."""
        await self._unlocks.change(claim.unlock_id, claim.fence, lease_until=None)

    async def advance(self, claim: RunClaim, stage: Stage) -> None:
        """Record how far the run is.

        Raises:
            Superseded: the claim is no longer current.
        """
        await self._step(claim, stage=stage, stage_revision=Unlock.revision + 1)

    async def begin(self, claim: RunClaim) -> list[Wanted]:
        """The insights that are to be made now, which are being made from here on.

        Raises:
            Superseded: the claim is no longer current.
        """
        revision = await self._step(claim)
        wanted = [Wanted(*row) for row in await self._unlocks.to_be_made(claim.unlock_id)]
        beginning = {"status": InsightStatus.GENERATING, "revision": revision, "due_at": None}
        await self._unlocks.change_insights([one.id for one in wanted], **beginning)
        return wanted

    async def store(self, claim: RunClaim, wanted: Wanted, made: Made, sealed: bytes) -> None:
        """Deliver an insight, or record why it could not be made; nothing happens to one that is delivered.

        Where another try may do better, it is due again after a pause that grows, if that is before the deadline.

        Raises:
            Superseded: the claim is no longer current.
            ChatNotFound: the chat was deleted.
        """
        revision = await self._step(claim)
        if not await self._unlocks.hold_chat(claim.chat_id):
            raise ChatNotFound
        insight = await self._unlocks.insight(wanted.id)
        if insight is None or insight.status is InsightStatus.COMPLETED:
            return
        insight.revision = revision
        if made.content is not None:
            insight.status, insight.error_code, insight.sealed = InsightStatus.COMPLETED, None, sealed
        else:
            await self._record_failure(claim, insight, made, sealed)
        await self._session.flush()

    async def _record_failure(self, claim: RunClaim, insight: Insight, made: Made, sealed: bytes) -> None:
        insight.error_code = made.error_code or UNEXPLAINED
        if made.another_try:
            pause_s = max(pause_after(insight.attempts + 1), made.retry_after_s or 0)
            due_at = await self._unlocks.now() + timedelta(seconds=pause_s)
            unlock = await self._session.get_one(Unlock, claim.unlock_id)
            if due_at < unlock.deadline_at:
                insight.status, insight.due_at = InsightStatus.PENDING, due_at
                insight.attempts += 1
                return
        insight.status, insight.sealed = InsightStatus.FAILED, sealed

    async def _step(self, claim: RunClaim, **values: object) -> int:
        """Change the unlock by one revision, and hold the lease longer."""
        until = lease_end(self._lease_s)
        revision = await self._unlocks.change(
            claim.unlock_id, claim.fence, revision=Unlock.revision + 1, lease_until=until, **values
        )
        if revision is None:
            raise Superseded
        return revision


UNEXPLAINED = "generation_failed"
"""The code of an insight that was not made without a word."""


def pause_after(failures: int) -> float:
    """How many seconds to wait after so many failures, one after another."""
    return float(min(FIRST_PAUSE_S * 2 ** min(failures - 1, 10), LAST_PAUSE_S))
