"""Orders, what went back of their money, the refunds that were asked for, and the events that told of it all.

Nothing here names a person: what providers say of a payer is in the sealed body of an event alone.
"""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, LargeBinary, UniqueConstraint, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from domain.base import Entity, Record, text_of
from domain.catalogue.models import Package
from domain.credits.models import Wallet
from domain.payments.provider import ProviderName
from domain.users.models import User


class OrderStatus(StrEnum):
    CREATING = "creating"
    """The provider may not know of it yet. The API calls it pending."""
    PENDING = "pending"
    PROCESSING = "processing"
    """Money came, and not as agreed: somebody has to look."""
    COMPLETED = "completed"
    FAILED = "failed"
    """Not final: the customer may try again, and pay."""
    REFUNDED = "refunded"
    """The whole amount was refunded."""


class ReviewReason(StrEnum):
    AMOUNT_DIFFERS = "amount_differs"
    CURRENCY_DIFFERS = "currency_differs"
    PARTLY_CAPTURED = "partly_captured"
    PAID_OTHERWISE = "paid_otherwise"
    """By a second payment, or under a provider's order that is not this one's."""
    REVERSAL_CURRENCY_DIFFERS = "reversal_currency_differs"


class ReversalKind(StrEnum):
    REFUND = "refund"
    REFUND_TOTAL = "refund_total"
    """All that had been refunded at a moment, of whatever refunds."""
    DISPUTE = "dispute"


class EventResult(StrEnum):
    """What came of an event."""

    CREDITED = "credited"
    CLAWED_BACK = "clawed_back"
    RESTORED = "restored"
    RECORDED = "recorded"
    """It was noted, and no coins moved."""
    NEEDS_REVIEW = "needs_review"
    UNMATCHED = "unmatched"
    """No order of ours is known for it yet."""
    IGNORED = "ignored"
    """It is not about a payment of ours, or nothing that matters here."""


class PaymentOrder(Entity):
    """Coins that a user wants to buy, at the price of that moment."""

    __tablename__ = "payment_order"
    __table_args__ = (
        UniqueConstraint("user_id", "key_hash"),
        UniqueConstraint("provider_order_id", "provider"),
        Index("ix_payment_order_payment_id", "payment_id"),
        Index("ix_payment_order_reconcile_at", "reconcile_at", postgresql_where=text("reconcile_at IS NOT NULL")),
        CheckConstraint("coins > 0 AND amount > 0", name="positive"),
        CheckConstraint("coins_clawed_back BETWEEN 0 AND coins", name="clawed_back"),
        CheckConstraint("paid_at IS NOT NULL OR coins_clawed_back = 0", name="paid_first"),
    )

    user_id: Mapped[UUID] = mapped_column(ForeignKey(User.id))
    wallet_id: Mapped[UUID] = mapped_column(ForeignKey(Wallet.id), index=True)
    """Where the coins go, also when the account is deleted by then."""
    package_id: Mapped[UUID] = mapped_column(ForeignKey(Package.id))
    package_name: Mapped[str]
    coins: Mapped[int]
    amount: Mapped[int]
    """In minor units."""
    currency: Mapped[str]
    provider: Mapped[ProviderName] = mapped_column(text_of(ProviderName, "provider"))
    key_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    """SHA-256 of the client's idempotency key, which may hold anything."""
    status: Mapped[OrderStatus] = mapped_column(text_of(OrderStatus, "status"))
    """Derived from what is known of the order, see `domain.payments.rules`."""
    provider_order_id: Mapped[str | None]
    payment_id: Mapped[str | None]
    """The payment that was credited."""
    received_amount: Mapped[int | None] = mapped_column(BigInteger)
    received_currency: Mapped[str | None]
    paid_at: Mapped[datetime | None]
    failed_at: Mapped[datetime | None]
    review_reason: Mapped[ReviewReason | None] = mapped_column(text_of(ReviewReason, "review_reason"))
    coins_clawed_back: Mapped[int] = mapped_column(server_default=text("0"))
    """Coins taken back so far, less those given back again."""
    creating_until: Mapped[datetime | None]
    """While it lasts, one request is creating the provider's order."""
    reconcile_at: Mapped[datetime | None]
    """When to ask the provider next; null when there is nothing to ask any more."""


class Reversal(Record):
    """Money of an order that went back, or is said to have."""

    __tablename__ = "payment_reversal"
    __table_args__ = (UniqueConstraint("provider", "kind", "reference"),)

    order_id: Mapped[UUID] = mapped_column(ForeignKey(PaymentOrder.id), index=True)
    provider: Mapped[ProviderName] = mapped_column(text_of(ProviderName, "provider"))
    kind: Mapped[ReversalKind] = mapped_column(text_of(ReversalKind, "kind"))
    reference: Mapped[str]
    """The provider's id: of the refund, of the dispute, or of the event that told a total."""
    payment_id: Mapped[str | None]
    amount: Mapped[int] = mapped_column(BigInteger)
    """In minor units of the order's currency."""
    taken_at: Mapped[datetime | None]
    """By the provider's clock; null where only the return is known so far."""
    returned_at: Mapped[datetime | None]
    """The refund failed, or the dispute was won: the money is ours again. That is final."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class RefundRequest(Record):
    """A refund that an admin has asked for."""

    __tablename__ = "payment_refund_request"
    __table_args__ = (
        UniqueConstraint("requested_by", "key_hash"),
        CheckConstraint("amount > 0", name="amount"),
    )

    order_id: Mapped[UUID] = mapped_column(ForeignKey(PaymentOrder.id), index=True)
    requested_by: Mapped[UUID] = mapped_column(ForeignKey(User.id))
    key_hash: Mapped[bytes | None] = mapped_column(LargeBinary)
    asked_amount: Mapped[int | None]
    """As it was asked for; null asked for all that was left."""
    amount: Mapped[int]
    reason: Mapped[str]
    provider_refund_id: Mapped[str | None]
    """Null until the provider has taken the request."""
    refused_at: Mapped[datetime | None]
    """The provider will not do it: whoever still wants the money back asks for another refund."""
    created_at: Mapped[datetime] = mapped_column(server_default=func.now())


class WebhookEvent(Record):
    """An event of a provider, verified, stored once however often it is delivered."""

    __tablename__ = "webhook_event"
    __table_args__ = (
        UniqueConstraint("provider", "event_id"),
        Index("ix_webhook_event_unmatched", "received_at", postgresql_where=text("result = 'unmatched'")),
        Index("ix_webhook_event_sealed", "received_at", postgresql_where=text("sealed_body IS NOT NULL")),
    )

    provider: Mapped[ProviderName] = mapped_column(text_of(ProviderName, "provider"))
    event_id: Mapped[str]
    event_type: Mapped[str]
    order_id: Mapped[UUID | None]
    """Of ours, as the event says or as it was matched. No foreign key: an event may name what is not there."""
    provider_order_id: Mapped[str | None]
    payment_id: Mapped[str | None]
    event: Mapped[dict[str, Any]] = mapped_column(JSONB)
    """What was read of it: ids, amounts and times."""
    wrapped_key: Mapped[bytes | None] = mapped_column(LargeBinary)
    sealed_body: Mapped[bytes | None] = mapped_column(LargeBinary)
    """As it was received, with what the provider knows of the payer; erased after `KEEP_BODIES`."""
    result: Mapped[EventResult] = mapped_column(text_of(EventResult, "result"))
    received_at: Mapped[datetime] = mapped_column(server_default=func.now())
