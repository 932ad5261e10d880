"""The purchase of a category's insights for a chat."""

from collections.abc import Sequence
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue.models import InsightType
from domain.catalogue.service import CategoryNotFound
from domain.chats.errors import ChatNotFound
from domain.chats.service import OpenedChat
from domain.credits.service import CreditService
from domain.insights.errors import AlreadyUnlocked, CategoryNotForGroups, ChatTooSmall
from domain.insights.repository import UnlockRepository
from domain.outbox import Outbox, Queue
from domain.users.service import UserService

REF_TYPE = "unlock"
"""What the ledger's entries of an unlock refer to."""
RUN = "run_unlock"
"""The job that makes an unlock's insights."""
FEWEST_MESSAGES = 20
FEWEST_EACH = 5
"""Text messages of the two people who wrote most."""
_TWO = 2


class Unlocked(msgspec.Struct, frozen=True):
    """An unlock that was paid, in coins."""

    id: UUID
    charged: int
    balance: int
    insight_count: int


class _Count(msgspec.Struct):
    count: int


class _Writer(msgspec.Struct):
    message_count: int
    text_messages: _Count | None = None
    """Not counted by the first version of the statistics."""

    @property
    def written(self) -> int:
        return self.message_count if self.text_messages is None else self.text_messages.count


class _Written(msgspec.Struct):
    """What of a chat's statistics says whether it can carry insights."""

    user_stats: dict[str, _Writer]


class UnlockService:
    """Writes in the caller's transaction."""

    def __init__(self, session: AsyncSession, users: UserService, deadline_s: float) -> None:
        self._unlocks = UnlockRepository(session)
        self._credits = CreditService(session)
        self._outbox = Outbox(session)
        self._users = users
        self._deadline_s = deadline_s

    async def unlock(self, user_id: UUID, chat: OpenedChat, category_id: UUID) -> Unlocked:
        """Charge a category for an imported chat, and have its insights made.

        Only what the chat can carry, and was not delivered for it before, is made and charged.

        Raises:
            CategoryNotFound: there is none, or it is not offered.
            ChatTooSmall: the chat cannot carry any insight.
            CategoryNotForGroups: it can carry none of this category.
            ChatNotFound: it was deleted meanwhile.
            AccountDeleted: the account was, meanwhile.
            AlreadyUnlocked: the insights were paid before, and delivered or not yet given up.
            InsufficientCredits: the wallet does not cover it.
        """
        chat_id = chat.row.id
        if (live := await self._unlocks.live(chat_id, category_id)) is not None:
            raise AlreadyUnlocked(live)
        carried = _carried(chat, await self._unlocks.insight_types(category_id))
        await self._users.require_live(user_id)
        if not await self._unlocks.hold_chat(chat_id, user_id):
            raise ChatNotFound
        unlock_id = await self._add(user_id, chat_id, category_id)
        # Looked for behind the new row, beside which no other unlock can deliver or be settled.
        delivered = await self._unlocks.delivered(chat_id)
        missing = [kind for kind in carried if kind.id not in delivered]
        if not missing:
            raise AlreadyUnlocked(delivered[carried[-1].id])
        charged = sum(kind.credit_cost for kind in missing)
        title = await self._unlocks.category_title(category_id)
        posted = await self._credits.spend(
            user_id, charged, ref_type=REF_TYPE, ref_id=unlock_id, description=f"Insights: {title}", chat_id=chat_id
        )
        await self._unlocks.add_insights(unlock_id, chat_id, missing)
        await self._unlocks.set(unlock_id, charged=charged, requested=len(missing))
        await self._outbox.add(Queue.INSIGHTS, RUN, unlock_id=unlock_id)
        return Unlocked(unlock_id, charged, posted.balance_after, len(missing))

    async def _add(self, user_id: UUID, chat_id: UUID, category_id: UUID) -> UUID:
        wallet_id = await self._credits.wallet_of(user_id)
        values = {"user_id": user_id, "wallet_id": wallet_id, "chat_id": chat_id, "category_id": category_id}
        while (unlock_id := await self._unlocks.add(self._deadline_s, **values)) is None:
            live = await self._unlocks.live(chat_id, category_id)
            if live is not None:
                raise AlreadyUnlocked(live)
            # It was given up between the two statements.
        return unlock_id


def _carried(chat: OpenedChat, insight_types: Sequence[InsightType]) -> list[InsightType]:
    """Those of a category's insight types that the chat can carry."""
    if not insight_types:
        raise CategoryNotFound
    statistics = msgspec.json.decode(chat.statistics or b'{"user_stats":{}}', type=_Written)
    writers = [writer for writer in statistics.user_stats.values() if writer.message_count]
    written = sorted((writer.written for writer in writers), reverse=True)
    if sum(written) < FEWEST_MESSAGES or len(written) < _TWO or written[1] < FEWEST_EACH:
        raise ChatTooSmall
    carried = [kind for kind in insight_types if kind.for_groups or len(writers) == _TWO]
    if not carried:
        raise CategoryNotForGroups
    return carried
