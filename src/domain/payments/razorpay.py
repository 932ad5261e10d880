"""Razorpay: orders, payments, refunds, and the events about them."""

import asyncio
import functools
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import msgspec
import razorpay
import requests
import structlog
from requests.adapters import HTTPAdapter

from domain.payments.provider import (
    EventKind,
    EventMalformed,
    OrderRequest,
    PaymentEvent,
    PaymentProviderUnavailable,
    ProviderName,
    ProviderOrder,
    RefundRefused,
    SignatureInvalid,
)
from domain.payments.wire import Amount, Currency, Name, Seconds, moment, read_json, signed_by_any, uuid_in

T = TypeVar("T")

THREADS = 4
"""Calls at one time, each on a thread and a connection of its own; more wait for their turn."""

_log = structlog.get_logger()
_REFUSED = 400


class _Order(msgspec.Struct):
    id: Name
    amount: Amount
    amount_paid: Amount
    currency: Currency
    receipt: str | None = None
    status: str | None = None
    created_at: int = 0


class _Payment(msgspec.Struct):
    id: Name
    amount: Amount
    currency: Currency
    order_id: Name | None = None
    status: str | None = None
    captured: bool | None = None
    created_at: int = 0


class _Refund(msgspec.Struct):
    id: Name
    amount: Amount
    currency: Currency
    payment_id: Name | None = None
    status: str | None = None
    receipt: str | None = None


class _Dispute(msgspec.Struct):
    id: Name
    amount: Amount
    currency: Currency
    payment_id: Name | None = None
    phase: str | None = None


class _Collection(msgspec.Struct, Generic[T]):
    items: list[T]


class _Entity(msgspec.Struct, Generic[T], frozen=True):
    entity: T | None = None


class _Payload(msgspec.Struct):
    payment: _Entity[_Payment] = _Entity()
    order: _Entity[_Order] = _Entity()
    refund: _Entity[_Refund] = _Entity()
    dispute: _Entity[_Dispute] = _Entity()


class _Event(msgspec.Struct):
    event: Name
    payload: msgspec.Raw = msgspec.Raw(b"{}")
    account_id: Name | None = None
    created_at: Seconds | None = None


class _Failure(Exception):
    """No usable answer. The reason is a status or a type, and nothing of what was said."""

    def __init__(self, reason: object) -> None:
        super().__init__(reason)
        self.reason = reason


class _Refused(_Failure):
    """Razorpay did not want the request: there is no such object, or the receipt is in use."""


class _Session(requests.Session):
    """Raises before the library does, which prints what fails in the network and forgets the status of the rest."""

    def __init__(self, timeout_s: float) -> None:
        super().__init__()
        self._timeout_s = timeout_s
        for scheme in ("http://", "https://"):
            self.mount(scheme, HTTPAdapter(pool_maxsize=THREADS))

    def send(self, request: requests.PreparedRequest, **options: Any) -> requests.Response:  # noqa: ANN401 - as the parent's
        try:
            response = super().send(request, **options | {"timeout": self._timeout_s})
            if response.ok:
                response.json()
                return response
        except (requests.RequestException, ValueError) as error:
            raise _Failure(type(error).__name__) from None
        raise (_Refused if response.status_code == _REFUSED else _Failure)(response.status_code)


