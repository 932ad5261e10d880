import asyncio
import time
from collections import Counter
from dataclasses import replace
from itertools import permutations

import pytest
from tests.app.payments.conftest import COINS, OLD_SECRET

from domain.payments.provider import ProviderName
from domain.payments.webhooks import Inbox
from fakes.events import PAYER_DATA, STRIPE_SECRET, RazorpayEvents, StripeEvents, repeated, shuffled

pytestmark = [
    pytest.mark.usefixtures("nothing_is_wrong"),
    pytest.mark.filterwarnings("ignore:.*'task_queues':litestar.exceptions.LitestarDeprecationWarning"),  # SAQ's
]
PROVIDERS = ["stripe", "razorpay"]
BONUS = 50
LIMIT = 256 * 1024
stripe_events = StripeEvents()
razorpay_events = RazorpayEvents()


@pytest.fixture
def placed(customer):
    async def placed(provider="stripe"):
        return (await customer.place(provider)).json()

    return placed


def paying(order, **fields):
    """The first event that says that an order is paid."""
    if order["provider"] == "stripe":
        return stripe_events.succeeded(order["provider_order_id"], amount=order["amount"], **fields)
    return razorpay_events.captured(order["provider_order_id"], amount=order["amount"], **fields)


def signed(event, provider, **how):
    return (stripe_events if provider == "stripe" else razorpay_events).signed_again(event, **how)


def signature(provider):
    return {"stripe": "stripe_signature", "razorpay": "x_razorpay_signature"}[provider]


async def outcome(deliver, event):
    answer = await deliver(event)
    assert answer.status_code == 200
    return answer.json()["status"]


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_payment_gives_the_coins(customer, placed, deliver, provider):
    order = await placed(provider)
    answer = await deliver(paying(order))
    assert (answer.status_code, answer.json()) == (200, {"status": "credited"})
    assert await customer.balance() == BONUS + COINS
    seen = await customer.order(order["order_id"])
    assert (seen["status"], seen["completed_at"].endswith("Z")) == ("completed", True)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_what_is_not_signed_with_our_secret_is_refused(customer, placed, deliver, provider):
    event = paying(await placed(provider))
    header = signature(provider)
    forged = [
        event.with_headers(**{header: None}),
        event.with_headers(**{header: ""}),
        event.with_headers(**{header: "t=now,v1=nothing"}),
        event.with_headers(**{header: event.headers[header.replace("_", "-")][:-1]}),
        event.corrupted(),
        signed(event, provider, **({"secrets": ["wrong"]} if provider == "stripe" else {"secret": "wrong"})),
    ]
    for one in forged:
        answer = await deliver(one, provider)
        assert (answer.status_code, answer.json()["error_code"]) == (400, "signature_invalid")
    assert await customer.balance() == BONUS


@pytest.mark.parametrize("seconds", [-301, 301, 10**6])
async def test_a_stripe_signature_of_another_time_is_refused(customer, placed, deliver, seconds):
    event = stripe_events.signed_again(paying(await placed()), at=time.time() + seconds)
    assert (await deliver(event)).json()["error_code"] == "signature_invalid"
    assert await customer.balance() == BONUS


async def test_only_the_first_scheme_of_stripe_counts_and_any_of_its_signatures(customer, placed, deliver):
    event = paying(await placed())
    assert (await deliver(stripe_events.signed_again(event, scheme="v0"))).status_code == 400
    two = stripe_events.signed_again(event, secrets=["rolled away", STRIPE_SECRET])
    assert await outcome(deliver, two) == "credited"
    assert await customer.balance() == BONUS + COINS


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_the_secret_of_before_is_accepted_during_rotation(placed, deliver, provider):
    event = paying(await placed(provider))
    old = {"secrets": [OLD_SECRET]} if provider == "stripe" else {"secret": OLD_SECRET}
    assert await outcome(deliver, signed(event, provider, **old)) == "credited"


async def test_a_hundred_deliveries_at_once_give_the_coins_once(customer, placed, deliver):
    event = paying(await placed())
    results = await asyncio.gather(*(outcome(deliver, event) for _ in range(100)))
    assert Counter(results) == {"credited": 1, "duplicate": 99}
    assert await customer.balance() == BONUS + COINS


