"""Statements over orders, what went back of them, and events, in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, and_, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.catalogue.models import Package
from domain.payments.models import EventResult, PaymentOrder, RefundRequest, Reversal, ReversalKind, WebhookEvent
from domain.payments.provider import PaymentEvent, ProviderName

_LONGEST_PAUSE = timedelta(hours=12)


class OrderRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def package_on_sale(self, package_id: UUID) -> Package | None:
        on_sale = select(Package).where(Package.id == package_id, Package.active)
        return (await self._session.scalars(on_sale)).one_or_none()

    async def of_key(self, user_id: UUID, key_hash: bytes) -> PaymentOrder | None:
        same = select(PaymentOrder).where(PaymentOrder.user_id == user_id, PaymentOrder.key_hash == key_hash)
        return (await self._session.scalars(same)).one_or_none()

    async def add(self, **values: Any) -> PaymentOrder | None:  # noqa: ANN401 - the columns of an order
        """Add an order; None when the user's key has one. It waits for another transaction that is adding it."""
        adding = (
            insert(PaymentOrder)
            .values(id=uuid7(), **values)
            .on_conflict_do_nothing(index_elements=[PaymentOrder.user_id, PaymentOrder.key_hash])
            .returning(PaymentOrder)
        )
        return (await self._session.execute(adding)).scalar_one_or_none()

    async def lock(self, order_id: UUID) -> PaymentOrder | None:
        """The order, which nobody else changes until the transaction ends."""
        one = select(PaymentOrder).where(PaymentOrder.id == order_id).with_for_update()
        return (await self._session.scalars(one.execution_options(populate_existing=True))).one_or_none()

    async def take_due(self, now: datetime, shortest_pause: timedelta, limit: int) -> Sequence[PaymentOrder]:
        """The orders to look up at their provider now. Each is due again after half as long as it has waited so far."""
        due = (
            select(PaymentOrder)
            .where(PaymentOrder.reconcile_at <= now)
            .order_by(PaymentOrder.reconcile_at)
            .limit(limit)
            .with_for_update(skip_locked=True)
        )
        orders = (await self._session.scalars(due)).all()
        for order in orders:
            order.reconcile_at = now + min(max((now - order.created_at) / 2, shortest_pause), _LONGEST_PAUSE)
        await self._session.flush()
        return orders

    async def matching(self, event: PaymentEvent) -> list[tuple[UUID, ProviderName]]:
        """The orders that an event may mean, of whichever provider, the most certain first."""
        ways: list[ColumnElement[bool]] = []
        if event.provider_order_id is not None:
            ways.append(PaymentOrder.provider_order_id == event.provider_order_id)
        if event.order_id is not None:
            ways.append(PaymentOrder.id == event.order_id)
        if event.payment_id is not None:
            ways.append(PaymentOrder.payment_id == event.payment_id)
        if not ways:
            return []
        order = [way.desc() for way in ways]
        columns = select(PaymentOrder.id, PaymentOrder.provider)
        rows = (await self._session.execute(columns.where(or_(*ways)).order_by(*order, PaymentOrder.id))).all()
        return [(row.id, row.provider) for row in rows]

    async def reversals(self, order_id: UUID) -> Sequence[Reversal]:
        of_order = select(Reversal).where(Reversal.order_id == order_id).order_by(Reversal.id)
        return (await self._session.scalars(of_order)).all()

    async def reversal(self, order: PaymentOrder, kind: ReversalKind, reference: str) -> Reversal | None:
        """What is known of a refund or dispute, new if nothing is; None when it is known as another order's."""
        same = select(Reversal).where(
            Reversal.provider == order.provider, Reversal.kind == kind, Reversal.reference == reference
        )
        known = (await self._session.scalars(same)).one_or_none()
        if known is None:
            known = Reversal(order_id=order.id, provider=order.provider, kind=kind, reference=reference, amount=0)
            self._session.add(known)
        return known if known.order_id == order.id else None

    async def refund_requests(self, order_id: UUID) -> Sequence[RefundRequest]:
        of_order = select(RefundRequest).where(RefundRequest.order_id == order_id).order_by(RefundRequest.id)
        return (await self._session.scalars(of_order)).all()

    async def refund_of_key(self, admin_id: UUID, key_hash: bytes) -> RefundRequest | None:
        same = select(RefundRequest).where(RefundRequest.requested_by == admin_id, RefundRequest.key_hash == key_hash)
        return (await self._session.scalars(same)).one_or_none()

    async def add_refund_request(self, request: RefundRequest) -> bool:
        """Add a request; False when the admin's key has one."""
        try:
            async with self._session.begin_nested():
                self._session.add(request)
        except IntegrityError:
            return False
        return True

    async def refund_is(self, order: PaymentOrder, request_id: UUID, provider_refund_id: str) -> None:
        """Note the provider's id of a refund that was asked for, if its answer was lost."""
        same = (RefundRequest.id == request_id, RefundRequest.order_id == order.id)
        unknown = RefundRequest.provider_refund_id.is_(None)
        change = update(RefundRequest).where(*same, unknown).values(provider_refund_id=provider_refund_id)
        await self._session.execute(change)

    async def refund_request(self, request_id: UUID) -> RefundRequest:
        return await self._session.get_one(RefundRequest, request_id)

    async def flush(self) -> None:
        await self._session.flush()


