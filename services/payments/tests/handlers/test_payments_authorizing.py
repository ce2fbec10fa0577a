"""It is made sure that an order will be paid, once, whatever way the customer pays."""

from dataclasses import replace
from datetime import timedelta

import pytest

from chassis.errors import NotFound, Refused
from chassis.work import Call
from contracts.values import Money
from services.payments import asks, handlers
from services.payments.domain.account import Accounts
from services.payments.providers import BUILT_IN
from services.payments.tests.builders import (
    NOW,
    ORDER,
    UNTIL,
    Cashier,
    a_refund,
    an_authorization,
    names,
)
from services.payments.webhooks import ProviderEvent

AUTHORIZED = ProviderEvent(type="payment.authorized", key=f"auth-{ORDER}")
DECLINED = ProviderEvent(type="payment.declined", key=f"auth-{ORDER}", reason="Stolen card.")


def test_a_card_is_authorized_after_the_provider_has_answered(cashier: Cashier) -> None:
    assert cashier.take(an_authorization(100)) == []
    (told,) = cashier.answer(asks.AUTHORIZE)

    assert (told.amount.amount, told.captured, told.guarantee) == (100, 0, "authorization")
    assert told.payment_id == cashier.payment.payment_id
    assert (cashier.payment.state, cashier.sums) == ("authorized", (100, 0, 0))
    assert cashier.facts() == [("authorized", 100)]


def test_the_call_has_a_key_that_only_the_order_decides(cashier: Cashier) -> None:
    cashier.take(an_authorization(100, token="tok_42"))

    assert cashier.work.calls == [
        Call(
            "payments.authorize",
            f"auth-{ORDER}",
            cashier.payment.payment_id,
            {"account": "sandbox", "amount": 100, "currency": "EUR", "token": "tok_42"},
        )
    ]


def test_a_declined_card_fails_the_payment_with_code_and_reason(cashier: Cashier) -> None:
    cashier.take(an_authorization())
    (told,) = cashier.answer(asks.AUTHORIZE, "refused")

    assert (told.code, told.reason) == ("declined", "It was refused.")
    assert (cashier.payment.state, cashier.facts()) == ("failed", [("failed", 0)])


def test_asked_twice_it_calls_the_provider_once_and_gives_the_same_answer(
    cashier: Cashier,
) -> None:
    cashier.take(an_authorization())
    assert cashier.take(an_authorization()) == []
    assert cashier.waiting() == ["authorize"]
    first = cashier.answer(asks.AUTHORIZE)

    assert cashier.take(an_authorization()) == first
    assert cashier.waiting() == []


def test_asked_again_after_a_decline_it_says_the_same(cashier: Cashier) -> None:
    cashier.take(an_authorization())
    first = cashier.answer(asks.AUTHORIZE, "refused")

    assert cashier.take(an_authorization()) == first


@pytest.mark.parametrize("answer", ["pending", "requires_action"])
def test_an_answer_that_takes_days_is_told_and_asked_after(cashier: Cashier, answer: str) -> None:
    cashier.take(an_authorization())
    (told,) = cashier.answer(asks.AUTHORIZE, answer=answer)

    assert (told.state, told.until, bool(told.action_url)) == (
        answer,
        UNTIL,
        answer == "requires_action",
    )
    assert cashier.take(an_authorization()) == [told]
    (poll,) = cashier.work.calls
    assert (poll.kind, poll.due_at) == (asks.POLL, NOW + timedelta(hours=1))
    assert names(cashier.answer(asks.POLL)) == ["PaymentAuthorized"]
    assert cashier.sums == (100, 0, 0)


def test_a_provider_that_never_answers_fails_the_payment_and_is_told_to_let_go(
    cashier: Cashier,
) -> None:
    cashier.take(an_authorization())
    (told,) = cashier.answer(asks.AUTHORIZE, "failed")

    assert told.code == "no_answer"
    assert cashier.waiting() == ["void"]
    assert cashier.answer(asks.VOID) == []
    assert cashier.facts() == [("failed", 0), ("voided", 0)]


def test_a_webhook_may_come_before_the_answer_and_twice(cashier: Cashier) -> None:
    cashier.take(an_authorization())

    assert names(cashier.take(AUTHORIZED)) == ["PaymentAuthorized"]
    assert cashier.take(AUTHORIZED) == []
    assert cashier.answer(asks.AUTHORIZE) == []
    assert cashier.facts() == [("authorized", 100)]


def test_a_webhook_may_decline_what_was_pending(cashier: Cashier) -> None:
    cashier.take(an_authorization())
    cashier.answer(asks.AUTHORIZE, answer="pending")

    (told,) = cashier.take(DECLINED)

    assert (told.code, told.reason) == ("declined", "Stolen card.")
    assert cashier.take(AUTHORIZED) == []
    assert cashier.answer(asks.POLL) == []
    assert cashier.payment.state == "failed"


