"""What becomes known of an order, and the coins that move with it.

Facts are kept as they come: paid, failed, refunds and disputes with what returned of them. Status and coins follow
from all of them (see `rules`), so that events may come in any order, twice, or late. Each entry of the ledger has a
reference that is used once: the order, the refund or the dispute.
"""

from datetime import datetime
from uuid import UUID

from domain.credits.service import CreditService
from domain.payments.models import EventResult, PaymentOrder, ReversalKind, ReviewReason
from domain.payments.provider import EventKind, PaymentEvent, ProviderOrder
from domain.payments.repository import OrderRepository
from domain.payments.rules import coins_to_claw_back, is_another_payment, status_of

_TAKES = {EventKind.REFUNDED, EventKind.DISPUTE_OPENED}
_DISPUTES = {EventKind.DISPUTE_OPENED, EventKind.DISPUTE_WON}
_ENDED_BY_PAYMENT = {ReviewReason.AMOUNT_DIFFERS, ReviewReason.CURRENCY_DIFFERS, ReviewReason.PARTLY_CAPTURED}


class Settlement:
    """Works on orders that the caller has locked, in the caller's transaction."""

    def __init__(self, orders: OrderRepository, credits_: CreditService) -> None:
        self._orders = orders
        self._credits = credits_

    async def apply(self, order: PaymentOrder, event: PaymentEvent, now: datetime) -> EventResult:
        """Take in an event of the order's provider."""
        named = event.provider_order_id
        if named is not None and order.provider_order_id is None:
            order.provider_order_id = named
        if named not in {None, order.provider_order_id}:
            return await self._elsewhere(order, paid=event.kind is EventKind.SUCCEEDED)
        match event.kind:
            case EventKind.SUCCEEDED:
                return await self._pay(order, event.amount, event.currency, event.payment_id, now, whole=event.captured)
            case EventKind.FAILED:
                return await self._fail(order, now)
            case EventKind.CREATED | EventKind.DISPUTE_LOST | EventKind.OTHER:
                return await self._settle(order, "order", order.id)
            case _:
                return await self._reverse(order, event, now)

    async def observe(self, order: PaymentOrder, found: ProviderOrder, now: datetime) -> EventResult:
        """Take in how the provider says that its order stands."""
        if order.provider_order_id is None:
            order.provider_order_id = found.provider_order_id
        if order.provider_order_id != found.provider_order_id:
            return await self._elsewhere(order, paid=found.paid)
        if found.paid:
            currency = found.currency.upper()
            return await self._pay(order, found.amount_received, currency, found.payment_id, now, whole=True)
        if found.failed:
            return await self._fail(order, now)
        return await self._settle(order, "order", order.id)

    async def give_up(self, order: PaymentOrder, now: datetime) -> None:
        """Stop asking the provider. A payment that is told of later still counts."""
        order.reconcile_at = None
        await self._fail(order, now)

    async def _pay(
        self,
        order: PaymentOrder,
        amount: int | None,
        currency: str | None,
        payment_id: str | None,
        now: datetime,
        *,
        whole: bool,
    ) -> EventResult:
        if order.paid_at is not None:
            if is_another_payment(order, payment_id):
                return await self._review(order, ReviewReason.PAID_OTHERWISE)
            return EventResult.RECORDED
        if currency != order.currency:
            return await self._review(order, ReviewReason.CURRENCY_DIFFERS)
        if not whole:
            return await self._review(order, ReviewReason.PARTLY_CAPTURED)
        if amount != order.amount:
            return await self._review(order, ReviewReason.AMOUNT_DIFFERS)
        order.paid_at, order.payment_id = now, payment_id
        order.received_amount, order.received_currency = amount, currency
        order.reconcile_at = None
        if order.review_reason in _ENDED_BY_PAYMENT:
            order.review_reason = None
        bought = f"{order.coins} coins: {order.package_name}"
        await self._credits.purchase(order.wallet_id, order.coins, order_id=order.id, description=bought)
        await self._settle(order, "order", order.id)
        return EventResult.CREDITED

    async def _elsewhere(self, order: PaymentOrder, *, paid: bool) -> EventResult:
        """Something carries our order's id, and is not the provider's order that we know of."""
        return await self._review(order, ReviewReason.PAID_OTHERWISE) if paid else EventResult.IGNORED

    async def _fail(self, order: PaymentOrder, now: datetime) -> EventResult:
        order.failed_at = order.failed_at or now
        return await self._settle(order, "order", order.id)

    async def _review(self, order: PaymentOrder, reason: ReviewReason) -> EventResult:
        order.review_reason = order.review_reason or reason
        await self._settle(order, "order", order.id)
        return EventResult.NEEDS_REVIEW

    async def _reverse(self, order: PaymentOrder, event: PaymentEvent, now: datetime) -> EventResult:
        if event.currency not in {None, order.currency}:
            return await self._review(order, ReviewReason.REVERSAL_CURRENCY_DIFFERS)
        if event.kind in _DISPUTES:
            kind, reference = ReversalKind.DISPUTE, event.dispute_id
        elif event.cumulative:
            kind, reference = ReversalKind.REFUND_TOTAL, None
        else:
            kind, reference = ReversalKind.REFUND, event.refund_id
        reversal = await self._orders.reversal(order, kind, reference or event.event_id)
        if reversal is None:
            return EventResult.IGNORED
        if event.refund_request_id is not None and event.refund_id is not None:
            await self._orders.refund_is(order, event.refund_request_id, event.refund_id)
        happened_at = event.occurred_at or now
        reversal.payment_id = reversal.payment_id or event.payment_id
        reversal.amount = reversal.amount or event.amount or 0
        if event.kind in _TAKES:
            reversal.taken_at = reversal.taken_at or happened_at
        else:
            reversal.returned_at = reversal.returned_at or happened_at
        await self._orders.flush()
        return await self._settle(order, kind.value, reversal.id)

    async def _settle(self, order: PaymentOrder, ref_type: str, ref_id: UUID) -> EventResult:
        """Bring status and coins to what the facts say; the entry, if there is one, refers to what caused it."""
        reversals = await self._orders.reversals(order.id)
        result = EventResult.RECORDED
        if order.paid_at is not None:
            gone = coins_to_claw_back(order, reversals)
            taken, order.coins_clawed_back = gone - order.coins_clawed_back, gone
            if taken != 0:
                result = await self._move(order, taken, ref_type, ref_id)
        order.status = status_of(order, reversals)
        await self._orders.flush()
        return result

    async def _move(self, order: PaymentOrder, taken: int, ref_type: str, ref_id: UUID) -> EventResult:
        """Take coins back, or give them again where fewer are due than have been taken."""
        cause = "dispute" if ref_type == ReversalKind.DISPUTE else "refund"
        if taken > 0:
            await self._credits.claw_back(
                order.wallet_id,
                taken,
                order_id=order.id,
                ref_type=ref_type,
                ref_id=ref_id,
                description=f"Taken back after a {cause}: {order.package_name}",
            )
            return EventResult.CLAWED_BACK
        await self._credits.restore(
            order.wallet_id,
            -taken,
            order_id=order.id,
            ref_type=ref_type,
            ref_id=ref_id,
            description=f"Given back, the {cause} did not stand: {order.package_name}",
        )
        return EventResult.RESTORED