async def test_captured_and_order_paid_fifty_times_each_give_the_coins_once(customer, placed, deliver, razorpay):
    order = await placed("razorpay")
    events = shuffled(repeated(razorpay.pay(order["provider_order_id"]), 50))
    results = await asyncio.gather(*(outcome(deliver, event) for event in events))
    assert Counter(results) == {"credited": 1, "recorded": 1, "duplicate": 98}
    assert await customer.balance() == BONUS + COINS


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_payment_that_failed_may_succeed_and_not_the_other_way_round(customer, placed, deliver, provider):
    events = stripe_events if provider == "stripe" else razorpay_events
    for order in (await placed(provider), await placed(provider)):
        failure = events.failed(order["provider_order_id"], amount=order["amount"])
        assert await outcome(deliver, failure) == "recorded"
        assert (await customer.order(order["order_id"]))["status"] == "failed"
        assert await outcome(deliver, paying(order)) == "credited"
        late = events.failed(order["provider_order_id"], amount=order["amount"])
        assert await outcome(deliver, late) == "recorded"
        assert (await customer.order(order["order_id"]))["status"] == "completed"
    assert await customer.balance() == BONUS + 2 * COINS


@pytest.mark.parametrize("number", range(24))
async def test_four_events_of_stripe_end_the_same_in_every_order(customer, placed, deliver, number):
    order = await placed()
    intent, amount = order["provider_order_id"], order["amount"]
    events = [
        stripe_events.created(intent, amount=amount),
        stripe_events.failed(intent, amount=amount),
        stripe_events.succeeded(intent, amount=amount),
        stripe_events.charge_refunded(intent, amount=amount, refunded=amount),
    ]
    for event in list(permutations(events))[number]:
        await outcome(deliver, event)
    assert await customer.balance() == BONUS
    assert (await customer.order(order["order_id"]))["status"] == "refunded"


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_refund_takes_the_share_of_the_coins_and_gives_it_back_when_it_fails(
    customer, placed, deliver, stripe, razorpay, provider
):
    fake = {"stripe": stripe, "razorpay": razorpay}[provider]
    order = await placed(provider)
    told = fake.pay(order["provider_order_id"])
    for event in told if isinstance(told, list) else [told]:
        await outcome(deliver, event)
    third = order["amount"] // 3
    results = [await outcome(deliver, event) for event in fake.refund(order["provider_order_id"], third)]
    assert "clawed_back" in results
    assert await customer.balance() == BONUS + COINS - COINS * third // order["amount"]
    [refund_id] = [one for one in fake.refunds if fake.refunds[one]["amount"] == third]
    assert await outcome(deliver, fake.fail_refund(refund_id)) == "restored"
    assert await customer.balance() == BONUS + COINS


@pytest.mark.parametrize("won", [True, False])
async def test_a_dispute_at_stripe(customer, placed, deliver, stripe, won):
    order = await placed()
    await outcome(deliver, stripe.pay(order["provider_order_id"]))
    dispute = f"dp_{order['order_id']}"
    opened = [await outcome(deliver, event) for event in stripe.dispute(order["provider_order_id"], dispute)]
    assert opened == ["clawed_back", "recorded"]
    assert await customer.balance() == BONUS
    closed = stripe.close_dispute(order["provider_order_id"], dispute, won=won)
    assert [await outcome(deliver, event) for event in closed] == (["restored", "recorded"] if won else ["recorded"])
    assert await customer.balance() == BONUS + COINS * won


@pytest.mark.parametrize(("status", "result", "kept"), [("won", "restored", COINS), ("lost", "recorded", 0)])
async def test_a_dispute_at_razorpay(customer, placed, deliver, razorpay, status, result, kept):
    order = await placed("razorpay")
    for event in razorpay.pay(order["provider_order_id"]):
        await outcome(deliver, event)
    dispute = f"disp_{order['order_id']}"
    assert await outcome(deliver, razorpay.dispute(order["provider_order_id"], dispute)) == "clawed_back"
    closed = razorpay.dispute(order["provider_order_id"], dispute, f"payment.dispute.{status}", status)
    assert await outcome(deliver, closed) == result
    assert await customer.balance() == BONUS + kept


