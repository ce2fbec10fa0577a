"""An edited order costs more or less: more is held beside, less is not taken or goes back."""

from typing import Any

import pytest

from contracts.payments import (
    CaptureFailed,
    PaymentCaptured,
    PaymentLowered,
    PaymentRaised,
    PaymentRefunded,
    PaymentVoided,
    RaiseCanceled,
    RaiseRefused,
)
from services.payments import asks
from services.payments.tests.builders import (
    ORDER,
    Cashier,
    a_capture,
    a_lowering,
    a_raise,
    a_raise_called_off,
    a_record,
    a_refund,
    an_authorization,
    euro,
    names,
)
from services.payments.webhooks import ProviderEvent

RAISED = PaymentRaised(order_id=ORDER, edit=1, amount=euro(40))


@pytest.fixture
def cashier() -> Cashier:
    return Cashier()


def held(cashier: Cashier) -> list[tuple[int, int, int, int]]:
    """For each payment: what is due, authorized, captured and refunded."""
    return [(p.due, p.authorized, p.captured, p.refunded) for p in cashier.payments.all_of(ORDER)]


def moved(cashier: Cashier) -> list[tuple[Any, ...]]:
    """What the provider is asked for: of which authorization, how much, by which key."""
    return [
        (call.request["authorization"], call.request["amount"], call.key)
        for call in cashier.work.calls
    ]


def test_what_a_card_pays_more_is_held_beside_what_is_held_already(cashier: Cashier) -> None:
    cashier.authorized(100)

    assert cashier.take(a_raise(40)) == []
    (call,) = cashier.work.calls
    assert (call.key, call.request["amount"]) == (f"auth-{ORDER}-1", 40)
    assert cashier.answer(asks.AUTHORIZE) == [RAISED]
    assert held(cashier) == [(100, 100, 0, 0), (40, 40, 0, 0)]


def test_whoever_asks_again_for_more_gets_the_answer_again_and_no_second_hold(
    cashier: Cashier,
) -> None:
    cashier.authorized(100)
    cashier.raised(40)

    assert cashier.take(a_raise(40)) == [RAISED]
    assert cashier.waiting() == []


def test_a_capture_is_split_over_the_holds_and_told_once(cashier: Cashier) -> None:
    cashier.authorized(100)
    cashier.raised(40)

    assert cashier.take(a_capture(120)) == []
    assert moved(cashier) == [
        (f"auth-{ORDER}", 100, f"cap-ful-1-{ORDER}-1"),
        (f"auth-{ORDER}-1", 20, f"cap-ful-1+edit-1-{ORDER}-1"),
    ]
    assert cashier.answer(asks.CAPTURE) == []
    assert cashier.answer(asks.CAPTURE) == [
        PaymentCaptured(order_id=ORDER, capture_id="ful-1", amount=euro(120), captured=120)
    ]
    assert cashier.take(a_capture(120)) == [
        PaymentCaptured(order_id=ORDER, capture_id="ful-1", amount=euro(120), captured=120)
    ]
    assert cashier.waiting() == []


def test_a_capture_of_which_one_part_failed_takes_that_part_again_and_not_the_other(
    cashier: Cashier,
) -> None:
    cashier.authorized(100)
    cashier.raised(40)
    cashier.take(a_capture(140))
    cashier.answer(asks.CAPTURE)

    (told,) = cashier.answer(asks.CAPTURE, "refused")
    assert (type(told), told.capture_id) == (CaptureFailed, "ful-1")
    cashier.take(a_capture(140))
    assert [amount for _, amount, _ in moved(cashier)] == [40]
    (told,) = cashier.answer(asks.CAPTURE)
    assert (told.amount, told.captured) == (euro(140), 140)


def test_no_more_is_taken_than_all_holds_together(cashier: Cashier) -> None:
    cashier.authorized(100)
    cashier.raised(40)

    (told,) = cashier.take(a_capture(141))

    assert type(told) is CaptureFailed
    assert cashier.waiting() == []


def test_a_refund_goes_back_to_where_the_money_came_from(cashier: Cashier) -> None:
    cashier.authorized(100)
    cashier.raised(40)
    cashier.take(a_capture(140))
    cashier.answer(asks.CAPTURE)
    cashier.answer(asks.CAPTURE)

    cashier.take(a_refund(130))
    assert [(which, amount) for which, amount, _ in moved(cashier)] == [
        (f"auth-{ORDER}", 100), (f"auth-{ORDER}-1", 30)
    ]  # fmt: skip
    assert cashier.answer(asks.REFUND) == []
    (told,) = cashier.answer(asks.REFUND)

    assert (type(told), told.amount, told.refunded) == (PaymentRefunded, euro(130), 130)
    assert cashier.take(a_refund(130)) == [told]


