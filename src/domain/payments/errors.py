"""What can go wrong with an order."""

from domain.errors import Conflict, Invalid, NotFound


class OrderNotFound(NotFound):
    code = "order_not_found"
    detail = "There is no such order."


class PackageNotFound(NotFound):
    code = "package_not_found"
    detail = "There is no such package, or it is not sold any more."


class EventNotFound(NotFound):
    code = "event_not_found"
    detail = "There is no such event."


class ProviderNotConfigured(Invalid):
    code = "provider_not_configured"
    detail = "This payment provider is not offered here."


class IdempotencyKeysDiffer(Invalid):
    code = "idempotency_keys_differ"
    detail = "The Idempotency-Key header and the body's idempotency_key are not the same."


class OrderNotPaid(Conflict):
    code = "order_not_paid"
    detail = "This order has not been paid."


class RefundTooLarge(Invalid):
    """Its member `refundable` is what is left, in minor units."""

    code = "refund_too_large"
    detail = "That is more than what is left of the payment."