class RazorpayProvider:
    name = ProviderName.RAZORPAY
    currency = "INR"

    def __init__(
        self,
        key_id: str,
        key_secret: str,
        webhook_secrets: tuple[str, ...],
        base_url: str | None = None,
        *,
        timeout_s: float = 10,
    ) -> None:
        """Take the secrets of which any may have signed an event. `timeout_s` bounds every call as a whole."""
        self._webhook_secrets = tuple(secret for secret in webhook_secrets if secret)
        self._timeout_s = timeout_s
        self._session = _Session(timeout_s)
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="razorpay")
        address = {"base_url": base_url.rstrip("/")} if base_url else {}
        self._client = razorpay.Client(session=self._session, auth=(key_id, key_secret), **address)

    async def close(self) -> None:
        self._threads.shutdown(wait=False, cancel_futures=True)
        self._session.close()

    async def create_order(self, request: OrderRequest) -> ProviderOrder:
        """See PaymentProvider. Not every account refuses a receipt that is in use, so it is looked for first."""
        wanted = {
            "amount": request.amount,
            "currency": request.currency,
            "receipt": str(request.order_id),
            "payment_capture": True,
            "notes": {"order_id": str(request.order_id), "coins": str(request.coins)},
        }
        async with self._answering():
            if earlier := await self._by_receipt(request):
                return earlier
            try:
                created = await self._ask(_Order, self._client.order.create, wanted)
            except _Refused:
                if earlier := await self._by_receipt(request):
                    return earlier
                raise
            return await self._as_it_stands(created)

    async def find_order(self, request: OrderRequest, provider_order_id: str | None) -> ProviderOrder | None:
        async with self._answering():
            if provider_order_id is None:
                return await self._by_receipt(request)
            try:
                order = await self._ask(_Order, self._client.order.fetch, provider_order_id)
            except _Refused:
                return None
            return await self._as_it_stands(order)

    async def refund(self, provider_order_id: str, payment_id: str | None, amount: int, refund_request_id: UUID) -> str:
        """See PaymentProvider. The request's id is the refund's receipt."""
        receipt = str(refund_request_id)
        wanted = {"amount": amount, "receipt": receipt, "notes": {"refund_request_id": receipt}}
        refunds = self._client.payment
        async with self._answering():
            try:
                payment_id = payment_id or _kept(await self._payments(provider_order_id))
                if payment_id is None:
                    raise RefundRefused
                earlier = await self._ask(
                    _Collection[_Refund], refunds.fetch_multiple_refund, payment_id, {"count": 100}
                )
                for refund in earlier.items:
                    if refund.receipt == receipt:
                        return refund.id
                headers = {"X-Refund-Idempotency": receipt}
                return (await self._ask(_Refund, refunds.refund, payment_id, wanted, headers=headers)).id
            except _Refused as error:
                _log.warning("payments.provider_failed", provider=self.name, reason=error.reason)
                raise RefundRefused from None

    async def _by_receipt(self, request: OrderRequest) -> ProviderOrder | None:
        receipt = str(request.order_id)
        listed = await self._ask(_Collection[_Order], self._client.order.all, {"receipt": receipt, "count": 100})
        found = [order for order in listed.items if order.receipt == receipt]
        if not found:
            return None
        return await self._as_it_stands(min(found, key=lambda order: (order.status != "paid", order.created_at)))

    async def _as_it_stands(self, order: _Order) -> ProviderOrder:
        payments = [] if order.status == "created" else await self._payments(order.id)
        return ProviderOrder(
            provider_order_id=order.id,
            paid=order.status == "paid",
            failed=bool(payments) and all(payment.status == "failed" for payment in payments),
            amount_received=order.amount_paid,
            currency=order.currency.upper(),
            payment_id=_kept(payments),
        )

    async def _payments(self, provider_order_id: str) -> list[_Payment]:
        return (await self._ask(_Collection[_Payment], self._client.order.payments, provider_order_id)).items

    async def _ask(self, shape: type[T], method: Callable[..., object], *given: object, **options: object) -> T:
        call = functools.partial(method, *given, **options)
        return msgspec.convert(await asyncio.get_running_loop().run_in_executor(self._threads, call), shape)

    @asynccontextmanager
    async def _answering(self) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(self._timeout_s):
                yield
                return
        except _Failure as error:
            reason = error.reason
        except (TimeoutError, msgspec.ValidationError) as error:
            reason = type(error).__name__
        _log.warning("payments.provider_failed", provider=self.name, reason=reason)
        raise PaymentProviderUnavailable from None

    def read_event(self, body: bytes, headers: Mapping[str, str], now: datetime) -> PaymentEvent:  # noqa: ARG002 - Razorpay signs no time
        """See PaymentProvider. The signature covers neither a time nor the event's id, which is in a header."""
        if not signed_by_any(self._webhook_secrets, body, [headers.get("x-razorpay-signature", "")]):
            raise SignatureInvalid
        try:
            event_id = msgspec.convert(headers.get("x-razorpay-event-id"), Name)
        except msgspec.ValidationError:
            raise EventMalformed from None
        event = read_json(body, _Event)
        kind = _KINDS.get(event.event)
        return _told(event_id, event, kind, _Payload() if kind is None else read_json(event.payload, _Payload))


_KINDS = {
    "payment.authorized": EventKind.OTHER,  # its capture follows
    "payment.captured": EventKind.SUCCEEDED,
    "payment.failed": EventKind.FAILED,
    "order.paid": EventKind.SUCCEEDED,
    "refund.created": EventKind.REFUNDED,
    "refund.processed": EventKind.REFUNDED,
    "refund.failed": EventKind.REFUND_FAILED,
    "payment.dispute.created": EventKind.DISPUTE_OPENED,
    "payment.dispute.under_review": EventKind.OTHER,
    "payment.dispute.won": EventKind.DISPUTE_WON,
    "payment.dispute.lost": EventKind.DISPUTE_LOST,
    "payment.dispute.closed": EventKind.OTHER,
}
_INQUIRIES = {"fraud", "retrieval"}


def _kept(payments: Iterable[_Payment]) -> str | None:
    """The payment of an order that we have, the first where there are two: Razorpay returns the later by itself."""
    kept = [payment for payment in payments if payment.captured and payment.status == "captured"]
    return min(kept, key=lambda payment: payment.created_at).id if kept else None


def _told(event_id: str, event: _Event, kind: EventKind | None, payload: _Payload) -> PaymentEvent:
    payment, order = payload.payment.entity, payload.order.entity
    refund, dispute = payload.refund.entity, payload.dispute.entity
    about = dispute or refund or order or payment
    provider_order_id = order.id if order else payment.order_id if payment else None
    if provider_order_id is None or not _says(event.event, payload):
        kind = None
    return PaymentEvent(
        provider=ProviderName.RAZORPAY,
        event_id=event_id,
        event_type=event.event,
        kind=kind or EventKind.OTHER,
        occurred_at=moment(event.created_at),
        account=event.account_id,
        live_mode=None,
        provider_order_id=provider_order_id,
        order_id=uuid_in(order.receipt) if order else None,  # a payment's notes are the payer's to write
        payment_id=payment.id if payment else None,
        amount=order.amount_paid if order else about.amount if about else None,
        currency=about.currency.upper() if about else None,
        captured=order.amount_paid >= order.amount if order else not (payment and payment.captured is False),
        refund_id=refund.id if refund else None,
        refund_request_id=uuid_in(refund.receipt) if refund else None,
        dispute_id=dispute.id if dispute else None,
    )


def _says(event_type: str, payload: _Payload) -> bool:
    """Whether the event says what its type does, and says it of money that we had."""
    payment, refund, dispute = payload.payment.entity, payload.refund.entity, payload.dispute.entity
    match event_type.split("."):
        case ["order", _]:
            return payload.order.entity is not None
        case ["refund", what]:
            # What was never captured goes back by itself; what is pending is told of again.
            ours = refund is not None and (payment is None or payment.captured is not False)
            return ours and (what != "created" or (refund is not None and refund.status == "processed"))
        case ["payment", "dispute", what]:
            return dispute is not None and (what != "created" or dispute.phase not in _INQUIRIES)
    return payment is not None
