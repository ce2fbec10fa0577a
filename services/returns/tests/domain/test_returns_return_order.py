"""A return goes its way by the table, and is received and inspected piece by piece."""

from typing import Any

import pytest

from chassis.errors import IllegalMove, Refused, Stale
from contracts.returns import ReceivedLine, ReturnLine
from services.returns.domain.return_order import LIFE, ReturnOrder, State, pieces_back
from services.returns.tests.builders import MUG, NOW, SHIRT, inspected

MUGS, SHIRTS = "lin_1", "lin_2"


def a_return(state: State = State.APPROVED) -> ReturnOrder:
    """Three mugs and a shirt shall come back."""
    lines = (a_line(MUGS, MUG, 3), a_line(SHIRTS, SHIRT, 1))
    return ReturnOrder("ret_1", "ord_1", "EUR", lines, NOW, state=state.value)


def a_line(line_id: str, sku: str, requested: int) -> ReturnLine:
    return ReturnLine(
        line_id=line_id, sku=sku, name=sku, reason="unwanted", requested=requested, received=0
    )


def receive(order: ReturnOrder, receipt: str = "r1", at: str = "BER", **pieces: int) -> None:
    arrived = [ReceivedLine(line_id=i, quantity=n) for i, n in pieces.items()]
    order.receive(receipt, at, arrived)


def received(**pieces: int) -> ReturnOrder:
    order = a_return()
    receive(order, **pieces)
    return order


def test_every_state_but_the_last_has_a_way_out() -> None:
    final = {state for state in State if LIFE.is_final(state)}

    assert final == {State.COMPLETED, State.DECLINED, State.CANCELED, State.EXPIRED}


@pytest.mark.parametrize("state", [s for s in State if s != State.PARTIALLY_RECEIVED])
def test_nothing_happens_to_a_return_twice(state: State) -> None:
    with pytest.raises(IllegalMove):
        a_return(state).move(state)


@pytest.mark.parametrize(
    "state", [State.DECLINED, State.CANCELED, State.EXPIRED, State.INSPECTED, State.COMPLETED]
)
def test_what_is_over_takes_in_nothing(state: State) -> None:
    order = a_return(state)

    with pytest.raises(IllegalMove):
        receive(order, lin_1=1)
    assert (order.lines[0].received, order.receipts) == (0, ())


def test_goods_may_come_in_several_parcels() -> None:
    order = received(lin_1=2)
    assert order.state == State.PARTIALLY_RECEIVED
    receive(order, "r2", lin_2=1)
    assert order.state == State.PARTIALLY_RECEIVED
    receive(order, "r3", lin_1=1)

    assert (order.state, order.receipts) == (State.RECEIVED, ("r1", "r2", "r3"))
    assert [line.received for line in order.lines] == [3, 1]


def test_no_more_arrives_than_was_asked_for_even_in_two_rows() -> None:
    order = a_return()
    rows = [ReceivedLine(line_id=MUGS, quantity=2), ReceivedLine(line_id=MUGS, quantity=2)]

    with pytest.raises(Refused, match="Of MUG-1, 1 are still to arrive") as refusal:
        order.receive("r1", "BER", rows)
    assert refusal.value.field == "lines[1].quantity"
    assert (order.state, order.lines[0].received) == (State.APPROVED, 0)


def test_what_was_not_asked_for_is_refused_at_the_door() -> None:
    with pytest.raises(Refused) as refusal:
        received(lin_9=1)
    assert (refusal.value.code, refusal.value.field) == ("not_of_this_return", "lines[0].line_id")


def test_a_return_arrives_at_one_warehouse() -> None:
    order = received(lin_1=1)

    with pytest.raises(Refused, match="arrived at BER") as refusal:
        receive(order, "r2", at="HAM", lin_1=1)
    assert refusal.value.field == "warehouse_id"
    assert (order.warehouse_id, order.lines[0].received) == ("BER", 1)


@pytest.mark.parametrize(
    "found",
    [
        [inspected(MUGS, 1)],
        [inspected(MUGS, 2), inspected(MUGS, 1)],
        [inspected(MUGS, 2), inspected(SHIRTS, 1)],
    ],
)
def test_exactly_what_was_received_is_inspected(found: Any) -> None:
    order = received(lin_1=2)

    with pytest.raises(Refused, match="were received and") as refusal:
        order.inspect(found)
    assert (refusal.value.code, order.state) == ("does_not_add_up", State.PARTIALLY_RECEIVED)


def test_pieces_of_one_line_may_get_different_grades() -> None:
    order = received(lin_1=3)

    order.inspect([inspected(MUGS, 2), inspected(MUGS, 1, "scrap", "D")])

    assert order.state == State.INSPECTED
    assert [(x.quantity, x.grade) for x in order.lines[0].inspected] == [(2, "A"), (1, "D")]
    assert order.lines[1].inspected == ()


def test_a_piece_that_is_missing_from_the_parcel_has_not_come_back() -> None:
    order = received(lin_1=3)

    order.inspect([inspected(MUGS, 1), inspected(MUGS, 2, "missing")])

    assert [pieces_back(line) for line in order.lines] == [1, 0]


def test_who_looked_at_an_older_return_is_told_so() -> None:
    with pytest.raises(Stale):
        a_return().expect_version(2)
