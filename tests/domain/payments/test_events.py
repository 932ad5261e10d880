from datetime import UTC, datetime
from uuid import uuid4

import pytest

from domain.payments.provider import EventKind, EventMalformed, SignatureInvalid
from domain.payments.razorpay import RazorpayProvider
from domain.payments.stripe import StripeProvider
from fakes.events import (
    RAZORPAY_ACCOUNT,
    RAZORPAY_SECRET,
    STRIPE_SECRET,
    RazorpayEvents,
    StripeEvents,
    charge_of,
    payment_of,
    razorpay_order,
    razorpay_payment,
    repeated,
    shuffled,
    stripe_intent,
)

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
MOMENT = int(NOW.timestamp())
OLD, NEW = "whsec_old", "whsec_new"
ORDER = uuid4()
stripe = StripeProvider("sk_test", (STRIPE_SECRET,))
razorpay = RazorpayProvider("rzp_test", "secret", (RAZORPAY_SECRET,))
sent = StripeEvents(clock=NOW.timestamp)
sent_by_razorpay = RazorpayEvents(clock=NOW.timestamp)


def read(event, provider=stripe, now=NOW):
    return provider.read_event(event.body, event.headers, now)


def read_razorpay(event):
    return read(event, razorpay)


class TestStripeSignature:
    def rotating(self):
        return StripeProvider("sk_test", (NEW, OLD))

    @pytest.mark.parametrize("secrets", [[OLD], [NEW], ["whsec_other", NEW], [OLD, "whsec_other"]])
    def test_any_signature_under_any_secret_in_use_is_enough(self, secrets):
        event = sent.signed_again(sent.created("pi_1", amount=1), secrets=secrets)
        assert read(event, self.rotating()).event_id == event.event_id

    def test_another_secret_is_invalid(self):
        with pytest.raises(SignatureInvalid):
            read(sent.signed_again(sent.created("pi_1", amount=1), secrets=["whsec_other"]), self.rotating())

    @pytest.mark.parametrize("secrets", [(), ("",)])
    def test_without_a_secret_nothing_is_valid(self, secrets):
        forged = sent.signed_again(sent.created("pi_1", amount=1), secrets=[""])
        with pytest.raises(SignatureInvalid):
            read(forged, StripeProvider("sk_test", secrets))

    def test_the_test_scheme_is_invalid(self):
        with pytest.raises(SignatureInvalid):
            read(sent.signed_again(sent.created("pi_1", amount=1), scheme="v0"))

    def test_a_changed_body_is_invalid(self):
        with pytest.raises(SignatureInvalid):
            read(sent.created("pi_1", amount=1).corrupted())

    @pytest.mark.parametrize("seconds", [-300, 0, 300])
    def test_a_time_within_five_minutes_is_valid(self, seconds):
        event = sent.signed_again(sent.created("pi_1", amount=1), at=MOMENT + seconds)
        assert read(event)

    @pytest.mark.parametrize("seconds", [-301, 301, 86400, -(10**9)])
    def test_a_time_further_off_is_invalid_either_way(self, seconds):
        with pytest.raises(SignatureInvalid):
            read(sent.signed_again(sent.created("pi_1", amount=1), at=MOMENT + seconds))

    def test_the_time_is_signed_too(self):
        event = sent.signed_again(sent.created("pi_1", amount=1), at=MOMENT - 400)
        header = event.headers["stripe-signature"].replace(f"t={MOMENT - 400}", f"t={MOMENT}")
        with pytest.raises(SignatureInvalid):
            read(event.with_headers(stripe_signature=header))

    @pytest.mark.parametrize(
        "header",
        [
            None,
            "",
            ",,=",
            "t=",
            "v1=abc",
            "t=now,v1=abc",
            f"t={MOMENT}",
            f"t={MOMENT},v1=",
            f"t={MOMENT},v1=é",
            f"t={MOMENT},v1=" + "é" * 64,
            f"t={MOMENT},v1=\udcff" + "0" * 63,
            "t=-1,v1=" + "0" * 64,
            "t=" + "9" * 5000 + ",v1=" + "0" * 64,
            "t=" + str(MOMENT).translate({digit: digit + 0xFEE0 for digit in range(48, 58)}) + ",v1=" + "0" * 64,
        ],
    )
    def test_a_malformed_header_is_invalid(self, header):
        with pytest.raises(SignatureInvalid):
            read(sent.created("pi_1", amount=1).with_headers(stripe_signature=header))


