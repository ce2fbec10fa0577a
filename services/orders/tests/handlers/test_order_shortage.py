"""An order is split, or not everything of it is found where it should be."""

import pytest

from contracts.inventory import StockReserved
from services.orders.tests.builders import MUG, SHIRT, Desk, a_line
from services.orders.tests.town import Town, at_handover, at_packing


def test_what_a_picker_does_not_find_is_reserved_elsewhere_and_travels_after(desk: Desk) -> None:
    town = at_packing(desk, a_line(MUG, 2))
    town.others.miss_one(town.order.order_id, town.others.open_picks()[0])

    assert town.go() == ["ReplaceShortage", "RouteOrder", "CommitStock", "OpenFulfillment"]
    assert [(s.warehouse_id, s.round, s.lines[0].quantity) for s in town.order.sendings] == [
        ("BER", 1, 1),
        ("HAM", 2, 1),
    ]
    for walk in (town.pick_and_pack, town.hand_over, town.deliver):
        walk()
    assert (town.order.state, town.order.captured) == ("completed", town.order.total)
    assert town.others.written_off == 1


def test_a_pick_list_of_which_nothing_is_found_ends(desk: Desk) -> None:
    town = at_packing(desk, a_line(MUG, 1))
    town.others.miss_one(town.order.order_id, town.others.open_picks()[0])
    town.go()

    assert [s.status for s in town.order.sendings] == ["incomplete", "allocated"]
    assert desk.runs_at(town.order)[1:3] == [
        ("fulfillment", "packing", "done"),
        ("fulfillment", "packing", "forward"),
    ]


def test_what_is_nowhere_is_backordered_until_a_person_decides(desk: Desk) -> None:
    town = at_packing(desk, a_line(MUG, 2), refusing={"ReplaceShortage"})
    town.others.miss_one(town.order.order_id, town.others.open_picks()[0])
    town.go()

    assert town.stuck == ["stock: out of stock: MUG-1"]
    assert town.order.fulfillment_status == "backordered"


def test_a_shortage_is_given_up_when_the_rest_has_left_and_the_order_completes(desk: Desk) -> None:
    town = at_packing(desk, a_line(MUG, 2), refusing={"ReplaceShortage"})
    town.others.miss_one(town.order.order_id, town.others.open_picks()[0])
    town.go()
    for walk in (town.pick_and_pack, town.hand_over, town.deliver):
        walk()
    desk.decide(town.order, "compensate", f"{town.order.order_id}:round-2")
    town.go()

    line = town.order.lines[0]
    assert (line.delivered, line.canceled, line.backordered) == (1, 1, 0)
    assert (town.order.state, town.order.captured) == ("completed", 1000 + 490)


def test_two_warehouses_send_and_charge_each_their_own_part(desk: Desk) -> None:
    town = at_handover(desk, a_line(MUG, 1, 1000), a_line(SHIRT, 1, 2500), split=True)
    town.hand_over()

    assert sorted(town.others.captures.values()) == [1490, 2500]
    town.deliver()
    assert (town.order.state, town.order.captured) == ("completed", 3990)


def test_goods_that_have_moved_meanwhile_are_routed_again(desk: Desk) -> None:
    town = Town(desk, refusing={"CommitStock"})

    assert town.go()[2:] == [
        "RouteOrder", "CommitStock", "RouteOrder", "CommitStock", "OpenFulfillment",
    ]  # fmt: skip
    assert [(s.warehouse_id, s.status) for s in town.order.sendings] == [
        ("BER", "canceled"),
        ("HAM", "allocated"),
    ]


@pytest.mark.parametrize("late", [True, False])
def test_what_was_found_elsewhere_for_a_canceled_part_goes_back_whenever_it_is_told(
    desk: Desk, late: bool
) -> None:
    town = at_packing(desk, a_line(MUG, 1), a_line(SHIRT, 1))
    town.others.miss_one(town.order.order_id, town.others.open_picks()[0])
    town.go(until="ReplaceShortage")
    town.others.obey(desk.heard()[0])
    reserved = town.take(StockReserved)
    town.pick_and_pack()
    town.others.hand_over(town.order.order_id, town.others.at_shipping("labeled")[0])
    desk.cancel(town.order)
    if not late:
        desk.tell(reserved)
    town.go()
    if late:
        desk.tell(reserved)
    town.go()
    town.deliver()

    assert (town.order.state, town.order.lines[0].canceled) == ("completed", 1)
    assert not any(town.others.kept.values())
