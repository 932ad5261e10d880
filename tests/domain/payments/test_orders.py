import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import update
from tests.domain.payments.shop import COINS, KEYS, PRICES, STARTER, paid

from domain.base import utc_now
from domain.catalogue.models import Package
from domain.catalogue.seed import stable_id
from domain.idempotency.service import IdempotencyKeyReused
from domain.payments.errors import IdempotencyKeysDiffer, OrderNotFound, OrderNotPaid, PackageNotFound
from domain.payments.models import OrderStatus, PaymentOrder
from domain.payments.provider import ProviderName
from domain.payments.reader import OrderReader
from domain.payments.service import CREATING_S, OrderService, order_key
from domain.users.models import User
from domain.users.service import AccountDeleted, UserService

POPULAR = stable_id("package", "Popular")
WEEK = timedelta(days=7)


async def claim(shop, order, now=None):
    async with shop.database.transaction() as session:
        return (await OrderService(session, UserService(session, KEYS)).claim(order.id, now or utc_now())).granted


async def due(shop, now):
    async with shop.database.transaction() as session:
        orders = await OrderService(session, UserService(session, KEYS)).take_due(now, timedelta(minutes=1))
    return [order.id for order in orders if order.user_id == shop.user_id]


async def test_an_order_has_the_price_of_its_provider_and_of_its_day(shop):
    for provider, price in PRICES.items():
        order = (await shop.place(provider)).order
        assert (order.amount, order.currency) == price
        assert (order.status, order.coins, order.package_name) == (OrderStatus.CREATING, COINS, "Starter")
    async with shop.database.transaction() as session:
        await session.execute(update(Package).where(Package.id == STARTER).values(usd_cents=1))
    assert (await shop.reload(order)).amount == PRICES[provider][0]
    await shop.open_catalogue()


async def test_what_is_not_sold_cannot_be_bought_and_an_order_of_before_goes_on(shop):
    order = (await shop.place(key="before")).order
    async with shop.database.transaction() as session:
        await session.execute(update(Package).where(Package.id == STARTER).values(active=False))
    with pytest.raises(PackageNotFound):
        await shop.place()
    with pytest.raises(PackageNotFound):
        await shop.place(package_id=uuid4())
    assert (await shop.place(key="before")).order.id == order.id
    await shop.open_catalogue()


async def test_a_deleted_account_buys_nothing(shop):
    tombstone = {"issuer": None, "subject": None, "deleted_at": utc_now(), "pseudonym": "p"}
    async with shop.database.transaction() as session:
        await session.execute(update(User).where(User.id == shop.user_id).values(tombstone))
    with pytest.raises(AccountDeleted):
        await shop.place()


async def test_a_key_makes_one_order_however_often_it_comes_at_once(shop):
    claims = await asyncio.gather(*(shop.place(key="one") for _ in range(20)))
    assert len({claim.order.id for claim in claims}) == 1
    assert [claim.granted for claim in claims].count(True) == 1


async def test_a_key_is_the_users_own_and_for_one_request(shop, another_shop):
    order = (await shop.place(key="mine")).order
    assert (await another_shop.place(key="mine")).order.id != order.id
    assert (await shop.place()).order.id != (await shop.place()).order.id
    for changed in ({"package_id": POPULAR}, {"provider": ProviderName.RAZORPAY}):
        with pytest.raises(IdempotencyKeyReused):
            await shop.place(**{"key": "mine"} | changed)


async def test_a_key_is_not_kept_as_it_is(shop):
    order = (await shop.place(key="ada@example.org")).order
    assert "ada@example" not in str(vars(await shop.reload(order)))


@pytest.mark.parametrize(
    ("header", "body", "key"), [(None, None, None), ("a", None, "a"), (None, "a", "a"), ("a",) * 3]
)
def test_the_key_may_come_in_two_places(header, body, key):
    assert order_key(header, body) == key


def test_two_keys_of_one_request_are_refused():
    with pytest.raises(IdempotencyKeysDiffer):
        order_key("a", "b")


async def test_one_request_at_a_time_creates_the_providers_order_until_it_is_there(shop):
    order = (await shop.place()).order
    assert not await claim(shop, order)
    assert await claim(shop, order, utc_now() + timedelta(seconds=CREATING_S + 1))
    async with shop.database.transaction() as session:
        await OrderService(session, UserService(session, KEYS)).release(order.id)
    assert await claim(shop, order)
    await shop.observe(order, provider_order_id="pi_there")
    assert not await claim(shop, order, utc_now() + timedelta(days=1))


