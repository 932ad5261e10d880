"""What follows from the facts of an order. Pure, and blind to the order in which the facts became known."""

from collections.abc import Iterable, Sequence

from domain.payments.models import OrderStatus, PaymentOrder, RefundRequest, Reversal, ReversalKind
from domain.payments.provider import ProviderName


def refunded_amount(order: PaymentOrder, reversals: Iterable[Reversal], *, under_way: int = 0) -> int:
    """How much of the payment has been refunded, in minor units, at most its whole; with what is `under_way`.

    A refund may be told by its id, by the total after it, or by both, in any order and with any of them missing.
    So it is the larger of the sum of the refunds known by id and the largest total, and a total does not hold what
    came back at or after its moment.
    """
    own = [reversal for reversal in reversals if _of_credited_payment(order, reversal)]
    refunds = [reversal for reversal in own if reversal.kind is ReversalKind.REFUND]
    known = sum(refund.amount for refund in refunds if _stands(refund))
    totals = (
        total.amount - _returned_since(total, refunds)
        for total in own
        if total.kind is ReversalKind.REFUND_TOTAL and total.taken_at is not None
    )
    return min(order.amount, max(known + under_way, *totals, 0))


def refundable_amount(order: PaymentOrder, reversals: Sequence[Reversal], requests: Iterable[RefundRequest]) -> int:
    """How much of the payment can still be refunded, in minor units, when all that was asked for is done."""
    reported = {reversal.reference for reversal in reversals if reversal.kind is ReversalKind.REFUND}
    under_way = sum(
        request.amount
        for request in requests
        if request.refused_at is None and request.provider_refund_id not in reported
    )
    return order.amount - refunded_amount(order, reversals, under_way=under_way)


def disputed_amount(order: PaymentOrder, reversals: Iterable[Reversal]) -> int:
    """How much disputes have taken and not brought back, in minor units."""
    return sum(
        dispute.amount
        for dispute in reversals
        if dispute.kind is ReversalKind.DISPUTE and _stands(dispute) and _of_credited_payment(order, dispute)
    )


def coins_to_claw_back(order: PaymentOrder, reversals: Sequence[Reversal]) -> int:
    """The coins that are not the customer's any more: in proportion to the money that went back, rounded down."""
    gone = refunded_amount(order, reversals) + disputed_amount(order, reversals)
    return order.coins * min(gone, order.amount) // order.amount


def status_of(order: PaymentOrder, reversals: Sequence[Reversal]) -> OrderStatus:
    if order.paid_at is not None:
        refunded = refunded_amount(order, reversals) == order.amount
        return OrderStatus.REFUNDED if refunded else OrderStatus.COMPLETED
    if order.review_reason is not None:
        return OrderStatus.PROCESSING
    if order.failed_at is not None:
        return OrderStatus.FAILED
    return OrderStatus.CREATING if order.provider_order_id is None else OrderStatus.PENDING


def is_another_payment(order: PaymentOrder, payment_id: str | None) -> bool:
    """Whether a payment is not the one that was credited.

    Razorpay may take a second payment for an order, late, and returns it by itself: no coins were given for it.
    Of a PaymentIntent at most one charge succeeds.
    """
    if order.provider is not ProviderName.RAZORPAY or None in {order.payment_id, payment_id}:
        return False
    return order.payment_id != payment_id


def _stands(reversal: Reversal) -> bool:
    return reversal.taken_at is not None and reversal.returned_at is None


def _returned_since(total: Reversal, refunds: Iterable[Reversal]) -> int:
    assert total.taken_at is not None  # noqa: S101 - a total is nothing but taken
    return sum(
        refund.amount for refund in refunds if refund.returned_at is not None and refund.returned_at >= total.taken_at
    )


def _of_credited_payment(order: PaymentOrder, reversal: Reversal) -> bool:
    return not is_another_payment(order, reversal.payment_id)
