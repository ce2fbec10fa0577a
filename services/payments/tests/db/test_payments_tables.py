"""Money survives in PostgreSQL, batch by batch, and the database itself refuses what cannot be."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError, OperationalError
from sqlalchemy.orm import Session

from chassis.ids import new_id
from contracts.payments import VoidPayment
from services.payments.sql_payments import SqlPayments, prepare
from services.payments.tests.builders import (
    NOW,
    ORDER,
    UNTIL,
    Cashier,
    a_capture,
    a_lowering,
    a_raise,
    a_record,
    a_refund,
    an_authorization,
    names,
    outcome_of,
    some_terms,
)
from services.payments.tests.db.conftest import Batch

Rows = Callable[[str], list[tuple[Any, ...]]]
SUMS = "select state, authorized, captured, refunded, claimed, refunding from payments"
A_VOID = VoidPayment(order_id=ORDER, reason="order canceled")
FROM_FACTS = (
    "select coalesce(sum(amount) filter (where kind = 'authorized'), 0),"
    " coalesce(sum(amount) filter (where kind = 'captured'), 0),"
    " coalesce(sum(amount) filter (where kind = 'refunded'), 0) from payment_facts"
)


@contextmanager
def statements(engine: sa.Engine) -> Iterator[list[str]]:
    """Collect what is sent to the database."""
    sent: list[str] = []

    def collect(*arguments: Any) -> None:
        sent.append(arguments[2])

    sa.event.listen(engine, "before_cursor_execute", collect)
    yield sent
    sa.event.remove(engine, "before_cursor_execute", collect)


def answered(batch: Batch, *messages: Any) -> list[Any]:
    """Handle messages, and the provider's good answers to them; give what was said to those."""
    _, calls = batch(*messages)
    return batch(*[outcome_of(call) for call in calls])[0]


def test_money_is_held_taken_and_given_back_in_transactions_of_their_own(
    batch: Batch, rows: Rows
) -> None:
    answered(batch, an_authorization(100))
    answered(batch, a_capture(60))
    (told,) = answered(batch, a_refund(20))

    assert told.refunded == 20
    assert rows(SUMS) == [("partially_captured", 100, 60, 20, 60, 0)]
    assert rows(FROM_FACTS) == [(100, 60, 20)]


def test_an_order_that_was_edited_has_two_holds_and_each_gives_and_gets_its_part(
    batch: Batch, rows: Rows
) -> None:
    answered(batch, an_authorization(100))
    (raised,) = answered(batch, a_raise(40))
    batch(a_lowering(10))
    (taken,) = answered(batch, a_capture(130))
    (back,) = answered(batch, a_refund(110))

    assert names([raised, taken, back]) == ["PaymentRaised", "PaymentCaptured", "PaymentRefunded"]
    assert (taken.captured, back.refunded) == (130, 110)
    assert rows(f"{SUMS} order by edit") == [
        ("captured", 100, 100, 100, 100, 0), ("captured", 40, 30, 10, 30, 0)
    ]  # fmt: skip
    assert rows("select edit, raises, lowered from payments order by edit") == [
        (0, 1, 0), (1, 0, 10)
    ]  # fmt: skip


def test_an_order_that_nobody_edits_costs_no_statement_more(
    batch: Batch, engine: sa.Engine
) -> None:
    answered(batch, an_authorization(100))
    _, calls = batch(a_capture(100))

    with statements(engine) as sent:
        batch(*[outcome_of(call) for call in calls])

    assert len([one for one in sent if "from payments" in one]) == 1


def test_what_comes_again_in_a_later_batch_changes_nothing(batch: Batch, rows: Rows) -> None:
    for message in (an_authorization(100), a_capture(60), a_refund(20)):
        answered(batch, message)
    before = rows("select * from payment_facts order by seq")

    said, calls = batch(an_authorization(100), a_capture(60), a_refund(20))

    assert names(said) == ["PaymentAuthorized", "PaymentCaptured", "PaymentRefunded"]
    assert (calls, rows("select * from payment_facts order by seq")) == ([], before)


