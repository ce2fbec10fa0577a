"""What Stripe tells by itself is believed if it signed it, and its troubles lose no order."""

import json
import time
from dataclasses import replace
from typing import Any

import pytest

from chassis.errors import Refused
from chassis.outside import Declined, Pending
from contracts.payments import ProviderWebhook
from services.payments.providers.stripe import Stripe
from services.payments.providers.stripe_reading import read_event
from services.payments.references import MemoryReferences
from services.payments.tests.stripe_account import VISA, account_at, posted
from tests.fakes.shape import differences
from tests.fakes.stripe.server import RECORDINGS, FakeStripe, recorded

SIGNATURES = json.loads((RECORDINGS.parent / "signatures.json").read_text())
NOT_USED = [".charges is missing"]  # Stripe has dropped it since it was recorded


class TestWhatStripeTells:
    """Events are believed if they are signed, and heard if they are about orders of ours."""

    def test_money_that_is_held(self, desk: FakeStripe, provider: Stripe) -> None:
        intent = desk.made[provider.authorize("auth-1", 100, "EUR", VISA).reference]

        kind = "payment_intent.amount_capturable_updated"
        event = provider.read_webhook(posted(desk, kind, intent))
        assert (event.type, event.key, event.account) == ("payment.authorized", "auth-1", "shop")

        provider.capture("cap-1", "auth-1", 60)
        assert provider.read_webhook(posted(desk, kind, intent)).type == "nothing"

    def test_a_decline_as_it_was_recorded(self, desk: FakeStripe, provider: Stripe) -> None:
        intent = recorded("payment_intent.payment_failed")["data"]["object"]
        intent["metadata"] = {"oms_key": "auth-1"}

        event = provider.read_webhook(posted(desk, "payment_intent.payment_failed", intent))

        assert (event.type, event.key, event.code) == ("payment.declined", "auth-1", "declined")
        assert event.reason == "Your card was declined. (generic_decline)"

    def test_a_dispute_names_its_payment(self, desk: FakeStripe, provider: Stripe) -> None:
        reference = provider.authorize("auth-1", 100, "EUR", VISA).reference
        dispute = desk.objects["dispute"] | {"payment_intent": reference, "status": "lost"}

        event = provider.read_webhook(posted(desk, "charge.dispute.closed", dispute))

        assert (event.type, event.key) == ("payment.disputed", "auth-1")
        assert event.dispute is not None
        assert (event.dispute.status, event.dispute.amount) == ("lost", 1000)

    @pytest.mark.parametrize(
        "name",
        [
            "charge.dispute.closed", "charge.refund.updated", "payment_intent.created",
            "payment_intent.payment_failed", "payment_intent.processing",
        ],
    )  # fmt: skip
    def test_payments_that_are_not_ours_are_no_news(
        self, desk: FakeStripe, provider: Stripe, name: str
    ) -> None:
        event = recorded(name)

        told = provider.read_webhook(posted(desk, event["type"], event["data"]["object"]))

        assert told.type == "nothing"

    def test_a_card_that_was_declined_on_the_page_may_be_followed_by_another(
        self, desk: FakeStripe, provider: Stripe
    ) -> None:
        page = provider.authorize("auth-1", 100, "EUR", "")
        desk_intent = recorded("payment_intent.payment_failed")["data"]["object"]
        desk_intent["metadata"] = desk.made[page.reference]["metadata"]

        event = provider.read_webhook(posted(desk, "payment_intent.payment_failed", desk_intent))

        assert event.type == "nothing"

    @pytest.mark.parametrize("case", SIGNATURES)
    def test_signatures_are_told_apart(self, monkeypatch: pytest.MonkeyPatch, case: Any) -> None:
        monkeypatch.setattr(time, "time", lambda: case["at"] + 10)
        if case["valid"]:
            with pytest.raises(Refused, match="no event"):  # it was signed, and is none
                read_event(case["body"], case["signature"], case["secret"])
        else:
            with pytest.raises(Refused, match="does not fit"):
                read_event(case["body"], case["signature"], case["secret"])

    @pytest.mark.parametrize("late", [0, 400, -400])
    def test_a_signature_is_good_for_minutes(
        self, desk: FakeStripe, provider: Stripe, late: int
    ) -> None:
        body = desk.event("balance.available", {})
        signature = desk.sign(body, time.time() - late)
        wish = ProviderWebhook(provider="shop", body=body, signature=signature)
        if late <= 0:
            assert provider.read_webhook(wish).type == "nothing"
        else:
            with pytest.raises(Refused, match="does not fit"):
                provider.read_webhook(wish)

    def test_without_a_secret_nobody_can_sign(self, desk: FakeStripe) -> None:
        desk.webhook_secret = ""
        reader = Stripe(account_at(desk), MemoryReferences())

        with pytest.raises(Refused, match="no webhook secret"):
            reader.read_webhook(posted(desk, "balance.available", {}))

    def test_what_is_not_signed_with_the_accounts_secret_is_refused(
        self, desk: FakeStripe, provider: Stripe
    ) -> None:
        genuine = posted(desk, "balance.available", {})
        without = Stripe(account_at(desk, webhook_secret=""), MemoryReferences())
        other = Stripe(account_at(desk, webhook_secret="whsec_other"), MemoryReferences())
        for reader in (without, other):
            with pytest.raises(Refused) as no:
                reader.read_webhook(genuine)
            assert (no.value.code, no.value.field) == ("bad_signature", "signature")


