"""Stock is moved by the ledger alone, never below zero, and goods are placed in few parcels."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.errors import Refused
from services.inventory.domain.stock import Movement, Shelves
from services.inventory.tests.builders import BERLIN, HAMBURG, MUG, SHIRT, parts, shelves_with


def place(shelves: Shelves, *wanted: tuple[str, int]) -> list[tuple[str, str, int]]:
    lines = [(f"line {i}", sku, quantity) for i, (sku, quantity) in enumerate(wanted)]
    return [(sku, where, quantity) for _, sku, where, quantity in shelves.place(lines)]


def test_available_is_what_is_on_hand_and_neither_kept_nor_set_aside() -> None:
    shelves = shelves_with((MUG, BERLIN, 10))
    shelves.post(Movement(MUG, BERLIN, "reserved", "x", reserved=2, allocated=3, unavailable=1))

    told = shelves.at(MUG, BERLIN).told()

    assert told.available == 4
    assert told.on_hand == told.available + told.reserved + told.allocated + told.unavailable


@pytest.mark.parametrize(
    "change",
    [
        {"on_hand": -6},
        {"reserved": 6},
        {"allocated": 6},
        {"unavailable": 6},
        {"reserved": -1},
        {"allocated": -1},
        {"unavailable": -1},
        {"reserved": 3, "allocated": 3},
    ],
)
def test_no_movement_takes_a_balance_below_zero(change: dict[str, int]) -> None:
    shelves = shelves_with((MUG, BERLIN, 5))

    with pytest.raises(Refused, match="5 are on hand") as refusal:
        shelves.post(Movement(MUG, BERLIN, "reserved", "x", **change))  # type: ignore[arg-type]

    assert refusal.value.code == "not_enough"
    assert parts(shelves, MUG, BERLIN) == (5, 0, 0, 0)
    assert shelves.movements == []


def test_a_sku_has_changed_when_another_number_can_be_sold() -> None:
    shelves = shelves_with((MUG, BERLIN, 5), (SHIRT, BERLIN, 5))
    shelves.post(Movement(MUG, BERLIN, "reserved", "x", reserved=2))
    shelves.before.clear()

    shelves.post(Movement(MUG, BERLIN, "allocated", "x", reserved=-2, allocated=2))
    shelves.post(Movement(SHIRT, BERLIN, "reserved", "x", reserved=1))

    assert shelves.changed() == [SHIRT]


def test_looking_at_a_place_where_a_sku_never_was_leaves_no_balance_behind() -> None:
    shelves = shelves_with((MUG, BERLIN, 5))

    assert shelves.at(MUG, HAMBURG).available == 0
    assert [s.warehouse_id for s in shelves.of(MUG)] == [BERLIN]


def test_goods_come_from_the_one_warehouse_that_has_everything_even_if_another_is_fuller() -> None:
    shelves = shelves_with((MUG, BERLIN, 90), (MUG, HAMBURG, 2), (SHIRT, HAMBURG, 1))

    assert place(shelves, (MUG, 2), (SHIRT, 1)) == [(MUG, HAMBURG, 2), (SHIRT, HAMBURG, 1)]


def test_of_two_warehouses_that_have_everything_the_fuller_one_gives() -> None:
    shelves = shelves_with((MUG, BERLIN, 2), (MUG, HAMBURG, 3))

    assert place(shelves, (MUG, 2)) == [(MUG, HAMBURG, 2)]


def test_what_no_single_warehouse_has_is_gathered_from_several() -> None:
    shelves = shelves_with((MUG, BERLIN, 2), (MUG, HAMBURG, 3))

    assert place(shelves, (MUG, 5)) == [(MUG, HAMBURG, 3), (MUG, BERLIN, 2)]


def test_lines_that_share_a_sku_are_summed() -> None:
    shelves = shelves_with((MUG, BERLIN, 3))

    assert place(shelves, (MUG, 2), (MUG, 2)) == []
    assert place(shelves, (MUG, 2), (MUG, 1)) == [(MUG, BERLIN, 2), (MUG, BERLIN, 1)]


def test_all_lines_are_placed_or_none() -> None:
    shelves = shelves_with((MUG, BERLIN, 9))

    assert place(shelves, (MUG, 1), (SHIRT, 1)) == []


def test_levels_count_what_the_asker_holds_itself_at_each_warehouse() -> None:
    shelves = shelves_with((MUG, BERLIN, 2), (MUG, HAMBURG, 5))
    shelves.post(Movement(MUG, BERLIN, "reserved", "x", reserved=2))

    levels = shelves.levels([MUG, MUG], {(MUG, BERLIN): 2})

    assert [(s.warehouse_id, s.available) for s in levels] == [(BERLIN, 2), (HAMBURG, 5)]


places = st.sampled_from(["A", "B", "C"])
amounts = st.integers(0, 6)


@given(
    there=st.dictionaries(st.tuples(st.sampled_from("xyz"), places), amounts, max_size=9),
    wanted=st.lists(st.tuples(st.sampled_from("xyz"), st.integers(1, 5)), min_size=1, max_size=5),
)
def test_a_placement_takes_what_is_wanted_from_what_is_there(
    there: dict[tuple[str, str], int], wanted: list[tuple[str, int]]
) -> None:
    shelves = shelves_with(*((sku, where, n) for (sku, where), n in there.items()))
    lines = [(str(i), sku, quantity) for i, (sku, quantity) in enumerate(wanted)]

    placed = shelves.place(lines)

    needs = {sku: sum(q for s, q in wanted if s == sku) for sku, _ in wanted}
    enough = all(shelves.available(sku) >= need for sku, need in needs.items())
    assert bool(placed) is enough
    if not enough:
        return
    for i, sku, quantity in lines:
        assert sum(q for line, s, _, q in placed if (line, s) == (i, sku)) == quantity
    for sku, where in {(s, w) for _, s, w, _ in placed}:
        taken = sum(q for _, s, w, q in placed if (s, w) == (sku, where))
        assert 0 < taken <= there[sku, where]
    alone = [w for w in "ABC" if all(there.get((s, w), 0) >= n for s, n in needs.items())]
    assert not alone or len({w for *_, w, _ in placed}) == 1