class TestRazorpaySignature:
    @pytest.mark.parametrize("secret", [OLD, NEW])
    def test_any_secret_in_use_is_enough(self, secret):
        event = sent_by_razorpay.signed_again(sent_by_razorpay.captured("order_1", amount=1), secret=secret)
        provider = RazorpayProvider("rzp_test", "secret", (NEW, OLD))
        assert read(event, provider).event_id == event.event_id

    def test_another_secret_or_body_is_invalid(self):
        event = sent_by_razorpay.captured("order_1", amount=1)
        for wrong in (sent_by_razorpay.signed_again(event, secret="other"), event.corrupted()):
            with pytest.raises(SignatureInvalid):
                read_razorpay(wrong)

    @pytest.mark.parametrize("header", [None, "", "é" * 64, "0" * 64, "\udcff", "t=1,v1=0"])
    def test_a_malformed_header_is_invalid(self, header):
        with pytest.raises(SignatureInvalid):
            read_razorpay(sent_by_razorpay.captured("order_1", amount=1).with_headers(x_razorpay_signature=header))

    @pytest.mark.parametrize("event_id", [None, "", "a\x00b", "a" * 256, "é", "a\n"])
    def test_without_a_usable_id_it_is_no_event(self, event_id):
        event = sent_by_razorpay.captured("order_1", amount=1).with_headers(x_razorpay_event_id=event_id)
        with pytest.raises(EventMalformed):
            read_razorpay(event)

    def test_a_repeated_delivery_has_the_same_id(self):
        events = shuffled(repeated([sent_by_razorpay.captured("order_1", amount=1)], 3))
        assert len({read_razorpay(event).event_id for event in events}) == 1


