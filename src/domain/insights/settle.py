"""The settlement of an unlock: once, in one transaction with the refund of what was not delivered."""

from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from domain.credits.service import CreditService
from domain.insights.models import Insight, Unlock
from domain.insights.repository import UNSETTLED, UnlockRepository
from domain.insights.states import InsightStatus, Stage, UnlockStatus
from domain.insights.unlock import REF_TYPE, RUN
from domain.leases import Superseded
from domain.users.service import AccountDeleted, UserService

NOT_IN_TIME = "not_made_in_time"
"""The code of an insight for which no try was left before the deadline."""
_AT_ONCE = 100


class Settlement(msgspec.Struct, frozen=True):
    """What came of an unlock, in coins."""

    unlock_id: UUID
    status: UnlockStatus
    charged: int
    refunded: int


class SettlementService:
    """Writes in the caller's transaction."""

    def __init__(self, session: AsyncSession, users: UserService) -> None:
        self._unlocks = UnlockRepository(session)
        self._credits = CreditService(session)
        self._users = users
        self._session = session

    async def finish(self, unlock_id: UUID, fence: int) -> Settlement | datetime:
        """Settle the unlock that a run has claimed; or, where insights are still to be made, when to go on.

        Raises:
            Superseded: the claim is no longer current.
        """
        unlock = await self._unlocks.lock(unlock_id)
        if unlock is None or unlock.fence != fence or unlock.status is not UnlockStatus.RUNNING:
            raise Superseded
        now = await self._unlocks.now()
        insights = await self._unlocks.insights(unlock_id)
        open_ends = [insight.due_at or now for insight in insights if insight.status not in _ENDED]
        if open_ends and now < unlock.deadline_at:
            return min(open_ends)
        return await self._settle(unlock, now)

    async def overdue(self) -> list[UUID]:
        """Unlocks that are to be settled now, each in a transaction of its own, whoever works on them."""
        return list(await self._unlocks.overdue(_AT_ONCE))

    async def settle_overdue(self, unlock_id: UUID) -> Settlement | None:
        """Settle an unlock whose deadline has passed; None when it is settled, or somebody is at it this moment."""
        unlock = await self._unlocks.lock(unlock_id, wait=False)
        now = await self._unlocks.now()
        if unlock is None or unlock.status not in UNSETTLED or now < unlock.deadline_at:
            return None
        return await self._settle(unlock, now)

    async def recall(self, lease_s: float) -> None:
        """Have the jobs sent again that were sent, and that nobody has worked on for as long as a lease."""
        await self._unlocks.recall_jobs(RUN, lease_s)

    async def unsettled(self, chat_id: UUID) -> list[UUID]:
        """The unlocks of a deleted chat that are to be cancelled, each in a transaction of its own."""
        return list(await self._unlocks.unsettled(chat_id))

    async def cancel(self, unlock_id: UUID) -> Settlement | None:
        """Settle an unlock whose chat was deleted; None when it is settled."""
        unlock = await self._unlocks.lock(unlock_id)
        if unlock is None or unlock.status not in UNSETTLED:
            return None
        return await self._settle(unlock, await self._unlocks.now())

    async def forget(self, chat_id: UUID) -> None:
        """Remove the insights of a deleted chat, whose unlocks are settled."""
        await self._unlocks.remove_insights(chat_id)

    async def _settle(self, unlock: Unlock, now: datetime) -> Settlement:
        """Settle by what was delivered. The fence rises, so that no run changes anything any more."""
        insights = await self._unlocks.insights(unlock.id)
        delivered = [insight for insight in insights if insight.status is InsightStatus.COMPLETED]
        missing = unlock.charged - sum(insight.share for insight in delivered)
        forfeited = not await self._is_live(unlock.user_id)
        unlock.status = await self._outcome(unlock, delivered, missing, forfeited=forfeited)
        if missing and not forfeited:
            await self._refund(unlock, missing)
        unlock.delivered = len(delivered)
        unlock.stage, unlock.settled_at, unlock.lease_until = Stage.SETTLED, now, None
        unlock.fence += 1
        unlock.revision += 1
        unlock.stage_revision = unlock.revision
        for insight in insights:
            if insight.status not in _ENDED:
                insight.status, insight.due_at = InsightStatus.FAILED, None
                insight.error_code = insight.error_code or NOT_IN_TIME
                insight.revision = unlock.revision
        await self._session.flush()
        return Settlement(unlock.id, unlock.status, unlock.charged, unlock.refunded)

    async def _outcome(
        self, unlock: Unlock, delivered: list[Insight], missing: int, *, forfeited: bool
    ) -> UnlockStatus:
        if not missing:
            return UnlockStatus.COMPLETED
        if forfeited or not await self._unlocks.hold_chat(unlock.chat_id):
            return UnlockStatus.CANCELLED
        return UnlockStatus.PARTIAL_FAILURE if delivered else UnlockStatus.FAILED

    async def _refund(self, unlock: Unlock, missing: int) -> None:
        await self._credits.refund(
            unlock.wallet_id,
            missing,
            ref_type=REF_TYPE,
            ref_id=unlock.id,
            description="Refund of insights that were not delivered",
            chat_id=unlock.chat_id,
        )
        unlock.refunded = missing

    async def _is_live(self, user_id: UUID) -> bool:
        """Whether there is an account to give something back to: a deleted one has forfeited it."""
        try:
            await self._users.require_live(user_id)
        except AccountDeleted:
            return False
        return True


_ENDED = (InsightStatus.COMPLETED, InsightStatus.FAILED)
