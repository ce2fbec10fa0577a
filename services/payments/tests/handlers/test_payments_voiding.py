"""An order that is called off keeps nothing: neither a hold nor money, whenever it is said."""

import pytest

from services.payments import asks, handlers
from services.payments.tests.builders import (
    ORDER,
    Cashier,
    a_capture,
    a_record,
    a_refund,
    an_authorization,
    names,
)


def test_a_hold_is_let_go_and_then_it_is_told(cashier: Cashier) -> None:
    cashier.authorized()
    assert cashier.void() == []
    (told,) = cashier.answer(asks.VOID)

    assert (type(told).__name__, told.refunded) == ("PaymentVoided", 0)
    assert cashier.payment.state == "voided"
    assert cashier.facts() == [("authorized", 100), ("voided", 100)]


def test_called_off_twice_the_provider_is_asked_once(cashier: Cashier) -> None:
    cashier.authorized()
    cashier.void()
    assert cashier.void() == []
    assert cashier.waiting() == ["void"]
    first = cashier.answer(asks.VOID)

    assert cashier.void() == first
    assert cashier.waiting() == []


def test_what_was_never_asked_for_is_called_off_for_good(cashier: Cashier) -> None:
    assert names(cashier.void()) == ["PaymentVoided"]
    assert names(cashier.void()) == ["PaymentVoided"]

    (told,) = cashier.take(an_authorization())

    assert (told.code, cashier.waiting()) == ("voided", [])


@pytest.mark.parametrize(
    ("answer", "state", "facts"),
    [
        ("succeeded", "voided", [("authorized", 100), ("voided", 100)]),
        ("pending", "canceled", [("voided", 0)]),
        ("requires_action", "canceled", [("voided", 0)]),
    ],
)
def test_an_authorization_in_flight_is_waited_for_and_let_go(
    cashier: Cashier, answer: str, state: str, facts: list[tuple[str, int]]
) -> None:
    cashier.take(an_authorization())
    assert cashier.void() == []
    assert cashier.waiting() == ["authorize"]
    assert cashier.answer(asks.AUTHORIZE, answer=answer) == []
    assert cashier.waiting() == ["void"]

    assert names(cashier.answer(asks.VOID)) == ["PaymentVoided"]
    assert (cashier.payment.state, cashier.facts()) == (state, facts)


def test_an_authorization_in_flight_that_is_declined_needs_no_letting_go(
    cashier: Cashier,
) -> None:
    cashier.take(an_authorization())
    cashier.void()

    assert names(cashier.answer(asks.AUTHORIZE, "refused")) == ["PaymentVoided"]
    assert (cashier.payment.state, cashier.waiting()) == ("failed", [])


def test_an_authorization_whose_outcome_nobody_knows_is_let_go(cashier: Cashier) -> None:
    cashier.take(an_authorization())
    cashier.void()
    assert cashier.answer(asks.AUTHORIZE, "failed") == []

    assert names(cashier.answer(asks.VOID)) == ["PaymentVoided"]
    assert cashier.payment.state == "canceled"


def test_while_it_is_called_off_asking_for_it_again_does_not_secure_it(cashier: Cashier) -> None:
    cashier.authorized()
    cashier.void()

    (told,) = cashier.take(an_authorization())

    assert told.code == "voided"


def test_money_that_was_taken_goes_back_before_it_is_told(cashier: Cashier) -> None:
    cashier.captured(60, of=100)
    cashier.void()
    assert cashier.answer(asks.VOID) == []
    refunded, told = cashier.answer(asks.REFUND)

    assert (refunded.amount.amount, told.refunded) == (60, 60)
    assert cashier.facts()[2:] == [("voided", 40), ("refunded", 60)]


def test_where_nothing_is_held_only_the_money_goes_back(cashier: Cashier) -> None:
    cashier.captured(100)
    cashier.void()

    assert cashier.waiting() == ["refund"]
    assert names(cashier.answer(asks.REFUND)) == ["PaymentRefunded", "PaymentVoided"]


def test_a_capture_in_flight_is_waited_for_and_given_back(cashier: Cashier) -> None:
    cashier.authorized()
    cashier.take(a_capture(60))
    assert cashier.void() == []
    assert cashier.waiting() == ["capture"]
    assert names(cashier.answer(asks.CAPTURE)) == ["PaymentCaptured"]
    cashier.answer(asks.VOID)

    told = cashier.answer(asks.REFUND)[-1]

    assert (type(told).__name__, told.refunded) == ("PaymentVoided", 60)
    assert (cashier.payment.state, cashier.sums) == ("voided", (100, 60, 60))


def test_a_capture_in_flight_that_is_declined_leaves_only_the_hold(cashier: Cashier) -> None:
    cashier.authorized()
    cashier.take(a_capture(100))
    cashier.void()
    assert names(cashier.answer(asks.CAPTURE, "refused")) == ["CaptureFailed"]

    (told,) = cashier.answer(asks.VOID)
    assert (told.refunded, cashier.waiting()) == (0, [])


