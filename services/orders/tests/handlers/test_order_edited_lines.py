"""More or less of an order is sent than was placed: goods and money follow, all or nothing."""

from typing import Any

import pytest

from chassis.errors import IllegalMove, NotFound, Refused
from contracts.orders import LineQuantity, OrderEdited, PaymentChoice
from contracts.warehouse import ItemPicked
from services.orders.domain.order import Order
from services.orders.tests.builders import MUG, SHIRT, Desk, a_line, an_address
from services.orders.tests.town import Town, at_packing

TWO_LINES = (a_line(MUG, 3, 1000), a_line(SHIRT, 1, 2000))


def lines(order: Order) -> list[tuple[str, int, int]]:
    return [(line.sku, line.ordered, line.total) for line in order.lines]


def to_pick(town: Town) -> list[dict[str, int]]:
    """What is on the lists that can be picked."""
    picks = [town.others.picks[number] for number in town.others.open_picks()]
    return [{item.sku: item.quantity for item in pick.wanted.values()} for pick in picks]


def kept(town: Town) -> int:
    return sum(p.quantity for placed in town.others.kept.values() for p in placed)


def edited(desk: Desk, order: Order) -> list[tuple[str, str, str]]:
    told = [c for c in desk.history_of(order) if c.action == "edited"]
    return [(c.subject, c.before, c.after) for c in told]


def refusal(desk: Desk, order: Order) -> str:
    (told,) = [c for c in desk.history_of(order) if c.action == "edit refused"]
    return told.reason


def send_all(town: Town) -> None:
    town.pick_and_pack()
    town.hand_over()
    town.deliver()


def test_fewer_pieces_are_sent_kept_and_paid(desk: Desk) -> None:
    town = at_packing(desk, *TWO_LINES)

    desk.edit_lines(town.order, 1, 0)
    assert town.order.total == 5490  # nothing has changed before the warehouse agrees
    town.go()

    assert lines(town.order) == [(MUG, 1, 1000)]
    assert (town.order.total, town.order.editing) == (1490, None)
    assert (to_pick(town), kept(town)) == ([{MUG: 1}], 1)
    assert town.others.amount == 1490
    assert edited(desk, town.order) == [
        ("lines", f"3 × {MUG}, 1 × {SHIRT}", f"1 × {MUG}, 0 × {SHIRT}"),
        ("total", "54.90 EUR", "14.90 EUR"),
    ]
    send_all(town)
    assert (town.order.state, town.order.captured) == ("completed", 1490)


def test_a_parcel_of_which_nothing_is_wanted_is_not_sent(desk: Desk) -> None:
    town = at_packing(desk, *TWO_LINES, split=True)

    desk.edit_lines(town.order, 3, 0)
    town.go()

    assert to_pick(town) == [{MUG: 3}]
    assert sorted(run[2] for run in desk.runs_at(town.order) if run[0] == "fulfillment") == [
        "done", "forward"
    ]  # fmt: skip
    send_all(town)
    assert (town.order.state, town.order.captured) == ("completed", 3490)


def test_more_pieces_and_a_new_line_are_found_paid_and_sent_beside_the_others(desk: Desk) -> None:
    town = at_packing(desk)

    desk.edit_lines(town.order, 3, added=(a_line(SHIRT, 1, 2000, tax=380),))
    asked = town.go()

    assert asked[:4] == ["ReserveStock", "RaisePayment", "EditPlan", "RouteOrder"]
    assert lines(town.order) == [(MUG, 3, 3000), (SHIRT, 1, 2380)]
    assert (town.order.total, town.others.amount) == (5870, 5870)
    assert to_pick(town) == [{MUG: 1}, {MUG: 2, SHIRT: 1}]
    send_all(town)
    assert (town.order.state, town.order.captured) == ("completed", 5870)


def test_an_exchange_of_equal_worth_moves_no_money(desk: Desk) -> None:
    town = at_packing(desk, a_line(MUG, 2, 1000))

    desk.edit_lines(town.order, 1, added=(a_line(SHIRT, 1, 1000),))
    asked = town.go()

    assert {"RaisePayment", "LowerPayment"}.isdisjoint(asked)
    assert (town.order.total, kept(town)) == (2490, 2)


@pytest.mark.parametrize(
    ("refusing", "why"),
    [("ReserveStock", f"out of stock: {MUG}"), ("RaisePayment", "The card gives no more.")],
)
def test_what_cannot_be_had_or_paid_changes_nothing(desk: Desk, refusing: str, why: str) -> None:
    town = at_packing(desk)
    before = lines(town.order)
    town.others.refusing = {refusing}

    desk.edit_lines(town.order, 4)
    town.go()

    assert (lines(town.order), town.order.editing) == (before, None)
    assert (refusal(desk, town.order), edited(desk, town.order)) == (why, [])
    assert (kept(town), town.others.amount) == (1, 1490)
    send_all(town)
    assert (town.order.state, town.order.captured) == ("completed", 1490)


def test_a_picker_who_was_faster_wins_and_all_that_was_kept_is_given_back(desk: Desk) -> None:
    town = at_packing(desk, a_line(MUG, 2))
    (pick,) = town.others.open_picks()
    town.others.pick_one(town.order.order_id, pick)
    news = town.take(ItemPicked)  # nobody has told the order yet

    desk.edit_lines(town.order, 3)
    asked = town.go()

    assert asked[-2:] == ["CancelRaise", "ReleaseRound"]
    assert refusal(desk, town.order) == "Somebody has begun to pick it."
    assert (kept(town), town.others.amount, town.order.total) == (2, 2490, 2490)
    desk.tell(news)
    send_all(town)
    assert (town.order.state, town.order.captured) == ("completed", 2490)


