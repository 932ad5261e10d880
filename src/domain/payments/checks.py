"""What must hold of orders, their money and their coins, at any moment."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.payments.models import PaymentOrder, Reversal
from domain.payments.rules import coins_to_claw_back, status_of


@dataclass(frozen=True, slots=True)
class Violation:
    """An order that breaks an invariant, or what an entry takes for an order."""

    invariant: str
    order_id: UUID
    expected: int
    found: int


_VIOLATIONS = """
WITH purchase AS (
    SELECT wallet_id, ref_id, amount FROM ledger_entry WHERE kind = 'purchase'
), returned AS (
    SELECT order_id, wallet_id, -sum(amount) AS coins
    FROM ledger_entry WHERE kind IN ('clawback', 'restore') AND order_id IS NOT NULL
    GROUP BY order_id, wallet_id
)
SELECT 'purchase_has_paid_order' AS invariant, purchase.ref_id AS order_id, purchase.amount AS expected,
       coalesce(paid.coins, 0) AS found
FROM purchase
LEFT JOIN payment_order AS paid
       ON paid.id = purchase.ref_id AND paid.wallet_id = purchase.wallet_id AND paid.paid_at IS NOT NULL
WHERE paid.coins IS DISTINCT FROM purchase.amount
UNION ALL
SELECT 'paid_order_has_purchase', paid.id, paid.coins, coalesce(purchase.amount, 0)
FROM payment_order AS paid
LEFT JOIN purchase ON purchase.ref_id = paid.id AND purchase.wallet_id = paid.wallet_id
WHERE paid.paid_at IS NOT NULL AND purchase.amount IS DISTINCT FROM paid.coins
UNION ALL
SELECT 'received_is_price', id, amount, coalesce(received_amount, 0)
FROM payment_order
WHERE paid_at IS NOT NULL
  AND (received_amount, received_currency) IS DISTINCT FROM (amount::bigint, currency)
UNION ALL
SELECT 'clawback_has_order', returned.order_id, 0, returned.coins
FROM returned
LEFT JOIN payment_order AS clawed ON clawed.id = returned.order_id AND clawed.wallet_id = returned.wallet_id
WHERE clawed.id IS NULL
UNION ALL
SELECT 'clawback_is_recorded', clawed.id, clawed.coins_clawed_back, coalesce(returned.coins, 0)
FROM payment_order AS clawed
LEFT JOIN returned ON returned.order_id = clawed.id
WHERE clawed.coins_clawed_back <> coalesce(returned.coins, 0)
UNION ALL
SELECT 'clawback_within_purchase', clawed.id, clawed.coins, returned.coins
FROM payment_order AS clawed
JOIN returned ON returned.order_id = clawed.id
WHERE returned.coins NOT BETWEEN 0 AND clawed.coins
ORDER BY invariant, order_id
"""


async def find_violations(session: AsyncSession) -> list[Violation]:
    """All of them, as far as the session's snapshot shows. (Every event has a result: the column demands it.)"""
    rows = (await session.execute(text(_VIOLATIONS))).all()
    found = [Violation(row.invariant, row.order_id, int(row.expected), int(row.found)) for row in rows]
    return [*found, *await _against_the_rules(session)]


async def _against_the_rules(session: AsyncSession) -> list[Violation]:
    """Orders with refunds or disputes whose clawback or status is not what these come to."""
    reversed_orders = select(Reversal, PaymentOrder).join(PaymentOrder, PaymentOrder.id == Reversal.order_id)
    rows: list[Any] = list((await session.execute(reversed_orders.order_by(Reversal.order_id))).all())
    reversals: dict[UUID, list[Reversal]] = {}
    orders: dict[UUID, PaymentOrder] = {}
    for reversal, order in rows:
        orders[order.id] = order
        reversals.setdefault(order.id, []).append(reversal)
    found = []
    for order_id, order in orders.items():
        due = coins_to_claw_back(order, reversals[order_id]) if order.paid_at is not None else 0
        if due != order.coins_clawed_back:
            found.append(Violation("clawback_is_due", order_id, due, order.coins_clawed_back))
        if status_of(order, reversals[order_id]) is not order.status:
            found.append(Violation("status_follows", order_id, 0, 1))
    return found
