"""A shop on a database of its own: orders are placed, and events come as the providers' adapters read them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID, uuid4

from sqlalchemy import select
from uuid_utils.compat import uuid7

from app.database import Database
from domain.base import utc_now
from domain.catalogue.seed import seed, stable_id
from domain.cipher import MasterKeys
from domain.credits.models import LedgerEntry
from domain.credits.service import CreditService
from domain.insights.catalogue import CATALOGUE
from domain.payments.models import PaymentOrder, WebhookEvent
from domain.payments.provider import EventKind, PaymentEvent, ProviderName, ProviderOrder
from domain.payments.service import OrderService, check_payments
from domain.payments.webhooks import Inbox, Merchant
from domain.users.models import User
from domain.users.service import UserService

KEYS = MasterKeys([bytes(range(32))])
STARTER = stable_id("package", "Starter")
COINS = 400
BONUS = 50
PRICES = {ProviderName.STRIPE: (499, "USD"), ProviderName.RAZORPAY: (39900, "INR")}
MERCHANT = Merchant("acc_ours", live_mode=False, every_event_names_account=True)
BODY = b'{"email": "payer@example.org"}'
_numbers = count(1)


@dataclass
class Shop:
    database: Database
    user_id: UUID = field(default_factory=uuid7)

    async def open_catalogue(self):
        async with self.database.transaction() as session:
            await seed(session, CATALOGUE)

    async def open(self):
        await self.open_catalogue()
        async with self.database.transaction() as session:
            session.add(User(id=self.user_id, issuer="https://issuer.example", subject=uuid4().hex))
            await session.flush()
            await CreditService(session).open_wallet(self.user_id, returning_as=None)
        return self

    async def place(self, provider=ProviderName.STRIPE, *, package_id=STARTER, key=None, now=None):
        async with self.database.transaction() as session:
            return await OrderService(session, UserService(session, KEYS)).place(
                self.user_id, package_id, provider, key, now=now or utc_now(), look_up_after=timedelta(minutes=1)
            )

    async def order(self, provider=ProviderName.STRIPE, provider_order_id=None):
        """An order that its provider knows."""
        claim = await self.place(provider)
        return await self.observe(claim.order, provider_order_id=provider_order_id or f"po_{uuid4().hex}")

    async def observe(self, order, *, now=None, **found):
        async with self.database.transaction() as session:
            service = OrderService(session, UserService(session, KEYS))
            return await service.observe(order.id, ProviderOrder(**found) if found else None, now or utc_now())

    async def receive(self, event, merchant=MERCHANT):
        async with self.database.transaction() as session:
            return await Inbox(session, KEYS).receive(event, BODY, merchant, utc_now())

    async def match(self):
        async with self.database.transaction() as session:
            order_ids = await Inbox(session, KEYS).orders_to_match()
        for order_id in order_ids:
            async with self.database.transaction() as session:
                await Inbox(session, KEYS).match(order_id, utc_now())

    async def spend(self, coins):
        async with self.database.transaction() as session:
            await CreditService(session).spend(
                self.user_id, coins, ref_type="unlock", ref_id=uuid4(), description="Family insights"
            )

    async def balance(self):
        return await self.database.reads.fetchval("SELECT balance FROM wallet WHERE user_id = $1", self.user_id)

    async def entries(self):
        """What was moved after the bonus."""
        rows = select(LedgerEntry).order_by(LedgerEntry.seq)
        wallet_id = await self.database.reads.fetchval("SELECT id FROM wallet WHERE user_id = $1", self.user_id)
        async with self.database.transaction() as session:
            found = (await session.scalars(rows.where(LedgerEntry.wallet_id == wallet_id))).all()
        return [(entry.kind.value, entry.amount) for entry in found if entry.kind != "signup_bonus"]

    async def reload(self, order):
        async with self.database.transaction() as session:
            return await session.get_one(PaymentOrder, order.id)

    async def stored(self, event):
        async with self.database.transaction() as session:
            return (await session.scalars(select(WebhookEvent).where(WebhookEvent.event_id == event.event_id))).one()

    async def violations(self):
        async with self.database.transaction() as session:
            return [*await CreditService(session).check(), *await check_payments(session)]


def event(order, kind, **changed):
    """What an event of the order's provider tells, by default about the whole of it."""
    about = {
        "provider": order.provider,
        "event_id": f"evt_{next(_numbers)}",
        "event_type": kind.value,
        "kind": kind,
        "occurred_at": datetime.now(UTC),
        "account": None,
        "live_mode": False,
        "provider_order_id": order.provider_order_id,
        "order_id": None,
        "payment_id": f"pay_{order.id.hex}",
        "amount": order.amount,
        "currency": order.currency,
    }
    return PaymentEvent(**about | changed)


def paid(order, kind=EventKind.SUCCEEDED, **changed):
    return event(order, kind, **changed)


def refunded(order, refund_id, amount=None, **changed):
    return event(order, EventKind.REFUNDED, refund_id=refund_id, amount=amount or order.amount, **changed)


def refund_failed(order, refund_id, amount=None, **changed):
    return event(order, EventKind.REFUND_FAILED, refund_id=refund_id, amount=amount or order.amount, **changed)


def refunded_in_total(order, amount, **changed):
    return event(order, EventKind.REFUNDED, cumulative=True, amount=amount, **changed)


def disputed(order, kind, dispute_id="dp_1", **changed):
    return event(order, kind, dispute_id=f"{dispute_id}_{order.id.hex}", **changed)
