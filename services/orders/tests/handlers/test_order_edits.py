"""An order is sent elsewhere before it is picked; whoever is faster, picker or editor, wins."""

from typing import Any

import pytest

from chassis.errors import IllegalMove, Refused, Stale
from contracts.orders import OrderEdited
from contracts.warehouse import ItemPicked, OrderReaddressed
from services.orders.domain.lines import placed
from services.orders.tests.builders import Desk, an_address
from services.orders.tests.town import Town, at_packing

ELSEWHERE = an_address("Bob Jones", "20095")
OFFICE = an_address("Jones Ltd", "20457")


def edited(desk: Desk, town: Town) -> list[tuple[str, str, str, str]]:
    told = [c for c in desk.history_of(town.order) if c.action == "edited"]
    return [(c.subject, c.before, c.after, c.reason) for c in told]


def labels(town: Town) -> list[Any]:
    return [m for m in town.desk.work.sent if type(m).__name__ == "CreateShipment"]


def test_who_pays_is_changed_at_once_and_nobody_is_asked(desk: Desk) -> None:
    order = desk.place()
    desk.heard()

    desk.edit(order, bill_to=OFFICE)

    assert (order.bill_to, order.editing) == (OFFICE, None)
    assert desk.heard() == [
        OrderEdited(
            order_id=order.order_id,
            edit=1,
            ship_to=order.ship_to,
            bill_to=OFFICE,
            lines=placed(order.lines),
            total=order.total,
        )
    ]


def test_where_it_goes_is_changed_once_the_warehouse_has_agreed(desk: Desk) -> None:
    town = at_packing(desk)
    before = town.order.ship_to

    desk.edit(town.order, ship_to=ELSEWHERE, bill_to=OFFICE)
    assert (town.order.ship_to, town.order.bill_to) == (before, None)
    town.go()

    assert (town.order.ship_to, town.order.bill_to, town.order.editing) == (ELSEWHERE, OFFICE, None)
    assert town.others.goes_to == ELSEWHERE
    assert edited(desk, town) == [
        ("ship_to", "Ann Smith, Main Street 1, 10115 Berlin, DE",
         "Bob Jones, Main Street 1, 20095 Berlin, DE", "moved"),
        ("bill_to", "", "Jones Ltd, Main Street 1, 20457 Berlin, DE", "moved"),
    ]  # fmt: skip
    assert desk.orders.found_by[-1] == town.order.order_id


def test_the_label_has_the_new_address_and_the_order_goes_on_to_its_end(desk: Desk) -> None:
    town = at_packing(desk)
    desk.edit(town.order, ship_to=ELSEWHERE)
    town.go()

    for number in town.others.open_picks():
        town.others.pick_one(town.order.order_id, number)
        town.others.pack(town.order.order_id, number)
    town.go(until="CreateShipment")
    assert [label.ship_to for label in labels(town)] == [ELSEWHERE]
    town.go()
    town.hand_over()
    town.deliver()

    assert town.order.state == "completed"


def test_a_picker_who_was_faster_wins_and_nothing_changes(desk: Desk) -> None:
    town = at_packing(desk)
    before = town.order.ship_to
    (pick,) = town.others.open_picks()
    town.others.pick_one(town.order.order_id, pick)
    news = town.take(ItemPicked)  # nobody has told the order yet

    desk.edit(town.order, ship_to=ELSEWHERE, bill_to=OFFICE)
    town.go()

    assert (town.order.ship_to, town.order.bill_to, town.order.editing) == (before, None, None)
    refusal = next(c for c in desk.history_of(town.order) if c.action == "edit refused")
    assert (refusal.reason, refusal.actor) == ("Somebody has begun to pick it.", "person:ann")
    assert edited(desk, town) == []
    desk.tell(news)
    town.others.pack(town.order.order_id, pick)
    town.go()
    assert ("fulfillment", "handover", "forward") in desk.runs_at(town.order)


def test_no_label_is_bought_before_it_is_sure_where_it_goes(desk: Desk) -> None:
    town = at_packing(desk)
    desk.edit(town.order, ship_to=ELSEWHERE)
    town.go(until="ReaddressOrder")
    town.others.obey(desk.heard()[0])
    answer = town.take(OrderReaddressed)  # comes after what was told later
    (pick,) = town.others.open_picks()
    town.others.pick_one(town.order.order_id, pick)
    town.others.pack(town.order.order_id, pick)
    town.go()
    assert ("fulfillment", "label", "forward") in desk.runs_at(town.order)
    assert "CreateShipment" not in town.all_asked

    desk.tell(answer)
    assert [label.ship_to for label in labels(town)] == [ELSEWHERE]


def test_an_answer_that_comes_twice_or_late_changes_nothing_more(desk: Desk) -> None:
    town = at_packing(desk)
    desk.edit(town.order, ship_to=ELSEWHERE)
    town.go()
    desk.edit(town.order, ship_to=OFFICE)

    desk.tell(OrderReaddressed(order_id=town.order.order_id, edit=1))
    assert (town.order.ship_to, town.order.editing is None) == (ELSEWHERE, False)
    town.go()
    assert town.order.ship_to == OFFICE
    assert [subject for subject, *_ in edited(desk, town)] == ["ship_to", "ship_to"]


def test_a_warehouse_that_does_not_answer_is_asked_again_until_it_does(desk: Desk) -> None:
    town = at_packing(desk)
    town.lost = {"ReaddressOrder"}
    desk.edit(town.order, ship_to=ELSEWHERE)
    for _ in range(3):
        town.go()
        desk.wait(minutes=5)
    assert town.order.ship_to != ELSEWHERE

    town.lost = set()
    town.go()
    assert town.order.ship_to == ELSEWHERE
    assert town.all_asked.count("ReaddressOrder") == 4
    assert len(edited(desk, town)) == 1


def test_an_order_can_be_canceled_while_the_warehouse_thinks(desk: Desk) -> None:
    town = at_packing(desk)
    desk.edit(town.order, ship_to=ELSEWHERE)
    town.go(until="ReaddressOrder")
    asked = desk.heard()[0]

    desk.cancel(town.order)
    town.go()
    assert town.order.state == "canceled"
    town.others.obey(asked)
    town.go()

    assert town.order.editing is None
    assert edited(desk, town) == []
    assert [run for run in desk.runs_at(town.order) if run[2] in {"forward", "waiting"}] == []


@pytest.mark.parametrize("state", ["being edited", "being picked", "being canceled", "canceled"])
def test_what_cannot_be_edited_is_refused_with_its_state(desk: Desk, state: str) -> None:
    town = at_packing(desk)
    if state == "being edited":
        desk.edit(town.order, ship_to=OFFICE)
    elif state == "being picked":
        town.others.pick_one(town.order.order_id, town.others.open_picks()[0])
        town.go()
    else:
        desk.cancel(town.order)
        if state == "canceled":
            town.go()

    with pytest.raises(IllegalMove, match=f"is {state}"):
        desk.edit(town.order, ship_to=ELSEWHERE)


def test_an_edit_that_changes_nothing_is_refused_by_name(desk: Desk) -> None:
    order = desk.place()

    for wish, field in (({"ship_to": order.ship_to}, "ship_to"), ({}, "ship_to")):
        with pytest.raises(Refused) as refused:
            desk.edit(order, **wish)
        assert (refused.value.code, refused.value.field) == ("nothing_changes", field)


def test_of_two_who_edit_one_order_the_second_is_told(desk: Desk) -> None:
    order = desk.place()
    with pytest.raises(Stale):
        desk.edit(order, ship_to=ELSEWHERE, expected_version=order.version + 1)
    assert order.editing is None
