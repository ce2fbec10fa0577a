"""What was promised leaves the books when it leaves the building, or when nobody finds it."""

import pytest

from chassis.errors import Refused
from contracts import inventory as said
from services.inventory.tests.builders import (
    BERLIN,
    HAMBURG,
    MUG,
    ORDER,
    OTHER_FULFILLMENT,
    OTHER_ORDER,
    Stockroom,
    at,
    commit,
    fulfill,
    line,
    receive,
    release,
    replace,
    reserve,
)


def test_what_has_left_is_off_the_books_once(stocked: Stockroom) -> None:
    stocked.tell(reserve(line(2)), commit(at(BERLIN, 2)))

    first, again = stocked.tell(fulfill(at(BERLIN, 2))), stocked.tell(fulfill(at(BERLIN, 2)))

    assert first == again
    assert stocked.balances()[MUG, BERLIN] == (3, 0, 0, 0)


def test_each_parcel_of_an_order_takes_its_own_share(stocked: Stockroom) -> None:
    stocked.tell(reserve(line(3)), commit(at(BERLIN, 2), at(HAMBURG, 1)))

    stocked.tell(fulfill(at(HAMBURG, 1)))
    assert stocked.balances() == {(MUG, BERLIN): (5, 0, 2, 0), (MUG, HAMBURG): (1, 0, 0, 0)}

    stocked.tell(fulfill(at(BERLIN, 2), fulfillment=OTHER_FULFILLMENT))
    assert [r.state for r in stocked.reservations()] == ["fulfilled"]


def test_a_reservation_asked_for_after_the_goods_have_left_is_no_longer_of_interest(
    stocked: Stockroom,
) -> None:
    stocked.tell(reserve(line(1)), commit(at(BERLIN, 1)), fulfill(at(BERLIN, 1)))

    assert stocked.tell(reserve(line(1))) is None
    assert stocked.tell(commit(at(BERLIN, 1))) == said.StockCommitted(order_id=ORDER, round=1)
    assert stocked.balances()[MUG, BERLIN] == (4, 0, 0, 0)


def test_a_release_after_one_of_two_parcels_has_left_gives_back_the_other(
    stocked: Stockroom,
) -> None:
    stocked.tell(reserve(line(3)), commit(at(BERLIN, 2), at(HAMBURG, 1)), fulfill(at(BERLIN, 2)))

    stocked.tell(release())

    assert stocked.balances() == {(MUG, BERLIN): (3, 0, 0, 0), (MUG, HAMBURG): (2, 0, 0, 0)}


def test_goods_that_left_although_they_were_given_back_are_gone_all_the_same(
    stocked: Stockroom,
) -> None:
    stocked.tell(reserve(line(2)), commit(at(BERLIN, 2)), release())

    told = stocked.tell(fulfill(at(BERLIN, 2)))

    assert isinstance(told, said.StockFulfilled)
    assert stocked.balances()[MUG, BERLIN] == (3, 0, 0, 0)
    assert stocked.inventory.stock.movements[-1].reason == "it left without being allocated"


def test_goods_that_left_at_the_expense_of_other_orders_are_for_a_person(
    stocked: Stockroom,
) -> None:
    stocked.tell(reserve(line(2)), commit(at(BERLIN, 2)), release())
    stocked.tell(reserve(line(4), order=OTHER_ORDER))

    with pytest.raises(Refused, match="2 × MUG-1 left BER that were never allocated, and only 1"):
        stocked.tell(fulfill(at(BERLIN, 2)))

    assert stocked.balances()[MUG, BERLIN] == (5, 4, 0, 0)


def test_what_was_not_found_is_written_off_and_kept_elsewhere(stocked: Stockroom) -> None:
    stocked.tell(reserve(line(5)), commit(at(BERLIN, 5)))

    told = stocked.tell(replace(at(BERLIN, 2)))

    assert (told.round, told.placements) == (2, (at(HAMBURG, 2),))
    assert stocked.balances() == {(MUG, BERLIN): (3, 0, 3, 0), (MUG, HAMBURG): (2, 2, 0, 0)}
    assert stocked.tell(replace(at(BERLIN, 2))) == told
    assert stocked.balances()[MUG, BERLIN] == (3, 0, 3, 0)


def test_what_was_not_found_and_is_nowhere_else_is_short_until_it_is_received(
    stocked: Stockroom,
) -> None:
    stocked.tell(reserve(line(5)), commit(at(BERLIN, 5)))

    told = stocked.tell(replace(at(BERLIN, 4)))
    assert [(s.wanted, s.available) for s in told.lines] == [(4, 2)]

    stocked.tell(receive(4))
    assert isinstance(stocked.tell(replace(at(BERLIN, 4))), said.StockReserved)
    assert stocked.balances()[MUG, BERLIN] == (5, 4, 1, 0)


def test_a_round_of_which_nothing_was_found_is_over(stocked: Stockroom) -> None:
    stocked.tell(reserve(line(2)), commit(at(BERLIN, 2)), replace(at(BERLIN, 2)))

    assert [(r.round, r.state) for r in stocked.reservations()] == [(1, "released"), (2, "active")]
    assert stocked.tell(reserve(line(2))) is None


def test_both_rounds_of_an_order_leave_in_one_parcel(stocked: Stockroom) -> None:
    stocked.tell(receive(5))
    stocked.tell(reserve(line(3)), commit(at(BERLIN, 3)), replace(at(BERLIN, 1)))
    stocked.tell(commit(at(BERLIN, 1), round_=2))

    stocked.tell(fulfill(at(BERLIN, 3)))

    assert stocked.balances()[MUG, BERLIN] == (6, 0, 0, 0)
    assert {r.state for r in stocked.reservations()} == {"fulfilled"}
