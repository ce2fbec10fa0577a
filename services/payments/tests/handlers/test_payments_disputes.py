"""A dispute is told once for each of its turns, changes no sum, and stays in the history."""

from datetime import timedelta

import pytest

from chassis.errors import NotFound, Refused
from contracts.orders import WriteDown
from contracts.payments import PaymentDisputed
from contracts.stuck import DecideStuck
from services.payments import asks, disputes
from services.payments.tests.builders import NOW, ORDER, Cashier, euro
from services.payments.webhooks import Disputed, ProviderEvent

KEY = asks.authorization_key(ORDER)


def dispute(status: str = "open", amount: int = 80) -> ProviderEvent:
    due = NOW + timedelta(days=14)
    told = Disputed(
        dispute_id="dp_1", amount=amount, currency="EUR", reason="fraudulent",
        status=status, respond_by=due,
    )  # type: ignore[arg-type]  # fmt: skip
    return ProviderEvent(type="payment.disputed", key=KEY, account="sandbox", dispute=told)


@pytest.fixture
def cashier() -> Cashier:
    cashier = Cashier()
    cashier.captured()
    cashier.said()
    return cashier


def test_an_opened_dispute_is_told_with_its_deadline(cashier: Cashier) -> None:
    assert cashier.take(dispute()) == [
        PaymentDisputed(
            order_id=ORDER,
            dispute_id="dp_1",
            amount=euro(80),
            status="open",
            reason="fraudulent",
            respond_by=NOW + timedelta(days=14),
        )
    ]
    assert cashier.sums == (100, 100, 0)


def test_told_twice_it_counts_once(cashier: Cashier) -> None:
    cashier.take(dispute())

    assert cashier.take(dispute()) == []


def test_its_end_is_told_and_news_from_before_it_are_none_any_more(cashier: Cashier) -> None:
    assert [event.status for event in cashier.take(dispute("lost"))] == ["lost"]

    assert cashier.take(dispute("open")) == []


def test_a_dispute_of_an_order_that_was_given_back_is_still_told(cashier: Cashier) -> None:
    cashier.payment.void_asked = True

    assert len(cashier.take(dispute())) == 1


class TestWhatAPersonDoes:
    """An open dispute is an exception until somebody has seen to it."""

    def wish(self, cashier: Cashier, what: str = "skip") -> DecideStuck:
        name = f"payments:dispute:{cashier.payment.payment_id}:dp_1"
        return DecideStuck(exception_id=name, decision=what, reason="answered")  # type: ignore[arg-type]

    def test_seen_to_it_is_written_into_the_orders_history_once(self, cashier: Cashier) -> None:
        cashier.take(dispute())
        cashier.said()
        for _ in range(2):
            assert disputes.decide(self.wish(cashier), cashier.work, cashier.payments)

        assert cashier.said() == [
            WriteDown(
                order_id=ORDER, action="dispute seen to", subject="dp_1",
                reason="answered", by="person:ann",
            )
        ]  # fmt: skip

    def test_it_cannot_be_tried_again(self, cashier: Cashier) -> None:
        cashier.take(dispute())

        with pytest.raises(Refused, match="to decide is: skip"):
            disputes.decide(self.wish(cashier, what="retry"), cashier.work, cashier.payments)

    def test_one_that_is_not_there_is_not_found(self, cashier: Cashier) -> None:
        with pytest.raises(NotFound):
            disputes.decide(self.wish(cashier), cashier.work, cashier.payments)

    def test_other_exceptions_are_left_to_others(self, cashier: Cashier) -> None:
        wish = DecideStuck(exception_id="payments:call:call_1", decision="retry", reason="again")

        assert not disputes.decide(wish, cashier.work, cashier.payments)
