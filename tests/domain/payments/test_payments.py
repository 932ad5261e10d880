import asyncio
from collections import Counter

import pytest
from sqlalchemy import update
from tests.domain.payments.shop import BODY, BONUS, COINS, KEYS, MERCHANT, PRICES, disputed, event, paid, refunded

from domain.base import utc_now
from domain.cipher import CipherError, MasterKeys
from domain.payments.errors import EventNotFound
from domain.payments.models import EventResult, OrderStatus
from domain.payments.provider import EventKind, ProviderName
from domain.payments.webhooks import KEEP_BODIES, Inbox, Merchant
from domain.users.models import User

PROVIDERS = list(ProviderName)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_payment_of_the_price_gives_the_coins_once(shop, provider):
    order = await shop.order(provider)
    assert (order.amount, order.currency) == PRICES[provider]

    assert await shop.receive(paid(order)) is EventResult.CREDITED

    order = await shop.reload(order)
    assert (order.status, order.received_amount, order.received_currency) == (OrderStatus.COMPLETED, *PRICES[provider])
    assert await shop.entries() == [("purchase", COINS)]
    assert await shop.balance() == BONUS + COINS
    assert await shop.violations() == []


async def test_a_hundred_deliveries_of_one_event_at_once_give_the_coins_once(shop):
    order = await shop.order()
    success = paid(order)
    results = await asyncio.gather(*(shop.receive(success) for _ in range(100)))
    assert Counter(results) == {EventResult.CREDITED: 1, "duplicate": 99}
    assert await shop.entries() == [("purchase", COINS)]


async def test_many_events_about_one_payment_give_the_coins_once(shop):
    order = await shop.order(ProviderName.RAZORPAY)
    events = [paid(order, event_type=name) for name in ("payment.captured", "order.paid") for _ in range(50)]
    results = await asyncio.gather(*map(shop.receive, events))
    assert Counter(results) == {EventResult.CREDITED: 1, EventResult.RECORDED: 99}
    assert await shop.entries() == [("purchase", COINS)]
    assert await shop.violations() == []


async def test_a_failure_is_not_final_and_does_not_undo_a_payment(shop):
    order = await shop.order()
    assert await shop.receive(event(order, EventKind.FAILED)) is EventResult.RECORDED
    assert (await shop.reload(order)).status is OrderStatus.FAILED
    assert await shop.receive(paid(order)) is EventResult.CREDITED
    assert await shop.receive(event(order, EventKind.FAILED)) is EventResult.RECORDED
    assert (await shop.reload(order)).status is OrderStatus.COMPLETED
    assert await shop.entries() == [("purchase", COINS)]


@pytest.mark.parametrize(
    "changed", [{"amount": 498}, {"amount": 500}, {"amount": None}, {"currency": "INR"}, {"captured": False}]
)
async def test_money_that_is_not_the_price_waits_for_somebody_to_look(shop, changed):
    order = await shop.order()
    assert await shop.receive(paid(order, **changed)) is EventResult.NEEDS_REVIEW
    order = await shop.reload(order)
    assert (order.status, order.review_reason is not None) == (OrderStatus.PROCESSING, True)
    assert await shop.entries() == []
    assert await shop.violations() == []


async def test_the_right_payment_ends_a_review(shop):
    order = await shop.order()
    await shop.receive(paid(order, amount=1))
    assert await shop.receive(paid(order)) is EventResult.CREDITED
    order = await shop.reload(order)
    assert (order.status, order.review_reason) == (OrderStatus.COMPLETED, None)


async def test_a_second_payment_of_an_order_is_looked_at_and_its_return_takes_no_coins(shop):
    order = await shop.order(ProviderName.RAZORPAY)
    await shop.receive(paid(order, payment_id="pay_first"))
    assert await shop.receive(paid(order, payment_id="pay_late")) is EventResult.NEEDS_REVIEW
    assert await shop.receive(refunded(order, "rfnd_late", payment_id="pay_late")) is EventResult.RECORDED
    assert (await shop.reload(order)).status is OrderStatus.COMPLETED
    assert await shop.balance() == BONUS + COINS


async def test_a_payment_under_another_providers_order_with_our_id_is_looked_at(shop):
    order = await shop.order()
    stray = {"provider_order_id": "pi_other", "order_id": order.id}
    assert await shop.receive(event(order, EventKind.FAILED, **stray)) is EventResult.IGNORED
    assert await shop.receive(paid(order, **stray)) is EventResult.NEEDS_REVIEW
    assert await shop.entries() == []


async def test_an_event_that_names_our_id_finds_the_order_that_the_provider_has_not_answered_for(shop):
    order = (await shop.place()).order
    success = paid(order, provider_order_id="pi_fast", order_id=order.id)
    assert await shop.receive(success) is EventResult.CREDITED
    assert (await shop.reload(order)).provider_order_id == "pi_fast"


@pytest.mark.parametrize("by", ["provider_order_id", "order_id"])
async def test_an_event_about_another_providers_order_is_ignored(shop, by):
    order = await shop.order(ProviderName.STRIPE)
    known = {"provider_order_id": None, "order_id": None, by: order.id if by == "order_id" else order.provider_order_id}
    foreign = paid(order, provider=ProviderName.RAZORPAY, **known)
    assert await shop.receive(foreign) is EventResult.IGNORED
    assert await shop.entries() == []