def test_a_webhook_of_a_type_that_we_do_not_know_changes_nothing(cashier: Cashier) -> None:
    cashier.take(an_authorization())

    assert cashier.take(ProviderEvent(type="payment.dreamt_of", key=f"auth-{ORDER}")) == []
    assert cashier.payment.state == "created"


@pytest.mark.parametrize("method", ["cash", "bank_transfer", None])
def test_a_webhook_for_what_no_provider_was_asked_is_not_found(
    cashier: Cashier, method: str | None
) -> None:
    if method:
        cashier.take(an_authorization(method=method))

    with pytest.raises(NotFound, match=f"no payment auth-{ORDER}"):
        cashier.take(AUTHORIZED)


@pytest.mark.parametrize("method", ["card", "cash", "bank_transfer", "external"])
def test_what_costs_nothing_is_secured_without_asking_anybody(
    cashier: Cashier, method: str
) -> None:
    (told,) = cashier.take(an_authorization(0, method=method))

    assert (type(told).__name__, told.amount.amount) == ("PaymentAuthorized", 0)
    assert cashier.waiting() == []


def test_an_order_that_costs_less_than_nothing_is_refused(cashier: Cashier) -> None:
    with pytest.raises(Refused, match=r"cannot cost -1\.00 EUR"):
        cashier.take(an_authorization(-100))
    assert cashier.payments.payments == {}


def test_what_the_channel_has_taken_is_captured_at_once(cashier: Cashier) -> None:
    (told,) = cashier.take(an_authorization(method="external"))

    assert (told.captured, told.guarantee) == (100, "captured")
    assert (cashier.payment.state, cashier.sums) == ("captured", (100, 100, 0))


@pytest.mark.parametrize(("amount", "currency"), [(1, "JPY"), (12_345, "BHD"), (10**12, "USD")])
def test_amounts_stay_exact_in_every_currency(cashier: Cashier, amount: int, currency: str) -> None:
    money = Money(amount=amount, currency=currency)
    cashier.take(an_authorization(money))

    assert cashier.work.calls[0].request["amount"] == amount
    (told,) = cashier.answer(asks.AUTHORIZE)
    assert told.amount == money


def test_a_payment_that_nobody_made_in_time_expires_and_the_hold_is_let_go(
    cashier: Cashier,
) -> None:
    cashier.take(an_authorization())
    cashier.answer(asks.AUTHORIZE, answer="requires_action")
    assert cashier.payments.overdue(UNTIL - timedelta(seconds=1)) == []
    (late,) = cashier.payments.overdue(UNTIL)

    handlers.expire_payment(late, cashier.work, cashier.payments)

    (told,) = cashier.said()
    assert (told.code, cashier.payment.state) == ("expired", "expired")
    assert cashier.answer(asks.VOID) == []
    assert cashier.facts() == [("expired", 0), ("voided", 0)]
    assert cashier.answer(asks.POLL, "refused") == []
    assert cashier.take(an_authorization()) == [told]


def test_everything_is_told_to_the_process_of_the_order() -> None:
    told_to = []

    class Listening(type(Cashier().work)):  # type: ignore[misc]
        def send(self, message: object, *, correlation_id: str = "") -> None:
            told_to.append(correlation_id)

    cashier = Cashier()
    cashier.work = Listening(NOW)
    cashier.authorized()
    cashier.void()
    cashier.answer(asks.VOID)

    assert told_to == [ORDER, ORDER]


def test_an_order_that_no_account_takes_fails_without_a_call_and_names_the_field(
    cashier: Cashier,
) -> None:
    (told,) = cashier.take(an_authorization(account="nowhere"))

    assert told.code == "no_account"
    assert told.reason == "payment.account: There is no account 'nowhere'."
    assert (cashier.payment.state, cashier.waiting()) == ("failed", [])


def test_a_webhook_of_another_account_is_about_no_payment_of_ours(cashier: Cashier) -> None:
    cashier.take(an_authorization())
    other = ProviderEvent(type="payment.authorized", key=f"auth-{ORDER}", account="second")

    with pytest.raises(NotFound):
        cashier.take(other)
    assert cashier.payment.state == "created"


def test_every_call_for_a_payment_goes_to_its_account(cashier: Cashier) -> None:
    cashier.accounts = Accounts([replace(BUILT_IN, account="second")], BUILT_IN)
    cashier.captured(60)
    cashier.take(a_refund(10))
    cashier.void()

    assert cashier.payment.account == "second"
    assert [call.request["account"] for call in cashier.work.calls] == ["second"] * 2