_SAME_ORDER = and_(
    PaymentOrder.provider == WebhookEvent.provider,
    or_(
        PaymentOrder.provider_order_id == WebhookEvent.provider_order_id,
        PaymentOrder.id == WebhookEvent.order_id,
        PaymentOrder.payment_id == WebhookEvent.payment_id,
    ),
)
_UNMATCHED = WebhookEvent.result == text("'unmatched'")  # as the partial index has it


class EventRepository:
    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, event: PaymentEvent, parsed: dict[str, Any]) -> WebhookEvent | None:
        """Store an event; None when it is stored. It waits for another transaction that is storing it."""
        adding = (
            insert(WebhookEvent)
            .values(
                id=uuid7(),
                provider=event.provider,
                event_id=event.event_id,
                event_type=event.event_type,
                order_id=event.order_id,
                provider_order_id=event.provider_order_id,
                payment_id=event.payment_id,
                event=parsed,
                result=EventResult.UNMATCHED,
            )
            .on_conflict_do_nothing(index_elements=[WebhookEvent.provider, WebhookEvent.event_id])
            .returning(WebhookEvent)
        )
        return (await self._session.execute(adding)).scalar_one_or_none()

    async def find(self, provider: ProviderName, event_id: str) -> WebhookEvent | None:
        same = select(WebhookEvent).where(WebhookEvent.provider == provider, WebhookEvent.event_id == event_id)
        return (await self._session.scalars(same)).one_or_none()

    async def unmatched_of(self, order: PaymentOrder) -> Sequence[WebhookEvent]:
        """Lock the events that had no order and mean this one, as received. The order is to be locked before."""
        waiting = (
            select(WebhookEvent)
            .join(PaymentOrder, _SAME_ORDER)
            .where(_UNMATCHED, PaymentOrder.id == order.id)
            .order_by(WebhookEvent.received_at)
            .with_for_update(of=WebhookEvent)
        )
        return (await self._session.scalars(waiting)).all()

    async def orders_with_unmatched(self, limit: int) -> Sequence[UUID]:
        """The orders for which events wait."""
        found = select(PaymentOrder.id).join(WebhookEvent, _SAME_ORDER).where(_UNMATCHED).distinct().limit(limit)
        return (await self._session.scalars(found)).all()

    async def erase_bodies(self, before: datetime) -> None:
        old = (WebhookEvent.sealed_body.is_not(None), WebhookEvent.received_at < before)
        await self._session.execute(update(WebhookEvent).where(*old).values(sealed_body=None, wrapped_key=None))
