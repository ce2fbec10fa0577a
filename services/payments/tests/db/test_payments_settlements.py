"""A provider's report is compared with what is known: more than that must not have moved."""

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.errors import Refused
from contracts.settlements import MatchSettlement, SettlementDifference, SettlementMatch
from services.payments.references import SqlReferences
from services.payments.settlements import match
from services.payments.tests.builders import (
    ORDER,
    a_capture,
    a_refund,
    an_authorization,
    euro,
    outcome_of,
)
from services.payments.tests.db.conftest import Batch

HEAD = (
    "balance_transaction_id,reporting_category,currency,gross,fee,net,payment_intent_id,source_id\n"
)
CHARGE = "txn_1,charge,eur,30.70,0.71,29.99,pi_1,ch_1\n"
REFUND = "txn_2,refund,eur,-10.00,0.00,-10.00,pi_1,re_1\n"
PAYOUT = "txn_3,payout,eur,-19.99,0.00,-19.99,,po_1\n"


@pytest.fixture
def paid(engine: sa.Engine, batch: Batch) -> None:
    """An order of 30.70 was paid at the account `sandbox`, and 10.00 of it went back."""
    for message in (an_authorization(3070), a_capture(3070), a_refund(1000)):
        _, calls = batch(message)
        batch(*[outcome_of(call) for call in calls])
    url = engine.url.render_as_string(hide_password=False)
    SqlReferences(url, "sandbox").note(f"auth-{ORDER}", "pi_1")


def compared(engine: sa.Engine, rows: str, head: str = HEAD) -> SettlementMatch:
    with Session(engine) as session:
        return match(MatchSettlement(account="sandbox", content=head + rows), session)


def test_a_report_that_fits_has_no_differences(engine: sa.Engine, paid: None) -> None:
    found = compared(engine, CHARGE + REFUND + PAYOUT)

    assert (found.lines, found.matched, found.differences, found.unknown) == (3, 2, (), ())
    (total,) = found.sums
    assert (str(total.gross), str(total.fees), str(total.net)) == (
        "0.71 EUR",
        "0.71 EUR",
        "0.00 EUR",
    )


def test_a_report_of_a_shorter_time_is_no_difference(engine: sa.Engine, paid: None) -> None:
    part = CHARGE.replace("30.70", "20.00")

    assert compared(engine, part).differences == ()


@pytest.mark.parametrize(
    ("rows", "what", "here", "there"),
    [(CHARGE * 2, "captured", 3070, 6140), (REFUND * 2, "refunded", 1000, 2000)],
)
def test_money_that_moved_and_is_not_known_here_is_told(
    engine: sa.Engine, paid: None, rows: str, what: str, here: int, there: int
) -> None:
    assert compared(engine, rows).differences == (
        SettlementDifference(order_id=ORDER, what=what, here=euro(here), there=euro(there)),  # type: ignore[arg-type]
    )


def test_what_is_about_no_order_of_ours_is_named(engine: sa.Engine, paid: None) -> None:
    found = compared(engine, CHARGE.replace("pi_1", "pi_9"))

    assert (found.matched, found.unknown) == (0, ("pi_9",))


@pytest.mark.parametrize(
    ("head", "rows", "told"),
    [
        ("a,b\n", "", "column reporting_category is missing"),
        (HEAD, CHARGE.replace("30.70", "x"), "Line 2: 'x' is no amount"),
        (HEAD, CHARGE.replace("eur", "xxx"), "Line 2: 'XXX' is no currency"),
    ],
)
def test_what_cannot_be_read_is_refused_and_named(
    engine: sa.Engine, head: str, rows: str, told: str
) -> None:
    with pytest.raises(Refused, match=told) as no:
        compared(engine, rows, head)
    assert no.value.field == "content"
