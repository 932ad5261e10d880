"""What happens of itself, and by hand, in the product as it runs."""

from contextlib import suppress
from urllib.parse import urlsplit
from uuid import uuid4

import asyncpg
import httpx
import pytest
from tests.app.payments.conftest import COINS, STARTER

from fakes.events import PAYER_EMAIL
from fakes.http import Fault
from fakes.resources import eventually
from support.stack import running_stack

BONUS = 50


@pytest.fixture(scope="module")
async def shop_stack(environ, payment_environ, tmp_path_factory):
    """API and worker with a database and a Redis of their own, which look for lost orders every second."""
    name = f"shop_{uuid4().hex}"
    server = await asyncpg.connect(environ["DATABASE_URL"])
    await server.execute(f"CREATE DATABASE {name}")
    own = {
        "DATABASE_URL": urlsplit(environ["DATABASE_URL"])._replace(path=f"/{name}").geturl(),
        "REDIS_URL": f"{environ['REDIS_URL']}?db=7",
    }
    async with running_stack(environ | payment_environ | own, tmp_path_factory.mktemp("stack")) as stack:
        yield stack
    await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    await server.close()


@pytest.fixture
async def shopper(shop_stack):
    async with shop_stack.client(f"user_{uuid4().hex}") as client:
        yield client


async def place(client, provider, key):
    body = {"package_id": STARTER, "provider": provider, "idempotency_key": key}
    return await client.post("/api/payments/orders", json=body)


async def has_status(client, order_id, status):
    return (await client.get(f"/api/payments/orders/{order_id}")).json()["status"] == status


async def test_the_worker_finds_a_payment_whose_events_never_came(shopper, razorpay):
    order = (await place(shopper, "razorpay", "lost")).json()
    razorpay.pay(order["provider_order_id"])
    await eventually(lambda: has_status(shopper, order["order_id"], "completed"))
    assert (await shopper.get("/api/credits/balance")).json()["balance"] == BONUS + COINS


async def test_the_worker_finds_an_order_whose_answer_was_lost(shopper, stripe):
    stripe.fail(Fault.ANSWER_LOST, times=2)
    with suppress(httpx.TransportError):
        await place(shopper, "stripe", "lost")
    stripe.recover()
    order = (await place(shopper, "stripe", "lost")).json()
    stripe.pay(order["provider_order_id"])
    await eventually(lambda: has_status(shopper, order["order_id"], "completed"))


async def test_an_operator_replays_and_reads_a_stored_event(shop_stack, shopper, stripe):
    order = (await place(shopper, "stripe", "replayed")).json()
    event = stripe.pay(order["provider_order_id"])
    delivered = await shopper.post("/api/payments/webhooks/stripe", content=event.body, headers=event.headers)
    assert delivered.json() == {"status": "credited"}
    assert await shop_stack.command("replay-event", "stripe", event.event_id) == "The result is recorded.\n"
    assert PAYER_EMAIL in await shop_stack.command("show-event", "stripe", event.event_id)
    assert (await shopper.get("/api/credits/balance")).json()["balance"] == BONUS + COINS
    assert (await shop_stack.command("ledger", "check")).endswith("\n0 violations\n")
