"""The inbox of events: each is stored once, and means one order or none."""

from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncSession

from domain.cipher import MasterKeys, Opener, Sealer, new_chat_key
from domain.credits.service import CreditService
from domain.payments.errors import EventNotFound
from domain.payments.models import EventResult, WebhookEvent
from domain.payments.provider import EventKind, PaymentEvent, ProviderName
from domain.payments.repository import EventRepository, OrderRepository
from domain.payments.settlement import Settlement

KEEP_BODIES = timedelta(days=180)
"""How long a body is kept: disputes are opened up to 120 days after a payment."""

_FINAL = {EventResult.CREDITED, EventResult.CLAWED_BACK, EventResult.RESTORED}
_BATCH = 100


class Merchant(msgspec.Struct, frozen=True):
    """Who we are at a provider; None where it is not known."""

    account: str | None
    live_mode: bool | None
    every_event_names_account: bool
    """Otherwise only events about other merchants' accounts name one."""

    def is_meant_by(self, event: PaymentEvent) -> bool:
        account_known = self.account is not None or not self.every_event_names_account
        if event.account is not None and account_known and event.account != self.account:
            return False
        return None in {event.live_mode, self.live_mode} or event.live_mode == self.live_mode


class Inbox:
    """Works in the caller's transaction. An order is locked before an event that is stored already."""

    def __init__(self, session: AsyncSession, keys: MasterKeys) -> None:
        self._events = EventRepository(session)
        self._orders = OrderRepository(session)
        self._settlement = Settlement(self._orders, CreditService(session))
        self._keys = keys

    async def receive(
        self, event: PaymentEvent, body: bytes, merchant: Merchant, now: datetime
    ) -> EventResult | Literal["duplicate"]:
        """Store a verified event and let it take effect; both happen once, however often it is delivered."""
        stored = await self._events.add(event, msgspec.to_builtins(event))
        if stored is None:
            return "duplicate"
        result = stored.result = await self._take_in(stored, event, merchant, now)
        if result is not EventResult.IGNORED:
            self._seal(stored, body)
        return result

    async def match(self, order_id: UUID, now: datetime) -> int:
        """Let the events that came before their order could be known take effect; how many there were."""
        order = await self._orders.lock(order_id)
        if order is None:
            return 0
        waiting = await self._events.unmatched_of(order)
        for stored in waiting:
            stored.order_id = order.id
            stored.result = await self._settlement.apply(order, _event_of(stored), now)
        return len(waiting)

    async def orders_to_match(self) -> list[UUID]:
        """Orders for which events wait that had none when they came."""
        return list(await self._events.orders_with_unmatched(_BATCH))

    async def replay(self, provider: ProviderName, event_id: str, merchant: Merchant, now: datetime) -> EventResult:
        """Let a stored event take effect again: what it has done already, it does not do twice.

        Raises:
            EventNotFound: it is not stored.
        """
        stored = await self._find(provider, event_id)
        result = await self._take_in(stored, _event_of(stored), merchant, now)
        if stored.result not in _FINAL:
            stored.result = result
        return result

    async def body(self, provider: ProviderName, event_id: str) -> bytes:
        """An event as it was received.

        Raises:
            EventNotFound: it is not stored, or its body is not kept.
        """
        stored = await self._find(provider, event_id)
        if stored.wrapped_key is None or stored.sealed_body is None:
            raise EventNotFound("The body of this event is not kept.")
        return Opener(self._keys.unwrap(stored.wrapped_key, stored.id)).open(stored.sealed_body, stored.id.bytes)

    async def erase_bodies(self, now: datetime) -> None:
        """Erase what providers told of payers once it is of no more use."""
        await self._events.erase_bodies(now - KEEP_BODIES)

    async def _take_in(
        self, stored: WebhookEvent, event: PaymentEvent, merchant: Merchant, now: datetime
    ) -> EventResult:
        if event.kind is EventKind.OTHER or not merchant.is_meant_by(event):
            return EventResult.IGNORED
        if event.provider_order_id is None and event.order_id is None and event.payment_id is None:
            return EventResult.IGNORED
        found = await self._orders.matching(event)
        own = next((order_id for order_id, provider in found if provider == event.provider), None)
        if own is None:
            return EventResult.IGNORED if found else EventResult.UNMATCHED
        order = await self._orders.lock(own)
        assert order is not None  # noqa: S101 - orders are never deleted
        stored.order_id = order.id
        return await self._settlement.apply(order, event, now)

    async def _find(self, provider: ProviderName, event_id: str) -> WebhookEvent:
        stored = await self._events.find(provider, event_id)
        if stored is None:
            raise EventNotFound
        return stored

    def _seal(self, stored: WebhookEvent, body: bytes) -> None:
        """Under a key of its own, so that its nonce is used once."""
        key = new_chat_key()
        stored.wrapped_key = self._keys.wrap(key, stored.id)
        stored.sealed_body = Sealer(key, epoch=0).seal(body, stored.id.bytes)


def _event_of(stored: WebhookEvent) -> PaymentEvent:
    event: dict[str, Any] = stored.event
    return msgspec.convert(event, PaymentEvent)
