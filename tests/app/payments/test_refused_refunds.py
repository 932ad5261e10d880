"""Refunds that a provider will not make, or whose answer was lost."""

import pytest
from tests.app.payments.test_admin import PROVIDERS, bought, fake_of, refund, refunds_of

from fakes.http import Fault

__all__ = ["bought", "fake_of", "refund"]  # fixtures

pytestmark = [
    pytest.mark.usefixtures("nothing_is_wrong"),
    pytest.mark.filterwarnings("ignore:.*'task_queues':litestar.exceptions.LitestarDeprecationWarning"),  # SAQ's
]


def told(answer):
    return answer.status_code, answer.json()["error_code"]


@pytest.mark.parametrize("provider", PROVIDERS)
async def test_what_is_refused_is_not_in_the_way_of_another(bought, refund, fake_of, deliver, provider):
    order = await bought(provider)
    events = fake_of(provider).refund(order["provider_order_id"], 100)  # in the dashboard; we have not heard of it
    assert told(await refund(order, key="all")) == (409, "refund_refused")
    assert told(await refund(order, key="all")) == (409, "refund_refused")
    for event in events:
        await deliver(event)
    assert (await refund(order)).json()["amount"] == order["amount"] - 100


async def test_a_refund_whose_answer_was_lost_is_counted_once(bought, refund, fake_of, deliver):
    order = await bought()
    fake_of("stripe").fail(Fault.ANSWER_LOST, method="POST")
    assert told(await refund(order, amount=200)) == (503, "payment_provider_unavailable")
    fake_of("stripe").recover()
    [made] = refunds_of(fake_of("stripe"), order)
    for event in fake_of("stripe").refund_events(made["id"]):
        await deliver(event)
    assert (await refund(order)).json()["amount"] == order["amount"] - 200


async def test_an_admins_key_means_one_refund(bought, refund):
    order, other = await bought(), await bought()
    assert (await refund(order, amount=100, key="k")).status_code == 200
    assert (await refund(order, amount=100, key="k")).status_code == 200
    for again in (refund(order, key="k"), refund(other, amount=100, key="k")):
        assert told(await again) == (422, "idempotency_key_reused")
    assert told(await refund(order, amount=100, key="k", reason="Another")) == (422, "idempotency_key_reused")
