"""Stripe is asked so that money moves once, and what it says is understood."""

from typing import Any

import pytest

from chassis.outside import Declined
from services.payments import asks, executors
from services.payments.domain.attempt import Capture
from services.payments.providers.provider import Answer
from services.payments.providers.stripe import Stripe
from services.payments.references import MemoryReferences
from services.payments.tests.builders import a_payment
from services.payments.tests.memory_provider import stored
from services.payments.tests.provider_conformance import ProviderConformance
from services.payments.tests.stripe_account import CONFIRMS, VISA, account_at
from tests.fakes.stripe.server import FakeStripe

PAYMENT = a_payment(100, token=VISA)
HELD = asks.authorization_key(PAYMENT.order_id)


class TestStripe(ProviderConformance):
    """It is a provider like any other; what is undecided waits for the customer."""

    accepted, declined, slow = VISA, "pm_card_visa_chargeDeclined", CONFIRMS
    undecided = "requires_action"

    @pytest.fixture
    def provider(self, desk: FakeStripe) -> Stripe:
        return Stripe(account_at(desk), MemoryReferences())


def held_by(desk: FakeStripe) -> list[Any]:
    """Amount, what was taken, and status of each intent at Stripe."""
    intents = [one for name, one in desk.made.items() if name.startswith("pi_")]
    return [(one["amount"], one["amount_received"], one["status"]) for one in intents]


def authorize(provider: Stripe, attempts: int = 1) -> Any:
    return executors.authorize(stored(asks.authorize(PAYMENT), attempts), provider)


def capture(provider: Stripe, amount: int = 60, attempts: int = 1, tries: int = 1) -> Any:
    wish = asks.capture(PAYMENT, Capture(PAYMENT.order_id, "ful-1", amount, tries=tries))
    return executors.capture(stored(wish, attempts), provider)


@pytest.mark.parametrize("finds", [True, False])
def test_money_is_held_once_though_the_answer_was_lost(
    desk: FakeStripe, provider: Stripe, finds: bool
) -> None:
    """Whether Stripe's search knows the fresh intent already or not."""
    desk.loses_answer_to, desk.finds = "POST /payment_intents", finds
    with pytest.raises(ConnectionError):
        authorize(provider)

    assert authorize(provider, attempts=2)["status"] == "succeeded"
    assert held_by(desk) == [(100, 0, "requires_capture")]


def test_money_is_taken_once_though_the_answer_was_lost(desk: FakeStripe, provider: Stripe) -> None:
    intent = authorize(provider)["reference"]
    desk.loses_answer_to = f"POST /payment_intents/{intent}/capture"
    with pytest.raises(ConnectionError):
        capture(provider)

    capture(provider, tries=2)
    assert held_by(desk) == [(100, 60, "requires_capture")]


def test_a_day_later_when_stripe_knows_the_key_no_more_nothing_is_taken_again(
    desk: FakeStripe, provider: Stripe
) -> None:
    authorize(provider)
    capture(provider)
    desk.once.done.clear()

    assert provider.capture(f"cap-ful-1-{PAYMENT.order_id}-1", HELD, 60).status == "succeeded"
    assert held_by(desk) == [(100, 60, "requires_capture")]


def test_a_capture_is_found_on_an_intent_whose_name_was_never_heard(
    desk: FakeStripe, provider: Stripe
) -> None:
    desk.loses_answer_to = "POST /payment_intents"
    with pytest.raises(ConnectionError):
        authorize(provider)

    capture(provider)
    assert held_by(desk) == [(100, 60, "requires_capture")]


def test_a_card_that_allows_one_capture_gives_one_and_lets_go_of_the_rest(
    desk: FakeStripe, provider: Stripe
) -> None:
    desk.captures_in_parts = False
    authorize(provider)
    capture(provider)

    assert held_by(desk) == [(100, 60, "succeeded")]
    assert executors.void(stored(asks.void(PAYMENT)), provider)["status"] == "succeeded"


def test_a_refund_is_found_among_many_by_its_key(desk: FakeStripe, provider: Stripe) -> None:
    provider.authorize("auth-1", 100, "EUR", VISA)
    provider.capture("cap-1", "auth-1", 100)
    for number in range(5):
        provider.refund(f"ref-{number}", "auth-1", 10)

    first = provider.look_up("ref-0")
    assert first is not None
    assert desk.made[first.reference]["metadata"] == {"oms_key": "ref-0"}
    assert provider.look_up("ref-9") is None


