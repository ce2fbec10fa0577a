"""How do tests speak with a small Stripe? An account at it, and what it posts."""

from typing import Any

from contracts.payments import ProviderWebhook
from services.payments.domain.account import Account
from services.payments.providers.stripe import KIND
from tests.fakes.stripe.server import FakeStripe

VISA, CONFIRMS = "pm_card_visa", "pm_card_authenticationRequired"


def account_at(desk: FakeStripe, **secrets: str) -> Account:
    settings = {"return_url": "https://shop.example/back", "base_url": desk.url}
    secrets = {"secret_key": desk.key, "webhook_secret": desk.webhook_secret, **secrets}
    return Account("shop", "stripe", KIND.capabilities, settings=settings, secrets=secrets)


def posted(desk: FakeStripe, kind: str, thing: Any) -> ProviderWebhook:
    body = desk.event(kind, thing)
    return ProviderWebhook(provider="shop", body=body, signature=desk.sign(body))
