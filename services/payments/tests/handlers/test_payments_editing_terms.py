"""An order on terms is edited: more or less is owed, as far as the limit allows."""

import pytest

from contracts.payments import PaymentRaised, RaiseRefused
from services.payments.tests.builders import (
    ORDER,
    Cashier,
    a_capture,
    a_lowering,
    a_raise,
    a_raise_called_off,
    a_record,
    an_authorization,
    euro,
    some_terms,
)

RAISED = PaymentRaised(order_id=ORDER, edit=1, amount=euro(40))


@pytest.fixture
def cashier() -> Cashier:
    return Cashier()


def on_terms(cashier: Cashier, limit: int = 500) -> Cashier:
    cashier.take(some_terms(limit))
    cashier.take(an_authorization(method="invoice"))
    return cashier


def exposure(cashier: Cashier) -> int:
    return int(cashier.payments.terms("ann@example.com").exposure)


def test_on_terms_more_is_owed_as_far_as_the_limit_allows(cashier: Cashier) -> None:
    on_terms(cashier, limit=150)

    for _ in range(2):
        assert cashier.take(a_raise(40)) == [RAISED]
    assert (exposure(cashier), cashier.payment.due) == (140, 140)
    (told,) = cashier.take(a_raise(11, edit=2))
    assert (type(told), told.code) == (RaiseRefused, "credit_limit")
    assert (exposure(cashier), cashier.payment.due) == (140, 140)


def test_on_terms_one_invoice_is_written_for_what_ships(cashier: Cashier) -> None:
    on_terms(cashier)
    cashier.take(a_raise(40))
    cashier.take(a_lowering(20))

    (told,) = cashier.take(a_capture(120))

    assert (told.amount, told.invoice) == (euro(120), "1")
    cashier.take(a_record(120))
    assert (cashier.payment.state, exposure(cashier)) == ("captured", 0)


def test_on_terms_what_was_called_off_is_not_owed(cashier: Cashier) -> None:
    on_terms(cashier)
    cashier.take(a_raise(40))

    for _ in range(2):
        cashier.take(a_raise_called_off())
    assert (exposure(cashier), cashier.payment.due) == (100, 100)
    cashier.void()
    assert exposure(cashier) == 0


def test_an_invoice_that_was_paid_before_it_grew_is_paid_in_part(cashier: Cashier) -> None:
    on_terms(cashier)
    cashier.take(a_record(100))
    assert cashier.payment.state == "captured"

    cashier.take(a_raise(40))
    assert cashier.payment.state == "partially_captured"
    cashier.take(a_record(40, "receipt-2"))
    assert cashier.payment.state == "captured"
