import asyncio
from datetime import timedelta
from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.domain.payments.shop import (
    BONUS,
    COINS,
    disputed,
    event,
    paid,
    refund_failed,
    refunded,
    refunded_in_total,
)

from domain.base import utc_now
from domain.credits.service import InsufficientCredits
from domain.payments.models import EventResult, OrderStatus, PaymentOrder, Reversal, ReversalKind
from domain.payments.provider import EventKind, ProviderName
from domain.payments.rules import coins_to_claw_back

PRICE = 499


@pytest.fixture
async def bought(shop):
    order = await shop.order()
    await shop.receive(paid(order))
    return order


@pytest.mark.parametrize("number", range(24))
async def test_created_failed_paid_and_refunded_end_the_same_in_every_order(shop, number):
    order = await shop.order()
    refund = refunded(order, f"re_{order.id.hex}")
    events = [event(order, EventKind.CREATED), event(order, EventKind.FAILED), paid(order), refund]
    for one in list(permutations(events))[number]:
        await shop.receive(one)
    assert (await shop.reload(order)).status is OrderStatus.REFUNDED
    assert await shop.entries() == [("purchase", COINS), ("clawback", -COINS)]
    assert await shop.balance() == BONUS
    assert await shop.violations() == []


async def test_a_refund_before_the_payment_is_remembered(shop):
    order = await shop.order()
    assert await shop.receive(refunded(order, f"re_{order.id.hex}", 250)) is EventResult.RECORDED
    assert (await shop.reload(order)).status is OrderStatus.PENDING
    assert await shop.receive(paid(order)) is EventResult.CREDITED
    assert await shop.entries() == [("purchase", COINS), ("clawback", -(COINS * 250 // PRICE))]
    assert await shop.violations() == []


async def test_refunds_take_coins_in_proportion_and_the_floor_is_of_their_sum(shop, bought):
    for number, amount in enumerate((100, 100, 299)):
        one = refunded(bought, f"re_{number}_{bought.id.hex}", amount)
        assert await shop.receive(one) is EventResult.CLAWED_BACK
        assert await shop.receive(refunded(bought, one.refund_id, amount)) is EventResult.RECORDED
    taken = [-amount for kind, amount in await shop.entries() if kind == "clawback"]
    assert taken == [COINS * 100 // PRICE, COINS * 200 // PRICE - COINS * 100 // PRICE, COINS - COINS * 200 // PRICE]
    assert await shop.balance() == BONUS
    assert (await shop.reload(bought)).status is OrderStatus.REFUNDED
    assert await shop.violations() == []


async def test_totals_take_what_is_new_in_them(shop, bought):
    results = [await shop.receive(refunded_in_total(bought, amount)) for amount in (100, 100, 499, 250)]
    assert results == [
        EventResult.CLAWED_BACK,
        EventResult.RECORDED,
        EventResult.CLAWED_BACK,
        EventResult.RECORDED,
    ]
    assert await shop.balance() == BONUS
    assert await shop.violations() == []


@pytest.mark.parametrize("number", range(24))
async def test_a_refund_told_by_its_id_and_in_a_total_counts_once(shop, bought, number):
    first, second = (f"re_{name}_{bought.id.hex}" for name in "ab")
    told = [
        refunded(bought, first, 100),
        refunded_in_total(bought, 100),
        refunded(bought, second, 150),
        refunded_in_total(bought, 250),
    ]
    for one in list(permutations(told))[number]:
        await shop.receive(one)
    assert await shop.balance() == BONUS + COINS - COINS * 250 // PRICE
    assert await shop.violations() == []


@pytest.mark.parametrize("number", range(6))
async def test_a_refund_that_failed_gives_the_coins_back_in_every_order(shop, bought, number):
    refund_id = f"re_{bought.id.hex}"
    moment = utc_now()
    told = [
        refunded(bought, refund_id, 100, occurred_at=moment),
        refunded_in_total(bought, 100, occurred_at=moment),
        refund_failed(bought, refund_id, 100, occurred_at=moment),
    ]
    for one in list(permutations(told))[number]:
        await shop.receive(one)
    assert await shop.balance() == BONUS + COINS
    assert (await shop.reload(bought)).status is OrderStatus.COMPLETED
    assert await shop.violations() == []


async def test_a_total_after_a_refund_that_failed_is_another_refunds(shop, bought):
    moment = utc_now()
    later = moment + timedelta(seconds=5)
    refund_id = f"re_{bought.id.hex}"
    await shop.receive(refunded_in_total(bought, 100, occurred_at=moment))
    assert await shop.receive(refund_failed(bought, refund_id, 100, occurred_at=moment)) is EventResult.RESTORED
    assert await shop.receive(refunded_in_total(bought, 100, occurred_at=later)) is EventResult.CLAWED_BACK
    assert await shop.balance() == BONUS + COINS - COINS * 100 // PRICE
    assert await shop.violations() == []


async def test_coins_that_are_spent_become_a_debt_that_buying_pays(shop, bought):
    await shop.spend(BONUS + COINS)
    assert await shop.receive(refunded(bought, f"re_{bought.id.hex}")) is EventResult.CLAWED_BACK
    assert await shop.balance() == -COINS
    with pytest.raises(InsufficientCredits):
        await shop.spend(1)
    again = await shop.order()
    await shop.receive(paid(again))
    assert await shop.balance() == 0
    assert await shop.violations() == []


async def test_a_dispute_takes_the_coins_once_and_winning_it_gives_them_back_once(shop, bought):
    opened, won = EventKind.DISPUTE_OPENED, EventKind.DISPUTE_WON
    results = [await shop.receive(disputed(bought, kind)) for kind in (opened, opened, won, won, opened)]
    assert results == [
        EventResult.CLAWED_BACK,
        EventResult.RECORDED,
        EventResult.RESTORED,
        EventResult.RECORDED,
        EventResult.RECORDED,
    ]
    assert await shop.balance() == BONUS + COINS
    assert await shop.violations() == []


async def test_losing_a_dispute_takes_nothing_more(shop, bought):
    await shop.receive(disputed(bought, EventKind.DISPUTE_OPENED))
    assert await shop.receive(disputed(bought, EventKind.DISPUTE_LOST)) is EventResult.RECORDED
    assert await shop.entries() == [("purchase", COINS), ("clawback", -COINS)]


@pytest.mark.parametrize("number", range(24))
async def test_a_dispute_that_is_won_costs_nothing_in_every_order(shop, number):
    order = await shop.order()
    events = [paid(order), event(order, EventKind.CREATED)]
    events += [disputed(order, kind) for kind in (EventKind.DISPUTE_OPENED, EventKind.DISPUTE_WON)]
    for one in list(permutations(events))[number]:
        await shop.receive(one)
    assert await shop.balance() == BONUS + COINS
    assert await shop.violations() == []


async def test_refund_and_dispute_together_take_no_more_than_was_given(shop, bought):
    refund_id = f"re_{bought.id.hex}"
    assert await shop.receive(refunded(bought, refund_id, 300)) is EventResult.CLAWED_BACK
    assert await shop.receive(disputed(bought, EventKind.DISPUTE_OPENED)) is EventResult.CLAWED_BACK
    assert await shop.balance() == BONUS
    assert await shop.receive(disputed(bought, EventKind.DISPUTE_WON)) is EventResult.RESTORED
    assert await shop.balance() == BONUS + COINS - COINS * 300 // PRICE
    assert await shop.receive(refund_failed(bought, refund_id, 300)) is EventResult.RESTORED
    assert await shop.balance() == BONUS + COINS
    assert await shop.violations() == []


async def test_a_reversal_in_another_currency_is_looked_at(shop, bought):
    assert await shop.receive(disputed(bought, EventKind.DISPUTE_OPENED, currency="EUR")) is EventResult.NEEDS_REVIEW
    order = await shop.reload(bought)
    assert (order.status, order.review_reason is not None) == (OrderStatus.COMPLETED, True)
    assert await shop.balance() == BONUS + COINS


async def test_a_refund_known_of_another_order_is_not_taken_twice(shop, bought):
    other = await shop.order()
    await shop.receive(paid(other))
    await shop.receive(refunded(bought, "re_shared"))
    assert await shop.receive(refunded(other, "re_shared")) is EventResult.IGNORED
    assert await shop.balance() == BONUS + COINS


async def test_all_of_it_at_once_comes_to_the_same(shop):
    order = await shop.order()
    refund_id = f"re_{order.id.hex}"
    events = [
        paid(order),
        paid(order),
        refunded(order, refund_id, 100),
        refunded_in_total(order, 100),
        disputed(order, EventKind.DISPUTE_OPENED, amount=200),
        disputed(order, EventKind.DISPUTE_WON, amount=200),
        event(order, EventKind.FAILED),
    ]
    results = await asyncio.gather(*(shop.receive(one) for one in events * 5))
    assert results.count("duplicate") == 28
    assert await shop.balance() == BONUS + COINS - COINS * 100 // PRICE
    assert await shop.violations() == []


_AMOUNTS = st.lists(st.integers(1, 600), max_size=5)


@given(refunds=_AMOUNTS, totals=_AMOUNTS, disputes=_AMOUNTS, coins=st.integers(1, 2000))
def test_never_more_coins_are_due_than_the_order_gave(refunds, totals, disputes, coins):
    order = PaymentOrder(provider=ProviderName.STRIPE, amount=PRICE, coins=coins, payment_id=None)
    now = utc_now()
    by_kind = {ReversalKind.REFUND: refunds, ReversalKind.REFUND_TOTAL: totals, ReversalKind.DISPUTE: disputes}
    reversals = [
        Reversal(kind=kind, amount=amount, taken_at=now, returned_at=None, payment_id=None)
        for kind, amounts in by_kind.items()
        for amount in amounts
    ]
    due = coins_to_claw_back(order, reversals)
    gone = min(PRICE, min(PRICE, max(sum(refunds), max(totals, default=0))) + sum(disputes))
    assert due == coins * gone // PRICE
    assert 0 <= due <= coins
