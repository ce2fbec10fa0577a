"""A reservation keeps goods for a round of an order, and lets go of exactly what it keeps."""

import pytest

from chassis.errors import IllegalMove
from contracts.values import Placement
from services.inventory.domain.reservation import LIFE, Reservation, State
from services.inventory.domain.stock import Shelves
from services.inventory.tests.builders import (
    BERLIN,
    HAMBURG,
    MUG,
    ORDER,
    SHIRT,
    a_reservation,
    at,
    parts,
    shelves_with,
)


def kept(shelves: Shelves, *placements: Placement) -> Reservation:
    reservation = a_reservation(*placements)
    reservation.keep(shelves, placements)
    return reservation


def committed(shelves: Shelves, *placements: Placement) -> Reservation:
    reservation = kept(shelves, *placements)
    assert reservation.commit(shelves, placements)
    return reservation


@pytest.fixture
def shelves() -> Shelves:
    return shelves_with((MUG, BERLIN, 5), (MUG, HAMBURG, 5), (SHIRT, BERLIN, 5))


def test_what_is_reserved_is_allocated_once_it_is_committed(shelves: Shelves) -> None:
    reservation = kept(shelves, at(BERLIN, 2))
    assert parts(shelves, MUG, BERLIN) == (5, 2, 0, 0)

    reservation.commit(shelves, [at(BERLIN, 2)])

    assert parts(shelves, MUG, BERLIN) == (5, 0, 2, 0)
    assert reservation.state == "committed"


def test_a_commit_moves_goods_to_the_planned_warehouse(shelves: Shelves) -> None:
    reservation = kept(shelves, at(BERLIN, 2))

    assert reservation.commit(shelves, [at(HAMBURG, 2)])

    assert parts(shelves, MUG, BERLIN) == (5, 0, 0, 0)
    assert parts(shelves, MUG, HAMBURG) == (5, 0, 2, 0)


def test_a_commit_may_split_a_line_over_warehouses(shelves: Shelves) -> None:
    reservation = kept(shelves, at(BERLIN, 4))

    assert reservation.commit(shelves, [at(BERLIN, 1), at(HAMBURG, 3)])

    assert parts(shelves, MUG, BERLIN) == (5, 0, 1, 0)
    assert parts(shelves, MUG, HAMBURG) == (5, 0, 3, 0)


def test_a_commit_counts_the_orders_own_goods_among_what_can_be_had(shelves: Shelves) -> None:
    reservation = kept(shelves, at(BERLIN, 5))

    assert reservation.commit(shelves, [at(BERLIN, 5)])


def test_a_commit_where_the_goods_cannot_be_had_changes_nothing(shelves: Shelves) -> None:
    reservation = kept(shelves, at(BERLIN, 5))
    kept(shelves, at(HAMBURG, 3))

    assert not reservation.commit(shelves, [at(BERLIN, 2), at(HAMBURG, 3, number=2)])

    assert reservation.state == "active"
    assert parts(shelves, MUG, BERLIN) == (5, 5, 0, 0)
    assert parts(shelves, MUG, HAMBURG) == (5, 3, 0, 0)


def test_lines_of_a_plan_that_share_a_sku_are_summed(shelves: Shelves) -> None:
    reservation = kept(shelves, at(BERLIN, 1))

    assert not reservation.commit(shelves, [at(BERLIN, 3), at(BERLIN, 3, number=2)])


@pytest.mark.parametrize("keep", [kept, committed])
def test_a_release_gives_back_what_is_still_kept_in_whatever_state(keep, shelves: Shelves) -> None:
    reservation = keep(shelves, at(BERLIN, 2), at(BERLIN, 1, SHIRT, number=2))

    reservation.release(shelves, "order canceled")

    assert parts(shelves, MUG, BERLIN) == parts(shelves, SHIRT, BERLIN) == (5, 0, 0, 0)
    assert (reservation.state, reservation.placements) == ("released", ())


