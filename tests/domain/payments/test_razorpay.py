import asyncio
import logging
import threading
from contextlib import asynccontextmanager
from uuid import uuid4

import pytest
from structlog.testing import capture_logs

from domain.payments.provider import OrderRequest, PaymentProviderUnavailable, RefundRefused
from domain.payments.razorpay import THREADS, RazorpayProvider
from fakes.events import PAYER_DATA
from fakes.http import Fault
from fakes.razorpay import KEY_ID, KEY_SECRET, FakeRazorpay


def request(**changes):
    return OrderRequest(**({"order_id": uuid4(), "amount": 79900, "currency": "INR", "coins": 850} | changes))


@pytest.fixture
async def fake():
    async with FakeRazorpay() as fake:
        yield fake


@asynccontextmanager
async def connected(fake, **options):
    secret = options.pop("key_secret", KEY_SECRET)
    provider = RazorpayProvider(KEY_ID, secret, ("secret",), fake.url, **options)
    try:
        yield provider
    finally:
        await provider.close()


@pytest.fixture
async def provider(fake):
    async with connected(fake) as provider:
        yield provider


async def test_an_order_becomes_a_razorpay_order_with_its_id_as_receipt(fake, provider):
    wanted = request()
    order = await provider.create_order(wanted)
    theirs = fake.order_of(wanted.order_id)
    assert order.provider_order_id == theirs["id"]
    assert (theirs["amount"], theirs["currency"], order.paid, order.client_secret) == (79900, "INR", False, None)


@pytest.mark.parametrize("unique", [True, False])
async def test_asking_again_finds_the_same_order(fake, provider, unique):
    fake.unique_receipts = unique
    wanted = request()
    assert await provider.create_order(wanted) == await provider.create_order(wanted)
    assert len(fake.orders) == 1


async def test_of_two_requests_at_once_the_refused_one_finds_the_order(fake, provider):
    wanted = request()
    first, second = await asyncio.gather(provider.create_order(wanted), provider.create_order(wanted))
    assert first == second
    assert len(fake.orders) == 1


@pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.ANSWER_HANGS])
async def test_an_order_whose_answer_was_lost_is_found_by_its_receipt(fake, fault):
    wanted = request()
    fake.fail(fault, method="POST")
    async with connected(fake, timeout_s=0.5) as provider:
        with pytest.raises(PaymentProviderUnavailable):
            await provider.create_order(wanted)
        fake.recover()
        assert await provider.create_order(wanted)
    assert len(fake.orders) == 1


@pytest.mark.parametrize("fault", [Fault.ERROR, Fault.LIMITED, Fault.GARBAGE, Fault.ANSWER_LOST])
async def test_no_usable_answer_is_unavailable(fake, provider, fault, capsys):
    fake.fail(fault)
    for call in (
        provider.create_order(request()),
        provider.find_order(request(), "order_1"),
        provider.find_order(request(), None),
        provider.refund("order_1", None, 1, uuid4()),
    ):
        with capture_logs(), pytest.raises(PaymentProviderUnavailable):
            await call
    assert capsys.readouterr().out == ""  # the library would print


@pytest.mark.parametrize("answer", [[], None, 7, "text", {}, {"id": 7}, {"items": [{"id": 3}]}, {"items": None}])
@pytest.mark.parametrize("status", [200, 409])
async def test_an_answer_of_another_shape_is_unavailable(fake, provider, answer, status):
    fake.handle = lambda _request: (status, answer)
    for call in (provider.create_order(request()), provider.find_order(request(), "order_1")):
        with pytest.raises(PaymentProviderUnavailable):
            await call


async def test_refused_connections_are_unavailable(fake, provider):
    await fake.refuse_connections()
    with pytest.raises(PaymentProviderUnavailable):
        await provider.create_order(request())
    await fake.accept_connections()
    assert await provider.create_order(request())


async def test_while_razorpay_hangs_calls_end_in_time_and_the_loop_goes_on(fake):
    fake.fail(Fault.HANG)
    async with connected(fake, timeout_s=0.3) as provider:
        calls = [provider.find_order(request(), "order_1") for _ in range(3 * THREADS)]
        waiting = asyncio.gather(*calls, return_exceptions=True)
        await asyncio.wait_for(fake.arrived.wait(), 5)
        failures = await waiting
        assert {type(failure) for failure in failures} == {PaymentProviderUnavailable}
        assert sum(thread.name.startswith("razorpay") for thread in threading.enumerate()) <= THREADS


