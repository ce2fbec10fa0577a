"""A payment lives by its table of moves, and its sums follow from its facts."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import IllegalMove, Refused
from contracts.values import Money
from services.payments.domain.attempt import AttemptState, Capture, Refund
from services.payments.domain.payment import State
from services.payments.tests.builders import a_fact, a_payment, euro

S = State
LEGAL = {
    S.CREATED: "pending requires_action authorized captured failed canceled",
    S.PENDING: "requires_action authorized captured failed canceled expired",
    S.REQUIRES_ACTION: "pending authorized captured failed canceled expired",
    S.AUTHORIZED: "partially_captured captured voided expired",
    S.PARTIALLY_CAPTURED: "captured voided",
    S.CAPTURED: "partially_captured voided",
}


@pytest.mark.parametrize("before", list(State))
def test_a_payment_moves_only_as_the_table_of_its_life_says(before: State) -> None:
    legal = {State(after) for after in LEGAL.get(before, "").split()}
    for after in legal:
        payment = a_payment(state=before.value)
        payment.move(after)
        assert payment.state == after

    for after in set(State) - legal - {before}:
        payment = a_payment(state=before.value)
        with pytest.raises(IllegalMove, match=f"is {before}; it cannot become {after}"):
            payment.move(after)
        assert payment.state == before


@pytest.mark.parametrize("state", list(State))
def test_to_stay_where_it_is_is_no_move(state: State) -> None:
    payment = a_payment(state=state.value)

    payment.move(state)

    assert payment.state == state


@pytest.mark.parametrize(("before", "after"), list(itertools.permutations(AttemptState, 2)))
@pytest.mark.parametrize(
    "attempt", [Capture("ord", "ful-1", 5), Refund("ord", "ret-1", "pay", 5, "why")], ids=str
)
def test_captures_and_refunds_are_tried_until_they_succeed(
    attempt: Capture | Refund, before: AttemptState, after: AttemptState
) -> None:
    attempt.state = before.value
    legal = {
        ("processing", "succeeded"),
        ("processing", "failed"),
        ("processing", "unknown"),
        ("failed", "processing"),
        ("unknown", "processing"),
    }

    if (before, after) in legal:
        attempt.move(after)
        assert attempt.state == after
    else:
        with pytest.raises(IllegalMove):
            attempt.move(after)


@pytest.mark.parametrize("state", list(State))
def test_a_payment_waits_is_secured_or_is_over(state: State) -> None:
    payment = a_payment(state=state.value)

    assert [payment.is_waiting, payment.is_secured, payment.is_over].count(True) == 1


def test_the_sums_follow_from_the_facts() -> None:
    payment = a_payment(100)

    for kind, amount in (("authorized", 100), ("captured", 30), ("captured", 50), ("refunded", 20)):
        payment.post(a_fact(kind, amount))
    payment.post(a_fact("voided", 20))

    assert (payment.authorized, payment.captured, payment.refunded) == (100, 80, 20)
    assert (payment.refundable, payment.seq) == (60, 5)


@pytest.mark.parametrize(
    ("facts", "one_too_many"),
    [
        ([], ("authorized", 101)),
        ([], ("captured", 1)),
        ([("authorized", 100)], ("captured", 101)),
        ([("authorized", 100)], ("refunded", 1)),
        ([("authorized", 100), ("captured", 40)], ("refunded", 41)),
        ([("authorized", 100), ("captured", 40)], ("captured", -1)),
    ],
)
def test_a_fact_that_cannot_be_is_refused_and_leaves_no_trace(
    facts: list[tuple[str, int]], one_too_many: tuple[str, int]
) -> None:
    payment = a_payment(100)
    for kind, amount in facts:
        payment.post(a_fact(kind, amount))
    before = (payment.authorized, payment.captured, payment.refunded, payment.seq)

    with pytest.raises(Refused, match="cannot be: of 100") as refused:
        payment.post(a_fact(*one_too_many))

    assert refused.value.code == "too_much"
    assert (payment.authorized, payment.captured, payment.refunded, payment.seq) == before


@given(
    amount=st.integers(0, 10**12),
    shares=st.lists(st.integers(1, 10**12), max_size=8),
)
def test_shipments_never_claim_more_than_the_order(amount: int, shares: list[int]) -> None:
    payment, granted = a_payment(amount), 0

    for share in shares:
        try:
            payment.claim(share)
        except Refused:
            assert granted + share > amount
        else:
            granted += share

    assert payment.claimed == granted <= amount


def test_a_claim_below_zero_is_refused() -> None:
    payment = a_payment(100, claimed=50)

    with pytest.raises(Refused, match="-10 cannot be taken"):
        payment.claim(-10)
    assert payment.claimed == 50


@pytest.mark.parametrize("other", ["USD", "JPY", "BHD"])
def test_money_of_another_currency_is_refused(other: str) -> None:
    payment = a_payment(100)
    payment.check_currency(euro(1))

    with pytest.raises(Refused, match=f"is in EUR, not in {other}") as refused:
        payment.check_currency(Money(amount=1, currency=other))

    assert refused.value.field == "amount.currency"


@pytest.mark.parametrize(
    ("method", "guarantee"),
    [
        ("card", "authorization"),
        ("cash", "captured"),
        ("bank_transfer", "captured"),
        ("external", "captured"),
        ("invoice", "terms"),
    ],
)
def test_each_method_says_why_the_order_will_be_paid(method: str, guarantee: str) -> None:
    assert a_payment(method=method).guarantee == guarantee


def test_only_a_card_that_pays_something_needs_the_provider() -> None:
    assert a_payment(1).by_provider
    assert not a_payment(0).by_provider
    assert not a_payment(1, method="cash").by_provider
