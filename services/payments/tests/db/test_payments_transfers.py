"""A statement pays the orders that it names, once, however often it is imported."""

from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.errors import IllegalMove, NotFound, Refused
from chassis.work import Rehearsal
from contracts.payments import AuthorizePayment
from contracts.transfers import (
    BookTransfer,
    DismissTransfer,
    FindTransfers,
    ImportStatement,
    StatementImported,
    TransferShown,
)
from services.payments import transfers
from services.payments.sql_payments import SqlPayments, finish
from services.payments.sql_transfers import SqlTransfers, find_transfers
from services.payments.tests.builders import NOW, ORDER, an_authorization, names, outcome_of
from services.payments.tests.db.conftest import Batch

HEAD = "date;amount;name;text\n"
PAID = "2026-03-02;30,70;Ann Reader;Order 1001\n"


class Bank:
    """Statements at work: each wish in a transaction of its own."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine, self.work = engine, Rehearsal(NOW, actor="person:ann")

    def do(self, act: Any, wish: Any, *, pays: bool = True) -> Any:
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            kept, payments = SqlTransfers(session), SqlPayments(session)
            done = act(wish, self.work, kept, payments) if pays else act(wish, kept)
            finish(SimpleNamespace(session=session))
        return done

    def take(self, rows: str) -> StatementImported:
        wish = ImportStatement(content=HEAD + rows)
        taken: StatementImported = self.do(transfers.import_statement, wish)
        return taken

    def shown(self, state: str = "") -> list[TransferShown]:
        with Session(self.engine) as session:
            return list(find_transfers(session, FindTransfers(state=state)).transfers)

    def book(self, order_id: str = ORDER) -> Any:
        wish = BookTransfer(transfer_id=self.shown()[0].transfer_id, order_id=order_id)
        return self.do(transfers.book_transfer, wish)


@pytest.fixture
def bank(engine: sa.Engine, batch: Batch) -> Bank:
    """An order of 30.70 by Ann waits for a transfer."""
    batch(an_order())
    return Bank(engine)


def an_order(**changes: Any) -> AuthorizePayment:
    told = {"method": "bank_transfer", "token": "", "number": "1001", "name": "Ann Reader"}
    return an_authorization(3070, **{**told, **changes})


def test_an_order_moves_on_by_its_transfer_and_the_statement_counts_once(bank: Bank) -> None:
    assert bank.take(PAID) == StatementImported(
        booked=1, suggested=0, open=0, known=0, passed_over=0
    )
    assert names(bank.work.sent) == ["PaymentAuthorized"]

    again = bank.take(PAID + "2026-03-03;5,00;Bob;rent\n")
    assert (again.booked, again.known, again.open) == (0, 1, 1)
    assert [one.order_id for one in bank.shown("booked")] == [ORDER]


def test_two_parts_together_pay_an_order(bank: Bank) -> None:
    bank.take("2026-03-02;30,00;Ann Reader;1001\n")
    assert names(bank.work.sent) == ["PaymentCaptured"]
    assert bank.shown()[0].remark == "underpaid: 70 are still to come"

    bank.take("2026-03-02;30,00;Ann Reader;1001\n2026-03-04;0,70;Ann Reader;1001 rest\n")
    assert names(bank.work.sent)[-1] == "PaymentAuthorized"


def test_one_statement_with_the_same_payment_twice_does_not_pay_twice(bank: Bank) -> None:
    taken = bank.take(PAID + PAID)

    assert (taken.booked, taken.open) == (1, 1)


def test_a_person_books_what_was_overpaid_up_to_what_is_owed(bank: Bank) -> None:
    bank.take("2026-03-02;40,00;Ann Reader;1001\n")
    assert bank.shown()[0].suggestions == (ORDER,)

    booked = bank.book()
    assert (booked.booked, booked.remark) == (3070, "overpaid: 930 are to be sent back")
    with pytest.raises(IllegalMove):
        bank.book()


def test_a_person_puts_aside_what_is_for_no_order(bank: Bank) -> None:
    bank.take("2026-03-02;5,00;Bob;rent\n")
    wish = DismissTransfer(transfer_id=bank.shown()[0].transfer_id, reason="rent")
    bank.do(transfers.dismiss_transfer, wish, pays=False)

    assert [(one.state, one.remark) for one in bank.shown()] == [("dismissed", "rent")]
    with pytest.raises(IllegalMove):
        bank.do(transfers.dismiss_transfer, wish, pays=False)


def test_nothing_is_booked_to_an_order_that_owes_nothing(bank: Bank) -> None:
    bank.take(PAID)
    bank.take("2026-03-05;30,70;Ann Reader;1001 again\n")

    with pytest.raises(Refused) as no:
        bank.book()
    assert (no.value.code, no.value.field) == ("nothing_owed", "order_id")
    with pytest.raises(NotFound):
        bank.book("ord_" + "9" * 26)


def test_orders_by_card_are_not_meant(bank: Bank, batch: Batch) -> None:
    other = "ord_" + "7" * 26
    _, calls = batch(an_order(order_id=other, method="card", number="1007"))
    batch(*[outcome_of(call, answer="pending") for call in calls])
    bank.take("2026-03-02;30,70;Ann Reader;1007\n")

    assert bank.shown()[0].suggestions == (ORDER,)


def test_a_state_that_there_is_not_is_refused(bank: Bank) -> None:
    with pytest.raises(Refused, match="is none of"):
        bank.shown("paid")