async def test_an_inquiry_takes_nothing(customer, placed, deliver):
    order = await placed()
    await outcome(deliver, paying(order))
    inquiry = stripe_events.dispute(
        order["provider_order_id"], amount=order["amount"], dispute_id="dp_ask", status="warning_needs_response"
    )
    assert await outcome(deliver, inquiry) == "ignored"
    assert await customer.balance() == BONUS + COINS


@pytest.mark.parametrize("changed", [{"received": 498}, {"currency": "eur"}])
async def test_money_that_is_not_the_price_needs_review(customer, placed, deliver, changed):
    order = await placed()
    assert await outcome(deliver, paying(order, **changed)) == "needs_review"
    seen = await customer.order(order["order_id"])
    assert (seen["status"], seen["needs_review"]) == ("processing", True)
    assert await customer.balance() == BONUS


async def test_events_of_others_are_accepted_and_ignored(customer, placed, deliver):
    order = await placed()
    intent, amount = order["provider_order_id"], order["amount"]
    for events in (StripeEvents(live_mode=True), StripeEvents(account="acct_other")):
        assert await outcome(deliver, events.succeeded(intent, amount=amount)) == "ignored"
    assert await outcome(deliver, razorpay_events.captured(intent, amount=amount)) == "ignored"
    assert await outcome(deliver, stripe_events.event("customer.created", {"id": "cus_1"})) == "ignored"
    assert await outcome(deliver, stripe_events.succeeded("pi_of_nobody", amount=amount)) == "unmatched"
    assert await customer.balance() == BONUS


@pytest.mark.parametrize("provider", PROVIDERS)
@pytest.mark.parametrize(
    "body", [b"", b"no json", b"[]", b"[" * 20_000, '{"id": "é"}'.encode("latin-1"), b"\xff\xfe", b'{"id": 1}', b"null"]
)
async def test_signed_junk_is_refused(deliver, provider, body):
    event = (stripe_events if provider == "stripe" else razorpay_events).sign(body)
    answer = await deliver(event)
    assert (answer.status_code, answer.json()["error_code"]) == (400, "event_malformed")


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_body_that_is_too_large_is_not_read(client, deliver, provider):
    sign = (stripe_events if provider == "stripe" else razorpay_events).sign
    announced = sign(b" " * (LIMIT + 1))
    streamed = replace(announced, body=_pieces(announced.body))
    for event in (announced, streamed):
        answer = await deliver(event, provider)
        assert (answer.status_code, answer.json()["error_code"]) == (413, "event_too_large")
    assert (await deliver(sign(b" " * LIMIT), provider)).json()["error_code"] == "event_malformed"


async def _pieces(body):
    for start in range(0, len(body), 64 * 1024):
        yield body[start : start + 64 * 1024]


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_of_the_payer_nothing_is_kept_readable(placed, deliver, database, resources, capsys, provider):
    event = paying(await placed(provider))
    await outcome(deliver, event)
    printed = capsys.readouterr()
    tables = ("webhook_event", "payment_order", "payment_reversal", "ledger_entry")
    rows = [str(await database.reads.fetch(f"SELECT * FROM {table}")) for table in tables]
    for kept in (printed.out, printed.err, *rows):
        assert not [data for data in PAYER_DATA if data in kept]
    async with database.transaction() as session:
        body = await Inbox(session, resources.master_keys).body(ProviderName(provider), event.event_id)
    assert body == event.body


async def test_without_the_database_an_event_is_to_come_again(placed, deliver, resources, monkeypatch):
    event = paying(await placed())

    def down():
        raise ConnectionRefusedError

    with monkeypatch.context() as broken:
        broken.setattr(resources.database, "transaction", down)
        answer = await deliver(event)
        assert (answer.status_code, answer.json()["error_code"]) == (503, "service_unavailable")
    assert await outcome(deliver, event) == "credited"