@pytest.mark.parametrize(
    ("changed", "merchant", "result"),
    [
        ({"account": "acc_other"}, MERCHANT, EventResult.IGNORED),
        ({"account": "acc_ours"}, MERCHANT, EventResult.CREDITED),
        ({"live_mode": True}, MERCHANT, EventResult.IGNORED),
        ({"live_mode": None}, MERCHANT, EventResult.CREDITED),
        ({"account": "acct_connected"}, Merchant(None, None, every_event_names_account=False), EventResult.IGNORED),
        ({"account": "acc_any"}, Merchant(None, None, every_event_names_account=True), EventResult.CREDITED),
    ],
)
async def test_events_of_other_accounts_and_modes_are_ignored(shop, changed, merchant, result):
    order = await shop.order()
    assert await shop.receive(paid(order, **changed), merchant) is result
    assert await shop.entries() == ([("purchase", COINS)] if result is EventResult.CREDITED else [])


@pytest.mark.parametrize(
    "changed",
    [{"kind": EventKind.OTHER}, {"provider_order_id": None, "order_id": None, "payment_id": None}],
)
async def test_what_is_about_no_payment_is_stored_without_its_body(shop, changed):
    order = await shop.order()
    other = paid(order, **changed)
    assert await shop.receive(other) is EventResult.IGNORED
    stored = await shop.stored(other)
    assert (stored.result, stored.sealed_body, stored.wrapped_key) == (EventResult.IGNORED, None, None)


async def test_an_event_that_comes_before_its_order_is_known_counts_when_it_is(shop):
    order = (await shop.place()).order
    early = paid(order, provider_order_id="order_early")
    assert await shop.receive(early) is EventResult.UNMATCHED
    assert await shop.receive(early) == "duplicate"
    await shop.match()
    assert await shop.entries() == []

    await shop.observe(order, provider_order_id="order_early")
    await shop.match()

    assert await shop.entries() == [("purchase", COINS)]
    assert (await shop.stored(early)).result is EventResult.CREDITED
    await shop.match()
    assert await shop.violations() == []


async def test_a_refund_that_names_only_the_payment_is_matched_once_the_payment_is_known(shop):
    order = await shop.order(ProviderName.RAZORPAY)
    early = refunded(order, "rfnd_early", provider_order_id=None)
    assert await shop.receive(early) is EventResult.UNMATCHED
    await shop.receive(paid(order))
    await shop.match()
    assert (await shop.stored(early)).result is EventResult.CLAWED_BACK
    assert await shop.balance() == BONUS


async def test_a_payment_after_the_account_is_deleted_goes_to_the_wallet_that_is_kept(shop):
    order = await shop.order()
    async with shop.database.transaction() as session:
        tombstone = {"issuer": None, "subject": None, "deleted_at": utc_now(), "pseudonym": "p"}
        await session.execute(update(User).where(User.id == shop.user_id).values(tombstone))
    assert await shop.receive(paid(order)) is EventResult.CREDITED
    assert await shop.balance() == BONUS + COINS


async def test_replaying_an_event_does_nothing_twice(shop):
    order = await shop.order()
    events = [paid(order), refunded(order, "re_1", 100), disputed(order, EventKind.DISPUTE_OPENED, amount=99)]
    results = [await shop.receive(one) for one in events]
    before = await shop.entries()
    for one, result in zip(events, results, strict=True):
        async with shop.database.transaction() as session:
            await Inbox(session, KEYS).replay(order.provider, one.event_id, MERCHANT, utc_now())
        assert (await shop.stored(one)).result is result
    assert await shop.entries() == before


async def test_replaying_lets_an_event_count_that_was_not_for_us_by_mistake(shop):
    order = await shop.order()
    success = paid(order, account="acc_ours")
    wrong = Merchant("acc_typo", live_mode=None, every_event_names_account=True)
    assert await shop.receive(success, wrong) is EventResult.IGNORED
    async with shop.database.transaction() as session:
        result = await Inbox(session, KEYS).replay(order.provider, success.event_id, MERCHANT, utc_now())
    assert result is EventResult.CREDITED
    assert (await shop.stored(success)).result is EventResult.CREDITED
    with pytest.raises(EventNotFound):
        async with shop.database.transaction() as session:
            await Inbox(session, KEYS).replay(order.provider, "evt_none", MERCHANT, utc_now())


async def test_what_the_provider_knows_of_a_payer_is_sealed_and_erased_in_time(shop):
    order = await shop.order()
    success = paid(order)
    await shop.receive(success)
    raw = await shop.database.reads.fetchval(
        "SELECT webhook_event::text || encode(sealed_body, 'escape') FROM webhook_event WHERE event_id = $1",
        success.event_id,
    )
    assert "payer@example.org" not in raw
    async with shop.database.transaction() as session:
        assert await Inbox(session, KEYS).body(order.provider, success.event_id) == BODY
        with pytest.raises(CipherError):
            await Inbox(session, MasterKeys([bytes(32)])).body(order.provider, success.event_id)
        await Inbox(session, KEYS).erase_bodies(utc_now() + KEEP_BODIES)
        with pytest.raises(EventNotFound):
            await Inbox(session, KEYS).body(order.provider, success.event_id)
