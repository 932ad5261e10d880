"""Refunds that an admin asks for. The coins go back when the provider tells of the refund, as with any other."""

import hashlib
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.idempotency.service import IdempotencyKeyReused
from domain.payments.errors import OrderNotFound, OrderNotPaid, RefundTooLarge
from domain.payments.models import PaymentOrder, RefundRequest
from domain.payments.provider import RefundRefused
from domain.payments.repository import OrderRepository
from domain.payments.rules import refundable_amount


class AskedRefund(msgspec.Struct, frozen=True):
    """A refund that is asked for, and its order."""

    request: RefundRequest
    order: PaymentOrder


class RefundService:
    """Works in the caller's transaction, in which no provider is called."""

    def __init__(self, session: AsyncSession) -> None:
        self._orders = OrderRepository(session)

    async def ask(
        self, order_id: UUID, amount: int | None, *, reason: str, admin_id: UUID, key: str | None
    ) -> AskedRefund:
        """Record a refund of an amount in minor units, or of all that is left.

        One that the provider has not answered yet is continued rather than asked for twice; so is the one of the key.

        Raises:
            OrderNotFound: there is none.
            OrderNotPaid: there is nothing to give back.
            RefundTooLarge: less than that is left.
            RefundRefused: the provider has refused what the key asked for.
            IdempotencyKeyReused: the admin's key asked for something else.
        """
        order = await self._orders.lock(order_id)
        if order is None:
            raise OrderNotFound
        if order.paid_at is None:
            raise OrderNotPaid
        key_hash = None if key is None else hashlib.sha256(key.encode()).digest()
        if key_hash is not None and (earlier := await self._orders.refund_of_key(admin_id, key_hash)):
            if (earlier.order_id, earlier.asked_amount, earlier.reason) != (order_id, amount, reason):
                raise IdempotencyKeyReused
            if earlier.refused_at is not None:
                raise RefundRefused
            return AskedRefund(earlier, order)
        requests = await self._orders.refund_requests(order_id)
        for request in requests:
            open_ = request.provider_refund_id is None and request.refused_at is None
            if key_hash is None and open_ and amount in {None, request.amount}:
                return AskedRefund(request, order)
        left = refundable_amount(order, await self._orders.reversals(order_id), requests)
        wanted = left if amount is None else amount
        if not 0 < wanted <= left:
            raise RefundTooLarge(refundable=left)
        request = RefundRequest(
            id=uuid7(),
            order_id=order_id,
            requested_by=admin_id,
            key_hash=key_hash,
            asked_amount=amount,
            amount=wanted,
            reason=reason,
        )
        if not await self._orders.add_refund_request(request):  # the same key, at this moment, for another order
            raise IdempotencyKeyReused
        return AskedRefund(request, order)

    async def taken(self, request_id: UUID, provider_refund_id: str) -> RefundRequest:
        """The provider has taken the request."""
        request = await self._orders.refund_request(request_id)
        request.provider_refund_id = provider_refund_id
        await self._orders.flush()
        return request

    async def refused(self, request_id: UUID, now: datetime) -> None:
        """The provider will not do it, so that what it asked for is not under way."""
        request = await self._orders.refund_request(request_id)
        request.refused_at = now
        await self._orders.flush()
