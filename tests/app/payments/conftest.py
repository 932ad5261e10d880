import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
import pytest
import structlog

from app.issuer import issue_local_token
from app.main import create_app
from domain.catalogue.seed import seed, stable_id
from domain.credits.service import CreditService
from domain.insights.catalogue import CATALOGUE
from domain.payments.service import check_payments
from fakes.databases import fresh_database, settings
from fakes.events import RAZORPAY_SECRET, STRIPE_SECRET
from fakes.razorpay import KEY_ID, KEY_SECRET, FakeRazorpay
from fakes.stripe import SECRET_KEY, FakeStripe

STARTER = str(stable_id("package", "Starter"))
COINS = 400
OLD_SECRET = "of_before_the_rotation"


@pytest.fixture(scope="module")
async def database(postgres_url, tmp_path_factory):
    async with fresh_database(postgres_url, tmp_path_factory.mktemp("database")) as database:
        async with database.transaction() as session:
            await seed(session, CATALOGUE)
        yield database


@pytest.fixture(scope="module")
async def stripe():
    async with FakeStripe() as fake:
        yield fake


@pytest.fixture(scope="module")
async def razorpay():
    async with FakeRazorpay() as fake:
        yield fake


@pytest.fixture(scope="module")
def payment_environ(stripe, razorpay):
    return {
        "STRIPE_SECRET_KEY": SECRET_KEY,
        "STRIPE_WEBHOOK_SECRET": f"{STRIPE_SECRET},{OLD_SECRET}",
        "STRIPE_BASE_URL": stripe.url,
        "RAZORPAY_KEY_ID": KEY_ID,
        "RAZORPAY_KEY_SECRET": KEY_SECRET,
        "RAZORPAY_WEBHOOK_SECRET": f"{RAZORPAY_SECRET},{OLD_SECRET}",
        "RAZORPAY_BASE_URL": razorpay.url,
    }


@pytest.fixture(scope="module")
def configured(database, redis_url, payment_environ, tmp_path_factory):
    url = database.engine.url.render_as_string(hide_password=False)
    environ = {"REDIS_URL": f"{redis_url}?db=8", "AUTH_ADMIN_CLAIM": "role=admin"} | payment_environ
    return settings(tmp_path_factory.mktemp("data"), url, **environ)


@asynccontextmanager
async def serving(configured):
    """The API in this process, on the loop on which the providers' fakes run."""
    app = create_app(configured)
    structlog.configure(cache_logger_on_first_use=False)  # other tests capture what the same loggers say
    ready, stop = asyncio.Event(), asyncio.Event()

    async def live():  # in a task of its own, which the framework wants to be left by who entered it
        async with app.lifespan():
            ready.set()
            await stop.wait()

    living = asyncio.create_task(live())
    await ready.wait()
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://api", timeout=60) as client:
        yield app, client
    stop.set()
    await living


@pytest.fixture(scope="module")
async def served(configured):
    async with serving(configured) as served:
        yield served


@pytest.fixture
def client(served):
    return served[1]


@pytest.fixture
def resources(served):
    return served[0].state.resources


@dataclass
class Customer:
    """Somebody who buys; orders of different customers have nothing in common."""

    client: Any
    configured: Any
    subject: str = field(default_factory=lambda: f"user_{uuid4().hex}")
    admin: bool = False

    async def ask(self, method, path, **how):
        headers = {"Authorization": f"Bearer {issue_local_token(self.configured, self.subject, admin=self.admin)}"}
        return await self.client.request(method, f"/api/{path}", **how | {"headers": headers | how.get("headers", {})})

    async def place(self, provider="stripe", *, package_id=STARTER, header=None, **body):
        headers = {} if header is None else {"Idempotency-Key": header}
        body = {"package_id": package_id, "provider": provider} | body
        return await self.ask("POST", "payments/orders", json=body, headers=headers)

    async def order(self, order_id):
        return (await self.ask("GET", f"payments/orders/{order_id}")).json()

    async def balance(self):
        return (await self.ask("GET", "credits/balance")).json()["balance"]


@pytest.fixture
def customer(client, configured):
    return Customer(client, configured)


@pytest.fixture
def stranger(client, configured):
    return Customer(client, configured)


@pytest.fixture
def admin(client, configured):
    return Customer(client, configured, admin=True)


@pytest.fixture
def deliver(client):
    """Post an event as its provider does; what came of it."""

    async def deliver(event, provider=None):
        provider = provider or ("stripe" if "stripe-signature" in event.headers else "razorpay")
        path = f"/api/payments/webhooks/{provider}"
        return await client.post(path, content=event.body, headers=event.headers)

    return deliver


@pytest.fixture
async def nothing_is_wrong(database):
    """Every invariant holds when the test is over."""
    yield
    async with database.transaction() as session:
        assert await CreditService(session).check() == []
        assert await check_payments(session) == []