class TestStripeEvents:
    def test_success_tells_the_order_the_money_and_the_payment(self):
        event = read(sent.succeeded("pi_1", amount=999, order_id=ORDER))
        assert (event.kind, event.provider_order_id, event.order_id) == (EventKind.SUCCEEDED, "pi_1", ORDER)
        assert (event.amount, event.currency, event.captured, event.payment_id) == (999, "USD", True, charge_of("pi_1"))
        assert (event.occurred_at, event.live_mode, event.account) == (NOW, False, None)

    def test_part_of_the_amount_is_told_as_such(self):
        event = read(sent.succeeded("pi_1", amount=999, received=500))
        assert (event.kind, event.amount, event.captured) == (EventKind.SUCCEEDED, 500, False)

    def test_account_and_mode_are_told(self):
        event = read(StripeEvents(live_mode=True, account="acct_1", clock=NOW.timestamp).created("pi_1", amount=1))
        assert (event.live_mode, event.account, event.kind) == (True, "acct_1", EventKind.CREATED)

    def test_a_declined_payment_has_failed(self):
        assert read(sent.failed("pi_1", amount=999)).kind is EventKind.FAILED

    def test_the_charges_refund_is_the_sum_so_far(self):
        event = read(sent.charge_refunded("pi_1", amount=999, refunded=400, order_id=ORDER))
        assert (event.kind, event.cumulative, event.amount, event.refund_id) == (EventKind.REFUNDED, True, 400, None)
        assert (event.provider_order_id, event.order_id) == ("pi_1", ORDER)

    @pytest.mark.parametrize(
        ("type_", "status", "kind"),
        [
            ("refund.created", "succeeded", EventKind.REFUNDED),
            ("refund.created", "pending", EventKind.REFUNDED),
            ("refund.created", "requires_action", EventKind.OTHER),
            ("refund.created", None, EventKind.OTHER),
            ("refund.updated", "succeeded", EventKind.REFUNDED),
            ("refund.updated", "failed", EventKind.REFUND_FAILED),
            ("refund.updated", "canceled", EventKind.REFUND_FAILED),
            ("refund.failed", "failed", EventKind.REFUND_FAILED),
            ("refund.failed", "pending", EventKind.REFUND_FAILED),
        ],
    )
    def test_a_refund_counts_by_its_status(self, type_, status, kind):
        event = read(sent.refund("pi_1", amount=400, refund_id="re_1", type=type_, status=status))
        assert (event.kind, event.refund_id, event.amount, event.cumulative) == (kind, "re_1", 400, False)

    @pytest.mark.parametrize(
        ("what", "status", "kind"),
        [
            ("created", "needs_response", EventKind.DISPUTE_OPENED),
            ("funds_withdrawn", "needs_response", EventKind.DISPUTE_OPENED),
            ("created", "warning_needs_response", EventKind.OTHER),
            ("created", "prevented", EventKind.OTHER),
            ("funds_reinstated", "won", EventKind.DISPUTE_WON),
            ("funds_reinstated", "lost", EventKind.OTHER),
            ("closed", "won", EventKind.DISPUTE_WON),
            ("closed", "lost", EventKind.DISPUTE_LOST),
            ("closed", "warning_closed", EventKind.OTHER),
            ("updated", "under_review", EventKind.OTHER),
        ],
    )
    def test_a_dispute_takes_money_unless_it_only_asks(self, what, status, kind):
        event = read(sent.dispute("pi_1", amount=999, dispute_id="dp_1", type=f"charge.dispute.{what}", status=status))
        assert event.kind is kind
        if what != "updated":
            assert (event.dispute_id, event.amount, event.provider_order_id) == ("dp_1", 999, "pi_1")

    def test_a_charge_without_an_intent_is_not_an_orders(self):
        charge = sent.charge_refunded("pi_1", amount=1, refunded=1).json["data"]["object"] | {"payment_intent": None}
        assert read(sent.event("charge.refunded", charge)).kind is EventKind.OTHER

    @pytest.mark.parametrize("object_", [{}, {"id": 3, "amount": "x"}, {"currency": None}])
    def test_other_types_may_hold_anything(self, object_):
        event = read(sent.event("customer.created", object_))
        assert (event.kind, event.event_type, event.amount) == (EventKind.OTHER, "customer.created", None)

    @pytest.mark.parametrize("named", ["not an id", "", 7, None, {"a": 1}, "0" * 31])
    def test_metadata_of_others_is_not_our_order(self, named):
        intent = stripe_intent("pi_1", amount=1, metadata={"order_id": named})
        assert read(sent.event("payment_intent.created", intent)).order_id is None


