"""Signed events of both providers, as they arrive, and what can happen to them on the way.

Bodies are shaped like the providers' own and carry a payer's data, whose values must turn up nowhere else.
"""

import hashlib
import hmac
import itertools
import json
import random
import secrets
import time
from dataclasses import dataclass, replace

PAYER_EMAIL = "canary.payer@example.org"
PAYER_PHONE = "+15550100477"
PAYER_NAME = "Canary Quill Payer"
PAYER_DATA = (PAYER_EMAIL, PAYER_PHONE, PAYER_NAME)

STRIPE_SECRET = "whsec_of_the_tests"
RAZORPAY_SECRET = "razorpay_webhook_secret_of_the_tests"
RAZORPAY_ACCOUNT = "acc_TestMerchant01"


def new_id(prefix):
    return prefix + secrets.token_hex(12)


@dataclass(frozen=True)
class SignedEvent:
    """What is posted to the webhook: `content=event.body, headers=event.headers`. Header names are lower case."""

    event_id: str
    type: str
    body: bytes
    headers: dict[str, str]

    @property
    def json(self):
        return json.loads(self.body)

    def corrupted(self):
        """One byte of the body differs from what was signed."""
        position = len(self.body) // 2
        return replace(self, body=self.body[:position] + bytes([self.body[position] ^ 1]) + self.body[position + 1 :])

    def with_headers(self, **headers):
        """Headers changed, underscores for hyphens; None takes one away."""
        changed = self.headers | {name.replace("_", "-"): value for name, value in headers.items()}
        return replace(self, headers={name: value for name, value in changed.items() if value is not None})


def repeated(events, times):
    return [event for event in events for _ in range(times)]


def shuffled(events, seed=0):
    events = list(events)
    random.Random(seed).shuffle(events)
    return events


def hmac_of(secret, message):
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def _encoded(payload):
    return payload if isinstance(payload, bytes) else json.dumps(payload, indent=2).encode()


class StripeEvents:
    """Amounts are in minor units. Every method makes one new event; `sign` takes any bytes."""

    def __init__(self, secret=STRIPE_SECRET, *, live_mode=False, account=None, clock=time.time):
        self.secret = secret
        self.live_mode = live_mode
        self.account = account
        self.clock = clock

    def sign(self, payload, *, at=None, secrets=None, scheme="v1", event_id="", type=""):  # noqa: A002 - Stripe's word
        """The payload under a signature for each secret, at a time of our choice."""
        body = _encoded(payload)
        moment = int(self.clock() if at is None else at)
        macs = [hmac_of(secret, b"%d." % moment + body) for secret in secrets or [self.secret]]
        header = ",".join([f"t={moment}", *(f"{scheme}={mac}" for mac in macs)])
        return SignedEvent(event_id, type, body, {"content-type": "application/json", "stripe-signature": header})

    def signed_again(self, event, **how):
        """The same body, as a retry or a forger sends it: `at`, `secrets` and `scheme` as in `sign`."""
        return self.sign(event.body, event_id=event.event_id, type=event.type, **how)

    def event(self, type, object, **envelope):  # noqa: A002 - Stripe's words
        payload = {
            "id": new_id("evt_"),
            "object": "event",
            "api_version": "2026-10-28.endive",
            "created": int(self.clock()),
            "data": {"object": object},
            "livemode": self.live_mode,
            "pending_webhooks": 1,
            "request": {"id": None, "idempotency_key": None},
            "type": type,
        }
        if self.account:
            payload["account"] = self.account
        payload |= envelope
        return self.sign(payload, event_id=payload["id"], type=type)

    def created(self, intent_id, *, amount, **fields):
        return self.event("payment_intent.created", stripe_intent(intent_id, amount=amount, **fields))

    def succeeded(self, intent_id, *, amount, received=None, **fields):
        received = amount if received is None else received
        fields = {"status": "succeeded", "amount_received": received, "latest_charge": charge_of(intent_id)} | fields
        return self.event("payment_intent.succeeded", stripe_intent(intent_id, amount=amount, **fields))

    def failed(self, intent_id, *, amount, **fields):
        return self.event("payment_intent.payment_failed", failed_intent(intent_id, amount=amount, **fields))

    def charge_refunded(self, intent_id, *, amount, refunded, order_id=None, currency="usd"):
        """`refunded` is all that has been refunded so far."""
        charge = {
            "id": charge_of(intent_id),
            "object": "charge",
            "amount": amount,
            "amount_captured": amount,
            "amount_refunded": refunded,
            "billing_details": {"email": PAYER_EMAIL, "name": PAYER_NAME, "phone": PAYER_PHONE, "address": {}},
            "captured": True,
            "currency": currency,
            "metadata": {"order_id": str(order_id)} if order_id else {},
            "paid": True,
            "payment_intent": intent_id,
            "receipt_email": PAYER_EMAIL,
            "refunded": refunded >= amount,
            "status": "succeeded",
        }
        return self.event("charge.refunded", charge)

    def refund(self, intent_id, *, amount, refund_id=None, type="refund.created", status="succeeded", **fields):  # noqa: A002 - as above
        """Types refund.created, refund.updated and refund.failed."""
        refund = stripe_refund(intent_id, amount=amount, refund_id=refund_id, status=status, **fields)
        return self.event(type, refund)

    def dispute(
        self,
        intent_id,
        *,
        amount,
        dispute_id,
        type="charge.dispute.created",  # noqa: A002 - as above
        status="needs_response",
        currency="usd",
    ):
        """Types charge.dispute.created, .funds_withdrawn, .funds_reinstated and .closed."""
        dispute = {
            "id": dispute_id,
            "object": "dispute",
            "amount": amount,
            "charge": charge_of(intent_id),
            "currency": currency,
            "evidence": {"customer_email_address": PAYER_EMAIL, "customer_name": PAYER_NAME},
            "metadata": {},
            "payment_intent": intent_id,
            "reason": "fraudulent",
            "status": status,
        }
        return self.event(type, dispute)


