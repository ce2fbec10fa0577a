"""The adapter of the guide is a provider like any other, and small."""

import hashlib
import hmac
import inspect

import pytest

from chassis.errors import Refused
from chassis.outside import Declined
from contracts.payments import ProviderWebhook
from services.payments.domain.account import Account
from services.payments.tests import toy_provider
from services.payments.tests.provider_conformance import ProviderConformance
from services.payments.tests.toy_provider import KIND, Toy

BODY = '{"type": "payment.authorized", "key": "auth-1"}'


def a_toy() -> Toy:
    return Toy(Account("toy", "toy", KIND.capabilities, secrets={"webhook_secret": "secret"}))


class TestToy(ProviderConformance):
    accepted, declined, slow = "ok", "NO_FUNDS", "slow"

    @pytest.fixture
    def provider(self) -> Toy:
        return a_toy()


def test_its_declines_have_our_codes() -> None:
    with pytest.raises(Declined) as no:
        a_toy().authorize("auth-1", 100, "EUR", "OLD_CARD")

    assert no.value.code == "expired_card"


@pytest.mark.parametrize(("secret", "good"), [("secret", True), ("another", False)])
def test_it_believes_what_is_signed(secret: str, good: bool) -> None:
    signature = hmac.new(secret.encode(), BODY.encode(), hashlib.sha256).hexdigest()
    posted = ProviderWebhook(provider="toy", body=BODY, signature=signature)
    if good:
        assert a_toy().read_webhook(posted).key == "auth-1"
    else:
        with pytest.raises(Refused, match="does not fit"):
            a_toy().read_webhook(posted)


def test_it_has_less_than_a_hundred_lines_of_code() -> None:
    lines = inspect.getsource(toy_provider).splitlines()

    assert len([line for line in lines if line.strip()]) < 100
