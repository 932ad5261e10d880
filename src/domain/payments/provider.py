"""What a payment provider does for us, and what its events tell, in words that no provider owns."""

from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

import msgspec

from domain.errors import Conflict, Malformed, Unavailable


class ProviderName(StrEnum):
    STRIPE = "stripe"
    RAZORPAY = "razorpay"


class PaymentProviderUnavailable(Unavailable):
    code = "payment_provider_unavailable"
    detail = "The payment provider did not answer. Try again with the same key: the order goes on where it stands."


class RefundRefused(Conflict):
    """The provider answered, and would answer the same again."""

    code = "refund_refused"
    detail = "The payment provider does not refund this: the payment is disputed, or less is left of it than we know."


class SignatureInvalid(Malformed):
    """The sender is not the provider, or uses a secret that is not ours."""

    code = "signature_invalid"
    detail = "The signature does not match."


class EventMalformed(Malformed):
    """Signed, and still not an event."""

    code = "event_malformed"
    detail = "The body is not an event."


class EventKind(StrEnum):
    CREATED = "created"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    REFUNDED = "refunded"
    REFUND_FAILED = "refund_failed"
    """A refund that was reported before did not happen, or was taken back."""
    DISPUTE_OPENED = "dispute_opened"
    """The money was taken from us. Inquiries, which take none, are OTHER."""
    DISPUTE_WON = "dispute_won"
    DISPUTE_LOST = "dispute_lost"
    OTHER = "other"


class PaymentEvent(msgspec.Struct, frozen=True, kw_only=True):
    """One event of a provider, verified and read; amounts are in minor units of `currency`."""

    provider: ProviderName
    event_id: str
    """The same on every delivery of the event."""
    event_type: str
    """As the provider calls it."""
    kind: EventKind
    occurred_at: datetime | None
    account: str | None
    """The provider's account that it is about, where the event names one."""
    live_mode: bool | None
    provider_order_id: str | None
    """Stripe: the PaymentIntent. Razorpay: the order."""
    order_id: UUID | None
    """Our order, where the event carries its id (metadata, receipt)."""
    payment_id: str | None
    amount: int | None
    """Of the payment, the refund or the dispute; see `cumulative`."""
    currency: str | None
    """ISO 4217, upper case."""
    captured: bool = True
    """False where the payment is authorised only, or not for its whole amount."""
    refund_id: str | None = None
    refund_request_id: UUID | None = None
    """Ours, where the refund was asked for by us."""
    cumulative: bool = False
    """`amount` is all that has been refunded of the payment so far, and not one refund's."""
    dispute_id: str | None = None


class OrderRequest(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider is asked to create. `order_id` makes asking again harmless."""

    order_id: UUID
    amount: int
    currency: str
    coins: int


class ProviderOrder(msgspec.Struct, frozen=True, kw_only=True):
    """What the provider has of an order."""

    provider_order_id: str
    client_secret: str | None = None
    """Stripe's, for its own client library. It is handed to the order's owner and never stored readable."""
    checkout_url: str | None = None
    paid: bool = False
    failed: bool = False
    amount_received: int = 0
    currency: str = ""
    payment_id: str | None = None


class PaymentProvider(Protocol):
    """One provider. Calls that reach it end within seconds, in a thread where its library blocks.

    Each raises PaymentProviderUnavailable when there is no usable answer.
    """

    name: ProviderName
    currency: str

    async def create_order(self, request: OrderRequest) -> ProviderOrder:
        """Create the provider's order, or find the one that an earlier call has made for the same id."""
        ...

    async def find_order(self, request: OrderRequest, provider_order_id: str | None) -> ProviderOrder | None:
        """The provider's order as it stands, for reconciliation; None when there is none."""
        ...

    async def refund(self, provider_order_id: str, payment_id: str | None, amount: int, refund_request_id: UUID) -> str:
        """Ask for a refund of the payment that was credited; the provider's id of it.

        The credits go back with its event, not with this call.

        Raises:
            RefundRefused: it will not be done.
        """
        ...

    def read_event(self, body: bytes, headers: Mapping[str, str], now: datetime) -> PaymentEvent:
        """Verify the signature over the raw bytes, then read them. Header names are lower case.

        Raises:
            SignatureInvalid: missing, malformed or wrong, under every secret in use, or its time is too far off.
            EventMalformed: what was signed is no event.
        """
        ...
