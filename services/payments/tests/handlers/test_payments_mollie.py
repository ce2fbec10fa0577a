"""At Mollie the customer pays at once or days later, and Mollie is asked what a webhook means."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from chassis.outside import Declined
from contracts.payments import ProviderWebhook
from services.payments import asks
from services.payments.domain.account import Account
from services.payments.providers.mollie import KIND, Mollie
from services.payments.providers.provider import Answer
from services.payments.references import MemoryReferences
from services.payments.tests.builders import ORDER, Cashier, an_authorization
from services.payments.tests.provider_conformance import ProviderConformance
from services.payments.webhooks import ProviderEvent
from tests.fakes.mollie.server import FakeMollie, a_mollie, recorded
from tests.fakes.shape import differences


@pytest.fixture
def mollie() -> Iterator[FakeMollie]:
    with a_mollie() as mollie:
        yield mollie


@pytest.fixture
def provider(mollie: FakeMollie) -> Mollie:
    settings = {"return_url": "https://shop.example/back", "base_url": mollie.url}
    secrets = {"api_key": mollie.key}
    account = Account("eu", "mollie", KIND.capabilities, settings=settings, secrets=secrets)
    return Mollie(account, MemoryReferences())


class TestMollie(ProviderConformance):
    """It is a provider like any other, though it holds nothing and takes all at once."""

    accepted, declined, slow, undecided = "tkn_ok", "tkn_funds", "", "requires_action"

    @pytest.fixture
    def provider(self, provider: Mollie) -> Mollie:
        return provider


def webhook(body: str) -> ProviderWebhook:
    return ProviderWebhook(provider="eu", body=body, signature="")


def test_a_bank_transfer_comes_days_after_the_page_was_left(
    mollie: FakeMollie, provider: Mollie
) -> None:
    page = provider.authorize("auth-1", 3070, "EUR", "banktransfer")
    assert page.action_url == f"{mollie.url}/checkout/{page.reference}"
    assert mollie.payments[page.reference]["amount"] == {"currency": "EUR", "value": "30.70"}

    mollie.become(page.reference, "pending")
    assert provider.look_up("auth-1") == Answer("pending", page.reference)
    mollie.become(page.reference, "paid")
    assert provider.look_up("auth-1") == Answer("succeeded", page.reference)


def test_a_currency_without_cents_is_written_without_them(
    mollie: FakeMollie, provider: Mollie
) -> None:
    page = provider.authorize("auth-1", 3070, "JPY", "")

    assert mollie.payments[page.reference]["amount"]["value"] == "3070"


@pytest.mark.parametrize("status", ["canceled", "expired", "failed"])
def test_what_was_not_paid_is_declined(mollie: FakeMollie, provider: Mollie, status: str) -> None:
    page = provider.authorize("auth-1", 100, "EUR", "")
    mollie.become(page.reference, status)

    with pytest.raises(Declined) as no:
        provider.look_up("auth-1")
    assert no.value.code == ("expired" if status == "expired" else "declined")


@pytest.mark.parametrize(
    ("card", "code"), [("tkn_funds", "insufficient_funds"), ("tkn_fraud", "suspected_fraud")]
)
def test_a_decline_is_told_in_our_codes(provider: Mollie, card: str, code: str) -> None:
    with pytest.raises(Declined) as no:
        provider.authorize("auth-1", 100, "EUR", card)

    assert no.value.code == code


def test_called_off_what_was_paid_and_not_taken_goes_back(
    mollie: FakeMollie, provider: Mollie
) -> None:
    held = provider.authorize("auth-1", 10000, "EUR", "tkn_ok")
    provider.capture("cap-1", "auth-1", 6000)
    for _ in range(2):
        provider.void("void-1", "auth-1")

    assert mollie.back(held.reference) == Decimal("40.00")


@pytest.mark.parametrize("path", ["POST /payments", "POST /payments/tr_0000000000/refunds"])
def test_money_moves_once_though_an_answer_was_lost(
    mollie: FakeMollie, provider: Mollie, path: str
) -> None:
    mollie.loses_answer_to = path
    for ask in (
        lambda: provider.authorize("auth-1", 10000, "EUR", "tkn_ok"),
        lambda: provider.capture("cap-1", "auth-1", 6000),
        lambda: provider.refund("ref-1", "auth-1", 2500),
    ):
        try:
            ask()
        except ConnectionError:
            ask()

    assert len(mollie.payments) == 1
    assert mollie.back("tr_0000000000") == Decimal("25.00")


def test_a_webhook_is_a_name_and_mollie_is_asked_at_once(
    mollie: FakeMollie, provider: Mollie
) -> None:
    key = asks.authorization_key(ORDER)
    page = provider.authorize(key, 100, "EUR", "ideal")

    event = provider.read_webhook(webhook(mollie.become(page.reference, "paid")))
    assert event == ProviderEvent(type="payment.changed", key=key, account="eu")

    cashier = Cashier()
    cashier.take(an_authorization())
    cashier.answer(asks.AUTHORIZE, answer="pending")
    cashier.payment.account = "eu"
    cashier.take(event)
    assert cashier.payments.hurried == [f"poll-{key}"]


@pytest.mark.parametrize("body", ["id=tr_unknown", "", "id=", "{}", "id=%00"])
def test_names_that_are_not_ours_are_no_news(provider: Mollie, body: str) -> None:
    assert provider.read_webhook(webhook(body)).type == "nothing"


def test_an_account_is_tested(mollie: FakeMollie, provider: Mollie) -> None:
    assert provider.test() == "Mollie knows us, in test mode, with 3 methods."
    mollie.key = "another"
    with pytest.raises(ConnectionError, match="check the account's credentials"):
        provider.test()


def test_the_small_mollie_answers_as_mollie_did(mollie: FakeMollie, provider: Mollie) -> None:
    provider.authorize("auth-0", 100, "EUR", "")
    provider.authorize("auth-1", 100, "EUR", "tkn_ok")
    provider.capture("cap-1", "auth-1", 100)
    provider.refund("ref-1", "auth-1", 100)

    payment, refund = mollie.payments["tr_0000000000"], mollie.refunds[0]
    sample = recorded("payment_single_no_links") | {"metadata": None}
    assert differences(payment, sample) == []
    assert differences(refund, recorded("refund_single_no_links") | {"metadata": None}) == []
