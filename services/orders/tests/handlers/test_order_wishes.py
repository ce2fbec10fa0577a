"""What can be wished of orders: place, hold, tag, note, cancel, decide; and what is refused."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from chassis.errors import IllegalMove, NotFound, NotYet, Refused, Stale
from contracts.orders import (
    AddNote,
    CancelChannelOrder,
    CancelOrder,
    ChangeTags,
    Delivery,
    OrderNoted,
    PlaceHold,
    ReleaseHold,
    ResolveStep,
)
from services.orders import handlers
from services.orders.tests.builders import MUG, NOW, SHIRT, Desk, a_line, a_wish
from services.orders.tests.town import Town, at_handover, at_packing

UNKNOWN = "ord_" + "0" * 26


def cancel_on_the_channel(desk: Desk) -> None:
    command = CancelChannelOrder(channel="my-shop", channel_order_id="77", reason="by customer")
    handlers.cancel_channel_order(command, desk.work, desk.orders, desk.runs)


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        (a_wish(a_line(unit_price=1000), total=1489), "total"),
        (a_wish(a_line(), a_line(unit_price=10, discount=11)), "lines[1].discount"),
        (a_wish(delivery=Delivery(price=100, discount=101)), "delivery.discount"),
        (a_wish(a_line(), a_line("NO-SUCH")), "lines[1].sku"),
        (a_wish(placed_at=datetime(2026, 3, 1)), "placed_at"),  # noqa: DTZ001 - the fault
    ],
)
def test_an_order_that_is_not_right_is_refused_with_the_field_and_leaves_nothing_behind(
    desk: Desk, wish: Any, field: str
) -> None:
    with pytest.raises(Refused) as refused:
        handlers.place_order(wish, desk.work, desk.orders, desk.runs)

    assert refused.value.field == field
    assert (desk.heard(), desk.orders.orders, desk.runs.runs) == ([], {}, {})


def test_an_order_keeps_what_each_line_costs_and_asks_for_its_goods(desk: Desk) -> None:
    order = desk.place(a_line(MUG, 3, 1000, discount=500, tax=475), a_line(SHIRT, 1, 1990))
    placed, reserve = desk.heard()

    assert [line.total for line in order.lines] == [2975, 1990]
    assert order.total == sum(line.total for line in order.lines) + order.delivery_net
    assert [line.name for line in order.lines] == ["Name of MUG-1", "Name of SHIRT-M"]
    assert [(line.sku, line.quantity, line.paid) for line in placed.lines] == [
        (MUG, 3, 2975),
        (SHIRT, 1, 1990),
    ]
    assert [(line.sku, line.quantity) for line in reserve.lines] == [(MUG, 3), (SHIRT, 1)]


def test_an_amount_without_minor_units_is_kept_as_it_is(desk: Desk) -> None:
    order = desk.place(a_line(unit_price=1500), currency="JPY", delivery=Delivery(price=300))

    assert (order.total, order.currency, order.due) == (1800, "JPY", 1800)


def test_an_order_is_never_placed_in_the_future(desk: Desk) -> None:
    order = desk.place(placed_at=NOW + timedelta(days=2))

    assert order.placed_at == NOW


def test_a_known_order_of_a_channel_is_named_but_not_created(desk: Desk) -> None:
    wish = a_wish(channel="my-shop", channel_order_id="77")
    first, again = (handlers.place_order(wish, desk.work, desk.orders, desk.runs) for _ in range(2))

    assert (first.created, again.created) == (True, False)
    assert (first.order_id, first.number) == (again.order_id, again.number)


def test_a_cancellation_that_overtakes_its_order_waits_for_it(desk: Desk) -> None:
    with pytest.raises(NotYet):
        cancel_on_the_channel(desk)
    wish = a_wish(channel="my-shop", channel_order_id="77")
    handlers.place_order(wish, desk.work, desk.orders, desk.runs)
    desk.heard()
    cancel_on_the_channel(desk)

    assert desk.heard_kinds() == ["ReleaseStock"]


def test_a_customer_who_cancels_on_the_channel_too_late_leaves_a_line_in_the_history(
    desk: Desk,
) -> None:
    town = at_handover(desk, channel="my-shop", channel_order_id="77")
    town.hand_over()
    cancel_on_the_channel(desk)

    assert desk.heard() == []
    assert desk.history_of(town.order)[-1].action == "cancellation refused"


@pytest.mark.parametrize("days", [1, None])
def test_a_hold_that_has_run_out_is_released_by_itself(desk: Desk, days: int | None) -> None:
    order = desk.place()
    desk.hold(order, until=NOW + timedelta(days=days) if days else None)
    desk.work.now += timedelta(days=2)
    handlers.release_run_out(order.order_id, desk.work, desk.orders, desk.runs)

    assert bool(order.holds) == (days is None)
    assert order.hold_until is None


@pytest.mark.parametrize(
    "until",
    [NOW, datetime(2026, 4, 1)],  # noqa: DTZ001 - the fault
)
def test_a_hold_needs_an_end_in_the_future_if_any(desk: Desk, until: datetime) -> None:
    order = desk.place()

    with pytest.raises(Refused) as refused:
        desk.hold(order, until=until)

    assert (refused.value.field, order.holds) == ("until", ())


def test_an_order_with_two_holds_goes_on_when_both_are_released(desk: Desk) -> None:
    town = Town(desk)
    first, second = desk.hold(town.order), desk.hold(town.order)
    town.go()
    desk.release(town.order, first)
    assert town.go() == []

    desk.release(town.order, second)
    assert town.go()[0] == "RouteOrder"


def test_tags_are_added_once_and_taken_off(desk: Desk) -> None:
    order = desk.place(tags=("vip", "gift", "vip"))
    change = ChangeTags(order_id=order.order_id, add=("fragile", "vip"), remove=("gift",))
    handlers.change_tags(change, desk.work, desk.orders)
    handlers.change_tags(change, desk.work, desk.orders)

    told = [c for c in desk.history_of(order) if c.action == "tags"]
    assert order.tags == ("vip", "fragile")
    assert [(c.before, c.after) for c in told] == [("vip, gift", "vip, fragile")]


def test_a_note_is_kept_with_who_wrote_it(desk: Desk) -> None:
    order = desk.place(note="Please wrap it.")
    handlers.add_note(AddNote(order_id=order.order_id, text="Wrapped."), desk.work, desk.orders)

    assert [(n.text, n.by) for n in order.notes] == [
        ("Please wrap it.", "person:ann"),
        ("Wrapped.", "person:ann"),
    ]


def test_who_is_mentioned_in_a_note_is_kept_and_told_once(desk: Desk) -> None:
    order = desk.place(channel="shop")
    mia, ben = (f"usr_{digit * 26}" for digit in "12")
    note = AddNote(order_id=order.order_id, text="@Mia @Ben look", mentions=(mia, ben, mia))
    handlers.add_note(note, desk.work, desk.orders)
    handlers.add_note(AddNote(order_id=order.order_id, text="all well"), desk.work, desk.orders)

    told = [message for message in desk.work.sent if isinstance(message, OrderNoted)]
    assert [n.mentions for n in order.notes] == [(mia, ben), ()]
    assert [(t.mentions, t.channel, t.text, t.by) for t in told] == [
        ((mia, ben), "shop", "@Mia @Ben look", "person:ann")
    ]


def wishes(order_id: str, version: int | None = None) -> list[tuple[Any, Any]]:
    which: dict[str, Any] = {"order_id": order_id, "expected_version": version}
    return [
        (handlers.cancel_order, CancelOrder(**which, reason="no")),
        (handlers.place_hold, PlaceHold(**which, reason="no")),
        (handlers.release_hold, ReleaseHold(**which, hold_id="hol")),
        (handlers.change_tags, ChangeTags(**which, add=("vip",))),
        (handlers.add_note, AddNote(**which, text="no")),
        (handlers.resolve_step, ResolveStep(**which, run_id="x", decision="retry", reason="no")),
    ]


def wish_for(desk: Desk, do: Any, wish: Any) -> None:
    wants_runs = do in {handlers.cancel_order, handlers.release_hold}
    do(wish, desk.work, desk.orders, *([desk.runs] if wants_runs else []))


@pytest.mark.parametrize("which", range(5))
def test_who_has_not_seen_the_newest_version_changes_nothing(desk: Desk, which: int) -> None:
    order = desk.place()
    told = desk.history_of(order)

    with pytest.raises(Stale):
        wish_for(desk, *wishes(order.order_id, order.version + 1)[which])

    assert desk.history_of(order) == told


@pytest.mark.parametrize("which", range(5))
def test_nothing_can_be_wished_of_an_order_that_there_is_not(desk: Desk, which: int) -> None:
    with pytest.raises(NotFound):
        wish_for(desk, *wishes(UNKNOWN)[which])


def test_an_order_is_not_canceled_twice_nor_once_it_has_left(desk: Desk) -> None:
    town = at_packing(desk)
    desk.cancel(town.order)
    with pytest.raises(IllegalMove, match="is being canceled"):
        desk.cancel(town.order)
    town.go()
    with pytest.raises(IllegalMove, match="is canceled"):
        desk.cancel(town.order)

    sent = at_handover(Desk())
    sent.hand_over()
    with pytest.raises(IllegalMove, match="has shipped in part or whole"):
        sent.desk.cancel(sent.order)


def test_an_order_that_has_ended_cannot_be_held(desk: Desk) -> None:
    town = at_packing(desk)
    desk.cancel(town.order)
    town.go()

    with pytest.raises(IllegalMove, match=r"is canceled; it cannot become held"):
        desk.hold(town.order)


def test_a_run_that_is_not_stuck_needs_no_decision(desk: Desk) -> None:
    town = Town(desk)
    town.go(until="AuthorizePayment")

    with pytest.raises(IllegalMove, match="not stuck"):
        desk.decide(town.order, "skip")
    with pytest.raises(NotFound):
        desk.decide(town.order, "skip", "no-such-run")


def test_what_later_steps_build_on_cannot_be_skipped(desk: Desk) -> None:
    town = Town(desk, refusing={"RouteOrder"})
    town.go()

    with pytest.raises(IllegalMove, match=r"order.routing is waiting.*build on it"):
        desk.decide(town.order, "skip")

    assert desk.runs_at(town.order) == [("order", "routing", "waiting")]


def test_a_stuck_order_can_be_given_back_as_a_whole(desk: Desk) -> None:
    town = Town(desk, refusing={"RouteOrder"})
    town.go()
    desk.decide(town.order, "compensate")

    assert town.go() == ["CancelFulfillment", "VoidPayment", "ReleaseStock"]
    assert town.order.state == "canceled"


def test_what_has_left_cannot_be_given_back_by_a_decision(desk: Desk) -> None:
    town = at_handover(desk, refusing={"CapturePayment"})
    town.hand_over()
    run_id = next(r.run_id for r in desk.runs.runs.values() if r.phase == "waiting")

    with pytest.raises(IllegalMove, match="the goods have left"):
        desk.decide(town.order, "compensate", run_id)


def test_people_may_say_that_a_parcel_has_left_and_arrived_when_the_carrier_does_not(
    desk: Desk,
) -> None:
    town = at_handover(desk)
    run_id = next(r.run_id for r in desk.runs.runs.values() if r.saga == "fulfillment")
    desk.wait(days=2)
    desk.decide(town.order, "skip", run_id)
    assert town.go() == ["FulfillStock", "CapturePayment"]

    desk.wait(days=30)
    desk.decide(town.order, "skip", run_id)

    assert town.order.state == "completed"
    shipped = next(c for c in desk.history_of(town.order) if c.action == "shipped")
    assert (shipped.actor, shipped.reason) == ("person:ann", "I have looked at it")
