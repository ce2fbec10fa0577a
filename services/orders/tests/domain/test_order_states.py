"""Statuses follow from quantities and sums; moves that are not in the table raise."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import IllegalMove
from contracts.orders import OrderLine
from contracts.values import SkuQuantity
from services.orders.domain.states import LIFE, State, fulfillment_status, payment_status
from services.orders.tests.builders import MUG, Desk, a_line
from services.orders.tests.domain.test_order_lines import an_order_line


@pytest.mark.parametrize(
    ("told", "due", "captured", "refunded", "status"),
    [
        ("authorized", 100, 0, 0, "authorized"),
        ("authorized", 100, 40, 0, "partially_paid"),
        ("authorized", 100, 100, 0, "paid"),
        ("authorized", 100, 101, 0, "overpaid"),
        ("authorized", 100, 100, 1, "partially_refunded"),
        ("voided", 0, 100, 100, "refunded"),
        ("voided", 0, 0, 0, "voided"),
        ("authorized", 60, 60, 0, "paid"),
        ("authorized", 0, 0, 0, "authorized"),
    ],
)
def test_the_payment_status_follows_from_the_sums(
    told: str, due: int, captured: int, refunded: int, status: str
) -> None:
    assert payment_status(told, due, captured, refunded) == status


@pytest.mark.parametrize(
    ("lines", "status"),
    [
        ([an_order_line(open=2)], "unfulfilled"),
        ([an_order_line(allocated=1, backordered=1)], "backordered"),
        ([an_order_line(shipped=1, packed=1)], "partially_fulfilled"),
        ([an_order_line(shipped=2), an_order_line(canceled=1)], "fulfilled"),
        ([an_order_line(canceled=2)], "canceled"),
    ],
)
def test_the_fulfillment_status_follows_from_the_pieces(
    lines: list[OrderLine], status: str
) -> None:
    assert fulfillment_status(lines, held=False) == status


def test_a_hold_shows_only_while_it_can_still_stop_something() -> None:
    assert fulfillment_status([an_order_line(packed=1, shipped=1)], held=True) == "on_hold"
    assert fulfillment_status([an_order_line(shipped=2)], held=True) == "fulfilled"


def test_every_state_but_the_last_ones_has_a_way_out() -> None:
    assert {state for state in State if LIFE.is_final(state)} == {State.CANCELED, State.EXPIRED}


@pytest.mark.parametrize(
    ("state", "to"),
    [(s, t) for s in State for t in State if not LIFE.allows(s, t)],
)
def test_a_move_that_is_not_in_the_table_names_both_states(state: State, to: State) -> None:
    order = Desk().place()
    order.state = state.value

    with pytest.raises(IllegalMove, match=f"is {state}; it cannot become {to}"):
        order.move(to)


@given(pieces=st.integers(1, 9), given_up=st.integers(0, 9), captured=st.integers(0, 9999))
def test_what_is_too_much_after_a_part_was_given_up_is_what_that_part_had_cost(
    pieces: int, given_up: int, captured: int
) -> None:
    order = Desk().place(a_line(MUG, pieces, 333, discount=pieces))
    order.captured = min(captured, order.total)
    before = order.due
    item, n = order.lines[0], min(given_up, pieces)
    too_much = order.give_up(
        [SkuQuantity(line_id=item.line_id, sku=MUG, quantity=n)] if n else [], ("open",)
    )

    assert too_much == max(order.captured - order.due, 0)
    assert 0 <= too_much <= before - order.due