def test_some_goods_may_be_released_and_the_rest_is_kept(shelves: Shelves) -> None:
    reservation = committed(shelves, at(BERLIN, 3), at(HAMBURG, 1))

    rest = reservation.release_some(shelves, [at(BERLIN, 2)], "line canceled")

    assert rest == []
    assert reservation.placements == (at(BERLIN, 1), at(HAMBURG, 1))
    assert parts(shelves, MUG, BERLIN) == (5, 0, 1, 0)


def test_no_more_is_released_than_is_kept_and_the_rest_is_told(shelves: Shelves) -> None:
    reservation = kept(shelves, at(BERLIN, 1))
    kept(shelves, at(BERLIN, 3))

    rest = reservation.release_some(shelves, [at(BERLIN, 2)], "line canceled")

    assert rest == [at(BERLIN, 1)]
    assert reservation.state == "released"
    assert parts(shelves, MUG, BERLIN) == (5, 3, 0, 0)


def test_goods_that_leave_are_off_the_books_and_the_last_ones_end_the_round(
    shelves: Shelves,
) -> None:
    reservation = committed(shelves, at(BERLIN, 2), at(HAMBURG, 1))

    reservation.send(shelves, [at(BERLIN, 2)], "ful_1")
    assert reservation.state == "committed"
    reservation.send(shelves, [at(HAMBURG, 1)], "ful_2")

    assert reservation.state == "fulfilled"
    assert parts(shelves, MUG, BERLIN) == (3, 0, 0, 0)
    assert parts(shelves, MUG, HAMBURG) == (4, 0, 0, 0)


@pytest.mark.parametrize("let_go", [Reservation.send, Reservation.write_off])
def test_goods_that_go_before_they_are_committed_leave_other_orders_their_share(
    let_go, shelves: Shelves
) -> None:
    committed(shelves, at(BERLIN, 3))
    early = kept(shelves, at(BERLIN, 2))

    let_go(early, shelves, [at(BERLIN, 2)], "ful_1")

    assert parts(shelves, MUG, BERLIN) == (3, 0, 3, 0)
    assert not early.holds


def test_what_a_picker_does_not_find_is_written_off_with_the_reason(shelves: Shelves) -> None:
    reservation = committed(shelves, at(BERLIN, 3))

    reservation.write_off(shelves, [at(BERLIN, 1)], "ful_1")

    last = shelves.movements[-1]
    assert (last.kind, last.cause, last.reason) == (
        "short_pick",
        "ful_1",
        "a picker did not find it",
    )
    assert parts(shelves, MUG, BERLIN) == (4, 0, 2, 0)


def test_goods_of_another_line_or_place_are_not_touched(shelves: Shelves) -> None:
    reservation = committed(shelves, at(BERLIN, 2))

    rest = reservation.send(shelves, [at(BERLIN, 1, number=9), at(HAMBURG, 1)], "ful_1")

    assert rest == [at(BERLIN, 1, number=9), at(HAMBURG, 1)]
    assert reservation.placements == (at(BERLIN, 2),)


def test_an_expired_reservation_holds_nothing_and_may_be_kept_again(shelves: Shelves) -> None:
    reservation = kept(shelves, at(BERLIN, 2))

    reservation.expire(shelves)
    assert (reservation.state, reservation.own()) == ("expired", {})
    reservation.keep(shelves, [at(HAMBURG, 2)])

    assert (reservation.state, reservation.own()) == ("active", {(MUG, HAMBURG): 2})
    assert parts(shelves, MUG, BERLIN) == (5, 0, 0, 0)


def test_what_is_committed_does_not_expire(shelves: Shelves) -> None:
    reservation = committed(shelves, at(BERLIN, 2))

    with pytest.raises(IllegalMove, match=f"{ORDER} round 1 is committed"):
        reservation.expire(shelves)


def test_every_state_but_the_last_two_has_a_way_out() -> None:
    assert {s for s in State if LIFE.is_final(s)} == {State.FULFILLED, State.RELEASED}
