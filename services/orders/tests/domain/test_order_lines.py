"""Pieces move and are neither lost nor made; amounts add up to the last minor unit."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Refused
from contracts.orders import Delivery, OrderLine
from services.orders.domain.lines import check_amounts, move, net, share
from services.orders.tests.builders import a_line, a_wish

STATES = ("open", "allocated", "backordered", "picked", "packed", "shipped", "canceled")
states = st.sampled_from(STATES)


def an_order_line(**quantities: int) -> OrderLine:
    return OrderLine(
        line_id="lin", sku="MUG-1", name="Mug", ordered=sum(quantities.values()), unit_price=1,
        discount=0, tax=0, total=1, **quantities,
    )  # fmt: skip


@given(
    quantities=st.fixed_dictionaries({state: st.integers(0, 5) for state in STATES}),
    moves=st.lists(st.tuples(st.integers(0, 6), st.lists(states, min_size=1, unique=True), states)),
)
def test_wherever_pieces_move_their_sum_stays_what_was_ordered(
    quantities: dict[str, int], moves: list[tuple[int, list[Any], Any]]
) -> None:
    line = an_order_line(**quantities)
    for quantity, source, to in moves:
        there = sum(getattr(line, state) for state in source if state != to)
        before = getattr(line, to)
        if to in source:
            continue
        if quantity > there:
            with pytest.raises(Refused, match="only"):
                move(line, quantity, source, to)
            continue
        line = move(line, quantity, source, to)
        assert getattr(line, to) == before + quantity
        assert min(getattr(line, state) for state in STATES) >= 0
        assert sum(getattr(line, state) for state in STATES) == line.ordered


def test_pieces_move_from_the_first_place_that_has_any() -> None:
    moved = move(an_order_line(picked=2, allocated=3), 4, ("picked", "allocated"), "packed")

    assert (moved.picked, moved.allocated, moved.packed) == (0, 1, 4)


@given(paid=st.integers(0, 10**12), parts=st.lists(st.integers(1, 50), min_size=1, max_size=20))
def test_all_pieces_together_are_worth_exactly_what_was_paid(paid: int, parts: list[int]) -> None:
    ordered, before, worth = sum(parts), 0, []
    for part in parts:
        worth.append(share(paid, ordered, before, part))
        before += part

    assert sum(worth) == paid
    assert all(
        paid * part // ordered <= one <= paid * part // ordered + 1
        for part, one in zip(parts, worth, strict=True)
    )


amounts = st.integers(0, 10**6)
lines = st.builds(
    lambda price, n, part, tax: a_line(
        unit_price=price, quantity=n, discount=price * n * part // 100, tax=tax
    ),
    amounts, st.integers(1, 100), st.integers(0, 100), amounts,
)  # fmt: skip


@given(
    lines=st.lists(lines, min_size=1, max_size=10), price=amounts, tax=amounts,
    taxes_included=st.booleans(), off=st.sampled_from([-1, 0, 1]),
)  # fmt: skip
def test_an_order_adds_up_exactly_or_is_refused(
    lines: list[Any], price: int, tax: int, taxes_included: bool, off: int
) -> None:
    wish = a_wish(*lines, delivery=Delivery(price=price, tax=tax), taxes_included=taxes_included)
    if not off:
        check_amounts(wish)
        return
    with pytest.raises(Refused, match=f"add up to {wish.total}") as refused:
        check_amounts(a_wish(*lines, delivery=wish.delivery, taxes_included=taxes_included,
                             total=wish.total + off))  # fmt: skip
    assert refused.value.field == "total"


def test_a_tax_that_is_included_is_not_charged_again() -> None:
    line = a_line(unit_price=1190, quantity=2, discount=380, tax=319)

    assert (net(line, taxes_included=True), net(line, taxes_included=False)) == (2000, 2319)