def test_a_card_that_gives_no_more_leaves_what_is_held_as_it_is(cashier: Cashier) -> None:
    cashier.authorized(100)
    cashier.take(a_raise(40))

    (told,) = cashier.answer(asks.AUTHORIZE, "refused")

    assert (type(told), told.edit, told.code) == (RaiseRefused, 1, "declined")
    assert cashier.take(a_raise(40)) == [told]
    assert cashier.payment.is_secured
    cashier.take(a_capture(100))
    assert [amount for _, amount, _ in moved(cashier)] == [100]


@pytest.mark.parametrize("answer", ["pending", "requires_action"])
def test_an_edit_does_not_wait_for_days_or_for_the_customer(cashier: Cashier, answer: str) -> None:
    cashier.authorized(100)
    cashier.take(a_raise(40))

    (told,) = cashier.answer(asks.AUTHORIZE, answer=answer)

    assert (type(told), told.code) == (RaiseRefused, "not_at_once")
    assert [(which, key) for which, _, key in moved(cashier)] == [
        (f"auth-{ORDER}-1", f"void-{ORDER}+edit-1")
    ]


def test_what_was_held_for_an_edit_is_let_go_alone(cashier: Cashier) -> None:
    cashier.authorized(100)
    cashier.raised(40)

    assert cashier.take(a_raise_called_off()) == []
    assert moved(cashier) == [(f"auth-{ORDER}-1", 0, f"void-{ORDER}+edit-1")]
    assert cashier.answer(asks.VOID) == [RaiseCanceled(order_id=ORDER, edit=1)]
    assert cashier.payment.is_secured
    assert cashier.take(a_raise_called_off()) == [RaiseCanceled(order_id=ORDER, edit=1)]


def test_an_edit_that_is_called_off_while_the_provider_thinks_holds_nothing(
    cashier: Cashier,
) -> None:
    cashier.authorized(100)
    cashier.take(a_raise(40))

    assert cashier.take(a_raise_called_off()) == []
    assert cashier.answer(asks.AUTHORIZE) == []
    assert cashier.answer(asks.VOID) == [RaiseCanceled(order_id=ORDER, edit=1)]


def test_an_edit_that_was_called_off_before_it_was_asked_for_is_never_paid(
    cashier: Cashier,
) -> None:
    cashier.authorized(100)
    assert cashier.take(a_raise_called_off()) == [RaiseCanceled(order_id=ORDER, edit=1)]

    (told,) = cashier.take(a_raise(40))

    assert (type(told), told.code) == (RaiseRefused, "voided")
    assert cashier.waiting() == []


def test_an_order_that_is_called_off_lets_go_of_all_its_holds(cashier: Cashier) -> None:
    cashier.authorized(100)
    cashier.raised(40)

    cashier.void()
    assert sorted(key for _, _, key in moved(cashier)) == [f"void-{ORDER}", f"void-{ORDER}+edit-1"]
    assert "PaymentVoided" not in names(cashier.answer(asks.VOID))
    assert cashier.answer(asks.VOID)[-1] == PaymentVoided(order_id=ORDER, refunded=0)


def test_what_an_order_costs_less_is_not_taken(cashier: Cashier) -> None:
    cashier.authorized(100)

    for _ in range(2):
        assert cashier.take(a_lowering(30)) == [
            PaymentLowered(order_id=ORDER, edit=2, amount=euro(30))
        ]
    assert held(cashier) == [(70, 100, 0, 0)]
    assert type(cashier.take(a_capture(71))[0]) is CaptureFailed
    cashier.take(a_capture(70))
    cashier.answer(asks.CAPTURE)
    assert cashier.payment.state == "captured"


def test_less_is_taken_from_the_newest_hold_first_and_an_empty_one_is_let_go(
    cashier: Cashier,
) -> None:
    cashier.authorized(100)
    cashier.raised(40)

    cashier.take(a_lowering(50))

    assert held(cashier) == [(90, 100, 0, 0), (0, 40, 0, 0)]
    assert cashier.waiting() == ["void"]


def test_who_has_paid_already_gets_back_what_it_costs_less(cashier: Cashier) -> None:
    cashier.take(an_authorization(method="bank_transfer"))
    cashier.take(a_record(100, method="bank_transfer"))

    told = cashier.take(a_lowering(30))

    assert names(told) == ["PaymentRefunded", "PaymentLowered"]
    assert (told[0].refund_id, told[0].amount) == ("edit-2", euro(30))
    assert held(cashier) == [(70, 100, 100, 30)]
    assert names(cashier.take(a_lowering(30))) == ["PaymentLowered"]
    assert held(cashier) == [(70, 100, 100, 30)]


def test_who_has_paid_at_once_cannot_pay_more(cashier: Cashier) -> None:
    cashier.take(an_authorization(method="external"))

    (told,) = cashier.take(a_raise(40))

    assert (type(told), told.code) == (RaiseRefused, "wrong_method")


def test_a_webhook_about_the_hold_of_an_edit_is_about_no_other(cashier: Cashier) -> None:
    cashier.authorized(100)
    cashier.take(a_raise(40))

    key = f"auth-{ORDER}-1"
    told = cashier.take(ProviderEvent(type="payment.authorized", key=key))

    assert told == [RAISED]
