"""`/api/payments/webhooks`: what the providers tell us. Their signature is all that they are known by."""

import asyncio
from collections.abc import Coroutine
from contextlib import suppress
from datetime import datetime
from typing import Any, Literal, TypeVar

import structlog
from litestar import Controller, Request, post
from litestar.di import NamedDependency
from sqlalchemy import text

from app.documentation import answers
from app.payments.dto import Received
from app.payments.gateways import Gateway, WebhookOff
from app.resources import Resources
from domain.base import utc_now
from domain.errors import TooLarge
from domain.payments.models import EventResult
from domain.payments.provider import EventMalformed, PaymentEvent, ProviderName, SignatureInvalid
from domain.payments.webhooks import Inbox

BODY_BYTES = 256 * 1024
ANSWER_S = 4
"""Providers give up after some seconds, and deliver again; Razorpay after five."""
LOCK_S = 3
_DRAIN_BYTES = 8 << 20
_DRAIN_S = 2
_log = structlog.get_logger()
_late: set[asyncio.Task[Any]] = set()
T = TypeVar("T")


class EventTooLarge(TooLarge):
    code = "event_too_large"
    detail = "An event has at most 256 KiB."


_ANSWERS = answers(
    Received, Received(EventResult.CREDITED), errors=(SignatureInvalid, EventMalformed, WebhookOff, EventTooLarge)
)


class WebhookController(Controller):
    path = "/api/payments/webhooks"
    tags = ("payments",)
    request_max_body_size = None  # the limit is our own, and much lower

    @post(
        "/stripe",
        operation_id="receiveStripeEvent",
        status_code=200,
        summary="Take in an event of Stripe",
        responses=_ANSWERS,
    )
    async def stripe(self, request: Request[Any, Any, Any], resources: NamedDependency[Resources]) -> Received:
        """Every event that is signed is answered with 200, once it is stored and has taken effect."""
        return await _receive(request, resources, ProviderName.STRIPE)

    @post(
        "/razorpay",
        operation_id="receiveRazorpayEvent",
        status_code=200,
        summary="Take in an event of Razorpay",
        responses=_ANSWERS,
    )
    async def razorpay(self, request: Request[Any, Any, Any], resources: NamedDependency[Resources]) -> Received:
        """Every event that is signed is answered with 200, once it is stored and has taken effect."""
        return await _receive(request, resources, ProviderName.RAZORPAY)


async def _receive(request: Request[Any, Any, Any], resources: Resources, name: ProviderName) -> Received:
    gateway = resources.gateways.heard(name)
    body = await _body(request)
    now = utc_now()
    event = gateway.provider.read_event(body, dict(request.headers), now)
    result = await _within(ANSWER_S, _take_in(resources, gateway, event, body, now))
    _log.info("webhook", provider=name, event_type=event.event_type, result=result)
    return Received(result)


async def _take_in(
    resources: Resources, gateway: Gateway, event: PaymentEvent, body: bytes, now: datetime
) -> EventResult | Literal["duplicate"]:
    async with resources.database.transaction() as session:
        # An order that somebody keeps locked must not keep the connections that the events of others need.
        await session.execute(text(f"SET LOCAL lock_timeout = '{LOCK_S}s'"))
        return await Inbox(session, resources.master_keys).receive(event, body, gateway.merchant, now)


async def _within(seconds: float, work: Coroutine[Any, Any, T]) -> T:
    """What the work returns. It goes on where it takes too long: breaking it off may take as long as it does.

    Raises:
        TimeoutError: it takes too long.
    """
    task = asyncio.create_task(work)
    _late.add(task)
    task.add_done_callback(_late.discard)
    await asyncio.wait({task}, timeout=seconds)
    if not task.done():
        task.add_done_callback(_ended_late)
        raise TimeoutError
    return task.result()


def _ended_late(task: asyncio.Task[Any]) -> None:
    if not task.cancelled() and (error := task.exception()) is not None:
        _log.warning("webhook.failed_late", exc_info=error)


async def _body(request: Request[Any, Any, Any]) -> bytes:
    """The raw body. One that is too large is not kept, and read on only so far that its sender sees the answer.

    Raises:
        EventTooLarge: it is.
    """
    body = bytearray()
    pieces = request.stream()
    too_large = (request.content_length or 0) > BODY_BYTES
    while not too_large and (piece := await anext(pieces, None)) is not None:
        body += piece
        too_large = len(body) > BODY_BYTES
    if not too_large:
        return bytes(body)
    drained = 0
    with suppress(TimeoutError):
        async with asyncio.timeout(_DRAIN_S):
            async for piece in pieces:
                drained += len(piece)
                if drained > _DRAIN_BYTES:
                    break
    raise EventTooLarge
