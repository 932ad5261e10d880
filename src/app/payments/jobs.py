"""The upkeep of orders: nothing waits for an event alone."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import structlog

from app.payments.checkout import build_order_service, record_observation
from app.resources import Resources
from domain.base import utc_now
from domain.payments.models import PaymentOrder
from domain.payments.provider import PaymentProviderUnavailable, ProviderName
from domain.payments.service import request_of
from domain.payments.webhooks import Inbox

_log = structlog.get_logger()


async def reconcile_payments(resources: Resources) -> None:
    """Ask the providers about orders that are not paid, and match events that came before their order was known."""
    pause = timedelta(seconds=resources.settings.sweep_interval_s)
    async with resources.database.transaction() as session:
        due = await build_order_service(session, resources).take_due(utc_now(), pause)
    for name in ProviderName:
        await _look_up(resources, name, [order for order in due if order.provider is name])
    await _match(resources)
    async with resources.database.transaction() as session:
        await Inbox(session, resources.master_keys).erase_bodies(utc_now())


async def _look_up(resources: Resources, name: ProviderName, orders: Sequence[PaymentOrder]) -> None:
    gateway = resources.gateways.of(name)
    if not orders or not gateway.offered:
        return
    calls = (gateway.provider.find_order(request_of(order), order.provider_order_id) for order in orders)
    answers = await asyncio.gather(*calls, return_exceptions=True)
    for order, found in zip(orders, answers, strict=True):
        if isinstance(found, PaymentProviderUnavailable):
            continue  # due again by itself
        if isinstance(found, BaseException):
            raise found
        checkout = await record_observation(resources, gateway, order.id, found)
        if checkout.order.status is not order.status:
            _log.info("payments.reconciled", order_id=str(order.id), provider=name, status=checkout.order.status)


async def _match(resources: Resources) -> None:
    async with resources.database.transaction() as session:
        order_ids = await Inbox(session, resources.master_keys).orders_to_match()
    for order_id in order_ids:
        async with resources.database.transaction() as session:
            matched = await Inbox(session, resources.master_keys).match(order_id, utc_now())
        _log.info("payments.matched", order_id=str(order_id), events=matched)