def charge_of(intent_id):
    return intent_id.replace("pi_", "ch_", 1)


def stripe_intent(intent_id, *, amount, order_id=None, currency="usd", **fields):
    return {
        "id": intent_id,
        "object": "payment_intent",
        "amount": amount,
        "amount_received": 0,
        "automatic_payment_methods": {"allow_redirects": "always", "enabled": True},
        "capture_method": "automatic_async",
        "client_secret": f"{intent_id}_secret_canary",
        "created": int(time.time()),
        "currency": currency,
        "last_payment_error": None,
        "latest_charge": None,
        "metadata": {"order_id": str(order_id)} if order_id else {},
        "receipt_email": PAYER_EMAIL,
        "shipping": {"name": PAYER_NAME, "phone": PAYER_PHONE},
        "status": "requires_payment_method",
    } | fields


def failed_intent(intent_id, *, amount, **fields):
    error = {"type": "card_error", "code": "card_declined", "message": f"The card of {PAYER_NAME} was declined."}
    fields = {"last_payment_error": error, "latest_charge": charge_of(intent_id)} | fields
    return stripe_intent(intent_id, amount=amount, **fields)


def stripe_refund(intent_id, *, amount, refund_id=None, status="succeeded", currency="usd", metadata=None):
    return {
        "id": refund_id or new_id("re_"),
        "object": "refund",
        "amount": amount,
        "charge": charge_of(intent_id),
        "created": int(time.time()),
        "currency": currency,
        "destination_details": {"type": "card"},
        "instructions_email": PAYER_EMAIL,
        "metadata": metadata or {},
        "payment_intent": intent_id,
        "status": status,
    }


