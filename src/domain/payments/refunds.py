"""Refunds that an admin asks for. The coins go back when the provider tells of the refund, as with any other."""

import hashlib
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.idempotency.service import IdempotencyKeyReused
from domain.payments.errors import OrderNotFound, OrderNotPaid, RefundTooLarge
from domain.payments.models import PaymentOrder, RefundRequest
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

        One that the provider has not taken yet is continued rather than asked for twice; so is the one of the key.

        Raises:
            OrderNotFound: there is none.
            OrderNotPaid: there is nothing to give back.
            RefundTooLarge: less than that is left.
            IdempotencyKeyReused: the key asked for another amount.
        """
        order = await self._orders.lock(order_id)
        if order is None:
            raise OrderNotFound
        if order.paid_at is None:
            raise OrderNotPaid
        requests = await self._orders.refund_requests(order_id)
        key_hash = None if key is None else hashlib.sha256(key.encode()).digest()
        for request in requests:
            same_amount = amount in {None, request.amount}
            if key_hash is not None and request.key_hash == key_hash:
                if not same_amount:
                    raise IdempotencyKeyReused
                return AskedRefund(request, order)
            if key_hash is None and request.provider_refund_id is None and same_amount:
                return AskedRefund(request, order)
        left = refundable_amount(order, await self._orders.reversals(order_id), requests)
        wanted = left if amount is None else amount
        if not 0 < wanted <= left:
            raise RefundTooLarge(refundable=left)
        request = RefundRequest(
            id=uuid7(), order_id=order_id, requested_by=admin_id, key_hash=key_hash, amount=wanted, reason=reason
        )
        await self._orders.add_refund_request(request)
        return AskedRefund(request, order)

    async def taken(self, request_id: UUID, provider_refund_id: str) -> RefundRequest:
        """The provider has taken the request."""
        request = await self._orders.refund_request(request_id)
        request.provider_refund_id = provider_refund_id
        await self._orders.flush()
        return request