class TestTroubleWithStripe:
    """No answer is no decline; a wrong key is an operator's trouble, and loses no order."""

    @pytest.mark.parametrize("status", [500, 502, 401, 403])
    def test_a_fault_leaves_the_outcome_unknown_and_is_not_retried_behind_our_back(
        self, desk: FakeStripe, provider: Stripe, status: int
    ) -> None:
        desk.answers_first = [(status, {})]

        with pytest.raises(ConnectionError):
            provider.authorize("auth-1", 100, "EUR", VISA)
        assert desk.asked == ["POST /payment_intents"]

    def test_a_key_that_is_in_use_at_the_moment_is_no_decline(self, desk: FakeStripe) -> None:
        desk.once.done["auth-1"] = (None, (200, {}, {}))

        with pytest.raises(ConnectionError):
            Stripe(account_at(desk), MemoryReferences()).authorize("auth-1", 1, "EUR", VISA)

    def test_too_many_requests_are_put_off(self, desk: FakeStripe, provider: Stripe) -> None:
        desk.answers_first = [(429, {})]

        with pytest.raises(Pending):
            provider.authorize("auth-1", 100, "EUR", VISA)

    def test_a_wrong_key_declines_nothing_and_is_not_told(self, desk: FakeStripe) -> None:
        provider = Stripe(account_at(desk, secret_key="sk_test_wrong"), MemoryReferences())

        with pytest.raises(ConnectionError) as fault:
            provider.authorize("auth-1", 100, "EUR", VISA)
        assert "sk_test" not in str(fault.value)

    def test_an_account_is_tested_in_its_mode(self, desk: FakeStripe, provider: Stripe) -> None:
        assert provider.test() == "Stripe knows us, in test mode."

        live = replace(account_at(desk), mode="live")
        with pytest.raises(Declined, match="for test"):
            Stripe(live, MemoryReferences()).test()


class TestTheSmallStripe:
    """What these tests lean on answers as Stripe did when it was recorded."""

    OBJECTS = ("payment_intent", "refund", "checkout.session")

    @pytest.fixture
    def told(self, desk: FakeStripe, provider: Stripe) -> dict[str, Any]:
        """One of each thing that it makes."""
        provider.authorize("auth-1", 100, "EUR", VISA)
        provider.capture("cap-1", "auth-1", 60)
        provider.refund("ref-1", "auth-1", 10)
        provider.authorize("auth-2", 100, "EUR", "")
        return {one["object"]: one for one in desk.made.values()}

    @pytest.mark.parametrize("kind", OBJECTS)
    def test_its_objects_are_like_the_samples(
        self, desk: FakeStripe, told: dict[str, Any], kind: str
    ) -> None:
        assert differences(told[kind], desk.objects[kind]) == []

    @pytest.mark.parametrize(
        "name", ["successful_create_intent_response_with_multicapture_available"]
    )
    def test_its_intents_are_like_recorded_ones(self, told: dict[str, Any], name: str) -> None:
        assert differences(told["payment_intent"], recorded(name)) == NOT_USED

    def test_its_refusals_are_like_recorded_ones(self, desk: FakeStripe, provider: Stripe) -> None:
        with pytest.raises(Declined):
            provider.authorize("auth-1", 9, "EUR", "pm_card_visa_chargeDeclined")
        status, answer, _ = desk.once.done["auth-1"][1]

        sample = recorded("declined_call_issuer_purchase_response")
        assert (status, differences(answer, sample)) == (402, [])
