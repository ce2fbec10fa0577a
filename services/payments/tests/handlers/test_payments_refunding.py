"""Money goes back in parts, never more than was taken, and each refund once."""

import msgspec
import pytest

from chassis.errors import NotFound, Refused, Stale
from contracts.payments import GiveRefund
from contracts.values import Money
from services.payments import asks
from services.payments.tests.builders import (
    ORDER,
    Cashier,
    a_record,
    a_refund,
    an_authorization,
    euro,
    names,
)


def by_hand(amount: Money, refund_id: str = "sorry") -> GiveRefund:
    return GiveRefund(order_id=ORDER, refund_id=refund_id, amount=amount, reason="late")


def test_a_refund_is_told_when_the_provider_has_made_it(cashier: Cashier) -> None:
    cashier.captured(100)
    assert cashier.take(a_refund(30)) == []
    assert (cashier.payment.refundable, cashier.sums) == (70, (100, 100, 0))
    (told,) = cashier.answer(asks.REFUND)

    assert (told.refund_id, told.amount, told.refunded) == ("ret-1", euro(30), 30)
    assert (cashier.payment.refundable, cashier.sums) == (70, (100, 100, 30))


def test_two_refunds_of_the_same_amount_are_both_made(cashier: Cashier) -> None:
    cashier.captured(100)
    cashier.take(a_refund(40, "ret-1"))
    cashier.take(a_refund(40, "ret-2"))
    cashier.answer(asks.REFUND)
    (told,) = cashier.answer(asks.REFUND)

    assert told.refunded == 80


def test_a_refund_that_is_asked_twice_is_made_once(cashier: Cashier) -> None:
    cashier.captured(100)
    cashier.take(a_refund(40))
    assert cashier.take(a_refund(40)) == []
    assert cashier.waiting() == ["refund"]
    first = cashier.answer(asks.REFUND)

    assert cashier.take(a_refund(40)) == first
    assert (cashier.waiting(), cashier.sums) == ([], (100, 100, 40))


@pytest.mark.parametrize("answered", [True, False])
def test_refunds_together_cannot_give_back_more_than_was_taken(
    cashier: Cashier, answered: bool
) -> None:
    cashier.captured(60, of=100)
    cashier.take(a_refund(40, "ret-1"))
    if answered:
        cashier.answer(asks.REFUND)

    (told,) = cashier.take(a_refund(21, "ret-2"))

    assert type(told).__name__ == "RefundFailed"
    assert told.reason.startswith("21 cannot be refunded: 60 were captured")


@pytest.mark.parametrize("amount", [0, -5])
def test_a_refund_of_nothing_or_less_is_refused(cashier: Cashier, amount: int) -> None:
    cashier.captured(100)

    with pytest.raises(Refused, match=f"{amount} cannot be refunded") as refused:
        cashier.take(by_hand(euro(amount)))
    assert (refused.value.code, cashier.payments.refunds) == ("invalid", {})


def test_a_refund_in_another_currency_is_refused(cashier: Cashier) -> None:
    cashier.captured(100)
    dollars = Money(amount=10, currency="USD")

    with pytest.raises(Refused, match="is in EUR, not in USD"):
        cashier.take(by_hand(dollars))
    assert names(cashier.take(a_refund(dollars))) == ["RefundFailed"]


def test_the_name_of_a_refund_cannot_be_used_for_another_amount(cashier: Cashier) -> None:
    cashier.captured(100)
    cashier.take(by_hand(euro(10)))

    with pytest.raises(Refused, match="sorry is one of 10, not of 20"):
        cashier.take(by_hand(euro(20)))


def test_a_refund_that_failed_is_still_owed_and_tried_again_under_a_new_key(
    cashier: Cashier,
) -> None:
    cashier.captured(100)
    cashier.take(a_refund(70))
    (told,) = cashier.answer(asks.REFUND, "refused")
    assert (type(told).__name__, cashier.payment.refundable) == ("RefundFailed", 100)

    cashier.take(a_refund(70))

    (again,) = cashier.work.calls
    assert again.request["keys"] == [f"ref-{ORDER}-ret-1-1", f"ref-{ORDER}-ret-1-2"]
    cashier.answer(asks.REFUND)
    assert cashier.sums == (100, 100, 70)


def test_a_refund_that_failed_is_not_tried_again_when_the_money_went_back_otherwise(
    cashier: Cashier,
) -> None:
    cashier.captured(100)
    cashier.take(a_refund(80, "ret-1"))
    cashier.answer(asks.REFUND, "refused")
    cashier.take(a_refund(50, "ret-2"))
    cashier.answer(asks.REFUND)

    assert names(cashier.take(a_refund(80, "ret-1"))) == ["RefundFailed"]
    assert (cashier.payment.refunding, cashier.waiting()) == (0, [])


def test_money_that_may_have_gone_back_is_not_given_back_otherwise(cashier: Cashier) -> None:
    cashier.captured(100)
    cashier.take(a_refund(80, "ret-1"))
    assert names(cashier.answer(asks.REFUND, "failed")) == ["RefundFailed"]

    assert names(cashier.take(a_refund(50, "ret-2"))) == ["RefundFailed"]
    cashier.take(a_refund(80, "ret-1"))
    cashier.answer(asks.REFUND)

    assert (cashier.sums, cashier.payment.refunding) == ((100, 100, 80), 0)


def test_a_refund_of_an_order_without_payment_is_refused(cashier: Cashier) -> None:
    (told,) = cashier.take(a_refund(10))
    assert told.reason == f"There is no payment of order {ORDER}."

    with pytest.raises(NotFound):
        cashier.take(by_hand(euro(10)))


@pytest.mark.parametrize("method", ["cash", "external"])
def test_money_that_no_provider_moves_is_counted_as_given_back_at_once(
    cashier: Cashier, method: str
) -> None:
    cashier.take(an_authorization(method=method))
    if method == "cash":
        cashier.take(a_record(100))

    (told,) = cashier.take(a_refund(30))

    assert (told.refunded, cashier.waiting()) == (30, [])
    assert cashier.sums == (100, 100, 30)


def test_nothing_is_given_back_on_what_was_seen_before_it_changed(cashier: Cashier) -> None:
    cashier.captured(100)
    wish, seen = by_hand(euro(30)), cashier.payment.version

    with pytest.raises(Stale):
        cashier.take(msgspec.structs.replace(wish, expected_version=seen + 1))
    assert (cashier.waiting(), cashier.payment.refundable) == ([], 100)
    cashier.take(msgspec.structs.replace(wish, expected_version=seen))
    assert (cashier.waiting(), cashier.payment.refundable) == (["refund"], 70)
