"""Adyen tells by signed notifications what it cannot be asked; it is kept, and money moves once."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from chassis.errors import Refused
from chassis.outside import Declined
from contracts.payments import ProviderWebhook
from services.payments.domain.account import Account
from services.payments.providers.adyen import KIND, Adyen, read_item
from services.payments.providers.provider import Answer
from services.payments.references import MemoryReferences
from services.payments.tests.provider_conformance import ProviderConformance
from services.payments.webhooks import ProviderEvent
from tests.fakes.adyen.server import RECORDINGS, FakeAdyen, an_adyen, recorded
from tests.fakes.shape import differences

SIGNATURES = json.loads((RECORDINGS.parent / "signatures.json").read_text())


@pytest.fixture
def adyen() -> Iterator[FakeAdyen]:
    with an_adyen() as adyen:
        yield adyen


@pytest.fixture
def provider(adyen: FakeAdyen) -> Adyen:
    settings = {
        "merchant_account": "Mugs", "return_url": "https://shop.example/back",
        "base_url": adyen.url,
    }  # fmt: skip
    secrets = {"api_key": adyen.key, "hmac_key": adyen.hmac_key}
    account = Account("ad", "adyen", KIND.capabilities, settings=settings, secrets=secrets)
    return Adyen(account, MemoryReferences())


class TestAdyen(ProviderConformance):
    """It is a provider like any other."""

    accepted, declined, slow, undecided = "ann/ok", "ann/no", "ann/slow", "pending"

    @pytest.fixture
    def provider(self, provider: Adyen) -> Adyen:
        return provider


def webhook(body: str) -> ProviderWebhook:
    return ProviderWebhook(provider="ad", body=body, signature="")


def test_a_link_is_paid_and_the_notification_gives_the_name_to_capture(
    adyen: FakeAdyen, provider: Adyen
) -> None:
    link = provider.authorize("auth-1", 3070, "EUR", "")
    assert (link.status, link.action_url) == (
        "requires_action",
        f"{adyen.url}/link/{link.reference}",
    )
    assert provider.look_up("auth-1") == link

    body = adyen.notify("AUTHORISATION", link.reference)
    event = ProviderEvent(type="payment.authorized", key="auth-1", account="ad")
    assert provider.read_webhook(webhook(body)) == event
    assert provider.look_up("auth-1") == Answer("succeeded", f"PSP-{link.reference}")
    provider.capture("cap-1", "auth-1", 3000)
    assert adyen.modified == [("captures", f"PSP-{link.reference}", 3000)]
    assert provider.read_webhook(webhook(body)) == event


def test_what_takes_days_is_declined_by_its_notification(adyen: FakeAdyen, provider: Adyen) -> None:
    psp = provider.authorize("auth-1", 100, "EUR", "ann/slow").reference

    event = provider.read_webhook(webhook(adyen.notify("AUTHORISATION", psp, good=False)))
    assert (event.type, event.key, event.code) == ("payment.declined", "auth-1", "declined")
    with pytest.raises(Declined):
        provider.look_up("auth-1")


def test_on_the_page_a_declined_customer_may_try_another_way(
    adyen: FakeAdyen, provider: Adyen
) -> None:
    link = provider.authorize("auth-1", 100, "EUR", "").reference

    told = provider.read_webhook(webhook(adyen.notify("AUTHORISATION", link, good=False)))
    assert told.type == "nothing"
    assert provider.look_up("auth-1") is not None


def test_a_link_that_was_called_off_is_closed(adyen: FakeAdyen, provider: Adyen) -> None:
    link = provider.authorize("auth-1", 100, "EUR", "").reference
    provider.void("void-1", "auth-1")

    assert adyen.made[link]["status"] == "expired"


@pytest.mark.parametrize(
    ("token", "code"), [("ann/funds", "insufficient_funds"), ("ann/fraud", "suspected_fraud")]
)
def test_a_decline_is_told_in_our_codes(provider: Adyen, token: str, code: str) -> None:
    for ask in (
        lambda: provider.authorize("auth-1", 9, "EUR", token),
        lambda: provider.look_up("auth-1"),
    ):
        with pytest.raises(Declined) as no:
            ask()
        assert no.value.code == code


@pytest.mark.parametrize("what", ["captures", "refunds"])
def test_money_moves_once_though_an_answer_was_lost(
    adyen: FakeAdyen, provider: Adyen, what: str
) -> None:
    psp = provider.authorize("auth-1", 100, "EUR", "ann/ok").reference
    adyen.loses_answer_to = f"POST /payments/{psp}/{what}"
    for ask in (
        lambda: provider.capture("cap-1", "auth-1", 60),
        lambda: provider.refund("ref-1", "auth-1", 25),
    ):
        try:
            ask()
        except ConnectionError:
            ask()

    assert adyen.modified == [("captures", psp, 60), ("refunds", psp, 25)]


def test_keys_that_are_too_long_stay_apart(adyen: FakeAdyen, provider: Adyen) -> None:
    psp = provider.authorize("auth-1", 100, "EUR", "ann/ok").reference
    for number in (1, 2):
        provider.capture(f"cap-{'x' * 80}-{number}", "auth-1", 40)

    assert adyen.modified == [("captures", psp, 40)] * 2


class TestDisputes:
    """What Adyen takes back is told as a dispute of the payment."""

    @pytest.mark.parametrize(
        ("kind", "good", "status"),
        [
            ("NOTIFICATION_OF_CHARGEBACK", True, "open"), ("CHARGEBACK_REVERSED", True, "won"),
            ("SECOND_CHARGEBACK", True, "lost"), ("CAPTURE", False, "open"),
            ("REFUND_FAILED", True, "open"),
        ],
    )  # fmt: skip
    def test_each_turn_is_told(
        self, adyen: FakeAdyen, provider: Adyen, kind: str, good: bool, status: str
    ) -> None:
        psp = provider.authorize("auth-1", 100, "EUR", "ann/ok").reference

        event = provider.read_webhook(webhook(adyen.notify(kind, psp, good=good)))

        assert (event.type, event.key) == ("payment.disputed", "auth-1")
        assert event.dispute is not None
        assert (event.dispute.status, event.dispute.amount) == (status, 100)

    @pytest.mark.parametrize("kind", ["CAPTURE", "REFUND", "REPORT_AVAILABLE"])
    def test_what_went_as_expected_is_no_news(
        self, adyen: FakeAdyen, provider: Adyen, kind: str
    ) -> None:
        psp = provider.authorize("auth-1", 100, "EUR", "ann/ok").reference

        assert provider.read_webhook(webhook(adyen.notify(kind, psp))).type == "nothing"


class TestSignatures:
    """A notification is believed only with the signature of the account's key."""

    @pytest.mark.parametrize("case", SIGNATURES)
    @pytest.mark.parametrize(
        "forged", [{}, {"success": "maybe"}, {"amount": {"value": 7, "currency": "EUR"}}]
    )
    def test_a_change_is_noticed(self, case: Any, forged: Any) -> None:
        item = {**case["item"], **forged}
        body = json.dumps({"notificationItems": [{"NotificationRequestItem": item}]})
        if not forged:
            assert read_item(body, case["secret"])["eventCode"] == item["eventCode"]
            return
        with pytest.raises(Refused, match="does not fit"):
            read_item(body, case["secret"])

    def test_without_a_key_nobody_can_sign(self, adyen: FakeAdyen, provider: Adyen) -> None:
        psp = provider.authorize("auth-1", 100, "EUR", "ann/slow").reference
        adyen.hmac_key = ""

        with pytest.raises(Refused, match="does not fit"):
            read_item(adyen.notify("AUTHORISATION", psp), "")

    @pytest.mark.parametrize("key", ["", "zz", "00"])
    def test_without_the_key_nothing_is_believed(
        self, adyen: FakeAdyen, provider: Adyen, key: str
    ) -> None:
        psp = provider.authorize("auth-1", 100, "EUR", "ann/slow").reference

        with pytest.raises(Refused, match="does not fit"):
            read_item(adyen.notify("AUTHORISATION", psp), key)

    @pytest.mark.parametrize("body", ["", "{}", "[]", '{"notificationItems": []}', "7"])
    def test_what_is_no_notification_is_refused(self, provider: Adyen, body: str) -> None:
        with pytest.raises(Refused) as no:
            provider.read_webhook(webhook(body))
        assert no.value.code == "malformed"


def test_an_account_is_tested(adyen: FakeAdyen, provider: Adyen) -> None:
    assert provider.test() == "Adyen knows us, with 2 methods."
    adyen.key = "another"
    with pytest.raises(ConnectionError, match="check the account's credentials"):
        provider.test()


def test_the_small_adyen_answers_as_adyen_did(adyen: FakeAdyen, provider: Adyen) -> None:
    psp = provider.authorize("auth-1", 100, "EUR", "ann/ok").reference
    link = provider.authorize("auth-2", 100, "EUR", "").reference
    provider.capture("cap-1", "auth-1", 100)
    captured = next(a[1] for _, a in adyen.once.done.values() if "paymentPspReference" in a[1])
    item = json.loads(adyen.notify("REFUND", psp))

    assert differences(adyen.made[psp], recorded("authorise-success")) == []
    assert differences(adyen.made[link], recorded("checkout_paymentlinks-success")) == []
    assert differences(captured, recorded("checkout_paymentcapture-success")) == []
    assert differences(item, recorded("notification_refundTrue")) == []