@pytest.mark.parametrize("taken", [True, False])
@pytest.mark.parametrize("called_off", ["before", "after"])
def test_a_capture_of_which_nobody_knows_is_looked_for_and_not_made(
    cashier: Cashier, taken: bool, called_off: str
) -> None:
    cashier.authorized()
    cashier.take(a_capture(100))
    if called_off == "before":
        cashier.void()
    cashier.answer(asks.CAPTURE, "failed")
    cashier.void()

    (look,) = cashier.work.calls
    assert (look.request["look_only"], len(look.request["keys"])) == (True, 2)
    cashier.answer(asks.CAPTURE, "succeeded" if taken else "refused")
    (told,) = [*cashier.answer(asks.REFUND if taken else asks.VOID)][-1:]
    assert (type(told).__name__, told.refunded) == ("PaymentVoided", 100 if taken else 0)


def test_a_refund_of_which_nobody_knows_is_asked_after_until_it_is_known(
    cashier: Cashier,
) -> None:
    cashier.captured(100)
    cashier.take(a_refund(30))
    cashier.answer(asks.REFUND, "failed")
    cashier.void()
    cashier.answer(asks.REFUND, "failed")

    (call,) = cashier.work.calls
    assert (call.request["refund_id"], len(call.request["keys"])) == ("ret-1", 3)
    cashier.answer(asks.REFUND)
    assert cashier.answer(asks.REFUND)[-1].refunded == 100


def test_a_refund_in_flight_is_waited_for_and_the_rest_is_given_back(cashier: Cashier) -> None:
    cashier.captured(100)
    cashier.take(a_refund(30))
    cashier.void()
    assert cashier.waiting() == ["refund"]
    cashier.answer(asks.REFUND)

    told = cashier.answer(asks.REFUND)

    assert (told[0].amount.amount, told[1].refunded) == (70, 100)
    assert cashier.payment.state == "voided"


def test_money_that_the_provider_would_not_give_back_is_tried_again_when_asked_again(
    cashier: Cashier,
) -> None:
    cashier.captured(100)
    cashier.void()
    assert names(cashier.answer(asks.REFUND, "refused")) == ["RefundFailed"]
    assert cashier.payment.state == "captured"

    cashier.void()
    cashier.void()

    assert cashier.waiting() == ["refund"]
    assert len(cashier.work.calls[0].request["keys"]) == 2
    assert names(cashier.answer(asks.REFUND)) == ["PaymentRefunded", "PaymentVoided"]


def test_a_hold_that_the_provider_would_not_let_go_is_tried_again_when_asked_again(
    cashier: Cashier,
) -> None:
    cashier.authorized()
    cashier.void()
    assert cashier.answer(asks.VOID, "refused") == []

    cashier.void()

    assert cashier.work.calls[0].request["keys"] == [f"void-{ORDER}", f"void-{ORDER}-2"]
    assert names(cashier.answer(asks.VOID)) == ["PaymentVoided"]


@pytest.mark.parametrize("why", ["called off", "expired", "no answer"])
def test_a_provider_that_cannot_be_reached_is_asked_to_let_go_until_it_does(
    cashier: Cashier, why: str
) -> None:
    cashier.take(an_authorization())
    cashier.answer(asks.AUTHORIZE, "failed" if why == "no answer" else "succeeded", "pending")
    if why == "called off":
        cashier.void()
    elif why == "expired":
        handlers.expire_payment(cashier.payment, cashier.work, cashier.payments)
    for tries in range(2, 5):
        cashier.answer(asks.VOID, "failed")
        (call,) = [call for call in cashier.work.calls if call.kind == asks.VOID]
        assert call.key == f"void-{ORDER}-{tries}"

    cashier.answer(asks.VOID)

    assert "void" not in cashier.waiting()
    assert cashier.payment.is_over


@pytest.mark.parametrize(("paid", "state"), [(0, "canceled"), (40, "canceled"), (100, "voided")])
def test_cash_goes_back_over_the_counter(cashier: Cashier, paid: int, state: str) -> None:
    cashier.take(an_authorization(method="cash"))
    if paid:
        cashier.take(a_record(paid))

    (told,) = cashier.void()

    assert (told.refunded, cashier.payment.state) == (paid, state)
    assert cashier.waiting() == []


@pytest.mark.parametrize("ending", ["declined", "expired"])
def test_what_has_ended_otherwise_is_told_to_be_void(cashier: Cashier, ending: str) -> None:
    cashier.take(an_authorization())
    if ending == "declined":
        cashier.answer(asks.AUTHORIZE, "refused")
    else:
        cashier.answer(asks.AUTHORIZE, answer="pending")
        handlers.expire_payment(cashier.payment, cashier.work, cashier.payments)
        cashier.said()

    assert names(cashier.void()) == ["PaymentVoided"]


def test_a_refund_by_hand_does_not_stand_in_the_way(cashier: Cashier) -> None:
    cashier.captured(100)
    cashier.take(a_refund(10, "void"))
    cashier.answer(asks.REFUND)
    cashier.void()

    assert cashier.answer(asks.REFUND)[-1].refunded == 100
