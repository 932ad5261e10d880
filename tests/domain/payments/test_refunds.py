from uuid import uuid4

import pytest
from tests.domain.payments.shop import paid, refund_failed, refunded, refunded_in_total

from domain.idempotency.service import IdempotencyKeyReused
from domain.payments.errors import OrderNotFound, OrderNotPaid, RefundTooLarge
from domain.payments.refunds import RefundService

PRICE = 499


@pytest.fixture
async def bought(shop):
    order = await shop.order()
    await shop.receive(paid(order))
    return order


async def ask(shop, order_id, amount=None, key=None):
    async with shop.database.transaction() as session:
        asked = await RefundService(session).ask(order_id, amount, reason="Goodwill", admin_id=shop.user_id, key=key)
    return asked.request


async def take(shop, request):
    async with shop.database.transaction() as session:
        return (await RefundService(session).taken(request.id, f"re_{request.id.hex}")).provider_refund_id


async def test_without_an_amount_all_that_is_left_is_refunded(shop, bought):
    await shop.receive(refunded(bought, f"re_{uuid4().hex}", 100))
    request = await ask(shop, bought.id)
    assert request.amount == PRICE - 100
    await take(shop, request)
    with pytest.raises(RefundTooLarge) as caught:
        await ask(shop, bought.id)
    assert caught.value.members == {"refundable": 0}


async def test_no_more_is_refunded_than_is_left_and_a_refund_is_counted_once(shop, bought):
    request = await ask(shop, bought.id, 200)
    refund_id = await take(shop, request)
    with pytest.raises(RefundTooLarge):
        await ask(shop, bought.id, 300)
    await shop.receive(refunded_in_total(bought, 200))
    await shop.receive(refunded(bought, refund_id, 200))
    with pytest.raises(RefundTooLarge):
        await ask(shop, bought.id, 300)
    assert (await ask(shop, bought.id, 299)).amount == 299


async def test_a_refund_that_failed_can_be_asked_for_again(shop, bought):
    refund_id = await take(shop, await ask(shop, bought.id))
    await shop.receive(refunded(bought, refund_id))
    await shop.receive(refund_failed(bought, refund_id))
    assert (await ask(shop, bought.id)).amount == PRICE


async def test_a_refund_that_the_provider_has_not_taken_is_continued(shop, bought):
    request = await ask(shop, bought.id, 100)
    assert (await ask(shop, bought.id, 100)).id == request.id
    assert (await ask(shop, bought.id, 150)).id != request.id
    await take(shop, request)
    assert (await ask(shop, bought.id, 100)).id != request.id


async def test_a_key_asks_once(shop, bought):
    request = await ask(shop, bought.id, 100, key="once")
    await take(shop, request)
    assert (await ask(shop, bought.id, 100, key="once")).id == request.id
    with pytest.raises(IdempotencyKeyReused):
        await ask(shop, bought.id, 101, key="once")
    assert (await ask(shop, bought.id, 100, key="twice")).id != request.id


async def test_what_is_not_paid_is_not_refunded(shop):
    order = await shop.order()
    with pytest.raises(OrderNotPaid):
        await ask(shop, order.id)
    with pytest.raises(OrderNotFound):
        await ask(shop, uuid4())
