"""Orders: our row first, then the provider's, and asking the provider about those that nothing was heard of."""

import hashlib
from datetime import datetime, timedelta
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from domain.catalogue.models import Package
from domain.credits.service import CreditService
from domain.idempotency.service import IdempotencyKeyReused
from domain.payments.checks import Violation, find_violations
from domain.payments.errors import IdempotencyKeysDiffer, OrderNotFound, PackageNotFound
from domain.payments.models import OrderStatus, PaymentOrder
from domain.payments.provider import OrderRequest, ProviderName, ProviderOrder
from domain.payments.repository import OrderRepository
from domain.payments.settlement import Settlement
from domain.users.service import UserService

__all__ = ["Claim", "OrderService", "Violation", "check_payments", "order_key", "request_of"]

CREATING_S = 60
"""How long one request has the sole right to create the provider's order; a call to a provider ends before."""
CREATED_FOR_SURE = timedelta(hours=1)
"""After that long the provider is searched first: it may have forgotten the key that makes creating harmless."""
_GIVE_UP = timedelta(days=7)
_LOOKED_UP_AT_ONCE = 20


class Claim(msgspec.Struct, frozen=True):
    """An order, and whether it is the caller's to create at the provider."""

    order: PaymentOrder
    granted: bool


def order_key(header: str | None, body: str | None) -> str | None:
    """The key of a request that may carry it in two places.

    Raises:
        IdempotencyKeysDiffer: it carries two.
    """
    if header is not None and body is not None and header != body:
        raise IdempotencyKeysDiffer
    return header if header is not None else body


def request_of(order: PaymentOrder) -> OrderRequest:
    """What the provider is asked for."""
    return OrderRequest(order_id=order.id, amount=order.amount, currency=order.currency, coins=order.coins)


class OrderService:
    """Works in the caller's transaction, in which no provider is called."""

    def __init__(self, session: AsyncSession, users: UserService) -> None:
        self._users = users
        self._orders = OrderRepository(session)
        self._credits = CreditService(session)
        self._settlement = Settlement(self._orders, self._credits)

    async def place(
        self,
        user_id: UUID,
        package_id: UUID,
        provider: ProviderName,
        key: str | None,
        *,
        now: datetime,
        look_up_after: timedelta,
    ) -> Claim:
        """A new order at today's price, or the one that the user's key has made, as it stands.

        Raises:
            PackageNotFound: nothing of that id is sold.
            IdempotencyKeyReused: the key made an order for something else.
            AccountDeleted: the account was, meanwhile.
        """
        await self._users.require_live(user_id)
        key_hash = None if key is None else hashlib.sha256(key.encode()).digest()
        earlier = None if key_hash is None else await self._orders.of_key(user_id, key_hash)
        if earlier is None:
            package = await self._orders.package_on_sale(package_id)
            if package is None:
                raise PackageNotFound
            amount, currency = _price(package, provider)
            order = await self._orders.add(
                user_id=user_id,
                wallet_id=await self._credits.wallet_of(user_id),
                package_id=package.id,
                package_name=package.name,
                coins=package.coins,
                amount=amount,
                currency=currency,
                provider=provider,
                key_hash=key_hash,
                status=OrderStatus.CREATING,
                creating_until=now + timedelta(seconds=CREATING_S),
                reconcile_at=now + look_up_after,
            )
            if order is not None:
                return Claim(order, granted=True)
            assert key_hash is not None  # noqa: S101 - without a key nothing is in the way
            earlier = await self._orders.of_key(user_id, key_hash)
        assert earlier is not None  # noqa: S101 - orders are never deleted
        if (earlier.package_id, earlier.provider) != (package_id, provider):
            raise IdempotencyKeyReused
        return await self.claim(earlier.id, now)

    async def claim(self, order_id: UUID, now: datetime) -> Claim:
        """Ask to be the one who creates the provider's order; not granted while another is at it, or it is there."""
        order = await self._lock(order_id)
        free = order.creating_until is None or order.creating_until <= now
        granted = order.provider_order_id is None and order.paid_at is None and free
        if granted:
            order.creating_until = now + timedelta(seconds=CREATING_S)
            await self._orders.flush()
        return Claim(order, granted)

    async def release(self, order_id: UUID) -> None:
        """Let another request create the provider's order: this one could not."""
        order = await self._lock(order_id)
        order.creating_until = None
        await self._orders.flush()

    async def observe(self, order_id: UUID, found: ProviderOrder | None, now: datetime) -> PaymentOrder:
        """Take in how the provider says that its order stands, None where it has none."""
        order = await self._lock(order_id)
        if found is not None:
            order.creating_until = None
            await self._settlement.observe(order, found, now)
        if order.reconcile_at is not None and now - order.created_at > _GIVE_UP:
            await self._settlement.give_up(order, now)
        return order

    async def take_due(self, now: datetime, pause: timedelta) -> list[PaymentOrder]:
        """The orders to look up at their provider now; each comes again later, and more and more rarely."""
        return list(await self._orders.take_due(now, pause, _LOOKED_UP_AT_ONCE))

    async def _lock(self, order_id: UUID) -> PaymentOrder:
        order = await self._orders.lock(order_id)
        if order is None:
            raise OrderNotFound
        return order


async def check_payments(session: AsyncSession) -> list[Violation]:
    """Look for orders that break an invariant of money, in the session's snapshot. None are expected."""
    return await find_violations(session)


def _price(package: Package, provider: ProviderName) -> tuple[int, str]:
    """In minor units, and their currency: Stripe is paid in dollars, Razorpay in rupees."""
    if provider is ProviderName.STRIPE:
        return package.usd_cents, "USD"
    return package.inr_paise, "INR"