async def test_a_wrong_key_is_unavailable_and_told_by_its_status_alone(fake, capsys, caplog):
    caplog.set_level(logging.DEBUG)
    async with connected(fake, key_secret="canary_key") as provider:
        with capture_logs() as logs, pytest.raises(PaymentProviderUnavailable) as raised:
            await provider.create_order(request())
    assert [entry["reason"] for entry in logs] == [401]
    assert "canary" not in f"{logs}{capsys.readouterr()}{caplog.text}{raised.value!r}"


async def test_what_razorpay_tells_of_payers_is_not_logged(fake, provider, capsys, caplog):
    caplog.set_level(logging.DEBUG)
    wanted = request()
    order = await provider.create_order(wanted)
    fake.pay(order.provider_order_id)
    await provider.find_order(wanted, order.provider_order_id)
    with capture_logs() as logs, pytest.raises(RefundRefused):
        await provider.refund(order.provider_order_id, None, 1_000_000, uuid4())
    written = f"{logs}{capsys.readouterr()}{caplog.text}"
    assert not [secret for secret in (*PAYER_DATA, KEY_SECRET) if secret in written]


async def test_an_order_is_found_as_it_stands(fake, provider):
    wanted = request()
    order_id = (await provider.create_order(wanted)).provider_order_id

    fake.decline(order_id)
    declined = await provider.find_order(wanted, order_id)
    assert (declined.paid, declined.failed, declined.payment_id) == (False, True, None)

    fake.authorize(order_id)
    authorised = await provider.find_order(wanted, order_id)
    assert (authorised.paid, authorised.failed) == (False, False)

    fake.pay(order_id)
    paid = await provider.find_order(wanted, None)
    assert (paid.paid, paid.failed, paid.amount_received, paid.currency) == (True, False, 79900, "INR")
    assert paid.payment_id == fake.captured_payment(order_id)["id"]


async def test_of_several_orders_with_one_receipt_the_paid_one_is_found(fake, provider):
    fake.unique_receipts = False
    wanted = request()
    await provider.create_order(wanted)
    _status, twin = fake._create_order({"receipt": str(wanted.order_id), "amount": 79900, "currency": "INR"})
    fake.pay(twin["id"])
    assert (await provider.find_order(wanted, None)).provider_order_id == twin["id"]


async def test_what_razorpay_does_not_have_is_not_found(provider):
    assert await provider.find_order(request(), "order_unknown") is None
    assert await provider.find_order(request(), None) is None


async def test_a_refund_is_made_once_for_a_request(fake, provider):
    order_id = (await provider.create_order(request())).provider_order_id
    fake.pay(order_id)
    first, second = uuid4(), uuid4()
    refund_id = await provider.refund(order_id, None, 10_000, first)
    fake._refund_answers.clear()
    assert await provider.refund(order_id, None, 10_000, first) == refund_id
    assert await provider.refund(order_id, None, 69_900, second) != refund_id
    assert fake.captured_payment(order_id)["amount_refunded"] == 79_900


async def test_refunds_asked_for_at_once_for_one_request_are_one(fake, provider):
    order_id = (await provider.create_order(request())).provider_order_id
    fake.pay(order_id)
    refund_request = uuid4()
    made = await asyncio.gather(*(provider.refund(order_id, None, 10_000, refund_request) for _ in range(4)))
    assert len({*made}) == 1
    assert fake.captured_payment(order_id)["amount_refunded"] == 10_000


async def test_of_two_payments_the_credited_one_is_refunded(fake, provider):
    wanted = request()
    order_id = (await provider.create_order(wanted)).provider_order_id
    fake.pay(order_id)
    credited = fake.captured_payment(order_id)
    fake.pay(order_id)
    [second] = [one for one in fake.payments_of(order_id) if one is not credited]
    second["created_at"] = credited["created_at"] + 60
    fake.payments = dict(reversed(fake.payments.items()))  # the newest first, as Razorpay lists them
    assert (await provider.find_order(wanted, order_id)).payment_id == credited["id"]
    await provider.refund(order_id, credited["id"], 100, uuid4())
    await provider.refund(order_id, None, 100, uuid4())
    assert (credited["amount_refunded"], second["amount_refunded"]) == (200, 0)


async def test_a_payment_that_went_back_is_not_the_one_that_is_refunded(fake, provider):
    order_id = (await provider.create_order(request())).provider_order_id
    fake.pay(order_id)
    fake.captured_payment(order_id)["status"] = "refunded"
    fake.pay(order_id)
    await provider.refund(order_id, None, 100, uuid4())
    assert fake.captured_payment(order_id)["amount_refunded"] == 100


async def test_without_a_captured_payment_there_is_nothing_to_refund(fake, provider):
    order_id = (await provider.create_order(request())).provider_order_id
    fake.authorize(order_id)
    with pytest.raises(RefundRefused):
        await provider.refund(order_id, None, 1, uuid4())
