import logging
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from domain.payments.provider import OrderRequest, PaymentProviderUnavailable, RefundRefused
from domain.payments.stripe import StripeProvider
from fakes.events import PAYER_DATA
from fakes.http import Fault
from fakes.stripe import SECRET_KEY, FakeStripe


def request(**changes):
    return OrderRequest(**({"order_id": uuid4(), "amount": 999, "currency": "USD", "coins": 850} | changes))


@pytest.fixture
async def fake():
    async with FakeStripe() as fake:
        yield fake


@asynccontextmanager
async def connected(fake, **options):
    provider = StripeProvider(options.pop("key", SECRET_KEY), ("whsec",), fake.url, **options)
    try:
        yield provider
    finally:
        await provider.close()


@pytest.fixture
async def provider(fake):
    async with connected(fake) as provider:
        yield provider


async def test_an_order_becomes_a_payment_intent_that_knows_it(fake, provider):
    wanted = request()
    order = await provider.create_order(wanted)
    intent = fake.intent_of(wanted.order_id)
    assert order.provider_order_id == intent["id"]
    assert order.client_secret == intent["client_secret"]
    assert (intent["amount"], intent["currency"], order.currency, order.paid) == (999, "usd", "USD", False)
    assert fake.requests[0].form["automatic_payment_methods[enabled]"] == "true"


async def test_asking_again_finds_the_same_intent(fake, provider):
    wanted = request()
    assert await provider.create_order(wanted) == await provider.create_order(wanted)
    assert len(fake.intents) == 1


@pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.ERROR])
async def test_one_failure_is_tried_again_without_a_second_intent(fake, provider, fault):
    wanted = request()
    fake.fail(fault, times=1)
    order = await provider.create_order(wanted)
    assert [*fake.intents] == [order.provider_order_id]


async def test_an_intent_whose_answer_was_lost_is_found_by_the_order(fake):
    wanted = request()
    fake.fail(Fault.ANSWER_HANGS)
    async with connected(fake, timeout_s=0.3) as provider:
        with pytest.raises(PaymentProviderUnavailable):
            await provider.create_order(wanted)
        fake.recover()
        found = await provider.find_order(wanted, None)
    assert found.provider_order_id == fake.intent_of(wanted.order_id)["id"]


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.LIMITED, Fault.GARBAGE, Fault.ANSWER_LOST])
async def test_no_usable_answer_is_unavailable(fake, provider, fault):
    fake.fail(fault)
    with pytest.raises(PaymentProviderUnavailable):
        await provider.create_order(request())


@pytest.mark.parametrize("answer", [[], None, 7, "text", {}, {"id": 7}, {"id": "pi_1", "amount": "much"}, {"data": 3}])
@pytest.mark.parametrize("status", [200, 400])
async def test_an_answer_of_another_shape_is_unavailable(fake, provider, answer, status):
    fake.handle = lambda _request: (status, answer)
    for call in (
        provider.create_order(request()),
        provider.find_order(request(), "pi_1"),
        provider.find_order(request(), None),
        provider.refund("pi_1", None, 1, uuid4()),
    ):
        with pytest.raises(PaymentProviderUnavailable):
            await call


async def test_refused_connections_are_unavailable(fake, provider):
    await fake.refuse_connections()
    with pytest.raises(PaymentProviderUnavailable):
        await provider.create_order(request())
    await fake.accept_connections()
    assert await provider.create_order(request())


async def test_a_call_ends_in_time_when_nothing_answers(fake):
    fake.fail(Fault.HANG)
    async with connected(fake, timeout_s=0.2) as provider:
        with pytest.raises(PaymentProviderUnavailable):
            await provider.find_order(request(), "pi_1")


async def test_a_wrong_key_is_unavailable_and_told_by_its_status_alone(fake, capsys, caplog):
    caplog.set_level(logging.DEBUG)
    async with connected(fake, key="sk_test_canary_key") as provider:
        with capture_logs() as logs, pytest.raises(PaymentProviderUnavailable) as raised:
            await provider.create_order(request())
    assert [entry["reason"] for entry in logs] == [401]
    assert "canary" not in f"{logs}{capsys.readouterr()}{caplog.text}{raised.value!r}"


async def test_what_stripe_tells_of_payers_and_secrets_is_not_logged(fake, provider, capsys, caplog):
    caplog.set_level(logging.DEBUG)
    wanted = request()
    order = await provider.create_order(wanted)
    fake.decline(order.provider_order_id)
    await provider.find_order(wanted, order.provider_order_id)
    with capture_logs() as logs, pytest.raises(RefundRefused):
        await provider.refund(order.provider_order_id, None, 10_000, uuid4())
    written = f"{logs}{capsys.readouterr()}{caplog.text}"
    assert not [secret for secret in (*PAYER_DATA, order.client_secret, SECRET_KEY) if secret in written]


async def test_an_order_is_found_as_it_stands(fake, provider):
    wanted = request()
    intent_id = (await provider.create_order(wanted)).provider_order_id

    fake.decline(intent_id)
    declined = await provider.find_order(wanted, intent_id)
    assert (declined.paid, declined.failed, declined.amount_received) == (False, True, 0)

    fake.pay(intent_id)
    paid = await provider.find_order(wanted, intent_id)
    assert (paid.paid, paid.failed, paid.amount_received, paid.currency) == (True, False, 999, "USD")
    assert paid.payment_id == fake.intents[intent_id]["latest_charge"]

    canceled = (await provider.create_order(other := request())).provider_order_id
    fake.cancel(canceled)
    assert (await provider.find_order(other, canceled)).failed


async def test_what_stripe_does_not_have_is_not_found(provider):
    assert await provider.find_order(request(), "pi_unknown") is None
    assert await provider.find_order(request(), None) is None


async def test_a_refund_is_made_once_for_a_request(fake, provider):
    intent_id = (await provider.create_order(request())).provider_order_id
    fake.pay(intent_id)
    first, second = uuid4(), uuid4()
    refund_id = await provider.refund(intent_id, None, 400, first)
    fake._answers.clear()  # as after a day, when keys are forgotten
    assert await provider.refund(intent_id, None, 400, first) == refund_id
    assert await provider.refund(intent_id, None, 500, second) != refund_id
    assert fake.refunded(intent_id) == 900


async def test_a_refund_whose_answer_was_lost_is_not_made_twice(fake, provider):
    intent_id = (await provider.create_order(request())).provider_order_id
    fake.pay(intent_id)
    refund_request = uuid4()
    fake.fail(Fault.ANSWER_LOST)
    with pytest.raises(PaymentProviderUnavailable):
        await provider.refund(intent_id, None, 999, refund_request)
    fake.recover()
    await provider.refund(intent_id, None, 999, refund_request)
    assert fake.refunded(intent_id) == 999


async def test_a_refund_of_an_unknown_intent_is_refused(provider):
    with pytest.raises(RefundRefused):
        await provider.refund("pi_unknown", None, 1, uuid4())


async def test_calls_are_made_for_the_connected_account(fake):
    async with connected(fake, account="acct_connected") as provider:
        await provider.create_order(request())
    assert fake.requests[0].headers["stripe-account"] == "acct_connected"
    assert "telemetry_id" not in fake.requests[0].headers["x-stripe-client-user-agent"]
