"""Providers give up after some seconds and deliver again: they are answered before."""

import asyncio
from contextlib import asynccontextmanager
from uuid import UUID

import asyncpg
import pytest

from app.payments import webhooks
from fakes.events import StripeEvents

pytestmark = [
    pytest.mark.usefixtures("nothing_is_wrong"),
    pytest.mark.filterwarnings("ignore:.*'task_queues':litestar.exceptions.LitestarDeprecationWarning"),  # SAQ's
]
STRIPE = StripeEvents()


@asynccontextmanager
async def locked(database, order):
    url = database.engine.url.set(drivername="postgresql").render_as_string(hide_password=False)
    connection = await asyncpg.connect(url)
    async with connection.transaction():
        await connection.execute("SELECT 1 FROM payment_order WHERE id = $1 FOR UPDATE", UUID(order["order_id"]))
        yield
    await connection.close()


def paid(order):
    return STRIPE.succeeded(order["provider_order_id"], amount=order["amount"])


async def test_events_of_a_locked_order_are_refused_in_time_and_hold_up_no_other(
    customer, stranger, database, deliver, monkeypatch
):
    monkeypatch.setattr(webhooks, "LOCK_S", 1)
    order, other = (await customer.place()).json(), (await stranger.place()).json()
    async with locked(database, order):
        waiting = [asyncio.create_task(deliver(paid(order))) for _ in range(20)]
        assert (await deliver(paid(other))).json()["status"] == "credited"
        assert {answer.status_code for answer in await asyncio.gather(*waiting)} == {503}
    assert (await deliver(paid(order))).status_code == 200
    assert (await customer.order(order["order_id"]))["status"] == "completed"


async def test_what_takes_too_long_is_answered_and_goes_on(customer, database, deliver, monkeypatch):
    monkeypatch.setattr(webhooks, "ANSWER_S", 0.2)
    monkeypatch.setattr(webhooks, "LOCK_S", 60)
    order = (await customer.place()).json()
    event = paid(order)
    async with locked(database, order):
        assert (await deliver(event)).status_code == 503
        [late] = webhooks._late
    assert await late == "credited"
    assert (await deliver(event)).json()["status"] == "duplicate"