class RazorpayEvents:
    """Amounts are in minor units. Every method makes one new event; `sign` takes any bytes."""

    _numbers = itertools.count(1)

    def __init__(self, secret=RAZORPAY_SECRET, *, account=RAZORPAY_ACCOUNT, clock=time.time):
        self.secret = secret
        self.account = account
        self.clock = clock

    def sign(self, payload, *, secret=None, event_id=None, type=""):  # noqa: A002 - as above
        body = _encoded(payload)
        event_id = event_id or f"Evt{next(self._numbers):011d}"
        headers = {
            "content-type": "application/json",
            "x-razorpay-event-id": event_id,
            "x-razorpay-signature": hmac_of(secret or self.secret, body),
        }
        return SignedEvent(event_id, type, body, headers)

    def signed_again(self, event, **how):
        """The same body and id, as a retry or a forger sends it, under another `secret`."""
        return self.sign(event.body, **({"event_id": event.event_id, "type": event.type} | how))

    def event(self, type, **entities):  # noqa: A002 - as above
        payload = {
            "entity": "event",
            "account_id": self.account,
            "event": type,
            "contains": list(entities),
            "payload": {name: {"entity": entity} for name, entity in entities.items()},
            "created_at": int(self.clock()),
        }
        return self.sign(payload, type=type)

    def captured(self, order_id, *, amount, **fields):
        return self.event("payment.captured", payment=razorpay_payment(order_id, amount=amount, **fields))

    def authorized(self, order_id, *, amount, **fields):
        fields = {"status": "authorized", "captured": False} | fields
        return self.event("payment.authorized", payment=razorpay_payment(order_id, amount=amount, **fields))

    def failed(self, order_id, *, amount, **fields):
        fields = {"status": "failed", "captured": False, "error_code": "BAD_REQUEST_ERROR"} | fields
        return self.event("payment.failed", payment=razorpay_payment(order_id, amount=amount, **fields))

    def order_paid(self, order_id, *, amount, receipt=None, paid=None, **fields):
        """`receipt` is our order's id."""
        order = razorpay_order(order_id, amount=amount, receipt=receipt, paid=amount if paid is None else paid)
        return self.event("order.paid", payment=razorpay_payment(order_id, amount=amount, **fields), order=order)

    def refund(
        self,
        order_id,
        *,
        amount,
        paid,
        refund_id=None,
        type="refund.processed",  # noqa: A002 - as above
        status="processed",
        **fields,
    ):
        """Types refund.created, refund.processed and refund.failed; `paid` is what the payment was."""
        payment = razorpay_payment(order_id, amount=paid, **({"amount_refunded": amount} | fields))
        refund = razorpay_refund(payment["id"], amount=amount, refund_id=refund_id, status=status)
        return self.event(type, refund=refund, payment=payment)

    def dispute(
        self,
        order_id,
        *,
        amount,
        dispute_id,
        type="payment.dispute.created",  # noqa: A002 - as above
        status="open",
        phase="chargeback",
        **fields,
    ):
        """Types payment.dispute.created, .won, .lost, .under_review and .closed."""
        payment = razorpay_payment(order_id, amount=amount, **fields)
        dispute = {
            "id": dispute_id,
            "entity": "dispute",
            "payment_id": payment["id"],
            "amount": amount,
            "currency": payment["currency"],
            "amount_deducted": 0,
            "reason_code": "goods_or_services_not_received_or_partially_received",
            "phase": phase,
            "status": status,
            "created_at": int(self.clock()),
        }
        return self.event(type, payment=payment, dispute=dispute)


def payment_of(order_id):
    return order_id.replace("order_", "pay_", 1)


def razorpay_payment(order_id, *, amount, payment_id=None, currency="INR", **fields):
    return {
        "id": payment_id or payment_of(order_id or "order_none"),
        "entity": "payment",
        "amount": amount,
        "currency": currency,
        "status": "captured",
        "order_id": order_id,
        "method": "card",
        "amount_refunded": 0,
        "refund_status": None,
        "captured": True,
        "email": PAYER_EMAIL,
        "contact": PAYER_PHONE,
        "card": {"name": PAYER_NAME, "last4": "4242", "network": "Visa"},
        "notes": [],
        "error_code": None,
        "created_at": int(time.time()),
    } | fields


def razorpay_order(order_id, *, amount, receipt=None, paid=0, currency="INR", notes=None):
    return {
        "id": order_id,
        "entity": "order",
        "amount": amount,
        "amount_paid": paid,
        "amount_due": amount - paid,
        "currency": currency,
        "receipt": None if receipt is None else str(receipt),
        "status": "paid" if paid >= amount else "created",
        "attempts": 0,
        "notes": notes or [],
        "created_at": int(time.time()),
    }


def razorpay_refund(
    payment_id, *, amount, refund_id=None, status="processed", currency="INR", receipt=None, notes=None
):
    return {
        "id": refund_id or new_id("rfnd_"),
        "entity": "refund",
        "amount": amount,
        "currency": currency,
        "payment_id": payment_id,
        "notes": notes or [],
        "receipt": receipt,
        "status": status,
        "speed_processed": "normal",
        "created_at": int(time.time()),
    }
