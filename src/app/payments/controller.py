"""`/api/payments/orders`: buying coins; and the refunds that admins ask for."""

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

import structlog
from litestar import Controller, get, post
from litestar.di import NamedDependency
from litestar.params import FromPath, HeaderParameter, JSONBody

from app.documentation import BEARER, InvalidRequest, answers
from app.payments.checkout import check_out, refund
from app.payments.dto import (
    AskRefund,
    Order,
    OrderReceipt,
    PlacedOrder,
    PlaceOrder,
    ReceiptEntry,
    ReceiptReversal,
    Refund,
    order_receipt,
    order_view,
    placed_order,
    refund_view,
)
from app.resources import Resources
from app.security import AdminRequired, CurrentUser, require_admin
from domain.errors import Unauthenticated
from domain.idempotency.service import IdempotencyKeyReused
from domain.payments.errors import (
    IdempotencyKeysDiffer,
    OrderNotFound,
    OrderNotPaid,
    PackageNotFound,
    ProviderNotConfigured,
    RefundTooLarge,
)
from domain.payments.models import ReversalKind
from domain.payments.provider import PaymentProviderUnavailable, ProviderName, RefundRefused
from domain.payments.reader import OrderReader
from domain.payments.service import order_key
from domain.users.service import AccountDeleted

_CALLER_ERRORS = (Unauthenticated, AccountDeleted)
_OWN_ORDER = (*_CALLER_ERRORS, OrderNotFound, InvalidRequest)
_NOW = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
_ORDER_ID = UUID("01a5c7c8-5f5e-7d3c-9a49-3b6c1de0a010")
_INTENT = "pi_3SVexample"
_PLACED = PlacedOrder(
    order_id=_ORDER_ID,
    provider_order_id=_INTENT,
    amount=999,
    currency="USD",
    coins=850,
    provider=ProviderName.STRIPE,
    client_secret=f"{_INTENT}_secret_example",
    checkout_url=None,
    key_id=None,
    status="pending",
    needs_review=False,
)
_ORDER = Order(
    order_id=_ORDER_ID,
    status="completed",
    needs_review=False,
    provider=ProviderName.STRIPE,
    provider_order_id=_INTENT,
    package_id=UUID("01a5c7c8-5f5e-5d3c-9a49-3b6c1de0a002"),
    amount=999,
    currency="USD",
    coins=850,
    coins_clawed_back=0,
    created_at=_NOW,
    completed_at=_NOW,
)
_RECEIPT = OrderReceipt(
    order_id=_ORDER_ID,
    status="completed",
    package_name="Popular",
    coins=850,
    coins_clawed_back=85,
    amount="9.99",
    amount_minor=999,
    currency="USD",
    provider=ProviderName.STRIPE,
    provider_order_id=_INTENT,
    payment_id="ch_3SVexample",
    created_at=_NOW,
    paid_at=_NOW,
    reversals=[
        ReceiptReversal(
            kind=ReversalKind.REFUND,
            reference="re_3SVexample",
            amount="1.00",
            amount_minor=100,
            taken_at=_NOW,
            returned_at=None,
        )
    ],
    entries=[
        ReceiptEntry(UUID("01a5c7c8-5f5e-7d3c-9a49-3b6c1de0a011"), "purchase", 850, _NOW),
        ReceiptEntry(UUID("01a5c7c8-5f5e-7d3c-9a49-3b6c1de0a012"), "clawback", -85, _NOW),
    ],
)
_REFUND = Refund(
    refund_id=UUID("01a5c7c8-5f5e-7d3c-9a49-3b6c1de0a013"),
    order_id=_ORDER_ID,
    provider=ProviderName.STRIPE,
    provider_refund_id="re_3SVexample",
    amount=100,
    currency="USD",
)
_log = structlog.get_logger()

KeyHeader = Annotated[
    str | None,
    HeaderParameter(
        name="Idempotency-Key",
        min_length=1,
        max_length=255,
        pattern=r"^[ -~]+$",
        description="Up to 255 printable characters of the client's choice. The same key goes on with what it began.",
    ),
]


class OrderController(Controller):
    path = "/api/payments/orders"
    tags = ("payments",)

    @post(
        "/",
        operation_id="placeOrder",
        status_code=200,
        summary="Buy a package of coins",
        security=BEARER,
        responses=answers(
            PlacedOrder,
            _PLACED,
            errors=(
                *_CALLER_ERRORS,
                PackageNotFound,
                ProviderNotConfigured,
                IdempotencyKeyReused,
                IdempotencyKeysDiffer,
                PaymentProviderUnavailable,
            ),
            reads_json=True,
        ),
    )
    async def place(
        self,
        data: JSONBody[PlaceOrder],
        user: NamedDependency[CurrentUser],
        resources: NamedDependency[Resources],
        idempotency_key: KeyHeader = None,
    ) -> PlacedOrder:
        """Stripe is paid in dollars with the `client_secret`, Razorpay in rupees with `key_id` and its order's id.

        The coins come when the provider says that the money did. After a 503 the same key goes on with the same order.
        """
        key = order_key(idempotency_key, data.idempotency_key)
        return placed_order(await check_out(resources, user.id, data.package_id, data.provider, key))

    @get(
        "/{order_id:str}",
        operation_id="getOrder",
        summary="One order",
        security=BEARER,
        responses=answers(Order, _ORDER, errors=_OWN_ORDER),
    )
    async def get_order(
        self, order_id: FromPath[UUID], user: NamedDependency[CurrentUser], orders: NamedDependency[OrderReader]
    ) -> Order:
        return order_view(await orders.one(user.id, order_id))

    @get(
        "/{order_id:str}/receipt",
        operation_id="getReceipt",
        summary="What was paid for an order, and what went back",
        security=BEARER,
        responses=answers(OrderReceipt, _RECEIPT, errors=(*_OWN_ORDER, OrderNotPaid)),
    )
    async def get_receipt(
        self, order_id: FromPath[UUID], user: NamedDependency[CurrentUser], orders: NamedDependency[OrderReader]
    ) -> OrderReceipt:
        return order_receipt(await orders.receipt(user.id, order_id))


class AdminPaymentController(Controller):
    path = "/api/admin/payments"
    tags = ("admin",)

    @post(
        "/orders/{order_id:str}/refund",
        operation_id="refundOrder",
        status_code=200,
        summary="Give money back",
        security=BEARER,
        responses=answers(
            Refund,
            _REFUND,
            errors=(
                *_OWN_ORDER,
                AdminRequired,
                OrderNotPaid,
                RefundTooLarge,
                ProviderNotConfigured,
                IdempotencyKeyReused,
                RefundRefused,
                PaymentProviderUnavailable,
            ),
            reads_json=True,
        ),
    )
    async def refund_order(
        self,
        order_id: FromPath[UUID],
        data: JSONBody[AskRefund],
        user: NamedDependency[CurrentUser],
        resources: NamedDependency[Resources],
        idempotency_key: KeyHeader = None,
    ) -> Refund:
        """The provider is asked once. The coins are taken back, in proportion, when it tells that it was done."""
        require_admin(user)
        asked = await refund(
            resources, order_id, data.amount, reason=data.reason, admin_id=user.id, key=idempotency_key
        )
        _log.info("payments.refund", order_id=str(order_id), admin_id=str(user.id), amount=asked.request.amount)
        return refund_view(asked)
