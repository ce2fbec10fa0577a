"""Money that no provider moves is counted when somebody has seen it, and once."""

import msgspec
import pytest

from chassis.errors import IllegalMove, NotFound, NotYet, Refused, Stale
from contracts.values import Money
from services.payments import handlers
from services.payments.tests.builders import (
    ORDER,
    Cashier,
    a_capture,
    a_record,
    an_authorization,
    euro,
    names,
    some_terms,
)

ANN = "ann@example.com"


@pytest.mark.parametrize("method", ["cash", "bank_transfer"])
def test_an_order_is_secured_when_its_money_is_here(cashier: Cashier, method: str) -> None:
    (waiting,) = cashier.take(an_authorization(method=method))
    (told,) = cashier.take(a_record(100, method=method))

    assert (waiting.method, waiting.state) == (method, "pending")
    assert (told.captured, told.guarantee) == (100, "captured")
    assert (cashier.payment.state, cashier.sums) == ("captured", (100, 100, 0))


def test_money_may_come_in_parts_and_secures_the_order_with_the_last(cashier: Cashier) -> None:
    cashier.take(an_authorization(method="cash"))

    (part,) = cashier.take(a_record(40, "receipt-1"))
    assert (type(part).__name__, part.captured) == ("PaymentCaptured", 40)
    assert cashier.payment.state == "pending"
    (whole,) = cashier.take(a_record(60, "receipt-2"))

    assert (type(whole).__name__, whole.captured) == ("PaymentAuthorized", 100)


def test_the_same_reference_counts_once(cashier: Cashier) -> None:
    cashier.take(an_authorization(method="cash"))
    cashier.take(a_record(40))

    assert cashier.take(a_record(40)) == []
    assert cashier.sums == (40, 40, 0)


def test_the_same_reference_with_another_amount_is_refused(cashier: Cashier) -> None:
    cashier.take(an_authorization(method="cash"))
    cashier.take(a_record(40))

    with pytest.raises(Refused, match="receipt-1 was recorded already, with 40") as refused:
        cashier.take(a_record(60))
    assert (refused.value.field, cashier.sums) == ("reference", (40, 40, 0))


def test_references_that_look_alike_are_counted_apart(cashier: Cashier) -> None:
    cashier.take(an_authorization(method="cash"))
    for reference in ("7", "7-held", "held-7"):
        cashier.take(a_record(20, reference))

    assert cashier.sums == (60, 60, 0)


def test_money_for_an_order_placed_a_moment_ago_waits_a_moment(cashier: Cashier) -> None:
    with pytest.raises(NotYet) as early:
        cashier.take(a_record(100))

    assert isinstance(early.value.otherwise, NotFound)
    assert str(early.value.otherwise) == f"There is no payment of order {ORDER}."
    assert early.value.otherwise.field == "order_id"


@pytest.mark.parametrize(("wish", "code", "field"), [
    (a_record(101), "too_much", "amount.amount"),
    (a_record(0), "too_much", "amount.amount"),
    (a_record(-1), "too_much", "amount.amount"),
    (a_record(100, method="bank_transfer"), "wrong_method", "method"),
    (a_record(Money(amount=100, currency="JPY")), "wrong_currency", "amount.currency"),
])  # fmt: skip
def test_money_that_cannot_be_right_is_refused(
    cashier: Cashier, wish: object, code: str, field: str
) -> None:
    cashier.take(an_authorization(method="cash"))

    with pytest.raises(Refused) as refused:
        cashier.take(wish)

    assert (refused.value.code, refused.value.field) == (code, field)
    assert (cashier.sums, cashier.said()) == ((0, 0, 0), [])


@pytest.mark.parametrize("method", ["card", "external"])
def test_a_person_does_not_record_what_others_move(cashier: Cashier, method: str) -> None:
    cashier.take(an_authorization(method=method))

    with pytest.raises(Refused, match=f"is paid by {method}"):
        cashier.take(a_record(1))


def test_money_that_comes_after_the_end_is_refused(cashier: Cashier) -> None:
    cashier.take(an_authorization(method="cash"))
    cashier.void()

    with pytest.raises(IllegalMove, match="is canceled; it cannot become captured"):
        cashier.take(a_record(100))


def test_a_bank_transfer_that_came_in_part_goes_back_when_the_time_is_up(
    cashier: Cashier,
) -> None:
    cashier.take(an_authorization(method="bank_transfer"))
    cashier.take(a_record(40, method="bank_transfer"))

    handlers.expire_payment(cashier.payment, cashier.work, cashier.payments)

    assert names(cashier.said()) == ["PaymentFailed"]
    assert (cashier.payment.state, cashier.sums) == ("expired", (40, 40, 40))
    assert cashier.waiting() == []


