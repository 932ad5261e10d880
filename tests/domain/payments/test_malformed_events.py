import json
from datetime import UTC, datetime
from uuid import uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.payments.provider import EventKind, EventMalformed, PaymentEvent, SignatureInvalid
from domain.payments.razorpay import RazorpayProvider
from domain.payments.stripe import StripeProvider
from fakes.events import RAZORPAY_SECRET, STRIPE_SECRET, RazorpayEvents, StripeEvents, stripe_intent

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
ORDER = uuid4()
stripe = StripeProvider("sk_test", (STRIPE_SECRET,))
razorpay = RazorpayProvider("rzp_test", "secret", (RAZORPAY_SECRET,))
sent = StripeEvents(clock=NOW.timestamp)
sent_by_razorpay = RazorpayEvents(clock=NOW.timestamp)


def read(event, provider=stripe):
    return provider.read_event(event.body, event.headers, NOW)


def read_razorpay(event):
    return read(event, razorpay)


MALFORMED = [
    b"",
    b"null",
    b"[]",
    b"7",
    b'"event"',
    b"{}",
    b"not json",
    b'{"id": "evt_1"',
    b"\xff\xfe",
    b"\xef\xbb\xbf{}",
    b"[" * 100_000,
    b'{"a":' * 100_000,
    b'{"id": "evt_1", "type": "x", "event": "x", "data": {"object": {}}, "payload": {}, "name": "Jos\xe9"}',
    b'{"id": "evt_1", "type": "x", "event": "x", "data": {"object": {}}, "deep": ' + b"[" * 100_000,
    b'{"id": "a\\u0000b", "type": "a\\u0000b", "event": "a\\u0000b", "data": {"object": {}}}',
    b'{"id": "\\ud800", "type": "\\ud800", "event": "\\ud800", "data": {"object": {}}}',
    b'{"id": {}, "type": [], "event": 7, "data": {"object": {}}}',
    b'{"id": "evt_1", "type": "payment_intent.succeeded", "event": "x", "data": {"object": []}, "payload": 7',
    b'{"id": "evt_1", "type": "refund.failed", "event": "refund.failed", "data": {"object": 7}, "payload": 7}',
]


@pytest.mark.parametrize("body", MALFORMED, ids=range(len(MALFORMED)))
def test_what_is_signed_and_no_event_is_malformed(body):
    with pytest.raises(EventMalformed):
        read(sent.sign(body))
    with pytest.raises(EventMalformed):
        read_razorpay(sent_by_razorpay.sign(body))


@pytest.mark.parametrize(
    "told", [{"type": "v2.core.event", "created": "2026-11-24T12:00:00Z"}, {"type": "balance.available", "data": {}}]
)
def test_an_event_that_is_not_handled_may_have_any_form(told):
    assert read(sent.sign(json.dumps({"id": "evt_1"} | told).encode())).kind is EventKind.OTHER


@pytest.mark.parametrize("amount", [-1, 10**13, 10**400, 1.5, "1", True, None, [1]])
def test_an_amount_is_a_number_of_minor_units(amount):
    with pytest.raises(EventMalformed):
        read(sent.event("payment_intent.created", stripe_intent("pi_1", amount=amount)))
    with pytest.raises(EventMalformed):
        read_razorpay(sent_by_razorpay.captured("order_1", amount=amount))


@pytest.mark.parametrize("currency", ["", "us", "usdd", "12$", "usd\n", None, 7])
def test_a_currency_is_three_letters(currency):
    with pytest.raises(EventMalformed):
        read(sent.event("payment_intent.created", stripe_intent("pi_1", amount=1, currency=currency)))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("payment_intent.created"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
GENUINE = [
    (stripe, sent, sent.succeeded("pi_1", amount=999, order_id=ORDER)),
    (stripe, sent, sent.charge_refunded("pi_1", amount=999, refunded=1)),
    (stripe, sent, sent.refund("pi_1", amount=999)),
    (stripe, sent, sent.dispute("pi_1", amount=999, dispute_id="dp_1")),
    (razorpay, sent_by_razorpay, sent_by_razorpay.order_paid("order_1", amount=79900, receipt=ORDER)),
    (razorpay, sent_by_razorpay, sent_by_razorpay.refund("order_1", amount=1, paid=79900)),
    (razorpay, sent_by_razorpay, sent_by_razorpay.dispute("order_1", amount=1, dispute_id="disp_1")),
]


def paths(value, path=()):
    if isinstance(value, dict):
        for name, inner in value.items():
            yield (*path, name)
            yield from paths(inner, (*path, name))


def outcome(provider, event):
    try:
        return read(event, provider)
    except (SignatureInvalid, EventMalformed) as error:
        return error


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_stands_in_a_field_an_event_or_one_of_two_errors_comes_out(data):
    provider, events, genuine = data.draw(st.sampled_from(GENUINE))
    payload = genuine.json
    *path, last = data.draw(st.sampled_from(list(paths(payload))))
    holder = payload
    for name in path:
        holder = holder[name]
    holder[last] = data.draw(JSON)
    assert isinstance(outcome(provider, events.sign(json.dumps(payload).encode())), PaymentEvent | EventMalformed)


@settings(max_examples=300, deadline=None)
@given(st.binary(max_size=200), st.text(max_size=90), st.text(max_size=90))
def test_whatever_bytes_and_headers_come_one_of_two_errors_comes_out(body, signature, event_id):
    for provider, signed in ((stripe, sent.sign(body)), (razorpay, sent_by_razorpay.sign(body))):
        assert isinstance(outcome(provider, signed), EventMalformed)
        wrong = signed.with_headers(
            stripe_signature=signature, x_razorpay_signature=signature, x_razorpay_event_id=event_id
        )
        assert isinstance(outcome(provider, wrong), SignatureInvalid)


def test_errors_tell_nothing_of_the_body():
    event = sent.sign(b'{"id": "evt_1", "type": "payment_intent.created", "data": {"object": {"id": "canary"}}}')
    with pytest.raises(EventMalformed) as raised:
        read(event)
    assert "canary" not in f"{raised.value!r}{raised.value.__cause__!r}"
