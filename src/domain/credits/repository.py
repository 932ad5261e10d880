"""Statements over wallets and ledger: writing in the caller's transaction, reading through plain asyncpg."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

import asyncpg
from sqlalchemy import ColumnElement, Row, func, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Session
from uuid_utils.compat import uuid7

from domain.credits.models import COUNTER_ACCOUNTS, EntryKind, LedgerEntry, Wallet
from domain.users.models import User


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """An entry to be made: what moves the coins, how many, and why."""

    kind: EntryKind
    amount: int
    """In coins; negative takes."""
    ref_type: str
    ref_id: UUID
    description: str
    chat_id: UUID | None = None
    order_id: UUID | None = None
    may_owe: bool = False
    """Whether the balance may go below zero: for taking back what may be spent already."""


@dataclass(frozen=True, slots=True)
class WalletKey:
    """Which wallet: by its own id, or by its user's."""

    column: Literal["id", "user_id"]
    value: UUID

    @property
    def condition(self) -> ColumnElement[bool]:
        return (Wallet.id if self.column == "id" else Wallet.user_id) == self.value


@dataclass(frozen=True, slots=True)
class Posted:
    """An entry that was made."""

    entry_id: UUID
    wallet_id: UUID
    seq: int
    balance_after: int


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One entry, as its owner sees it."""

    id: UUID
    seq: int
    kind: str
    amount: int
    balance_after: int
    ref_type: str
    ref_id: UUID
    chat_id: UUID | None
    order_id: UUID | None
    description: str
    created_at: datetime
    refunded: bool
    """Whether it is a charge that has its refund."""


@dataclass(frozen=True, slots=True)
class History:
    """A page of a wallet's entries, newest first, with the balance and the number of all at that moment."""

    lines: list[HistoryLine]
    total: int
    balance: int


@dataclass(frozen=True, slots=True)
class Violation:
    """A wallet that breaks an invariant of the ledger."""

    invariant: str
    wallet_id: UUID
    expected: int
    found: int


_POST = {
    column: f"""
WITH moved AS (
    UPDATE wallet
    SET balance = balance + $2::bigint, next_seq = next_seq + 1, updated_at = now(),
        debt_allowed = (debt_allowed OR $3) AND balance + $2::bigint < 0
    WHERE {column} = $1 AND (balance + $2::bigint >= 0 OR $2::bigint > 0 OR $3)
    RETURNING id, balance, next_seq - 1 AS seq
)
INSERT INTO ledger_entry (id, wallet_id, seq, amount, balance_after, kind, ref_type, ref_id, counter_account, chat_id,
                          order_id, description, created_at)
SELECT $4, moved.id, moved.seq, $2::bigint, moved.balance, $5, $6, $7, $8, $9, $10, $11, clock_timestamp()
FROM moved
RETURNING id, wallet_id, seq, balance_after
"""  # noqa: S608 - one of two names of ours
    for column in ("id", "user_id")
}
"""The entry's time is taken once the wallet is locked: times rise with the sequence."""

_HISTORY = """
SELECT wallet.balance AS balance, wallet.next_seq - wallet.first_seq AS total,
       entry.id, entry.seq, entry.kind, entry.amount, entry.balance_after, entry.ref_type, entry.ref_id,
       entry.chat_id, entry.order_id, entry.description, entry.created_at, refund.id IS NOT NULL AS refunded
FROM wallet
LEFT JOIN ledger_entry AS entry
       ON entry.wallet_id = wallet.id
      AND entry.seq >= greatest(wallet.first_seq, wallet.next_seq - $2::bigint - $3::bigint)
      AND entry.seq < wallet.next_seq - $3::bigint
LEFT JOIN ledger_entry AS refund
       ON entry.kind = 'insight_unlock' AND refund.kind = 'refund'
      AND refund.ref_type = entry.ref_type AND refund.ref_id = entry.ref_id
WHERE wallet.user_id = $1
ORDER BY entry.seq DESC
"""
"""Without gaps in `seq`, a page is a range of it, however far back."""

_MAX_SEQ = 2**31 - 1

_VIOLATIONS = """
WITH running AS (
    SELECT wallet_id, seq, balance_after,
           sum(amount) OVER (PARTITION BY wallet_id ORDER BY seq) AS total,
           row_number() OVER (PARTITION BY wallet_id ORDER BY seq) AS position
    FROM ledger_entry
), latest AS (
    SELECT DISTINCT ON (wallet_id) wallet_id, seq, balance_after, total FROM running ORDER BY wallet_id, seq DESC
)
SELECT 'balance_is_sum' AS invariant, wallet.id AS wallet_id, coalesce(total, 0) AS expected, balance AS found
FROM wallet LEFT JOIN latest ON wallet_id = wallet.id WHERE balance <> coalesce(total, 0)
UNION ALL
SELECT 'balance_is_last_balance_after', wallet_id, balance_after, balance
FROM latest JOIN wallet ON wallet_id = wallet.id WHERE balance <> balance_after
UNION ALL
SELECT 'balance_after_is_running_sum', wallet_id, total, balance_after FROM running WHERE balance_after <> total
UNION ALL
SELECT 'seq_is_gapless', wallet_id, position, seq FROM running WHERE seq <> position
UNION ALL
SELECT 'next_seq_follows', wallet.id, coalesce(seq, 0) + 1, next_seq
FROM wallet LEFT JOIN latest ON wallet_id = wallet.id WHERE next_seq <> coalesce(seq, 0) + 1
UNION ALL
SELECT 'no_debt_without_flag', id, 0, balance FROM wallet WHERE balance < 0 AND NOT debt_allowed
UNION ALL
SELECT 'refund_within_charge', refund.wallet_id, coalesce(-charge.amount, 0), refund.amount
FROM ledger_entry AS refund
LEFT JOIN ledger_entry AS charge
       ON charge.kind = 'insight_unlock' AND charge.wallet_id = refund.wallet_id
      AND charge.ref_type = refund.ref_type AND charge.ref_id = refund.ref_id
WHERE refund.kind = 'refund' AND refund.amount > coalesce(-charge.amount, 0)
ORDER BY invariant, wallet_id, expected
"""


