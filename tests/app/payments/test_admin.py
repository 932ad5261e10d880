import asyncio
from uuid import uuid4

import pytest
from tests.app.payments.conftest import COINS

from fakes.http import Fault

pytestmark = [
    pytest.mark.usefixtures("nothing_is_wrong"),
    pytest.mark.filterwarnings("ignore:.*'task_queues':litestar.exceptions.LitestarDeprecationWarning"),  # SAQ's
]
PROVIDERS = ["stripe", "razorpay"]
BONUS = 50


@pytest.fixture
def fake_of(stripe, razorpay):
    fakes = {"stripe": stripe, "razorpay": razorpay}
    yield fakes.get
    for fake in fakes.values():
        fake.recover()


@pytest.fixture
def bought(customer, deliver, fake_of):
    async def bought(provider="stripe"):
        order = (await customer.place(provider)).json()
        told = fake_of(provider).pay(order["provider_order_id"])
        for event in told if isinstance(told, list) else [told]:
            await deliver(event)
        return order

    return bought


@pytest.fixture
def refund(admin):
    async def refund(order, *, key=None, **body):
        path = f"admin/payments/orders/{order['order_id']}/refund"
        headers = {} if key is None else {"Idempotency-Key": key}
        return await admin.ask("POST", path, json={"reason": "Goodwill"} | body, headers=headers)

    return refund


def refunds_of(fake, order):
    payment = order["provider_order_id"]
    if order["provider"] == "razorpay":
        payment = fake.captured_payment(payment)["id"]
    return [one for one in fake.refunds.values() if payment in {one.get("payment_intent"), one.get("payment_id")}]


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_refund_goes_through_the_provider_and_its_event_takes_the_coins(
    customer, bought, refund, fake_of, deliver, provider
):
    order = await bought(provider)
    answer = await refund(order, amount=order["amount"] // 2)
    assert answer.status_code == 200
    body = answer.json()
    [made] = refunds_of(fake_of(provider), order)
    assert (body["provider_refund_id"], body["amount"]) == (made["id"], order["amount"] // 2)
    assert await customer.balance() == BONUS + COINS
    for event in fake_of(provider).refund_events(made["id"]):
        assert (await deliver(event)).status_code == 200
    assert await customer.balance() == BONUS + COINS - COINS * (order["amount"] // 2) // order["amount"]


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_after_an_outage_the_same_refund_is_made_once(bought, refund, fake_of, provider):
    order = await bought(provider)
    fake_of(provider).fail(Fault.ANSWER_LOST)
    for _ in range(2):
        answer = await refund(order)
        assert (answer.status_code, answer.json()["error_code"]) == (503, "payment_provider_unavailable")
    fake_of(provider).recover()
    assert (await refund(order)).status_code == 200
    assert len(refunds_of(fake_of(provider), order)) == 1
    too_much = await refund(order, amount=1)
    assert (too_much.status_code, too_much.json()["error_code"]) == (422, "refund_too_large")
    assert too_much.json()["refundable"] == 0


async def test_a_key_refunds_once(bought, refund, fake_of):
    order = await bought()
    answers = await asyncio.gather(*(refund(order, amount=100, key="once") for _ in range(5)))
    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.json()["refund_id"] for answer in answers}) == 1
    assert len(refunds_of(fake_of("stripe"), order)) == 1


async def test_only_admins_refund_and_only_what_was_paid(customer, bought, refund):
    order = await bought()
    answer = await customer.ask(
        "POST", f"admin/payments/orders/{order['order_id']}/refund", json={"reason": "I want it back"}
    )
    assert (answer.status_code, answer.json()["error_code"]) == (403, "admin_required")
    unpaid = (await customer.place()).json()
    assert (await refund(unpaid)).json()["error_code"] == "order_not_paid"
    assert (await refund({"order_id": str(uuid4())})).status_code == 404
    for body in ({"amount": 0}, {"amount": -1}, {"amount": 10**13}, {"reason": ""}):
        assert (await refund(order, **body)).json()["error_code"] == "invalid_request"


async def test_a_receipt_shows_money_and_coins(customer, bought, fake_of, deliver):
    unpaid = (await customer.place()).json()
    answer = await customer.ask("GET", f"payments/orders/{unpaid['order_id']}/receipt")
    assert (answer.status_code, answer.json()["error_code"]) == (409, "order_not_paid")

    order = await bought()
    [created, total] = fake_of("stripe").refund(order["provider_order_id"], 100)
    for event in (created, total):
        await deliver(event)
    receipt = (await customer.ask("GET", f"payments/orders/{order['order_id']}/receipt")).json()

    assert receipt["paid_at"].endswith("Z")
    assert (receipt["amount"], receipt["amount_minor"], receipt["currency"]) == ("4.99", 499, "USD")
    assert (receipt["package_name"], receipt["coins"], receipt["coins_clawed_back"]) == ("Starter", COINS, 80)
    assert [(entry["type"], entry["coins"]) for entry in receipt["entries"]] == [("purchase", 400), ("clawback", -80)]
    assert [(one["kind"], one["amount"], one["amount_minor"]) for one in receipt["reversals"]] == [
        ("refund", "1.00", 100),
        ("refund_total", "1.00", 100),
    ]
