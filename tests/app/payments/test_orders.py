import asyncio
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, update
from tests.app.payments.conftest import COINS, STARTER, Customer, serving

from app.payments.jobs import reconcile_payments
from domain.payments.models import PaymentOrder
from fakes.databases import settings
from fakes.http import Fault
from fakes.razorpay import KEY_ID

pytestmark = [
    pytest.mark.usefixtures("nothing_is_wrong"),
    pytest.mark.filterwarnings("ignore:.*'task_queues':litestar.exceptions.LitestarDeprecationWarning"),  # SAQ's
]
PROVIDERS = ["stripe", "razorpay"]
PRICES = {"stripe": (499, "USD"), "razorpay": (39900, "INR")}


@pytest.fixture
def fake_of(stripe, razorpay):
    fakes = {"stripe": stripe, "razorpay": razorpay}
    yield fakes.get
    for fake in fakes.values():
        fake.recover()


def created_at(fake, order_id):
    """How many orders the provider has of one of ours."""
    if hasattr(fake, "intents"):
        return sum(intent["metadata"].get("order_id") == order_id for intent in fake.intents.values())
    return sum(order["receipt"] == order_id for order in fake.orders.values())


async def make_due(database):
    async with database.transaction() as session:
        await session.execute(update(PaymentOrder).values(reconcile_at=func.now()))


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_an_order_carries_what_its_owner_needs_to_pay(customer, fake_of, provider):
    answer = await customer.place(provider)
    assert answer.status_code == 200
    body = answer.json()
    order_id, provider_order_id = body.pop("order_id"), body.pop("provider_order_id")
    secret = body.pop("client_secret")
    assert body == {
        "amount": PRICES[provider][0],
        "currency": PRICES[provider][1],
        "coins": COINS,
        "provider": provider,
        "checkout_url": None,
        "key_id": KEY_ID if provider == "razorpay" else None,
        "status": "pending",
        "needs_review": False,
    }
    fake = fake_of(provider)
    if provider == "stripe":
        assert fake.intents[provider_order_id]["client_secret"] == secret
    else:
        assert fake.orders[provider_order_id]["receipt"] == order_id
        assert secret is None


async def test_an_order_is_seen_by_its_owner_alone_and_without_its_secret(customer, stranger):
    placed = (await customer.place()).json()
    order = await customer.order(placed["order_id"])
    assert order.pop("created_at").endswith("Z")
    assert order == {
        "order_id": placed["order_id"],
        "status": "pending",
        "needs_review": False,
        "provider": "stripe",
        "provider_order_id": placed["provider_order_id"],
        "package_id": STARTER,
        "amount": 499,
        "currency": "USD",
        "coins": COINS,
        "coins_clawed_back": 0,
        "completed_at": None,
    }
    for path in ("", "/receipt"):
        answer = await stranger.ask("GET", f"payments/orders/{placed['order_id']}{path}")
        assert (answer.status_code, answer.json()["error_code"]) == (404, "order_not_found")


@pytest.mark.parametrize(
    ("body", "code", "status"),
    [
        ({"package_id": str(uuid4())}, "package_not_found", 404),
        ({"package_id": "1"}, "invalid_request", 422),
        ({"provider": "paypal"}, "invalid_request", 422),
        ({"idempotency_key": ""}, "invalid_request", 422),
        ({"idempotency_key": "k" * 256}, "invalid_request", 422),
        ({"idempotency_key": "body", "header": "header"}, "idempotency_keys_differ", 422),
        ({"header": "k" * 256}, "invalid_request", 422),
    ],
)
async def test_what_cannot_be_ordered_is_said(customer, body, code, status):
    answer = await customer.place(**body)
    assert (answer.status_code, answer.json()["error_code"]) == (status, code)


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_the_same_key_gives_the_same_order_and_secret(customer, fake_of, provider):
    first = (await customer.place(provider, idempotency_key="key ü")).json()
    assert (await customer.place(provider, idempotency_key="key ü")).json() == first
    assert created_at(fake_of(provider), first["order_id"]) == 1