def test_an_edit_of_all_kinds_is_one_edit(desk: Desk) -> None:
    town = at_packing(desk, *TWO_LINES)

    desk.edit_lines(town.order, 4, 0, ship_to=an_address("Bob"), bill_to=an_address("Jones"))
    town.go()

    assert lines(town.order) == [(MUG, 4, 4000)]
    assert (town.order.ship_to.name, town.others.goes_to.name) == ("Bob", "Bob")
    assert [subject for subject, *_ in edited(desk, town.order)] == [
        "ship_to", "bill_to", "lines", "total"
    ]  # fmt: skip


def test_others_are_told_what_the_order_is_now(desk: Desk) -> None:
    town = at_packing(desk, *TWO_LINES)
    desk.edit_lines(town.order, 2, 1)
    town.go(until="ReleaseStock")

    told = next(m for m in desk.heard() if isinstance(m, OrderEdited))

    assert [(line.sku, line.quantity, line.paid) for line in told.lines] == [
        (MUG, 2, 2000), (SHIRT, 1, 2000)
    ]  # fmt: skip
    assert told.total == 4490


def test_an_order_that_was_paid_already_gives_money_back_and_cannot_cost_more(desk: Desk) -> None:
    payment = PaymentChoice(method="external", token="x")
    town = at_packing(desk, *TWO_LINES, payment=payment)

    with pytest.raises(Refused) as refused:
        desk.edit_lines(town.order, 4)
    assert (refused.value.code, refused.value.field) == ("cannot_pay_more", "lines")
    desk.edit_lines(town.order, 2, 1)
    town.go()

    assert (town.order.captured, town.order.refunded) == (5490, 1000)


def test_an_order_can_be_canceled_while_goods_and_money_are_kept_for_an_edit(desk: Desk) -> None:
    town = at_packing(desk)
    desk.edit_lines(town.order, 3)
    town.go(until="EditPlan")

    desk.cancel(town.order)
    town.go()

    assert (town.order.state, kept(town)) == ("canceled", 0)
    assert edited(desk, town.order) == []


def test_a_cancellation_waits_for_an_edit_that_the_warehouse_has_agreed_to(desk: Desk) -> None:
    town = at_packing(desk, *TWO_LINES)
    desk.edit_lines(town.order, 1, 0)
    town.go(until="LowerPayment")

    desk.cancel(town.order)
    assert town.order.state == "confirmed"
    town.go()

    assert (town.order.state, kept(town)) == ("canceled", 0)


def test_an_edit_that_nobody_answers_is_given_up_or_asked_for_again(desk: Desk) -> None:
    town = at_packing(desk)
    town.lost = {"ReserveStock"}
    desk.edit_lines(town.order, 2)
    town.go()
    desk.wait(minutes=31)
    town.go()
    assert refusal(desk, town.order) == "stock: no answer in time"

    town.lost = {"EditPlan"}
    desk.edit_lines(town.order, 2)
    town.go()
    town.lost = set()
    desk.wait(minutes=1)
    town.go()
    assert lines(town.order) == [(MUG, 2, 2000)]


@pytest.mark.parametrize("state", ["pending and not yet confirmed", "being edited", "being picked"])
def test_lines_that_cannot_be_edited_now_are_refused_with_the_state(desk: Desk, state: str) -> None:
    town = at_packing(desk) if state.startswith("being") else Town(desk)
    if state == "being edited":
        desk.edit_lines(town.order, 2)
    elif state == "being picked":
        town.others.pick_one(town.order.order_id, town.others.open_picks()[0])
        town.go()

    with pytest.raises(IllegalMove, match=f"is {state}"):
        desk.edit_lines(town.order, 3)


def test_lines_that_are_still_looked_for_are_not_edited_again(desk: Desk) -> None:
    town = at_packing(desk)
    desk.edit_lines(town.order, 3)
    town.go(until="RouteOrder")

    with pytest.raises(IllegalMove, match="is being planned"):
        desk.edit_lines(town.order, 1)


def test_the_order_of_a_shop_is_edited_in_the_shop(desk: Desk) -> None:
    town = at_packing(desk, channel="my-shop", channel_order_id="1")

    with pytest.raises(Refused) as refused:
        desk.edit_lines(town.order, 2)

    assert (refused.value.code, refused.value.field) == ("not_ours", "lines")


def test_a_wish_that_is_wrong_is_refused_by_name(desk: Desk) -> None:
    order = at_packing(desk, *TWO_LINES).order
    (mugs, _) = order.lines

    def refused(**changes: Any) -> tuple[str, str]:
        with pytest.raises(Refused) as no:
            desk.edit(order, **changes)
        return no.value.code, no.value.field

    assert refused(added=(a_line("NO-SUCH"),)) == ("unknown_sku", "added[0].sku")
    assert refused(added=(a_line(discount=1001),)) == ("does_not_add_up", "added[0].discount")
    with pytest.raises(Refused, match="cancel it instead") as none_left:
        desk.edit_lines(order, 0, 0)
    assert none_left.value.code == "nothing_left"
    with pytest.raises(Refused) as same:
        desk.edit_lines(order, 3, 1)
    assert (same.value.code, same.value.field) == ("nothing_changes", "lines")
    (wish,) = desk_lines(mugs.line_id, 2)
    assert refused(lines=(wish, wish)) == ("twice", "lines[1].line_id")
    with pytest.raises(NotFound):
        desk.edit(order, lines=desk_lines("lin_" + "9" * 26, 2))
    assert order.editing is None


def desk_lines(line_id: str, quantity: int) -> Any:
    return (LineQuantity(line_id=line_id, quantity=quantity),)
