"""What a provider posts is believed only with its signature."""

import hashlib
import hmac
import json
from dataclasses import replace

import pytest

from chassis.errors import Refused
from contracts.payments import ProviderWebhook
from services.payments.domain.account import Account
from services.payments.providers import BUILT_IN
from services.payments.providers.sandbox import Sandbox
from services.payments.webhooks import ProviderEvent

SECRET = "the secret of a test"
BODY = json.dumps({"type": "payment.authorized", "key": "auth-1", "amount": 5})


@pytest.fixture(autouse=True)
def _secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SANDBOX_PROVIDER_SECRET", SECRET)


def read_webhook(wish: ProviderWebhook, account: Account | None = None) -> ProviderEvent:
    return Sandbox("postgresql+psycopg2:///", account).read_webhook(wish)


def posted(
    body: str, signature: str | None = None, provider: str = "sandbox", secret: str = SECRET
) -> ProviderWebhook:
    signed = hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()
    return ProviderWebhook(
        provider=provider, body=body, signature=signed if signature is None else signature
    )


def test_a_signed_body_is_read_and_what_is_new_in_it_ignored() -> None:
    assert read_webhook(posted(BODY)) == ProviderEvent(type="payment.authorized", key="auth-1")


@pytest.mark.parametrize("signature", ["", "0" * 64, "signature-ü", posted(BODY + " ").signature])
def test_a_forged_signature_is_refused(signature: str) -> None:
    with pytest.raises(Refused) as refused:
        read_webhook(posted(BODY, signature))

    assert (refused.value.code, refused.value.field) == ("bad_signature", "signature")


def test_a_body_that_was_changed_on_the_way_is_refused() -> None:
    genuine = posted(BODY)
    changed = BODY.replace("auth-1", "auth-2")

    with pytest.raises(Refused, match="does not fit"):
        read_webhook(posted(changed, genuine.signature))


def test_the_secret_of_somebody_else_is_refused() -> None:
    with pytest.raises(Refused, match="does not fit"):
        read_webhook(posted(BODY, secret="sandbox-secret"))


@pytest.mark.parametrize(
    "body", ["", "{", "[]", "7", '{"type": 1, "key": "k"}', '{"type": "payment.authorized"}']
)
def test_a_signed_body_that_cannot_be_read_is_refused(body: str) -> None:
    with pytest.raises(Refused, match="cannot be read") as refused:
        read_webhook(posted(body))

    assert (refused.value.code, refused.value.field) == ("malformed", "body")


def test_each_account_has_a_secret_of_its_own_and_tells_only_of_its_payments() -> None:
    account = replace(BUILT_IN, account="second", secrets={"webhook_secret": "another one"})
    body = BODY.replace("}", ', "account": "sandbox"}')

    with pytest.raises(Refused, match="does not fit"):
        read_webhook(posted(body), account)
    assert read_webhook(posted(body, secret="another one"), account).account == "second"
