"""A customer may owe as much, and as long, as was agreed."""

from datetime import UTC, datetime

import pytest

from chassis.errors import Refused
from contracts.values import Money
from services.payments.domain.terms import CreditTerms
from services.payments.tests.builders import NOW, some_terms


def owing(exposure: int) -> CreditTerms:
    return CreditTerms("ann@example.com", "EUR", 500, 14, exposure=exposure)


@pytest.mark.parametrize(("exposure", "more", "allowed"), [
    (0, 500, True), (0, 501, False), (400, 100, True), (400, 101, False), (600, 0, False),
])  # fmt: skip
def test_the_limit_holds_for_all_orders_together(exposure: int, more: int, allowed: bool) -> None:
    assert owing(exposure).allows(more) is allowed


def test_an_invoice_is_due_after_the_net_days() -> None:
    assert owing(0).due_date(NOW) == datetime(2026, 3, 16, 9, 30, tzinfo=UTC)


def test_new_terms_replace_the_old_ones_and_leave_what_is_owed() -> None:
    terms = owing(300)

    terms.agree(some_terms(100))

    assert (terms.credit_limit, terms.exposure, terms.allows(1)) == (100, 300, False)


def test_the_currency_of_terms_changes_only_when_nothing_is_owed() -> None:
    dollars = some_terms(Money(amount=900, currency="USD"))
    free, bound = owing(0), owing(1)

    free.agree(dollars)
    with pytest.raises(Refused, match="1 are owed in EUR"):
        bound.agree(dollars)

    assert (free.currency, bound.currency, bound.credit_limit) == ("USD", "EUR", 500)
