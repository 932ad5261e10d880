"""The ledger's rules: every coin that moves is an entry, and a wallet never spends what it does not hold."""

from uuid import UUID

import asyncpg
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.credits.models import EntryKind
from domain.credits.repository import (
    History,
    Posted,
    Posting,
    Violation,
    WalletKey,
    WalletRepository,
    of_user,
    read_balance,
    read_history,
    with_id,
)
from domain.errors import Conflict, Insufficient, Invalid, NotFound

SIGNUP_BONUS = 50
MAX_POSTING = 1_000_000_000
"""Coins that one entry may move; beyond that it is a slip of the keyboard."""


class WalletNotFound(NotFound):
    code = "wallet_not_found"
    detail = "There is no wallet for this account."


class AlreadyPosted(Conflict):
    code = "already_posted"
    detail = "These coins have been moved already."


class InvalidAmount(Invalid):
    code = "invalid_amount"
    detail = "An amount is a whole number of coins, not zero, and not more than a thousand million."


class InsufficientCredits(Insufficient):
    """Its members are `required`, `available` (negative for a debt) and `deficit`, in coins."""

    def __init__(self, required: int, available: int) -> None:
        super().__init__(required=required, available=available, deficit=required - available)


class CreditService:
    """Writes in the caller's transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._wallets = WalletRepository(session)

    async def open_wallet(self, user_id: UUID, *, returning_as: str | None) -> None:
        """Open the wallet of a new user, with the sign-up bonus; nothing happens when it is open.

        `returning_as` is the pseudonym of an account that the same subject deleted: the user gets that wallet,
        without a bonus. A debt is kept, coins left over are forfeited, and the history shown starts anew.
        """
        if returning_as is not None and await self._reopen(user_id, returning_as):
            return
        wallet_id = await self._wallets.add(user_id)
        if wallet_id is None or returning_as is not None:
            return
        bonus = Posting(
            kind=EntryKind.SIGNUP_BONUS,
            amount=SIGNUP_BONUS,
            ref_type="wallet",
            ref_id=wallet_id,
            description="Sign-up bonus",
        )
        await self._post(with_id(wallet_id), bonus)

    async def spend(
        self, user_id: UUID, amount: int, *, ref_type: str, ref_id: UUID, description: str, chat_id: UUID | None = None
    ) -> Posted:
        """Charge an unlock.

        Raises:
            InsufficientCredits: the wallet does not cover it.
            AlreadyPosted: it is charged already; the transaction can only be rolled back.
            WalletNotFound: the user has no wallet.
        """
        if not 0 < amount <= MAX_POSTING:
            raise InvalidAmount
        charge = Posting(
            kind=EntryKind.INSIGHT_UNLOCK,
            amount=-amount,
            ref_type=ref_type,
            ref_id=ref_id,
            description=description,
            chat_id=chat_id,
        )
        return await self._post(of_user(user_id), charge)

    async def refund(
        self, wallet_id: UUID, amount: int, *, ref_type: str, ref_id: UUID, description: str, chat_id: UUID
    ) -> Posted:
        """Give back what of a charge was not delivered, whoever has the wallet by now.

        Raises:
            AlreadyPosted: it was given back before; the transaction can only be rolled back.
        """
        refund = Posting(
            kind=EntryKind.REFUND,
            amount=amount,
            ref_type=ref_type,
            ref_id=ref_id,
            description=description,
            chat_id=chat_id,
        )
        return await self._post(with_id(wallet_id), refund)

    async def adjust(self, user_id: UUID, amount: int, *, reason: str) -> Posted:
        """Give coins, or take them where `amount` is negative. The reason is shown to the wallet's owner.

        Raises:
            InsufficientCredits: more would be taken than there is.
            InvalidAmount: zero, or beyond any sense.
            WalletNotFound: the user has no wallet.
        """
        if abs(amount) > MAX_POSTING:
            raise InvalidAmount
        adjustment = Posting(
            kind=EntryKind.ADMIN_ADJUSTMENT, amount=amount, ref_type="adjustment", ref_id=uuid7(), description=reason
        )
        return await self._post(of_user(user_id), adjustment)

    async def wallet_of(self, user_id: UUID) -> UUID:
        """The id of a user's wallet.

        Raises:
            WalletNotFound: the user has none.
        """
        wallet_id = await self._wallets.id(of_user(user_id))
        if wallet_id is None:
            raise WalletNotFound
        return wallet_id

    async def purchase(self, wallet_id: UUID, coins: int, *, order_id: UUID, description: str) -> Posted:
        """Give the coins of a paid order, whoever has the wallet by now.

        Raises:
            AlreadyPosted: they were given before; the transaction can only be rolled back.
        """
        return await self._sell(EntryKind.PURCHASE, wallet_id, coins, order_id, "order", order_id, description)

    async def claw_back(
        self, wallet_id: UUID, coins: int, *, order_id: UUID, ref_type: str, ref_id: UUID, description: str
    ) -> Posted:
        """Take back coins whose price went back. What is spent already becomes a debt.

        Raises:
            AlreadyPosted: this reference has taken them; the transaction can only be rolled back.
        """
        return await self._sell(EntryKind.CLAWBACK, wallet_id, -coins, order_id, ref_type, ref_id, description)

    async def restore(
        self, wallet_id: UUID, coins: int, *, order_id: UUID, ref_type: str, ref_id: UUID, description: str
    ) -> Posted:
        """Give coins again that were clawed back.

        Raises:
            AlreadyPosted: this reference has given them; the transaction can only be rolled back.
        """
        return await self._sell(EntryKind.RESTORE, wallet_id, coins, order_id, ref_type, ref_id, description)

    async def check(self) -> list[Violation]:
        """Look for wallets that break an invariant of the ledger, in one snapshot. None are expected."""
        return await self._wallets.violations()

    async def size(self) -> tuple[int, int]:
        """How many wallets and how many entries a check goes through."""
        wallets, entries = await self._wallets.size()
        return wallets, entries

    async def _sell(
        self,
        kind: EntryKind,
        wallet_id: UUID,
        amount: int,
        order_id: UUID,
        ref_type: str,
        ref_id: UUID,
        description: str,
    ) -> Posted:
        posting = Posting(
            kind=kind,
            amount=amount,
            ref_type=ref_type,
            ref_id=ref_id,
            description=description,
            order_id=order_id,
            may_owe=kind is EntryKind.CLAWBACK,
        )
        return await self._post(with_id(wallet_id), posting)

    async def _reopen(self, user_id: UUID, returning_as: str) -> bool:
        wallet = await self._wallets.reopen(user_id, returning_as)
        if wallet is None:
            return False
        wallet_id, left = wallet
        reopening = uuid7()
        # A debt is taken off in the old history and put at the start of the new one: shown entries sum to the balance.
        if left != 0:
            settled = Posting(
                kind=EntryKind.RESTORE if left < 0 else EntryKind.ADMIN_ADJUSTMENT,
                amount=-left,
                ref_type="reopening",
                ref_id=reopening,
                description="Debt carried over" if left < 0 else "Forfeited with the deleted account",
            )
            await self._post(with_id(wallet_id), settled)
        await self._wallets.start_history(wallet_id)
        if left < 0:
            debt = Posting(
                kind=EntryKind.CLAWBACK,
                amount=left,
                ref_type="reopening",
                ref_id=reopening,
                description="Debt of the deleted account",
                may_owe=True,
            )
            await self._post(with_id(wallet_id), debt)
        return True

    async def _post(self, wallet: WalletKey, posting: Posting) -> Posted:
        if posting.amount == 0:
            raise InvalidAmount
        try:
            while (posted := await self._wallets.post(wallet, posting)) is None:
                available = await self._wallets.balance(wallet)
                if available is None:
                    raise WalletNotFound
                if available + posting.amount < 0:
                    raise InsufficientCredits(-posting.amount, available)
                # Coins came in between the two statements.
        except asyncpg.UniqueViolationError as error:
            if error.constraint_name == "uq_ledger_entry_kind":
                raise AlreadyPosted from None
            raise
        return posted


class WalletReader:
    """Reads wallets for their owners, without a transaction."""

    def __init__(self, reads: asyncpg.Pool) -> None:
        self._reads = reads

    async def balance(self, user_id: UUID) -> int:
        """The balance in coins; negative for a debt.

        Raises:
            WalletNotFound: the user has no wallet.
        """
        balance = await read_balance(self._reads, user_id)
        if balance is None:
            raise WalletNotFound
        return balance

    async def history(self, user_id: UUID, *, limit: int, offset: int) -> History:
        """A page of the entries, newest first.

        Raises:
            WalletNotFound: the user has no wallet.
        """
        history = await read_history(self._reads, user_id, limit, offset)
        if history is None:
            raise WalletNotFound
        return history