def of_user(user_id: UUID) -> WalletKey:
    return WalletKey("user_id", user_id)


def with_id(wallet_id: UUID) -> WalletKey:
    return WalletKey("id", wallet_id)


class WalletRepository:
    """Writes, and reads inside the writing transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, user_id: UUID) -> UUID | None:
        """Add an empty wallet; None when the user has one."""
        adding = (
            postgresql.insert(Wallet)
            .values(user_id=user_id)
            .on_conflict_do_nothing(index_elements=[Wallet.user_id])
            .returning(Wallet.id)
        )
        return (await self._session.execute(adding)).scalar_one_or_none()

    async def post(self, wallet: WalletKey, posting: Posting) -> Posted | None:
        """Move the coins and write the entry, in one statement; None when no such wallet covers it.

        At READ COMMITTED the update waits for a concurrent one and looks again at what that left behind, so that
        neither a coin nor a number of the sequence is given out twice.
        """
        values = (
            wallet.value,
            posting.amount,
            posting.may_owe,
            uuid7(),
            posting.kind.value,
            posting.ref_type,
            posting.ref_id,
            COUNTER_ACCOUNTS[posting.kind].value,
            posting.chat_id,
            posting.order_id,
            posting.description,
        )
        row = await self._session.run_sync(_fetch_row, _POST[wallet.column], values)
        return None if row is None else Posted(*row)

    async def id(self, wallet: WalletKey) -> UUID | None:
        wallet_id: UUID | None = await self._session.scalar(select(Wallet.id).where(wallet.condition))
        return wallet_id

    async def balance(self, wallet: WalletKey) -> int | None:
        balance: int | None = await self._session.scalar(select(Wallet.balance).where(wallet.condition))
        return balance

    async def reopen(self, user_id: UUID, returning_as: str) -> Row[tuple[UUID, int]] | None:
        """Give a user the wallet of the deleted accounts under a pseudonym; its id and balance, or None."""
        deleted = select(User.id).where(User.pseudonym == returning_as)
        reopening = (
            update(Wallet)
            .where(Wallet.user_id.in_(deleted))
            .values(user_id=user_id)
            .returning(Wallet.id, Wallet.balance)
        )
        return (await self._session.execute(reopening)).one_or_none()

    async def start_history(self, wallet_id: UUID) -> None:
        """Show no entry that stands so far."""
        await self._session.execute(update(Wallet).where(Wallet.id == wallet_id).values(first_seq=Wallet.next_seq))

    async def violations(self) -> list[Violation]:
        rows: Sequence[Row[Any]] = (await self._session.execute(text(_VIOLATIONS))).all()
        return [Violation(row.invariant, row.wallet_id, int(row.expected), int(row.found)) for row in rows]

    async def size(self) -> Row[tuple[int, int]]:
        """How many wallets and how many entries there are."""
        wallets, entries = (select(func.count()).select_from(table) for table in (Wallet, LedgerEntry))
        return (await self._session.execute(select(wallets.scalar_subquery(), entries.scalar_subquery()))).one()


def _fetch_row(session: Session, statement: str, values: tuple[object, ...]) -> Sequence[Any] | None:
    """Execute in the session's transaction on the driver's cursor, without what SQLAlchemy adds to a statement.

    Raises:
        asyncpg.PostgresError: as it comes from the driver.
    """
    connection = session.connection()
    cursor = connection.connection.cursor()
    try:
        cursor.execute(statement, values)
        row: Sequence[Any] | None = cursor.fetchone()
    except BaseException as error:  # noqa: BLE001 - raised again, as its cause
        cause = error.__cause__ or error  # the adapter's errors carry the driver's
        if not isinstance(cause, asyncpg.IntegrityConstraintViolationError):
            # Given up during BEGIN, it would go back to the pool in a transaction that SQLAlchemy knows nothing of.
            connection.invalidate()
        raise cause from None
    return row


async def read_balance(reads: asyncpg.Pool, user_id: UUID) -> int | None:
    """The balance of a user's wallet, in coins; None when there is no wallet."""
    balance: int | None = await reads.fetchval("SELECT balance FROM wallet WHERE user_id = $1", user_id)
    return balance


async def read_history(reads: asyncpg.Pool, user_id: UUID, limit: int, offset: int) -> History | None:
    """A page of a user's entries, newest first, in one statement; None when there is no wallet."""
    rows = await reads.fetch(_HISTORY, user_id, limit, min(offset, _MAX_SEQ))
    if not rows:
        return None
    lines = [HistoryLine(*row[2:]) for row in rows if row["seq"] is not None]
    return History(lines, total=rows[0]["total"], balance=rows[0]["balance"])