class TestRazorpayEvents:
    def test_capture_tells_the_order_the_money_and_the_payment(self):
        event = read_razorpay(sent_by_razorpay.captured("order_1", amount=79900))
        assert (event.kind, event.provider_order_id) == (EventKind.SUCCEEDED, "order_1")
        assert (event.amount, event.currency, event.captured) == (79900, "INR", True)
        assert (event.payment_id, event.account, event.live_mode) == (payment_of("order_1"), RAZORPAY_ACCOUNT, None)
        assert event.occurred_at == NOW

    def test_a_paid_order_carries_our_id_and_what_was_paid_in_all(self):
        event = read_razorpay(sent_by_razorpay.order_paid("order_1", amount=79900, receipt=ORDER))
        assert (event.kind, event.order_id, event.provider_order_id) == (EventKind.SUCCEEDED, ORDER, "order_1")
        assert (event.amount, event.captured) == (79900, True)
        part = read_razorpay(sent_by_razorpay.order_paid("order_1", amount=79900, paid=100))
        assert (part.amount, part.captured) == (100, False)

    def test_what_is_only_authorised_is_not_paid(self):
        event = read_razorpay(sent_by_razorpay.authorized("order_1", amount=79900))
        assert (event.kind, event.captured) == (EventKind.OTHER, False)

    def test_a_failed_attempt_has_failed(self):
        assert read_razorpay(sent_by_razorpay.failed("order_1", amount=79900)).kind is EventKind.FAILED

    def test_the_payers_notes_do_not_name_our_order(self):
        event = read_razorpay(sent_by_razorpay.captured("order_1", amount=1, notes={"order_id": str(ORDER)}))
        assert event.order_id is None

    @pytest.mark.parametrize(
        ("what", "status", "captured", "kind"),
        [
            ("processed", "processed", True, EventKind.REFUNDED),
            ("created", "processed", True, EventKind.REFUNDED),
            ("created", "pending", True, EventKind.OTHER),
            ("failed", "failed", True, EventKind.REFUND_FAILED),
            ("speed_changed", "processed", True, EventKind.OTHER),
            ("processed", "processed", False, EventKind.OTHER),
        ],
    )
    def test_a_refund_counts_when_it_is_processed_and_was_ours(self, what, status, captured, kind):
        event = read_razorpay(
            sent_by_razorpay.refund(
                "order_1",
                amount=400,
                paid=79900,
                refund_id="rfnd_1",
                type=f"refund.{what}",
                status=status,
                captured=captured,
            )
        )
        assert event.kind is kind
        if kind is not EventKind.OTHER:
            assert (event.refund_id, event.amount, event.cumulative) == ("rfnd_1", 400, False)
            assert event.provider_order_id == "order_1"

    @pytest.mark.parametrize(
        ("what", "phase", "kind"),
        [
            ("created", "chargeback", EventKind.DISPUTE_OPENED),
            ("created", "retrieval", EventKind.OTHER),
            ("created", "fraud", EventKind.OTHER),
            ("won", "chargeback", EventKind.DISPUTE_WON),
            ("lost", "chargeback", EventKind.DISPUTE_LOST),
            ("under_review", "chargeback", EventKind.OTHER),
            ("closed", "chargeback", EventKind.OTHER),
        ],
    )
    def test_a_dispute_takes_money_unless_it_only_asks(self, what, phase, kind):
        event = read_razorpay(
            sent_by_razorpay.dispute(
                "order_1", amount=79900, dispute_id="disp_1", type=f"payment.dispute.{what}", phase=phase
            )
        )
        assert (event.kind, event.dispute_id, event.amount) == (kind, "disp_1", 79900)

    @pytest.mark.parametrize(
        ("type_", "entities"),
        [
            ("payment.captured", {}),
            ("payment.captured", {"payment": razorpay_payment(None, amount=1)}),
            ("order.paid", {"payment": razorpay_payment("order_1", amount=1)}),
            ("refund.processed", {"payment": razorpay_payment("order_1", amount=1)}),
            ("refund.created", {"payment": razorpay_payment("order_1", amount=1)}),
            ("payment.dispute.created", {"payment": razorpay_payment("order_1", amount=1)}),
            ("payment.failed", {"order": razorpay_order("order_1", amount=1)}),
            ("payout.processed", {"payout": {"id": 3}}),
        ],
    )
    def test_an_event_that_does_not_name_what_it_is_about_has_no_effect(self, type_, entities):
        assert read_razorpay(sent_by_razorpay.event(type_, **entities)).kind is EventKind.OTHER

    def test_other_types_may_hold_anything(self):
        event = read_razorpay(sent_by_razorpay.sign({"event": "settlement.processed", "payload": []}))
        assert (event.kind, event.event_type) == (EventKind.OTHER, "settlement.processed")
