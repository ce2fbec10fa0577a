"""Money is taken for each shipment once, never more than the order is worth."""

import pytest

from contracts.values import Money
from services.payments import asks
from services.payments.tests.builders import (
    NOW,
    ORDER,
    Cashier,
    a_capture,
    a_record,
    a_refund,
    an_authorization,
    names,
    some_terms,
)


def test_each_shipment_takes_its_part(cashier: Cashier) -> None:
    cashier.authorized(100)
    cashier.take(a_capture(30, "ful-1"))
    (first,) = cashier.answer(asks.CAPTURE)
    assert cashier.payment.state == "partially_captured"
    cashier.take(a_capture(70, "ful-2"))
    (second,) = cashier.answer(asks.CAPTURE)

    assert [(e.capture_id, e.amount.amount, e.captured) for e in (first, second)] == [
        ("ful-1", 30, 30),
        ("ful-2", 70, 100),
    ]
    assert cashier.payment.state == "captured"
    assert cashier.facts() == [("authorized", 100), ("captured", 30), ("captured", 70)]


def test_a_capture_that_is_asked_twice_is_made_once(cashier: Cashier) -> None:
    cashier.authorized()
    cashier.take(a_capture(40))
    assert cashier.take(a_capture(40)) == []
    assert cashier.waiting() == ["capture"]
    first = cashier.answer(asks.CAPTURE)

    assert cashier.take(a_capture(40)) == first
    assert cashier.waiting() == []
    assert cashier.sums == (100, 40, 0)


def test_a_capture_before_anything_is_authorized_fails_and_takes_nothing(
    cashier: Cashier,
) -> None:
    (unknown,) = cashier.take(a_capture())
    cashier.take(an_authorization())
    (waiting,) = cashier.take(a_capture())

    assert unknown.reason == "The order has no payment."
    assert waiting.reason == "The order's payment is created: there is nothing to take."
    assert cashier.waiting() == ["authorize"]
    assert cashier.payment.claimed == 0


def test_a_capture_that_came_too_early_is_made_when_it_is_asked_for_again(
    cashier: Cashier,
) -> None:
    cashier.take(an_authorization())
    assert names(cashier.take(a_capture())) == ["CaptureFailed"]
    cashier.answer(asks.AUTHORIZE)

    cashier.take(a_capture())
    assert names(cashier.answer(asks.CAPTURE)) == ["PaymentCaptured"]


@pytest.mark.parametrize("answered", [True, False])
def test_shipments_together_cannot_take_more_than_the_order(
    cashier: Cashier, answered: bool
) -> None:
    cashier.authorized(100)
    cashier.take(a_capture(60, "ful-1"))
    if answered:
        cashier.answer(asks.CAPTURE)

    (told,) = cashier.take(a_capture(41, "ful-2"))

    assert (type(told).__name__, told.reason) == (
        "CaptureFailed",
        "Of 100, 60 are taken already; 41 cannot be taken.",
    )


def test_a_capture_below_zero_gives_nothing_back(cashier: Cashier) -> None:
    cashier.captured(60)

    assert names(cashier.take(a_capture(-50, "ful-2"))) == ["CaptureFailed"]
    assert cashier.sums == (100, 60, 0)


@pytest.mark.parametrize("method", ["card", "external", "invoice"])
def test_a_capture_in_another_currency_fails(cashier: Cashier, method: str) -> None:
    cashier.take(some_terms())
    cashier.take(an_authorization(100, method=method))
    if method == "card":
        cashier.answer(asks.AUTHORIZE)

    (told,) = cashier.take(a_capture(Money(amount=100, currency="JPY")))

    assert (type(told).__name__, told.reason) == (
        "CaptureFailed",
        "The order is in EUR, not in JPY.",
    )
    assert cashier.payment.claimed == 0


