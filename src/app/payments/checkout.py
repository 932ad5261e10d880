"""From a wish to an order at the provider: our row, the provider, our row again, each step committed by itself."""

import asyncio
from datetime import timedelta
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from app.payments.gateways import Gateway
from app.resources import Resources
from domain.base import utc_now
from domain.payments.models import PaymentOrder
from domain.payments.provider import PaymentProviderUnavailable, ProviderName, ProviderOrder, RefundRefused
from domain.payments.refunds import AskedRefund, RefundService
from domain.payments.service import CREATED_FOR_SURE, Claim, OrderService, request_of
from domain.payments.webhooks import Inbox
from domain.users.service import UserService

_WAIT_S = 20
_POLL_S = 0.1


class Checkout(msgspec.Struct, frozen=True):
    """An order, and what its owner needs to pay it."""

    order: PaymentOrder
    provider_order: ProviderOrder | None
    """None once there is nothing to pay."""
    public_key: str | None


def build_order_service(session: AsyncSession, resources: Resources) -> OrderService:
    return OrderService(session, UserService(session, resources.master_keys))


async def check_out(
    resources: Resources, user_id: UUID, package_id: UUID, name: ProviderName, key: str | None
) -> Checkout:
    """Create an order, or go on with the one of the key. Of several requests at once one creates, the others wait.

    Raises:
        ProviderNotConfigured: the provider is not offered.
        PackageNotFound: the package is not sold.
        IdempotencyKeyReused: the key made another order.
        PaymentProviderUnavailable: the order stands, and the provider has not got it yet.
    """
    gateway = resources.gateways.offered(name)
    async with resources.database.transaction() as session:
        claim = await build_order_service(session, resources).place(
            user_id,
            package_id,
            name,
            key,
            now=utc_now(),
            look_up_after=timedelta(seconds=resources.settings.sweep_interval_s),
        )
    if not claim.granted and claim.order.provider_order_id is None and claim.order.paid_at is None:
        claim = await _turn(resources, claim.order.id)
    if claim.granted:
        return await _create(resources, gateway, claim.order)
    if claim.order.paid_at is not None:
        return Checkout(claim.order, None, gateway.public_key)
    found = await gateway.provider.find_order(request_of(claim.order), claim.order.provider_order_id)
    return await record_observation(resources, gateway, claim.order.id, found)


async def _turn(resources: Resources, order_id: UUID) -> Claim:
    """Wait until another request has created the provider's order, or leaves that to us."""
    try:
        async with asyncio.timeout(_WAIT_S):
            while True:
                async with resources.database.transaction() as session:
                    claim = await build_order_service(session, resources).claim(order_id, utc_now())
                if claim.granted or claim.order.provider_order_id is not None or claim.order.paid_at is not None:
                    return claim
                await asyncio.sleep(_POLL_S)
    except TimeoutError:
        raise PaymentProviderUnavailable from None


async def _create(resources: Resources, gateway: Gateway, order: PaymentOrder) -> Checkout:
    request = request_of(order)
    try:
        found = None
        if utc_now() - order.created_at > CREATED_FOR_SURE:
            found = await gateway.provider.find_order(request, None)
        found = found or await gateway.provider.create_order(request)
    except BaseException:
        async with resources.database.transaction() as session:
            await build_order_service(session, resources).release(order.id)
        raise
    return await record_observation(resources, gateway, order.id, found)


async def record_observation(
    resources: Resources, gateway: Gateway, order_id: UUID, found: ProviderOrder | None
) -> Checkout:
    """Take in what the provider says of an order, and the events that have waited for it."""
    now = utc_now()
    async with resources.database.transaction() as session:
        order = await build_order_service(session, resources).observe(order_id, found, now)
        await Inbox(session, resources.master_keys).match(order_id, now)
    return Checkout(order, None if order.paid_at is not None else found, gateway.public_key)


async def refund(
    resources: Resources, order_id: UUID, amount: int | None, *, reason: str, admin_id: UUID, key: str | None
) -> AskedRefund:
    """Ask the provider to give money back; what was asked for once is not asked for again.

    Raises:
        OrderNotFound, OrderNotPaid, RefundTooLarge, IdempotencyKeyReused: see `RefundService.ask`.
        RefundRefused: the provider will not do it, and another may be asked for.
        PaymentProviderUnavailable: the refund stands, and the provider has not taken it yet.
    """
    async with resources.database.transaction() as session:
        asked = await RefundService(session).ask(order_id, amount, reason=reason, admin_id=admin_id, key=key)
    provider_order_id = asked.order.provider_order_id
    if asked.request.provider_refund_id is not None or provider_order_id is None:
        return asked
    provider = resources.gateways.offered(asked.order.provider).provider
    try:
        provider_refund_id = await provider.refund(
            provider_order_id, asked.order.payment_id, asked.request.amount, asked.request.id
        )
    except RefundRefused:
        async with resources.database.transaction() as session:
            await RefundService(session).refused(asked.request.id, utc_now())
        raise
    async with resources.database.transaction() as session:
        request = await RefundService(session).taken(asked.request.id, provider_refund_id)
    return AskedRefund(request, asked.order)
