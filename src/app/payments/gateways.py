"""The payment providers as the settings make them: which are offered, and whose events are heard."""

from dataclasses import dataclass

from app.settings import Settings
from domain.errors import NotFound
from domain.payments.errors import ProviderNotConfigured
from domain.payments.provider import PaymentProvider, ProviderName
from domain.payments.razorpay import RazorpayProvider
from domain.payments.stripe import StripeProvider
from domain.payments.webhooks import Merchant


class WebhookOff(NotFound):
    detail = "This webhook is not in use."


@dataclass(frozen=True, slots=True)
class Gateway:
    """One provider."""

    provider: PaymentProvider
    merchant: Merchant
    offered: bool
    heard: bool
    public_key: str | None
    """What a client needs beside the order to let its user pay."""


class Gateways:
    """All providers. Built without connecting to anything."""

    def __init__(self, settings: Settings) -> None:
        self._stripe = StripeProvider(
            secret_key=settings.stripe_secret_key or "unset",
            webhook_secrets=settings.stripe_webhook_secret,
            base_url=settings.stripe_base_url,
            account=settings.stripe_account,
        )
        self._razorpay = RazorpayProvider(
            key_id=settings.razorpay_key_id or "unset",
            key_secret=settings.razorpay_key_secret or "unset",
            webhook_secrets=settings.razorpay_webhook_secret,
            base_url=settings.razorpay_base_url,
        )
        self._gateways = {
            ProviderName.STRIPE: Gateway(
                self._stripe,
                Merchant(
                    settings.stripe_account, _live_mode(settings.stripe_secret_key), every_event_names_account=False
                ),
                offered=settings.stripe_secret_key is not None,
                heard=bool(settings.stripe_webhook_secret),
                public_key=None,
            ),
            ProviderName.RAZORPAY: Gateway(
                self._razorpay,
                Merchant(
                    settings.razorpay_account, _live_mode(settings.razorpay_key_id), every_event_names_account=True
                ),
                offered=settings.razorpay_key_id is not None,
                heard=bool(settings.razorpay_webhook_secret),
                public_key=settings.razorpay_key_id,
            ),
        }

    def of(self, name: ProviderName) -> Gateway:
        return self._gateways[name]

    def offered(self, name: ProviderName) -> Gateway:
        """The provider to pay with.

        Raises:
            ProviderNotConfigured: it is not offered here.
        """
        gateway = self._gateways[name]
        if not gateway.offered:
            raise ProviderNotConfigured
        return gateway

    def heard(self, name: ProviderName) -> Gateway:
        """The provider whose events are accepted.

        Raises:
            WebhookOff: they are not.
        """
        gateway = self._gateways[name]
        if not gateway.heard:
            raise WebhookOff
        return gateway

    async def close(self) -> None:
        await self._stripe.close()
        await self._razorpay.close()


def _live_mode(key: str | None) -> bool | None:
    """What a key says of itself (`sk_live_…`, `rzp_test_…`); None when it says nothing."""
    if key is None or ("_live_" in key) == ("_test_" in key):
        return None
    return "_live_" in key
