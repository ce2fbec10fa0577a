"""At PayPal the customer agrees first; then money is held, taken in parts, and goes back."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chassis.errors import Refused
from chassis.outside import Declined
from contracts.payments import ProviderWebhook
from services.payments.domain.account import Account
from services.payments.providers.paypal import KIND, PayPal, declined
from services.payments.providers.provider import Answer
from services.payments.references import MemoryReferences
from services.payments.tests.provider_conformance import ProviderConformance
from tests.fakes.paypal.server import FakePayPal, a_paypal


@pytest.fixture
def paypal() -> Iterator[FakePayPal]:
    with a_paypal() as paypal:
        yield paypal


@pytest.fixture
def provider(paypal: FakePayPal) -> PayPal:
    settings = {
        "client_id": "client-of-a-test", "return_url": "https://shop.example/back",
        "base_url": paypal.url,
    }  # fmt: skip
    secrets = {"client_secret": "secret-of-a-test"}
    account = Account("pp", "paypal", KIND.capabilities, settings=settings, secrets=secrets)
    return PayPal(account, MemoryReferences())


class TestPayPal(ProviderConformance):
    """It is a provider like any other."""

    accepted, declined, slow, undecided = "vault_ok", "vault_funds", "", "requires_action"

    @pytest.fixture
    def provider(self, provider: PayPal) -> PayPal:
        return provider


def webhook(event: Any) -> ProviderWebhook:
    return ProviderWebhook(provider="pp", body=json.dumps(event), signature="")


def test_money_is_held_when_the_customer_has_agreed(paypal: FakePayPal, provider: PayPal) -> None:
    page = provider.authorize("auth-1", 3070, "EUR", "")
    assert page.action_url == f"{paypal.url}/checkoutnow?token={page.reference}"
    assert provider.look_up("auth-1") == page

    event = provider.read_webhook(webhook(paypal.agree(page.reference)))
    assert (event.type, event.key) == ("payment.changed", "auth-1")
    for _ in range(2):
        assert provider.look_up("auth-1") == Answer("succeeded", page.reference)
    held = paypal.payments(paypal.orders[page.reference])["authorizations"]
    assert [one["amount"]["value"] for one in held] == ["30.70"]


def test_one_refund_is_spread_over_several_captures(paypal: FakePayPal, provider: PayPal) -> None:
    order = provider.authorize("auth-1", 100, "EUR", "vault_ok").reference
    for number, part in enumerate((30, 30, 40)):
        provider.capture(f"cap-{number}", "auth-1", part)
    provider.refund("ref-1", "auth-1", 50)
    provider.refund("ref-2", "auth-1", 50)

    back = paypal.payments(paypal.orders[order])["refunds"]
    assert [(one["custom_id"], one["amount"]["value"]) for one in back] == [
        ("ref-1", "0.30"), ("ref-1", "0.20"), ("ref-2", "0.10"), ("ref-2", "0.40"),
    ]  # fmt: skip


def test_a_refund_that_broke_off_between_two_captures_is_finished(
    paypal: FakePayPal, provider: PayPal
) -> None:
    order = provider.authorize("auth-1", 100, "EUR", "vault_ok").reference
    provider.capture("cap-1", "auth-1", 30)
    provider.capture("cap-2", "auth-1", 70)
    paypal.loses_answer_to = f"POST /v2/payments/captures/CAP0-{order}/refund"
    with pytest.raises(ConnectionError):
        provider.refund("ref-1", "auth-1", 50)

    provider.refund("ref-1", "auth-1", 50)
    back = paypal.payments(paypal.orders[order])["refunds"]
    assert [one["amount"]["value"] for one in back] == ["0.30", "0.20"]


@pytest.mark.parametrize("path", ["/v2/checkout/orders", "/v2/payments/authorizations/{}/capture"])
def test_money_moves_once_though_an_answer_was_lost(
    paypal: FakePayPal, provider: PayPal, path: str
) -> None:
    paypal.loses_answer_to = "POST " + path.format("AUTH-ORDER00000000")
    for ask in (
        lambda: provider.authorize("auth-1", 100, "EUR", "vault_ok"),
        lambda: provider.capture("cap-1", "auth-1", 60),
    ):
        try:
            ask()
        except ConnectionError:
            ask()

    (order,) = paypal.orders.values()
    assert [one["amount"]["value"] for one in paypal.payments(order)["captures"]] == ["0.60"]


@pytest.mark.parametrize(
    ("token", "code"), [("vault_funds", "insufficient_funds"), ("vault_fraud", "suspected_fraud")]
)
def test_a_decline_is_told_in_our_codes(provider: PayPal, token: str, code: str) -> None:
    with pytest.raises(Declined) as no:
        provider.authorize("auth-1", 100, "EUR", token)

    assert no.value.code == code


@pytest.mark.parametrize(
    ("told", "code"),
    [
        ({"details": [{"issue": "PAYER_CANNOT_PAY"}]}, "not_supported"),
        ({"details": [{"issue": "TRANSACTION_LIMIT_EXCEEDED"}]}, "over_limit"),
        ({"name": "SOMETHING_NEW"}, "declined"),
        ({}, "declined"),
    ],
)
def test_issues_of_paypals_have_our_codes(told: Any, code: str) -> None:
    assert declined(told).code == code


def test_a_login_that_ran_out_is_made_anew(paypal: FakePayPal, provider: PayPal) -> None:
    provider.test()
    paypal.token = "another"
    with pytest.raises(ConnectionError):
        provider.authorize("auth-1", 100, "EUR", "vault_ok")

    assert provider.authorize("auth-1", 100, "EUR", "vault_ok").status == "succeeded"
    assert paypal.logins == 2


@pytest.mark.parametrize(
    "event",
    [
        {"resource": {"custom_id": "auth-9"}},
        {"resource": {"custom_id": "cap-1"}},
        {"resource": {"custom_id": "auth-\0"}},
        {"resource": {}},
        {"resource": {"purchase_units": [{"custom_id": None}]}},
    ],
)
def test_orders_that_are_not_ours_are_no_news(provider: PayPal, event: Any) -> None:
    assert provider.read_webhook(webhook(event)).type == "nothing"


@pytest.mark.parametrize("event", [[], {}, {"resource": 1}, {"resource": {"purchase_units": 7}}, 1])
def test_what_is_no_event_is_refused(provider: PayPal, event: Any) -> None:
    with pytest.raises(Refused) as no:
        provider.read_webhook(webhook(event))

    assert (no.value.code, no.value.field) == ("malformed", "body")