async def test_the_key_may_come_in_the_header(customer):
    first = (await customer.place(header="k")).json()
    assert (await customer.place(idempotency_key="k")).json() == first
    assert (await customer.place(header="k", idempotency_key="k")).json() == first
    reused = await customer.place("razorpay", header="k")
    assert (reused.status_code, reused.json()["error_code"]) == (422, "idempotency_key_reused")


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_one_key_sent_many_times_at_once_makes_one_order_at_the_provider(customer, fake_of, provider):
    await customer.balance()
    answers = await asyncio.gather(*(customer.place(provider, idempotency_key="race") for _ in range(8)))
    assert {answer.status_code for answer in answers} == {200}
    [order_id] = {answer.json()["order_id"] for answer in answers}
    assert created_at(fake_of(provider), order_id) == 1


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.GARBAGE, Fault.ANSWER_LOST])
@pytest.mark.parametrize("provider", PROVIDERS)
async def test_while_the_provider_is_down_an_order_waits_for_the_same_key(customer, fake_of, provider, fault):
    fake = fake_of(provider)
    fake.fail(fault)
    for _ in range(2):
        answer = await customer.place(provider, idempotency_key="down")
        assert (answer.status_code, answer.json()["error_code"]) == (503, "payment_provider_unavailable")
        assert "retry-after" in answer.headers
    fake.recover()
    answer = await customer.place(provider, idempotency_key="down")
    assert answer.status_code == 200
    assert created_at(fake, answer.json()["order_id"]) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_an_order_whose_answer_was_lost_is_found_by_the_sweep(customer, fake_of, database, resources, provider):
    fake = fake_of(provider)
    fake.fail(Fault.ANSWER_LOST)
    assert (await customer.place(provider, idempotency_key="lost")).status_code == 503
    fake.recover()
    order_id = await database.reads.fetchval("SELECT max(id::text) FROM payment_order")
    before = await customer.order(order_id)
    await make_due(database)
    await reconcile_payments(resources)
    after = await customer.order(order_id)
    assert (before["status"], after["status"]) == ("pending", "pending")
    if created_at(fake, order_id):
        assert (before["provider_order_id"], after["provider_order_id"] is None) == (None, False)
    answer = await customer.place(provider, idempotency_key="lost")
    assert answer.json()["order_id"] == order_id
    assert created_at(fake, order_id) == 1


async def test_a_provider_that_has_forgotten_the_key_is_asked_for_the_order_first(customer, fake_of, database):
    fake = fake_of("stripe")
    fake.fail(Fault.ANSWER_LOST)
    assert (await customer.place(idempotency_key="old")).status_code == 503
    fake.recover()
    fake._answers.clear()
    async with database.transaction() as session:
        await session.execute(update(PaymentOrder).values(created_at=func.now() - timedelta(hours=2)))
    order_id = (await customer.place(idempotency_key="old")).json()["order_id"]
    assert created_at(fake, order_id) == 1


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_a_payment_whose_event_never_came_is_found_by_the_sweep(
    customer, fake_of, deliver, database, resources, provider
):
    placed = (await customer.place(provider, idempotency_key="swept")).json()
    told = fake_of(provider).pay(placed["provider_order_id"])
    await make_due(database)
    await reconcile_payments(resources)
    order = await customer.order(placed["order_id"])
    assert (order["status"], order["completed_at"] is not None) == ("completed", True)
    for event in told if isinstance(told, list) else [told]:
        assert (await deliver(event)).json() == {"status": "recorded"}
    assert await customer.balance() == 50 + COINS
    again = (await customer.place(provider, idempotency_key="swept")).json()
    assert (again["status"], again["client_secret"]) == ("completed", None)


async def test_the_sweep_goes_on_while_a_provider_is_down(customer, fake_of, database, resources):
    stripe, razorpay = [(await customer.place(provider)).json() for provider in PROVIDERS]
    fake_of("razorpay").pay(razorpay["provider_order_id"])
    fake_of("stripe").fail(Fault.ERROR)
    await make_due(database)
    await reconcile_payments(resources)
    assert (await customer.order(razorpay["order_id"]))["status"] == "completed"
    assert (await customer.order(stripe["order_id"]))["status"] == "pending"


async def test_a_provider_without_keys_is_not_offered(database, redis_url, tmp_path):
    url = database.engine.url.render_as_string(hide_password=False)
    bare = settings(tmp_path, url, REDIS_URL=redis_url)
    async with serving(bare) as (_, client):
        for provider in PROVIDERS:
            answer = await Customer(client, bare).place(provider)
            assert (answer.status_code, answer.json()["error_code"]) == (422, "provider_not_configured")
            hook = await client.post(f"/api/payments/webhooks/{provider}", content=b"{}")
            assert hook.status_code == 404


async def test_orders_are_for_those_who_are_signed_in(client):
    for method, path in (("POST", ""), ("GET", f"/{uuid4()}"), ("GET", f"/{uuid4()}/receipt")):
        assert (await client.request(method, f"/api/payments/orders{path}")).status_code == 401
