"""Requests and responses of `/api/payments`."""

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec

from app.money import MinorUnits, Price, price
from app.payments.checkout import Checkout
from domain.payments.models import OrderStatus, PaymentOrder, ReversalKind
from domain.payments.provider import ProviderName
from domain.payments.reader import OrderRow, Receipt, ReversalRow
from domain.payments.refunds import AskedRefund

Status = Literal["pending", "processing", "completed", "failed", "refunded"]
_STATUSES: dict[OrderStatus, Status] = {
    OrderStatus.CREATING: "pending",
    OrderStatus.PENDING: "pending",
    OrderStatus.PROCESSING: "processing",
    OrderStatus.COMPLETED: "completed",
    OrderStatus.FAILED: "failed",
    OrderStatus.REFUNDED: "refunded",
}


class PlaceOrder(msgspec.Struct, frozen=True):
    """What to buy, and whom to pay."""

    package_id: UUID
    provider: ProviderName
    idempotency_key: Annotated[
        Annotated[str, msgspec.Meta(min_length=1, max_length=255)] | None,
        msgspec.Meta(description="The same key gives the same order. The Idempotency-Key header says the same."),
    ] = None


class PlacedOrder(msgspec.Struct, frozen=True, kw_only=True):
    """An order to be paid with the provider's client library."""

    order_id: UUID
    provider_order_id: str
    amount: MinorUnits
    currency: str
    coins: int
    provider: ProviderName
    client_secret: Annotated[str | None, msgspec.Meta(description="Stripe's; null once there is nothing to pay.")]
    checkout_url: str | None
    key_id: Annotated[str | None, msgspec.Meta(description="Razorpay's, for its checkout.")]
    status: Status
    needs_review: bool


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """An order as it stands."""

    order_id: UUID
    status: Status
    needs_review: Annotated[bool, msgspec.Meta(description="Money came, and not as agreed: somebody will look at it.")]
    provider: ProviderName
    provider_order_id: str | None
    package_id: UUID
    amount: MinorUnits
    currency: str
    coins: int
    coins_clawed_back: Annotated[int, msgspec.Meta(description="Taken back after refunds and disputes.")]
    created_at: datetime
    completed_at: datetime | None


class ReceiptReversal(msgspec.Struct, frozen=True, kw_only=True):
    """Money that went back; with `returned_at` it came to us again."""

    kind: Annotated[ReversalKind, msgspec.Meta(description="`refund_total` is all that had been refunded by then.")]
    reference: Annotated[str, msgspec.Meta(description="The provider's id.")]
    amount: Price
    amount_minor: MinorUnits
    taken_at: datetime | None
    returned_at: datetime | None


class ReceiptEntry(msgspec.Struct, frozen=True):
    """Coins that the order has moved."""

    transaction_id: UUID
    type: str
    coins: int
    created_at: datetime


class OrderReceipt(msgspec.Struct, frozen=True, kw_only=True):
    """What was bought and paid, and what went back."""

    order_id: UUID
    status: Status
    package_name: str
    coins: int
    coins_clawed_back: int
    amount: Price
    amount_minor: MinorUnits
    currency: str
    provider: ProviderName
    provider_order_id: str | None
    payment_id: str | None
    created_at: datetime
    paid_at: datetime | None
    reversals: list[ReceiptReversal]
    entries: list[ReceiptEntry]


class AskRefund(msgspec.Struct, frozen=True):
    """Money to give back."""

    reason: Annotated[str, msgspec.Meta(min_length=1, max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$(?!\n)")]
    amount: Annotated[
        Annotated[int, msgspec.Meta(ge=1, le=10**12)] | None,
        msgspec.Meta(description="In minor units; without it, all that is left of the payment."),
    ] = None


class Refund(msgspec.Struct, frozen=True, kw_only=True):
    """A refund that the provider has taken on; the coins go back when it tells of it."""

    refund_id: UUID
    order_id: UUID
    provider: ProviderName
    provider_refund_id: str | None
    amount: MinorUnits
    currency: str


class Received(msgspec.Struct, frozen=True):
    """What came of an event."""

    status: str


def placed_order(checkout: Checkout) -> PlacedOrder:
    order, found = checkout.order, checkout.provider_order
    return PlacedOrder(
        order_id=order.id,
        provider_order_id=order.provider_order_id or "",
        amount=order.amount,
        currency=order.currency,
        coins=order.coins,
        provider=order.provider,
        client_secret=found.client_secret if found else None,
        checkout_url=found.checkout_url if found else None,
        key_id=checkout.public_key,
        status=_status(order),
        needs_review=order.review_reason is not None,
    )


def order_view(order: OrderRow) -> Order:
    return Order(
        order_id=order.id,
        status=_status(order),
        needs_review=order.needs_review,
        provider=order.provider,
        provider_order_id=order.provider_order_id,
        package_id=order.package_id,
        amount=order.amount,
        currency=order.currency,
        coins=order.coins,
        coins_clawed_back=order.coins_clawed_back,
        created_at=order.created_at,
        completed_at=order.paid_at,
    )


def order_receipt(receipt: Receipt) -> OrderReceipt:
    order = receipt.order
    return OrderReceipt(
        order_id=order.id,
        status=_status(order),
        package_name=order.package_name,
        coins=order.coins,
        coins_clawed_back=order.coins_clawed_back,
        amount=price(order.amount),
        amount_minor=order.amount,
        currency=order.currency,
        provider=order.provider,
        provider_order_id=order.provider_order_id,
        payment_id=order.payment_id,
        created_at=order.created_at,
        paid_at=order.paid_at,
        reversals=[_reversal(reversal) for reversal in receipt.reversals],
        entries=[ReceiptEntry(entry.id, entry.kind, entry.amount, entry.created_at) for entry in receipt.entries],
    )


def refund_view(asked: AskedRefund) -> Refund:
    return Refund(
        refund_id=asked.request.id,
        order_id=asked.order.id,
        provider=asked.order.provider,
        provider_refund_id=asked.request.provider_refund_id,
        amount=asked.request.amount,
        currency=asked.order.currency,
    )


def _status(order: OrderRow | PaymentOrder) -> Status:
    return _STATUSES[order.status]


def _reversal(reversal: ReversalRow) -> ReceiptReversal:
    return ReceiptReversal(
        kind=reversal.kind,
        reference=reversal.reference,
        amount=price(reversal.amount),
        amount_minor=reversal.amount,
        taken_at=reversal.taken_at,
        returned_at=reversal.returned_at,
    )