def test_a_customer_without_terms_gets_no_invoice(cashier: Cashier) -> None:
    (told,) = cashier.take(an_authorization(method="invoice"))

    assert told.code == "no_terms"
    assert cashier.payment.state == "failed"


def test_terms_of_another_currency_do_not_count(cashier: Cashier) -> None:
    cashier.take(some_terms(Money(amount=10_000, currency="USD")))

    (told,) = cashier.take(an_authorization(method="invoice"))

    assert told.code == "no_terms"


def test_orders_on_invoice_share_one_credit_limit(cashier: Cashier) -> None:
    cashier.take(some_terms(250, customer="Ann@Example.com"))
    told = [
        *cashier.take(an_authorization(200, method="invoice", customer="ANN@example.com")),
        *cashier.take(an_authorization(51, method="invoice", order_id="ord_" + "1" * 26)),
        *cashier.take(an_authorization(50, method="invoice", order_id="ord_" + "2" * 26)),
    ]

    assert names(told) == ["PaymentAuthorized", "PaymentFailed", "PaymentAuthorized"]
    assert (told[0].guarantee, told[0].captured) == ("terms", 0)
    assert told[1].reason == (
        "The credit limit is 250, 200 are owed already, and this order is 51."
    )
    assert cashier.payments.agreed[ANN].exposure == 250


def test_what_is_paid_can_be_owed_anew(cashier: Cashier) -> None:
    cashier.take(some_terms(100))
    cashier.take(an_authorization(100, method="invoice"))
    cashier.take(a_capture(100))
    (told,) = cashier.take(a_record(60, method="bank_transfer"))

    assert (type(told).__name__, told.captured) == ("PaymentCaptured", 60)
    assert (cashier.payment.state, cashier.payments.agreed[ANN].exposure) == (
        "partially_captured",
        40,
    )
    cashier.take(a_record(40, "receipt-2", method="bank_transfer"))
    assert (cashier.payment.state, cashier.payments.agreed[ANN].exposure) == ("captured", 0)


def test_money_pays_the_oldest_invoice_first_and_may_come_before_it_is_written(
    cashier: Cashier,
) -> None:
    cashier.take(some_terms())
    cashier.take(an_authorization(100, method="invoice"))
    cashier.take(a_record(50))
    assert cashier.payments.invoices == []
    cashier.take(a_capture(30, "ful-1"))
    cashier.take(a_capture(70, "ful-2"))

    assert [i.paid for i in cashier.payments.invoices] == [30, 20]
    cashier.take(a_record(10, "receipt-2"))
    assert [i.paid for i in cashier.payments.invoices] == [30, 30]


def test_an_order_on_invoice_that_is_called_off_is_owed_no_more(cashier: Cashier) -> None:
    cashier.take(some_terms(100))
    cashier.take(an_authorization(100, method="invoice"))
    cashier.take(a_capture(60))
    cashier.take(a_record(10))
    (told,) = cashier.void()

    assert (told.refunded, cashier.payment.state) == (10, "voided")
    assert cashier.payments.agreed[ANN].exposure == 0
    assert [i.canceled for i in cashier.payments.invoices] == [True]


def test_terms_below_zero_are_refused(cashier: Cashier) -> None:
    with pytest.raises(Refused, match=r"cannot be negative: -0\.01 EUR") as refused:
        cashier.take(some_terms(euro(-1)))

    assert (refused.value.field, cashier.payments.agreed) == ("credit_limit.amount", {})


def test_terms_are_changed_in_place(cashier: Cashier) -> None:
    cashier.take(some_terms(100))
    cashier.take(an_authorization(100, method="invoice"))
    cashier.take(some_terms(300))

    agreed = cashier.payments.agreed[ANN]
    assert (agreed.credit_limit, agreed.exposure) == (300, 100)


def test_money_is_not_counted_on_what_was_seen_before_it_changed(cashier: Cashier) -> None:
    cashier.take(an_authorization(method="cash"))
    seen = cashier.payment.version

    with pytest.raises(Stale):
        cashier.take(a_record(40, expected_version=seen + 1))
    assert cashier.sums == (0, 0, 0)
    cashier.take(a_record(40, expected_version=seen))
    assert cashier.sums == (40, 40, 0)


def test_terms_are_not_changed_by_who_has_not_seen_the_last_change(cashier: Cashier) -> None:
    with pytest.raises(NotFound):
        cashier.take(msgspec.structs.replace(some_terms(500), expected_version=1))
    cashier.take(some_terms(500))
    terms = cashier.payments.terms(ANN)
    assert terms is not None

    with pytest.raises(Stale):
        cashier.take(msgspec.structs.replace(some_terms(700), expected_version=terms.version + 1))
    assert terms.credit_limit == 500
    cashier.take(msgspec.structs.replace(some_terms(700), expected_version=terms.version))
    assert terms.credit_limit == 700