def test_messages_of_one_order_in_one_batch_see_each_other(batch: Batch, rows: Rows) -> None:
    said, calls = batch(
        an_authorization(100, method="cash"),
        a_record(40),
        a_record(40),
        a_record(60, "receipt-2"),
        a_capture(100),
        a_capture(100),
        a_refund(10),
        a_refund(10),
    )

    assert calls == []
    assert names(said) == [
        "PaymentPending", "PaymentCaptured", "PaymentAuthorized", "PaymentCaptured",
        "PaymentCaptured", "PaymentRefunded", "PaymentRefunded",
    ]  # fmt: skip
    assert rows(FROM_FACTS) == [(100, 100, 10)]


def test_an_order_that_was_called_off_in_one_batch_is_not_authorized_in_the_next(
    batch: Batch,
) -> None:
    batch(A_VOID)
    batch(A_VOID)
    (told,), calls = batch(an_authorization())

    assert (told.code, calls) == ("voided", [])


def test_an_order_is_called_off_step_by_step_over_transactions(batch: Batch, rows: Rows) -> None:
    answered(batch, an_authorization(100))
    _, captures = batch(a_capture(60))
    assert batch(A_VOID) == ([], [])
    _, voids = batch(outcome_of(captures[0], "failed"))
    _, voids = batch(outcome_of(voids[0]))
    _, refunds = batch(outcome_of(voids[0]))
    _, refunds = batch(outcome_of(refunds[0], "failed"))
    said, _ = batch(outcome_of(refunds[0]))

    assert names(said) == ["PaymentRefunded", "PaymentVoided"]
    assert rows(SUMS) == [("voided", 100, 60, 60, 60, 0)]
    assert rows(FROM_FACTS) == [(100, 60, 60)]


def test_asking_and_calling_off_at_the_same_time_is_decided_one_after_the_other(
    engine: sa.Engine,
) -> None:
    with Session(engine) as asking, Session(engine) as calling_off:
        prepare(asking, [an_authorization()])
        calling_off.execute(sa.text("set local lock_timeout = '100ms'"))
        with pytest.raises(OperationalError, match="lock timeout"):
            prepare(calling_off, [A_VOID])
        calling_off.rollback()
        Cashier(SqlPayments(asking)).take(an_authorization())
        asking.commit()

        prepare(calling_off, [A_VOID])
        cashier = Cashier(SqlPayments(calling_off))
        assert cashier.void() == []
        assert cashier.payment.void_asked


def test_a_payment_that_one_replica_works_on_is_not_touched_by_another(
    engine: sa.Engine, batch: Batch
) -> None:
    answered(batch, an_authorization())
    with Session(engine) as one, Session(engine) as other:
        prepare(one, [a_capture(60, "ful-1")])
        other.execute(sa.text("set local lock_timeout = '100ms'"))

        with pytest.raises(OperationalError, match="lock timeout"):
            prepare(other, [a_capture(60, "ful-2")])


def test_a_hundred_orders_take_the_statements_of_a_few(engine: sa.Engine, batch: Batch) -> None:
    def life(orders: list[str]) -> list[int]:
        counts = []
        for message in (
            lambda o: an_authorization(100, order_id=o),
            lambda o: a_capture(60, order_id=o),
            lambda o: a_refund(20, order_id=o),
        ):
            with statements(engine) as asked:
                _, calls = batch(*map(message, orders))
            with statements(engine) as concluded:
                batch(*[outcome_of(call) for call in calls])
            counts += [len(asked), len(concluded)]
        return counts

    few = life([new_id("ord") for _ in range(2)])
    many = life([new_id("ord") for _ in range(100)])

    assert many == few
    assert max(many) <= 8