@pytest.mark.parametrize(
    ("card", "code"),
    [
        ("pm_card_visa_chargeDeclined", "declined"),
        ("pm_card_visa_chargeDeclinedInsufficientFunds", "insufficient_funds"),
        ("pm_card_visa_chargeDeclinedStolenCard", "suspected_fraud"),
    ],
)
def test_a_decline_is_told_in_our_codes(provider: Stripe, card: str, code: str) -> None:
    for ask in (
        lambda: provider.authorize("auth-1", 9, "EUR", card),
        lambda: provider.look_up("auth-1"),
    ):
        with pytest.raises(Declined) as no:
            ask()

        assert no.value.code == code


def test_the_customer_confirms_by_3d_secure_at_the_bank(desk: FakeStripe, provider: Stripe) -> None:
    answer = provider.authorize("auth-1", 100, "EUR", CONFIRMS)
    assert answer.status == "requires_action"
    assert answer.action_url.startswith(f"{desk.url}/3ds/")

    desk.hold(desk.made[answer.reference])
    again = provider.look_up("auth-1")
    assert again == Answer("succeeded", answer.reference)


class TestIntentsOfTheShop:
    """The shop's own page may make the intent; it must fit the order."""

    def intent(self, desk: FakeStripe, **changes: str) -> str:
        wish = {
            "amount": "100",
            "currency": "eur",
            "capture_method": "manual",
            "payment_method": VISA,
        }
        made: str = desk.make({**wish, **changes})["id"]
        return made

    def test_one_that_fits_is_taken_over(self, desk: FakeStripe, provider: Stripe) -> None:
        token = self.intent(desk)

        assert provider.authorize("auth-1", 100, "EUR", token).status == "succeeded"
        assert provider.authorize("auth-1", 100, "EUR", token).reference == token
        assert desk.made[token]["metadata"] == {"oms_key": "auth-1"}

    @pytest.mark.parametrize(
        ("changes", "code"),
        [
            ({"amount": "99"}, "wrong_amount"),
            ({"currency": "usd"}, "wrong_amount"),
            ({"capture_method": "automatic"}, "not_manual"),
        ],
    )
    def test_one_that_does_not_fit_is_refused(
        self, desk: FakeStripe, provider: Stripe, changes: dict[str, str], code: str
    ) -> None:
        with pytest.raises(Declined) as no:
            provider.authorize("auth-1", 100, "EUR", self.intent(desk, **changes))

        assert no.value.code == code

    def test_one_intent_never_pays_two_orders(self, desk: FakeStripe, provider: Stripe) -> None:
        token = self.intent(desk)
        provider.authorize("auth-1", 100, "EUR", token)

        with pytest.raises(Declined, match="another order"):
            provider.authorize("auth-2", 100, "EUR", token)


class TestThePageAtStripe:
    """Without a card the customer pays on a page at Stripe."""

    def test_the_page_is_opened_once_and_money_is_held_when_it_was_paid(
        self, desk: FakeStripe, provider: Stripe
    ) -> None:
        page = provider.authorize("auth-1", 100, "EUR", "")
        assert (page.status, page.action_url) == (
            "requires_action",
            f"{desk.url}/pay/{page.reference}",
        )
        assert provider.authorize("auth-1", 100, "EUR", "") == page

        desk.pay(page.reference)
        paid = provider.look_up("auth-1")
        assert paid == Answer("succeeded", f"pi_{1:024d}")
        provider.capture("cap-1", "auth-1", 100)
        assert held_by(desk) == [(100, 100, "succeeded")]

    def test_what_is_called_off_can_be_paid_no_more(
        self, desk: FakeStripe, provider: Stripe
    ) -> None:
        page = provider.authorize("auth-1", 100, "EUR", "")
        provider.void("void-1", "auth-1")

        assert desk.made[page.reference]["status"] == "expired"
        with pytest.raises(Declined) as no:
            provider.look_up("auth-1")
        assert no.value.code == "expired"
