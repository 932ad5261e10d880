"""Razorpay on loopback, for its real library: orders, payments, refunds, and the events that they cause."""

import base64

from fakes.events import RazorpayEvents, new_id, razorpay_order, razorpay_payment, razorpay_refund
from fakes.http import FakeServer

KEY_ID = "rzp_test_of_the_tests"
KEY_SECRET = "razorpay_key_secret_of_the_tests"
RECEIPT_LIMIT = 40


class FakeRazorpay(FakeServer):
    """`orders`, `payments` and `refunds` by id; `pay` and its like change them and return the signed events.

    Accounts may refuse a second order with the same receipt: that is `unique_receipts`.
    """

    def __init__(self, key_id=KEY_ID, key_secret=KEY_SECRET, events=None, *, unique_receipts=True):
        super().__init__()
        self.key_id = key_id
        self.key_secret = key_secret
        self.events = events or RazorpayEvents()
        self.unique_receipts = unique_receipts
        self.orders = {}
        self.payments = {}
        self.refunds = {}
        self._refund_answers = {}

    def order_of(self, order_id):
        """The one Razorpay order of our order."""
        (order,) = [order for order in self.orders.values() if order["receipt"] == str(order_id)]
        return order

    def pay(self, order_id):
        """payment.captured and order.paid."""
        order = self.orders[order_id]
        payment = self._attempt(order, status="captured", captured=True)
        order |= {"status": "paid", "amount_paid": order["amount"], "amount_due": 0}
        captured = self.events.event("payment.captured", payment=dict(payment))
        return [captured, self.events.event("order.paid", payment=dict(payment), order=dict(order))]

    def authorize(self, order_id):
        payment = self._attempt(self.orders[order_id], status="authorized", captured=False)
        return self.events.event("payment.authorized", payment=dict(payment))

    def decline(self, order_id):
        payment = self._attempt(self.orders[order_id], status="failed", captured=False)
        return self.events.event("payment.failed", payment=dict(payment))

    def refund(self, order_id, amount, **fields):
        """Refund as from the dashboard: refund.created and refund.processed."""
        payment = self.captured_payment(order_id)
        refund = razorpay_refund(payment["id"], amount=amount, currency=payment["currency"], **fields)
        self._keep(refund)
        return self.refund_events(refund["id"])

    def refund_events(self, refund_id):
        return [self._refund_event(refund_id, f"refund.{what}") for what in ("created", "processed")]

    def fail_refund(self, refund_id):
        refund = self.refunds[refund_id]
        refund["status"] = "failed"
        self.payments[refund["payment_id"]]["amount_refunded"] -= refund["amount"]
        return self._refund_event(refund_id, "refund.failed")

    def dispute(self, order_id, dispute_id=None, type="payment.dispute.created", status="open"):  # noqa: A002 - Razorpay's word
        """Also payment.dispute.won and .lost, with their status, for the dispute of an earlier event."""
        payment = self.captured_payment(order_id)
        return self.events.dispute(
            order_id,
            amount=payment["amount"],
            payment_id=payment["id"],
            dispute_id=dispute_id or new_id("disp_"),
            type=type,
            status=status,
        )

    def captured_payment(self, order_id):
        (payment,) = [one for one in self.payments_of(order_id) if one["status"] == "captured"]
        return payment

    def payments_of(self, order_id):
        return [payment for payment in self.payments.values() if payment["order_id"] == order_id]

    def _attempt(self, order, **fields):
        payment = razorpay_payment(
            order["id"], amount=order["amount"], payment_id=new_id("pay_"), currency=order["currency"], **fields
        )
        self.payments[payment["id"]] = payment
        order["attempts"] += 1
        if order["status"] == "created":
            order["status"] = "attempted"
        return payment

    def _keep(self, refund):
        self.refunds[refund["id"]] = refund
        self.payments[refund["payment_id"]]["amount_refunded"] += refund["amount"]

    def _refund_event(self, refund_id, type):  # noqa: A002 - Razorpay's word
        refund = self.refunds[refund_id]
        return self.events.event(type, refund=dict(refund), payment=dict(self.payments[refund["payment_id"]]))

    def error(self, description):
        return {"error": {"code": "BAD_REQUEST_ERROR", "description": description, "source": "business"}}

    def handle(self, request):
        if not self._authenticated(request):
            return 401, self.error("Authentication failed")
        return self._serve_object(request)

    def _serve_object(self, request):
        match request.method, request.path.strip("/").split("/")[1:]:
            case "POST", ["orders"]:
                return self._create_order(request.json)
            case "GET", ["orders"]:
                wanted = request.query.get("receipt")
                return 200, _collection(order for order in self.orders.values() if order["receipt"] == wanted)
            case "GET", ["orders", order_id, *inner] if order_id in self.orders:
                return 200, _collection(self.payments_of(order_id)) if inner else self.orders[order_id]
            case "GET", ["payments", payment_id, "refunds"] if payment_id in self.payments:
                return 200, _collection(one for one in self.refunds.values() if one["payment_id"] == payment_id)
            case "POST", ["payments", payment_id, "refund"] if payment_id in self.payments:
                return self._create_refund(self.payments[payment_id], request)
        return 400, self.error("The id provided does not exist")

    def _authenticated(self, request):
        given = base64.b64decode(request.headers.get("authorization", "").removeprefix("Basic ")).decode()
        return given == f"{self.key_id}:{self.key_secret}"

    def _create_order(self, asked):
        receipt = asked.get("receipt")
        if receipt and len(receipt) > RECEIPT_LIMIT:
            return 400, self.error("receipt: the length must be no more than 40.")
        if self.unique_receipts and any(order["receipt"] == receipt for order in self.orders.values()):
            return 400, self.error("The receipt has already been taken.")
        order = razorpay_order(
            new_id("order_"),
            amount=asked["amount"],
            receipt=receipt,
            currency=asked["currency"],
            notes=asked.get("notes"),
        )
        self.orders[order["id"]] = order
        return 200, order

    def _create_refund(self, payment, request):
        key, asked = request.headers.get("x-refund-idempotency"), request.json
        if key in self._refund_answers:
            first, refund = self._refund_answers[key]
            if first != asked:
                return 400, self.error("Different request with the same idempotency key has already been processed.")
            return 200, refund
        if payment["status"] != "captured" or payment["amount_refunded"] + asked["amount"] > payment["amount"]:
            return 400, self.error("The total refund amount is greater than the refund payment amount")
        refund = razorpay_refund(
            payment["id"],
            amount=asked["amount"],
            currency=payment["currency"],
            receipt=asked.get("receipt"),
            notes=asked.get("notes"),
        )
        self._keep(refund)
        if key:
            self._refund_answers[key] = asked, refund
        return 200, refund


def _collection(items):
    found = list(items)
    return {"entity": "collection", "count": len(found), "items": found}
