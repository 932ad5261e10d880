"""Stripe: PaymentIntents, refunds, and the events about both."""

import asyncio
import logging
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Generic, TypeVar
from uuid import UUID

import httpx
import msgspec
import stripe
import structlog

from domain.payments.provider import (
    EventKind,
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

CONNECTIONS = 20
TOLERANCE_S = 300
"""How far the time in a signature may be from ours, either way."""

_log = structlog.get_logger()
_TIME = re.compile(r"[0-9]{1,12}")

stripe.enable_telemetry = False  # it would write an id of this machine into the home directory
logging.getLogger("stripe").setLevel(logging.WARNING)  # below that it logs whole bodies, client secrets included


class _Intent(msgspec.Struct):
    id: Name
    amount: Amount
    currency: Currency
    status: str | None = None
    amount_received: Amount = 0
    latest_charge: Name | None = None
    client_secret: str | None = None
    last_payment_error: dict[str, Any] | None = None
    metadata: dict[str, Any] | None = None


class _Charge(msgspec.Struct):
    id: Name
    amount_refunded: Amount
    currency: Currency
    payment_intent: Name | None = None
    metadata: dict[str, Any] | None = None


class _RefundOrDispute(msgspec.Struct):
    id: Name
    amount: Amount
    currency: Currency
    status: str | None = None
    payment_intent: Name | None = None
    charge: Name | None = None
    metadata: dict[str, Any] | None = None


class _List(msgspec.Struct, Generic[T]):
    data: list[T]


class _Data(msgspec.Struct):
    object: msgspec.Raw


class _Event(msgspec.Struct):
    id: Name
    type: Name
    data: msgspec.Raw = msgspec.Raw(b"null")
    created: Seconds | str | None = None
    """Text in events of the second version of the API, none of which is handled here."""
    livemode: bool | None = None
    account: Name | None = None


class _Rejected(PaymentProviderUnavailable):
    """Stripe answered, and does not do what it was asked."""


class _NotFound(_Rejected):
    """There is no such object."""


class _Http(stripe.HTTPClient):
    """The library's own client for httpx uses what httpx has deprecated, and holds up to a hundred connections."""

    name = "httpx"

    def __init__(self, timeout_s: float) -> None:
        super().__init__()
        self._client = httpx.AsyncClient(timeout=timeout_s, limits=httpx.Limits(max_connections=CONNECTIONS))

    async def request_async(
        self, method: str, url: str, headers: Mapping[str, str], post_data: str | None = None
    ) -> tuple[bytes, int, Mapping[str, str]]:
        try:
            response = await self._client.request(method, url, headers=headers, content=post_data)
        except httpx.HTTPError as error:
            failure = stripe.APIConnectionError(type(error).__name__, should_retry=True)  # type: ignore[no-untyped-call] # as the library left it
            raise failure from None
        return response.content, response.status_code, response.headers

    def sleep_async(self, secs: float) -> Awaitable[None]:
        return asyncio.sleep(secs)

    async def close_async(self) -> None:
        await self._client.aclose()


class StripeProvider:
    name = ProviderName.STRIPE
    currency = "USD"

    def __init__(
        self,
        secret_key: str,
        webhook_secrets: tuple[str, ...],
        base_url: str | None = None,
        account: str | None = None,
        *,
        timeout_s: float = 10,
    ) -> None:
        """Take the secrets of which any may have signed an event, and the connected account to act for.

        `timeout_s` bounds every call as a whole.
        """
        self._webhook_secrets = tuple(secret for secret in webhook_secrets if secret)
        self._timeout_s = timeout_s
        self._http = _Http(timeout_s)
        self._client = stripe.StripeClient(
            secret_key,
            stripe_account=account,
            base_addresses={"api": base_url.rstrip("/")} if base_url else {},
            max_network_retries=1,
            http_client=self._http,
        )

    async def close(self) -> None:
        await self._http.close_async()

    async def create_order(self, request: OrderRequest) -> ProviderOrder:
        async with self._answering():
            intent = await self._client.v1.payment_intents.create_async(
                {
                    "amount": request.amount,
                    "currency": request.currency.lower(),
                    "automatic_payment_methods": {"enabled": True},
                    "metadata": {"order_id": str(request.order_id), "coins": str(request.coins)},
                },
                {"idempotency_key": str(request.order_id)},
            )
            return _order(_read(intent, _Intent))

    async def find_order(self, request: OrderRequest, provider_order_id: str | None) -> ProviderOrder | None:
        """See PaymentProvider. Without an id it is searched for, and Stripe's search is a minute behind."""
        intents = self._client.v1.payment_intents
        try:
            async with self._answering():
                if provider_order_id is not None:
                    return _order(_read(await intents.retrieve_async(provider_order_id), _Intent))
                found = await intents.search_async({"query": f"metadata['order_id']:'{request.order_id}'"})
                return next((_order(intent) for intent in _read(found, _List[_Intent]).data), None)
        except _NotFound:
            return None

    async def refund(
        self,
        provider_order_id: str,
        payment_id: str | None,  # noqa: ARG002 - of an intent at most one charge succeeds
        amount: int,
        refund_request_id: UUID,
    ) -> str:
        try:
            return await self._refund(provider_order_id, amount, refund_request_id)
        except _Rejected:
            raise RefundRefused from None

    async def _refund(self, provider_order_id: str, amount: int, refund_request_id: UUID) -> str:
        refunds = self._client.v1.refunds
        metadata = {"refund_request_id": str(refund_request_id)}
        async with self._answering():
            earlier = await refunds.list_async({"payment_intent": provider_order_id, "limit": 100})
            for refund in _read(earlier, _List[_RefundOrDispute]).data:
                # After a day Stripe has forgotten the idempotency key.
                if metadata.items() <= (refund.metadata or {}).items():
                    return refund.id
            created = await refunds.create_async(
                {"payment_intent": provider_order_id, "amount": amount, "metadata": metadata},
                {"idempotency_key": f"refund-{refund_request_id}"},
            )
            return _read(created, _RefundOrDispute).id

    @asynccontextmanager
    async def _answering(self) -> AsyncIterator[None]:
        failure: type[PaymentProviderUnavailable] = PaymentProviderUnavailable
        try:
            async with asyncio.timeout(self._timeout_s):
                yield
                return
        except stripe.StripeError as error:
            if isinstance(error, stripe.InvalidRequestError):
                failure = _NotFound if error.code == "resource_missing" else _Rejected
            reason = error.code or error.http_status or type(error).__name__
        except (TimeoutError, AttributeError, TypeError, ValueError) as error:
            # All but the first: the library, or msgspec, on an answer that is not Stripe's.
            reason = type(error).__name__
        _log.warning("payments.provider_failed", provider=self.name, reason=reason)
        raise failure from None

    def read_event(self, body: bytes, headers: Mapping[str, str], now: datetime) -> PaymentEvent:
        self._verify(body, headers.get("stripe-signature", ""), now)
        event = read_json(body, _Event)
        return _READERS.get(event.type, _other)(event)

    def _verify(self, body: bytes, header: str, now: datetime) -> None:
        """The library's own check accepts any time in the future, and raises what it likes on odd bytes."""
        items = [item.partition("=")[::2] for item in header.split(",")]
        time = next((value for name, value in items if name == "t"), "")
        if not _TIME.fullmatch(time) or abs(now.timestamp() - int(time)) > TOLERANCE_S:
            raise SignatureInvalid
        macs = [value for name, value in items if name == "v1"]
        if not signed_by_any(self._webhook_secrets, f"{time}.".encode() + body, macs):
            raise SignatureInvalid


def _read(answer: stripe.StripeObject, shape: type[T]) -> T:
    return msgspec.convert(answer.to_dict(), shape)


def _order(intent: _Intent) -> ProviderOrder:
    declined = intent.status == "requires_payment_method" and intent.last_payment_error is not None
    return ProviderOrder(
        provider_order_id=intent.id,
        client_secret=intent.client_secret,
        paid=intent.status == "succeeded",
        failed=declined or intent.status == "canceled",
        amount_received=intent.amount_received,
        currency=intent.currency.upper(),
        payment_id=intent.latest_charge,
    )


def _told(
    event: _Event,
    kind: EventKind,
    *,
    intent_id: str | None = None,
    metadata: dict[str, Any] | None = None,
    charge: str | None = None,
    amount: int | None = None,
    currency: str | None = None,
) -> PaymentEvent:
    order_id = uuid_in((metadata or {}).get("order_id"))
    return PaymentEvent(
        provider=ProviderName.STRIPE,
        event_id=event.id,
        event_type=event.type,
        kind=kind if intent_id or order_id else EventKind.OTHER,  # a charge without an intent is not an order's
        occurred_at=moment(event.created if isinstance(event.created, int) else None),
        account=event.account,
        live_mode=event.livemode,
        provider_order_id=intent_id,
        order_id=order_id,
        payment_id=charge,
        amount=amount,
        currency=None if currency is None else currency.upper(),
    )


def _other(event: _Event) -> PaymentEvent:
    return _told(event, EventKind.OTHER)


_INTENT_KINDS = {
    "payment_intent.created": EventKind.CREATED,
    "payment_intent.succeeded": EventKind.SUCCEEDED,
    "payment_intent.payment_failed": EventKind.FAILED,
}


def _about(event: _Event, shape: type[T]) -> T:
    return read_json(read_json(event.data, _Data).object, shape)


def _of_intent(event: _Event) -> PaymentEvent:
    intent = _about(event, _Intent)
    kind = _INTENT_KINDS[event.type]
    paid = kind is EventKind.SUCCEEDED
    told = _told(
        event,
        kind,
        intent_id=intent.id,
        metadata=intent.metadata,
        charge=intent.latest_charge,
        amount=intent.amount_received if paid else intent.amount,
        currency=intent.currency,
    )
    return msgspec.structs.replace(told, captured=not paid or intent.amount_received >= intent.amount)


def _of_charge(event: _Event) -> PaymentEvent:
    charge = _about(event, _Charge)
    told = _told(
        event,
        EventKind.REFUNDED,
        intent_id=charge.payment_intent,
        metadata=charge.metadata,
        charge=charge.id,
        amount=charge.amount_refunded,
        currency=charge.currency,
    )
    return msgspec.structs.replace(told, cumulative=True)


def _of_refund(event: _Event) -> PaymentEvent:
    """A pending refund counts, as it does in the charge's `amount_refunded`; it comes back if it fails."""
    refund = _about(event, _RefundOrDispute)
    if event.type == "refund.failed" or refund.status in {"failed", "canceled"}:
        kind = EventKind.REFUND_FAILED
    else:
        kind = EventKind.REFUNDED if refund.status in {"succeeded", "pending"} else EventKind.OTHER
    asked_for = uuid_in((refund.metadata or {}).get("refund_request_id"))
    return msgspec.structs.replace(_of(refund, event, kind), refund_id=refund.id, refund_request_id=asked_for)


def _of_dispute(event: _Event) -> PaymentEvent:
    dispute = _about(event, _RefundOrDispute)
    kind = _dispute_kind(event.type, dispute.status or "")
    return msgspec.structs.replace(_of(dispute, event, kind), dispute_id=dispute.id)


def _dispute_kind(event_type: str, status: str) -> EventKind:
    """Created and funds_withdrawn both say that the money is gone: the dispute's id tells that it is one loss."""
    if status.startswith("warning_") or status == "prevented":
        return EventKind.OTHER
    match event_type, status:
        case "charge.dispute.created" | "charge.dispute.funds_withdrawn", _:
            return EventKind.DISPUTE_OPENED
        case _, "won":
            return EventKind.DISPUTE_WON
        case "charge.dispute.closed", "lost":
            return EventKind.DISPUTE_LOST
    return EventKind.OTHER  # of a lost one, what had been refunded before is reinstated


def _of(about: _RefundOrDispute, event: _Event, kind: EventKind) -> PaymentEvent:
    return _told(
        event,
        kind,
        intent_id=about.payment_intent,
        metadata=about.metadata,
        charge=about.charge,
        amount=about.amount,
        currency=about.currency,
    )


_READERS: dict[str, Callable[[_Event], PaymentEvent]] = {
    **dict.fromkeys(_INTENT_KINDS, _of_intent),
    "charge.refunded": _of_charge,
    "refund.created": _of_refund,
    "refund.updated": _of_refund,
    "refund.failed": _of_refund,
    "charge.dispute.created": _of_dispute,
    "charge.dispute.funds_withdrawn": _of_dispute,
    "charge.dispute.funds_reinstated": _of_dispute,
    "charge.dispute.closed": _of_dispute,
}
