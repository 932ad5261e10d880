"""Stripe on loopback, for its real library: PaymentIntents, refunds, and the events that they cause."""

import base64
import re

from fakes.events import StripeEvents, charge_of, failed_intent, new_id, stripe_intent, stripe_refund
from fakes.http import FakeServer

SECRET_KEY = "sk_test_of_the_tests"


class FakeStripe(FakeServer):
    """`intents` and `refunds` by id; `pay` and its like change them and return the signed events."""

    def __init__(self, secret_key=SECRET_KEY, events=None):
        super().__init__()
        self.secret_key = secret_key
        self.events = events or StripeEvents()
        self.intents = {}
        self.refunds = {}
        self._answers = {}

    def intent_of(self, order_id):
        """The one PaymentIntent of our order."""
        (intent,) = [one for one in self.intents.values() if one["metadata"].get("order_id") == str(order_id)]
        return intent

    def pay(self, intent_id, received=None):
        intent = self.intents[intent_id]
        received = intent["amount"] if received is None else received
        intent |= {"status": "succeeded", "amount_received": received, "latest_charge": charge_of(intent_id)}
        intent["last_payment_error"] = None
        return self.events.event("payment_intent.succeeded", dict(intent))

    def decline(self, intent_id):
        intent = self.intents[intent_id]
        error = failed_intent(intent_id, amount=intent["amount"])["last_payment_error"]
        intent |= {"last_payment_error": error, "latest_charge": charge_of(intent_id)}
        return self.events.event("payment_intent.payment_failed", dict(intent))

    def cancel(self, intent_id):
        self.intents[intent_id]["status"] = "canceled"

    def refund(self, intent_id, amount, **fields):
        """Refund as from the dashboard: refund.created, and charge.refunded with the sum so far."""
        intent = self.intents[intent_id]
        refund = stripe_refund(intent_id, amount=amount, currency=intent["currency"], **fields)
        self.refunds[refund["id"]] = refund
        return self.refund_events(refund["id"])

    def refund_events(self, refund_id):
        refund = self.refunds[refund_id]
        intent = self.intents[refund["payment_intent"]]
        refunded = self.events.charge_refunded(
            intent["id"],
            amount=intent["amount"],
            refunded=self.refunded(intent["id"]),
            order_id=intent["metadata"].get("order_id"),
            currency=intent["currency"],
        )
        return [self.events.event("refund.created", dict(refund)), refunded]

    def fail_refund(self, refund_id):
        self.refunds[refund_id]["status"] = "failed"
        return self.events.event("refund.failed", dict(self.refunds[refund_id]))

    def refunded(self, intent_id):
        return sum(
            refund["amount"]
            for refund in self.refunds.values()
            if refund["payment_intent"] == intent_id and refund["status"] in {"succeeded", "pending"}
        )

    def dispute(self, intent_id, dispute_id=None):
        """charge.dispute.created and funds_withdrawn of one dispute over the whole amount."""
        dispute_id = dispute_id or new_id("dp_")
        return [
            self._dispute(intent_id, dispute_id, f"charge.dispute.{what}") for what in ("created", "funds_withdrawn")
        ]

    def close_dispute(self, intent_id, dispute_id, *, won):
        closed = self._dispute(intent_id, dispute_id, "charge.dispute.closed", "won" if won else "lost")
        reinstated = [self._dispute(intent_id, dispute_id, "charge.dispute.funds_reinstated", "won")] if won else []
        return [*reinstated, closed]

    def _dispute(self, intent_id, dispute_id, type, status="needs_response"):  # noqa: A002 - Stripe's word
        intent = self.intents[intent_id]
        return self.events.dispute(
            intent_id,
            amount=intent["amount"],
            dispute_id=dispute_id,
            type=type,
            status=status,
            currency=intent["currency"],
        )

    def error(self, description, code=None, type="invalid_request_error"):  # noqa: A002 - Stripe's word
        return {"error": {"message": description, "code": code, "type": type}}

    def handle(self, request):
        if not self._authenticated(request):
            return 401, self.error("Invalid API Key provided.")
        if request.method == "POST":
            return self._once(request)
        return self._read_object(request)

    def _authenticated(self, request):
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme == "Basic":
            given = base64.b64decode(given).decode().rstrip(":")
        return given == self.secret_key

    def _once(self, request):
        """The same key and parameters get the first answer, whatever has happened since; other parameters 400."""
        key, parameters = request.headers.get("idempotency-key"), (request.path, request.form)
        if key in self._answers:
            first, answer = self._answers[key]
            if first != parameters:
                return 400, self.error("Keys for idempotent requests go with one request.", type="idempotency_error")
            return answer
        answer = self._create(request)
        self._answers[key] = parameters, answer
        return answer

    def _create(self, request):
        if request.path == "/v1/payment_intents":
            return self._create_intent(request.form)
        if request.path == "/v1/refunds":
            return self._create_refund(request.form)
        return 404, self.error("Unrecognized request URL.")

    def _create_intent(self, form):
        if not form["amount"].isdigit() or int(form["amount"]) <= 0:
            return 400, self.error("Invalid positive integer", "parameter_invalid_integer")
        intent = stripe_intent(
            new_id("pi_"), amount=int(form["amount"]), currency=form["currency"], metadata=_metadata(form)
        )
        self.intents[intent["id"]] = intent
        return 200, dict(intent)

    def _create_refund(self, form):
        intent = self.intents.get(form["payment_intent"])
        if intent is None or intent["status"] != "succeeded":
            return 400, self.error("This PaymentIntent does not have a successful charge to refund.")
        amount = int(form["amount"])
        if self.refunded(intent["id"]) + amount > intent["amount_received"]:
            return 400, self.error("The charge has been refunded already.", "charge_already_refunded")
        refund = stripe_refund(intent["id"], amount=amount, currency=intent["currency"], metadata=_metadata(form))
        self.refunds[refund["id"]] = refund
        return 200, dict(refund)

    def _read_object(self, request):
        if request.path == "/v1/refunds":
            wanted = request.query.get("payment_intent")
            return 200, _list(refund for refund in self.refunds.values() if refund["payment_intent"] == wanted)
        if request.path == "/v1/payment_intents/search":
            name, value = re.fullmatch(r"metadata\['(\w+)'\]:'([\w-]+)'", request.query["query"]).groups()
            return 200, _list(intent for intent in self.intents.values() if intent["metadata"].get(name) == value)
        intent = self.intents.get(request.path.rpartition("/")[2])
        return (200, intent) if intent else (404, self.error("No such payment_intent", "resource_missing"))


def _metadata(form):
    return {name[9:-1]: value for name, value in form.items() if name.startswith("metadata[")}


def _list(objects):
    return {"object": "list", "data": list(objects), "has_more": False, "url": "/v1"}
