"""The wallets and their ledger.

A subject has one wallet for ever. Deleting the account rewrites nothing here: it turns the user that the wallet
points to into a tombstone without a name, and a subject who returns gets the same wallet, and its debt, again.
Entries are only ever added; the database itself refuses anything else.
"""

from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import DDL, BigInteger, CheckConstraint, ForeignKey, UniqueConstraint, event, func, text
from sqlalchemy.orm import Mapped, mapped_column

from domain.base import Entity, Record, text_of
from domain.users.models import User


class EntryKind(StrEnum):
    """What moved the coins; the API's transaction types."""

    SIGNUP_BONUS = "signup_bonus"
    PURCHASE = "purchase"
    INSIGHT_UNLOCK = "insight_unlock"
    REFUND = "refund"
    CLAWBACK = "clawback"
    RESTORE = "restore"
    ADMIN_ADJUSTMENT = "admin_adjustment"


class CounterAccount(StrEnum):
    """The other side of an entry: where coins come from, or go to."""

    PROMOTIONS = "promotions"
    SALES = "sales"
    INSIGHTS = "insights"
    ADJUSTMENTS = "adjustments"


COUNTER_ACCOUNTS = {
    EntryKind.SIGNUP_BONUS: CounterAccount.PROMOTIONS,
    EntryKind.PURCHASE: CounterAccount.SALES,
    EntryKind.INSIGHT_UNLOCK: CounterAccount.INSIGHTS,
    EntryKind.REFUND: CounterAccount.INSIGHTS,
    EntryKind.CLAWBACK: CounterAccount.SALES,
    EntryKind.RESTORE: CounterAccount.SALES,
    EntryKind.ADMIN_ADJUSTMENT: CounterAccount.ADJUSTMENTS,
}


class Wallet(Entity):
    __tablename__ = "wallet"
    __table_args__ = (CheckConstraint("balance >= 0 OR debt_allowed", name="covered"),)

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id), unique=True)
    balance: Mapped[int] = mapped_column(BigInteger, server_default=text("0"))
    """The sum of the entries, in coins."""
    debt_allowed: Mapped[bool] = mapped_column(server_default=text("false"))
    """Set by an entry that may take back what is spent already; gone once the debt is."""
    next_seq: Mapped[int] = mapped_column(server_default=text("1"))
    first_seq: Mapped[int] = mapped_column(server_default=text("1"))
    """The first entry of the present account: those of one that was deleted are not shown."""


class LedgerEntry(Record):
    __tablename__ = "ledger_entry"
    __table_args__ = (
        UniqueConstraint("kind", "ref_type", "ref_id"),
        UniqueConstraint("wallet_id", "seq"),
        CheckConstraint("amount <> 0", name="amount"),
        CheckConstraint("seq > 0", name="seq"),
    )

    wallet_id: Mapped[UUID] = mapped_column(ForeignKey(Wallet.id))
    seq: Mapped[int]
    """1, 2, 3, … within the wallet, without a gap."""
    amount: Mapped[int] = mapped_column(BigInteger)
    """In coins; negative takes."""
    balance_after: Mapped[int] = mapped_column(BigInteger)
    kind: Mapped[EntryKind] = mapped_column(text_of(EntryKind, "kind"))
    ref_type: Mapped[str]
    ref_id: Mapped[UUID]
    """What it is about. A kind happens once to it: that is the idempotency of every posting."""
    counter_account: Mapped[CounterAccount] = mapped_column(text_of(CounterAccount, "counter_account"))
    chat_id: Mapped[UUID | None]
    """The chat that the coins were for. No foreign key: the entry outlives the chat."""
    order_id: Mapped[UUID | None]
    """The order that the coins were bought with. No foreign key: orders know of entries, and not the other way."""
    description: Mapped[str]
    """A sentence for the wallet's owner, without private data."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


CREATE_APPEND_ONLY_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_ledger_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the ledger is append-only' USING ERRCODE = 'restrict_violation';
END
$$
"""
CREATE_APPEND_ONLY_TRIGGER = """
CREATE TRIGGER ledger_entry_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON ledger_entry
FOR EACH STATEMENT EXECUTE FUNCTION refuse_ledger_change()
"""
LEDGER_TRIGGERS = (CREATE_APPEND_ONLY_FUNCTION, CREATE_APPEND_ONLY_TRIGGER)
"""To be executed in this order once `ledger_entry` stands."""

for _statement in LEDGER_TRIGGERS:
    event.listen(LedgerEntry.__table__, "after_create", DDL(_statement))  # type: ignore[no-untyped-call] # SQLAlchemy's