def test_only_what_waited_too_long_is_overdue_and_only_for_one_replica(
    engine: sa.Engine, batch: Batch
) -> None:
    late, called_off, paid, patient = (new_id("ord") for _ in range(4))
    _, calls = batch(
        an_authorization(method="cash", order_id=late),
        an_authorization(method="external", order_id=paid),
        an_authorization(method="cash", order_id=patient, until=UNTIL.replace(year=2027)),
        an_authorization(order_id=called_off),
    )
    batch(outcome_of(calls[0], answer="pending"))
    batch(VoidPayment(order_id=called_off, reason="order canceled"))

    with Session(engine) as one, Session(engine) as other:
        assert SqlPayments(one).overdue(NOW) == []
        assert [p.order_id for p in SqlPayments(one).overdue(UNTIL)] == [late]
        assert SqlPayments(other).overdue(UNTIL) == []


def test_invoices_are_numbered_without_gaps_and_paid_oldest_first(
    engine: sa.Engine, batch: Batch, rows: Rows
) -> None:
    batch(some_terms(500), an_authorization(100, method="invoice"), a_capture(30, "ful-1"))
    with Session(engine) as session:
        prepare(session, [a_capture(10, "ful-2")])
        Cashier(SqlPayments(session)).take(a_capture(10, "ful-2"))
        session.rollback()
    batch(a_capture(70, "ful-3"), a_record(50))

    found = rows("select number, amount, paid, due_at - opened_at from invoices order by number")
    assert [(*row[:3], row[3].days) for row in found] == [(1, 30, 30, 14), (2, 70, 20, 14)]
    assert rows("select exposure from credit_terms") == [(50,)]
    batch(A_VOID)
    assert rows("select count(*) from invoices where canceled_at is null") == [(0,)]
    assert rows("select exposure from credit_terms") == [(0,)]


@pytest.fixture
def taken(engine: sa.Engine, batch: Batch) -> sa.Engine:
    """A payment of 100, of which 60 were taken and 20 given back; an invoice beside it."""
    for message in (an_authorization(100), a_capture(60), a_refund(20)):
        answered(batch, message)
    other = new_id("ord")
    batch(some_terms(500), an_authorization(100, method="invoice", order_id=other))
    batch(a_capture(100, order_id=other))
    return engine


@pytest.mark.parametrize(
    ("statement", "constraint"),
    [
        ("update payments set refunded = captured + 1", "payments_refund"),
        ("update payments set refunded = -1", "payments_refunded"),
        ("update payments set captured = authorized + 1, refunding = 0", "payments_captured"),
        ("update payments set authorized = amount + 1", "payments_captured"),
        ("update payments set refunding = captured - refunded + 1", "payments_refunding"),
        ("update payments set refunding = -1", "payments_refunding"),
        ("update payments set claimed = amount + 1", "payments_claimed"),
        ("update payments set state = 'lost'", "payments_state"),
        ("update payments set method = 'barter'", "payments_method"),
        ("update payment_facts set amount = -1", "payment_facts_not_negative"),
        ("update captures set amount = -1", "captures_not_negative"),
        ("update captures set state = 'lost'", "captures_state"),
        ("update refunds set amount = 0", "refunds_positive"),
        ("update refunds set state = 'lost'", "refunds_state"),
        ("update credit_terms set exposure = -1", "credit_terms_exposure"),
        ("update credit_terms set credit_limit = -1", "credit_terms_credit_limit"),
        ("update invoices set paid = amount + 1", "invoices_paid"),
        ("update payments set order_id = 'ord_1'", "uq_payments_order_id"),
        ("update payment_facts set key = 'ful-1'", "uq_payment_facts_payment_id_key"),
    ],
)
def test_the_database_itself_refuses_what_must_never_be(
    taken: sa.Engine, statement: str, constraint: str
) -> None:
    with pytest.raises(IntegrityError, match=constraint), taken.begin() as connection:
        connection.exec_driver_sql(statement)
