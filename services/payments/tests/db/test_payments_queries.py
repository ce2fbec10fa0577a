"""What people ask about payments is answered from what is kept."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.errors import NotFound, Refused
from chassis.keeping import add
from contracts.payments import FindPayments, PaymentsOf, TermsOf
from services.payments import asks, queries
from services.payments.tests.builders import (
    NOW,
    ORDER,
    a_capture,
    a_payment,
    an_authorization,
    euro,
    outcome_of,
    some_terms,
)
from services.payments.tests.db.conftest import Batch


def test_an_order_shows_its_payment_with_every_fact(engine: sa.Engine, batch: Batch) -> None:
    _, calls = batch(an_authorization(100))
    batch(outcome_of(calls[0]))
    _, calls = batch(a_capture(60))
    batch(outcome_of(calls[0]))

    with Session(engine) as session:
        (shown,) = queries.get_payments(session, PaymentsOf(order_id=ORDER)).payments

    assert (shown.state, shown.authorized, shown.captured, shown.refunded) == (
        "partially_captured",
        100,
        60,
        0,
    )
    assert [(f.kind, f.amount, f.reference, f.at, f.actor) for f in shown.facts] == [
        ("authorized", 100, asks.authorization_key(ORDER), NOW, "person:ann"),
        ("captured", 60, "cap-ful-1", NOW, "person:ann"),
    ]
    assert shown.version > 1


def test_an_order_that_nobody_paid_shows_nothing(engine: sa.Engine) -> None:
    with Session(engine) as session:
        assert queries.get_payments(session, PaymentsOf(order_id=ORDER)).payments == ()


def test_payments_are_listed_by_state_and_method_newest_first_page_by_page(
    engine: sa.Engine,
) -> None:
    methods = ["card", "cash", "cash", "external", "cash"]
    with Session(engine) as session, session.begin():
        for n, method in enumerate(methods):
            state = "captured" if n == 3 else "pending"
            add(session, a_payment(payment_id=f"pay_{n:026d}", method=method, state=state))

    def found(**asked: Any) -> tuple[list[int], str]:
        with Session(engine) as session:
            page = queries.find_payments(session, FindPayments(**asked))
        return [int(p.payment_id.removeprefix("pay_")) for p in page.payments], page.next

    first, following = found(method="cash", limit=2)
    assert (first, found(method="cash", limit=2, after=following)) == ([4, 2], ([1], ""))
    assert found(state="captured") == ([3], "")
    assert found() == ([4, 3, 2, 1, 0], "")


@pytest.mark.parametrize("asked", [{"state": "lost"}, {"method": "barter"}])
def test_what_does_not_exist_cannot_be_asked_for(engine: sa.Engine, asked: Any) -> None:
    (field, value), *_ = asked.items()

    with Session(engine) as session, pytest.raises(Refused, match=f"'{value}' is none of") as no:
        queries.find_payments(session, FindPayments(**asked))
    assert no.value.field == field


def test_terms_are_found_however_the_address_is_written(engine: sa.Engine, batch: Batch) -> None:
    batch(some_terms(500, customer="Ann@Example.com"))

    with Session(engine) as session:
        shown = queries.get_terms(session, TermsOf(customer="ANN@example.com"))
        assert (shown.customer, shown.credit_limit, shown.net_days) == (
            "ann@example.com",
            euro(500),
            14,
        )
        with pytest.raises(NotFound):
            queries.get_terms(session, TermsOf(customer="bob@example.com"))
