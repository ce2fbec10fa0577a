"""A customer whose payment was declined gets a link, and for some hours the order waits."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chassis.errors import Refused
from chassis.outside import Declined, Outcome
from chassis.work import Call
from contracts.payments import PaymentAuthorized, PaymentFailed, PaymentPending
from services.payments import asks, executors, handlers
from services.payments.domain.account import PAY_AGAIN, Accounts, check_values
from services.payments.mailer import compose
from services.payments.paying_again import MOST
from services.payments.providers import BUILT_IN
from services.payments.providers.stripe import Stripe
from services.payments.references import MemoryReferences
from services.payments.tests.builders import (
    NOW,
    ORDER,
    UNTIL,
    Cashier,
    a_capture,
    a_payment,
    an_authorization,
    names,
)
from services.payments.tests.memory_provider import stored
from services.payments.tests.stripe_account import account_at, posted
from services.payments.webhooks import ProviderEvent
from tests.fakes.stripe.server import FakeStripe

AGAIN = f"auth-{ORDER}-again-1"
HOURS = {"pay_again_hours": "4"}


@pytest.fixture
def cashier() -> Cashier:
    """An account that lets customers pay again for four hours."""
    cashier = Cashier()
    cashier.accounts = Accounts([replace(BUILT_IN, settings=HOURS)], BUILT_IN)
    return cashier


@pytest.fixture
def declined(cashier: Cashier) -> Cashier:
    """An order whose card was declined."""
    cashier.take(an_authorization())
    cashier.answer(asks.AUTHORIZE, "refused")
    return cashier


def test_a_declined_order_waits_and_a_page_is_asked_for_under_another_key(
    declined: Cashier,
) -> None:
    payment = declined.payment
    assert (payment.state, payment.until) == ("pending", NOW + timedelta(hours=4))
    assert [(call.kind, call.key) for call in declined.work.calls] == [(asks.AUTHORIZE, AGAIN)]
    assert declined.work.calls[0].request["token"] == "tok_action"
    assert declined.facts() == [("failed", 0)]


def test_the_customer_gets_the_address_of_the_page_by_one_mail(declined: Cashier) -> None:
    said = declined.answer(asks.AUTHORIZE, answer="requires_action")

    assert said == [
        PaymentPending(
            order_id=ORDER,
            payment_id=declined.payment.payment_id,
            method="card",
            state="requires_action",
            until=NOW + timedelta(hours=4),
            action_url="https://sandbox.example/confirm",
        )
    ]
    assert declined.waiting() == ["poll", "mail"]


def test_paid_again_the_order_goes_on_and_is_captured_under_the_new_key(declined: Cashier) -> None:
    declined.answer(asks.AUTHORIZE, answer="requires_action")
    declined.said()

    assert names(declined.answer(asks.POLL)) == ["PaymentAuthorized"]
    declined.take(a_capture())
    capture = declined.work.calls[-1]
    assert capture.request["authorization"] == AGAIN


def test_not_paid_again_in_time_it_fails_and_the_page_is_closed(declined: Cashier) -> None:
    declined.answer(asks.AUTHORIZE, answer="requires_action")
    declined.said()
    handlers.expire_payment(declined.payment, declined.work, declined.payments)

    assert declined.said() == [
        PaymentFailed(order_id=ORDER, code="expired", reason="It was not paid in time.")
    ]
    void = next(call for call in declined.work.calls if call.kind == asks.VOID)
    assert void.request["authorization"] == AGAIN


def test_declined_over_and_over_the_order_ends_at_last(declined: Cashier) -> None:
    said: list[Any] = []
    for _ in range(MOST):
        said += declined.answer(asks.AUTHORIZE, "refused")

    assert names(said) == ["PaymentFailed"]
    assert declined.payment.state == "failed"


def test_it_never_waits_longer_than_the_order_may(cashier: Cashier) -> None:
    soon = NOW + timedelta(hours=1)
    cashier.take(an_authorization(until=soon))
    cashier.answer(asks.AUTHORIZE, "refused")

    assert cashier.payment.until == soon


@pytest.mark.parametrize("settings", [{}, {"pay_again_hours": ""}])
def test_without_hours_an_order_ends_with_its_decline(
    cashier: Cashier, settings: dict[str, str]
) -> None:
    cashier.accounts = Accounts([replace(BUILT_IN, settings=settings)], BUILT_IN)
    cashier.take(an_authorization())

    assert names(cashier.answer(asks.AUTHORIZE, "refused")) == ["PaymentFailed"]


def test_an_order_that_was_called_off_is_not_paid_again(cashier: Cashier) -> None:
    cashier.take(an_authorization())
    cashier.void()

    assert names(cashier.answer(asks.AUTHORIZE, "refused")) == ["PaymentVoided"]
    assert cashier.waiting() == []


def test_late_news_of_the_first_try_do_not_touch_the_second(declined: Cashier) -> None:
    first = asks.authorization_key(ORDER)
    for kind in ("payment.declined", "payment.authorized"):
        declined.take(ProviderEvent(type=kind, key=first))
    stale = asks.poll(a_payment(order_id=ORDER), NOW)
    declined.take(Outcome(poll_of(declined, stale), "refused", {}, "declined", "No."))

    assert (declined.payment.again, declined.payment.state) == (1, "pending")


def poll_of(cashier: Cashier, call: Call) -> Any:
    return stored(replace(call, subject=cashier.payment.payment_id))


@pytest.mark.parametrize("bad", ["0", "24", "abc", "-1"])
def test_hours_that_no_page_is_open_for_are_refused(bad: str) -> None:
    with pytest.raises(Refused) as no:
        check_values([PAY_AGAIN], {"pay_again_hours": bad}, {})
    assert no.value.field == "settings.pay_again_hours"


def test_the_mail_says_why_until_when_and_where() -> None:
    payment = a_payment(
        3070, order_id=ORDER, code="insufficient_funds", until=UNTIL, again=1,
        action_url="https://pay.example/1",
    )  # fmt: skip

    mail = compose(payment, "mail-1")

    text = mail.get_content()
    for told in (
        "30.70 EUR", "There is not enough money", "nicht ausreichend gedeckt",
        "2026-03-09 09:30 UTC", "https://pay.example/1", ORDER,
    ):  # fmt: skip
        assert told in text
    assert mail["To"] == "ann@example.com"


def test_a_declined_card_at_stripe_is_followed_by_a_page_there(desk: FakeStripe) -> None:
    """From the decline to the money, with all that goes over the line."""
    account = account_at(desk)
    account = replace(account, settings={**account.settings, **HOURS})
    cashier, stripe = Cashier(), Stripe(account, MemoryReferences())
    cashier.accounts = Accounts([account], BUILT_IN)
    cashier.take(an_authorization(token="pm_card_visa_chargeDeclinedInsufficientFunds"))
    call = cashier.work.calls.pop()
    with pytest.raises(Declined) as no:
        executors.authorize(stored(call), stripe)
    cashier.take(Outcome(stored(call), "refused", {}, no.value.code, no.value.reason))

    call = cashier.work.calls.pop()
    page = executors.authorize(stored(call), stripe)
    cashier.take(Outcome(stored(call), "succeeded", page))
    assert cashier.payment.action_url == page["action_url"]

    intent = desk.pay(page["reference"])
    event = stripe.read_webhook(posted(desk, "payment_intent.amount_capturable_updated", intent))
    cashier.said()
    assert [type(said) for said in cashier.take(event)] == [PaymentAuthorized]
    cashier.take(a_capture(100))
    executors.capture(stored(cashier.work.calls[-1]), stripe)
    assert desk.made[intent["id"]]["amount_received"] == 100
