"""Orders as their owner sees them, read without a transaction."""

from datetime import datetime
from uuid import UUID

import asyncpg
import msgspec

from domain.payments.errors import OrderNotFound, OrderNotPaid
from domain.payments.models import OrderStatus, ReversalKind
from domain.payments.provider import ProviderName


class OrderRow(msgspec.Struct, frozen=True):
    """An order; amounts in minor units."""

    id: UUID
    wallet_id: UUID
    package_id: UUID
    package_name: str
    coins: int
    coins_clawed_back: int
    amount: int
    currency: str
    provider: ProviderName
    provider_order_id: str | None
    payment_id: str | None
    status: OrderStatus
    needs_review: bool
    created_at: datetime
    paid_at: datetime | None


class ReversalRow(msgspec.Struct, frozen=True):
    """A refund or a dispute of an order, in minor units."""

    kind: ReversalKind
    reference: str
    amount: int
    taken_at: datetime | None
    returned_at: datetime | None


class EntryRow(msgspec.Struct, frozen=True):
    """An entry of the ledger that the order has caused, in coins."""

    id: UUID
    kind: str
    amount: int
    created_at: datetime


class Receipt(msgspec.Struct, frozen=True):
    """A paid order with all that came of it."""

    order: OrderRow
    reversals: list[ReversalRow]
    entries: list[EntryRow]


_ORDER = """
SELECT id, wallet_id, package_id, package_name, coins, coins_clawed_back, amount, currency, provider,
       provider_order_id, payment_id, status, review_reason IS NOT NULL, created_at, paid_at
FROM payment_order WHERE id = $1 AND user_id = $2
"""
_REVERSALS = """
SELECT kind, reference, amount, taken_at, returned_at FROM payment_reversal WHERE order_id = $1 ORDER BY id
"""
_ENTRIES = """
SELECT id, kind, amount, created_at FROM ledger_entry
WHERE wallet_id = $1 AND order_id = $2 ORDER BY seq
"""


class OrderReader:
    def __init__(self, reads: asyncpg.Pool) -> None:
        self._reads = reads

    async def one(self, user_id: UUID, order_id: UUID) -> OrderRow:
        """A user's order.

        Raises:
            OrderNotFound: there is none, or it is somebody else's.
        """
        row = await self._reads.fetchrow(_ORDER, order_id, user_id)
        if row is None:
            raise OrderNotFound
        columns = dict(zip(OrderRow.__struct_fields__, row, strict=True))
        return msgspec.convert(columns, OrderRow)

    async def receipt(self, user_id: UUID, order_id: UUID) -> Receipt:
        """What was paid, what went back, and the coins that moved.

        Raises:
            OrderNotFound: there is none, or it is somebody else's.
            OrderNotPaid: it has not been paid.
        """
        order = await self.one(user_id, order_id)
        if order.paid_at is None:
            raise OrderNotPaid
        reversals = await self._reads.fetch(_REVERSALS, order.id)
        entries = await self._reads.fetch(_ENTRIES, order.wallet_id, order.id)
        return Receipt(
            order,
            [msgspec.convert(dict(row), ReversalRow) for row in reversals],
            [msgspec.convert(dict(row), EntryRow) for row in entries],
        )