async def test_orders_are_looked_up_more_and_more_rarely(shop):
    start = utc_now()
    order = (await shop.place(now=start)).order
    assert await due(shop, start) == []
    waits, now = [], start
    for _ in range(6):
        now = (await shop.reload(order)).reconcile_at
        assert await due(shop, now) == [order.id]
        waits.append((await shop.reload(order)).reconcile_at - now)
    assert waits == sorted(waits)
    assert waits[0] >= timedelta(minutes=1)
    for _ in range(20):
        now = (await shop.reload(order)).reconcile_at
        await due(shop, now)
    assert (await shop.reload(order)).reconcile_at - now == timedelta(hours=12)


async def test_what_the_provider_says_moves_the_order_on(shop):
    order = (await shop.place()).order
    await shop.observe(order)
    assert (await shop.reload(order)).status is OrderStatus.CREATING
    await shop.observe(order, provider_order_id="pi_seen")
    assert (await shop.reload(order)).status is OrderStatus.PENDING
    await shop.observe(order, provider_order_id="pi_seen", failed=True)
    assert (await shop.reload(order)).status is OrderStatus.FAILED
    settled = {"paid": True, "amount_received": order.amount, "currency": order.currency, "payment_id": "ch_seen"}
    await shop.observe(order, provider_order_id="pi_seen", **settled)
    order = await shop.reload(order)
    assert (order.status, order.reconcile_at) == (OrderStatus.COMPLETED, None)
    await shop.receive(paid(order, payment_id="ch_seen"))
    assert await shop.entries() == [("purchase", COINS)]
    assert await shop.violations() == []


async def test_money_that_is_found_and_is_not_the_price_is_looked_at(shop):
    order = await shop.order()
    found = {"provider_order_id": order.provider_order_id, "paid": True, "currency": "USD"}
    await shop.observe(order, amount_received=1, **found)
    assert (await shop.reload(order)).status is OrderStatus.PROCESSING
    assert await shop.entries() == []


async def test_an_order_that_nobody_pays_is_given_up_and_can_still_be_paid(shop):
    order = await shop.order()
    await shop.observe(order, provider_order_id=order.provider_order_id, now=utc_now() + WEEK + timedelta(hours=1))
    order = await shop.reload(order)
    assert (order.status, order.reconcile_at) == (OrderStatus.FAILED, None)
    await shop.receive(paid(order))
    assert (await shop.reload(order)).status is OrderStatus.COMPLETED


async def test_an_order_is_its_owners_alone_and_has_a_receipt_once_it_is_paid(shop, another_shop):
    order = await shop.order()
    reader = OrderReader(shop.database.reads)
    assert (await reader.one(shop.user_id, order.id)).id == order.id
    with pytest.raises(OrderNotFound):
        await reader.one(another_shop.user_id, order.id)
    with pytest.raises(OrderNotPaid):
        await reader.receipt(shop.user_id, order.id)
    await shop.receive(paid(order))
    with pytest.raises(OrderNotFound):
        await reader.receipt(another_shop.user_id, order.id)
    assert [(entry.kind, entry.amount) for entry in (await reader.receipt(shop.user_id, order.id)).entries] == [
        ("purchase", COINS)
    ]


CORRUPTIONS = {
    "paid_order_has_purchase": {"coins": COINS + 1},
    "purchase_has_paid_order": {"paid_at": None, "coins_clawed_back": 0},
    "received_is_price": {"received_amount": 1},
    "clawback_is_recorded": {"coins_clawed_back": 1},
}


@pytest.mark.parametrize("invariant", CORRUPTIONS)
async def test_the_check_finds_an_order_that_does_not_fit_its_entries(shop, invariant):
    order = await shop.order()
    await shop.receive(paid(order))
    async with shop.database.transaction() as session:
        await session.execute(update(PaymentOrder).where(PaymentOrder.id == order.id).values(CORRUPTIONS[invariant]))
    found = [violation for violation in await shop.violations() if violation.order_id == order.id]
    assert invariant in {violation.invariant for violation in found}
    async with shop.database.transaction() as session:
        right = {"coins": COINS, "paid_at": utc_now(), "received_amount": order.amount, "coins_clawed_back": 0}
        await session.execute(update(PaymentOrder).where(PaymentOrder.id == order.id).values(right))
