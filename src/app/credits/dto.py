"""Responses of `/api/credits`."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from app.money import Price, price
from domain.catalogue.repository import ListedPackage
from domain.credits.models import EntryKind
from domain.credits.repository import History, HistoryLine

Coins = Annotated[int, msgspec.Meta(description="In coins; negative takes, or is a debt.")]
_PRINTABLE = r"^[^\x00-\x1f\x7f]+$(?!\n)"


class Balance(msgspec.Struct, frozen=True):
    """What the caller can spend."""

    user_id: str
    balance: Coins


class Transaction(msgspec.Struct, frozen=True):
    """An entry of the ledger."""

    id: UUID
    type: EntryKind
    amount: Coins
    balance_after: Coins
    description: str | None
    status: Annotated[
        Literal["completed", "refunded"],
        msgspec.Meta(description="A charge is refunded once an entry gives back what of it was not delivered."),
    ]
    created_at: datetime
    chat_id: UUID | None
    order_id: Annotated[UUID | None, msgspec.Meta(description="The order that was paid, or whose money went back.")]
    ref_type: Annotated[str, msgspec.Meta(description="What the entry was made for: `ref_id` is its id.")]
    ref_id: UUID
    seq: Annotated[int, msgspec.Meta(ge=1, description="Rises by one with every entry.")]


class Transactions(msgspec.Struct, frozen=True):
    """A page of the caller's entries, newest first."""

    transactions: list[Transaction]
    total_count: int
    current_balance: Coins


class Adjustment(msgspec.Struct, frozen=True):
    """Coins that an admin gives or takes."""

    user_id: Annotated[
        str, msgspec.Meta(max_length=255, pattern=_PRINTABLE, description="The subject of the user's tokens.")
    ]
    amount: Coins
    reason: Annotated[str, msgspec.Meta(max_length=200, pattern=_PRINTABLE, description="Shown to the wallet's owner.")]


class Adjusted(msgspec.Struct, frozen=True):
    """An adjustment that was made."""

    transaction_id: UUID
    amount: Coins
    balance_after: Coins
    seq: int


class Package(msgspec.Struct, frozen=True):
    """Coins that can be bought."""

    id: UUID
    name: str
    coins: Annotated[int, msgspec.Meta(ge=1)]
    price_usd: Price
    price_inr: Price
    description: str | None
    is_popular: bool
    sort_order: int


def transactions(history: History) -> Transactions:
    return Transactions([_transaction(line) for line in history.lines], history.total, history.balance)


def package(listed: ListedPackage) -> Package:
    return Package(
        id=listed.id,
        name=listed.name,
        coins=listed.coins,
        price_usd=price(listed.usd_cents),
        price_inr=price(listed.inr_paise),
        description=listed.description,
        is_popular=listed.is_popular,
        sort_order=listed.sort_order,
    )


def _transaction(line: HistoryLine) -> Transaction:
    return Transaction(
        id=line.id,
        type=EntryKind(line.kind),
        amount=line.amount,
        balance_after=line.balance_after,
        description=line.description,
        status="refunded" if line.refunded else "completed",
        created_at=line.created_at,
        chat_id=line.chat_id,
        order_id=line.order_id,
        ref_type=line.ref_type,
        ref_id=line.ref_id,
        seq=line.seq,
    )