@pytest.mark.parametrize("status", ["refused", "failed"])
def test_a_capture_that_failed_is_told_and_tried_again_under_a_new_key(
    cashier: Cashier, status: str
) -> None:
    cashier.authorized()
    cashier.take(a_capture(100))
    (told,) = cashier.answer(asks.CAPTURE, status)
    assert (type(told).__name__, told.reason) == ("CaptureFailed", f"It was {status}.")

    cashier.take(a_capture(100))

    (again,) = cashier.work.calls
    assert again.key == f"cap-ful-1-{ORDER}-2"
    assert again.request["keys"] == [f"cap-ful-1-{ORDER}-1", f"cap-ful-1-{ORDER}-2"]
    assert names(cashier.answer(asks.CAPTURE)) == ["PaymentCaptured"]
    assert cashier.sums == (100, 100, 0)


def test_a_capture_that_failed_is_not_tried_again_when_others_took_its_money(
    cashier: Cashier,
) -> None:
    cashier.authorized(100)
    cashier.take(a_capture(100, "ful-1"))
    cashier.answer(asks.CAPTURE, "refused")
    cashier.take(a_capture(80, "ful-2"))
    cashier.answer(asks.CAPTURE)

    (told,) = cashier.take(a_capture(100, "ful-1"))

    assert told.reason == "Of 100, 80 are taken already; 100 cannot be taken."
    assert cashier.waiting() == []


def test_money_that_may_have_been_taken_is_not_taken_otherwise(cashier: Cashier) -> None:
    cashier.authorized(100)
    cashier.take(a_capture(100, "ful-1"))
    cashier.answer(asks.CAPTURE, "failed")

    (told,) = cashier.take(a_capture(1, "ful-2"))
    assert told.reason == "Of 100, 100 are taken already; 1 cannot be taken."
    cashier.take(a_capture(100, "ful-1"))

    assert names(cashier.answer(asks.CAPTURE)) == ["PaymentCaptured"]


def test_two_orders_may_use_the_same_name_for_a_capture(cashier: Cashier) -> None:
    other = "ord_" + "0" * 26
    for order_id in (ORDER, other):
        cashier.authorized(100, order_id=order_id)
        cashier.take(a_capture(100, "first", order_id))

    assert len({call.key for call in cashier.work.calls}) == 2


@pytest.mark.parametrize("method", ["external", "cash"])
def test_what_is_here_already_is_not_taken_again(cashier: Cashier, method: str) -> None:
    cashier.take(an_authorization(100, method=method))
    if method == "cash":
        cashier.take(a_record(100))

    (told,) = cashier.take(a_capture(100))

    assert (type(told).__name__, told.captured, cashier.waiting()) == ("PaymentCaptured", 100, [])
    assert cashier.sums == (100, 100, 0)


def test_an_invoice_is_written_for_each_shipment_with_the_terms_of_the_customer(
    cashier: Cashier,
) -> None:
    cashier.take(some_terms(500))
    cashier.take(an_authorization(100, method="invoice"))
    (first,) = cashier.take(a_capture(30, "ful-1"))
    cashier.take(a_capture(30, "ful-1"))
    (told,) = cashier.take(a_capture(70, "ful-2"))

    assert [(i.amount, (i.due - NOW).days) for i in cashier.payments.invoices] == [
        (30, 14),
        (70, 14),
    ]
    assert (told.captured, cashier.sums) == (0, (100, 0, 0))
    assert (first.invoice, told.invoice) == ("1", "2")


def test_a_shipment_that_is_worth_nothing_asks_nobody(cashier: Cashier) -> None:
    cashier.authorized()

    (told,) = cashier.take(a_capture(0))

    assert (told.amount.amount, cashier.waiting()) == (0, [])
    assert cashier.facts() == [("authorized", 100)]


def test_nothing_is_taken_of_an_order_that_was_called_off(cashier: Cashier) -> None:
    cashier.authorized()
    cashier.void()

    (told,) = cashier.take(a_capture())

    assert told.reason == "The order's payment is called off: there is nothing to take."
    assert cashier.waiting() == ["void"]
    cashier.answer(asks.VOID)
    assert names(cashier.take(a_capture())) == ["CaptureFailed"]


def test_a_capture_that_was_made_is_told_again_even_after_money_went_back(
    cashier: Cashier,
) -> None:
    cashier.captured(100)
    cashier.take(a_refund(100))
    cashier.answer(asks.REFUND)

    (told,) = cashier.take(a_capture(100))

    assert (type(told).__name__, told.captured) == ("PaymentCaptured", 100)
