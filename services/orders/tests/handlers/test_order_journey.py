"""The journey as a conversation: what is told, and what is asked for then."""

from datetime import timedelta

import pytest

from contracts.orders import Delivery, PaymentChoice
from contracts.payments import (
    PaymentFailed,
    PaymentPending,
)
from contracts.shipping import CreateShipment
from services.orders.tests.builders import MUG, NOW, Desk, a_line
from services.orders.tests.town import Town, at_handover, at_packing


def test_an_order_travels_from_the_wish_to_the_doorstep(desk: Desk) -> None:
    town = Town(desk, a_line(MUG, 2), channel="my-shop", channel_order_id="77")

    asked = [town.go(), town.pick_and_pack(), town.hand_over(), town.deliver()]

    assert asked == [
        ["ReserveStock", "AuthorizePayment", "RouteOrder", "CommitStock", "OpenFulfillment"],
        ["CreateShipment"],
        ["FulfillStock", "CapturePayment", "AcknowledgeShipment"],
        [],
    ]
    assert (town.order.state, town.order.payment_status) == ("completed", "paid")
    assert town.order.fulfillment_status == "delivered"
    assert {phase for _, _, phase in desk.runs_at(town.order)} == {"done"}


def test_shipping_hears_by_when_the_goods_were_promised_and_where_they_leave(desk: Desk) -> None:
    friday = NOW + timedelta(days=4)
    town = Town(desk, delivery=Delivery(price=490, deliver_by=friday))
    town.go()
    for number in town.others.open_picks():
        town.others.pick_one(town.order.order_id, number)
        town.others.pack(town.order.order_id, number)
    town.go(until="CreateShipment")

    [wish] = [said for said in desk.work.sent if isinstance(said, CreateShipment)]
    assert (wish.deliver_by, wish.warehouse_id) == (friday, town.order.sendings[0].warehouse_id)


def test_the_history_tells_who_took_what_from_which_bin(desk: Desk) -> None:
    town = at_packing(desk, a_line(MUG, 1))
    town.pick_and_pack()

    picked = next(c for c in desk.history_of(town.order) if c.action == "picked")
    assert (picked.actor, picked.subject, picked.after) == (
        "person:bob",
        "1 × MUG-1",
        "bin B-2, BER",
    )


def test_an_order_that_nobody_else_sold_tells_no_channel(desk: Desk) -> None:
    town = at_handover(desk)

    assert town.hand_over() == ["FulfillStock", "CapturePayment"]


@pytest.mark.parametrize(
    ("refusing", "given_back"),
    [("ReserveStock", []), ("AuthorizePayment", ["ReleaseStock"])],
)
def test_a_refusal_before_the_confirmation_gives_back_what_was_taken(
    desk: Desk, refusing: str, given_back: list[str]
) -> None:
    town = Town(desk, refusing={refusing})
    asked = town.go()

    assert asked[asked.index(refusing) + 1 :] == given_back
    assert (town.order.state, town.others.kept.get(1, [])) == ("canceled", [])


@pytest.mark.parametrize(
    "refusing", ["RouteOrder", "CreateShipment", "CapturePayment", "AcknowledgeShipment"]
)
def test_a_refusal_after_the_confirmation_waits_for_a_person_and_goes_on_when_tried_again(
    desk: Desk, refusing: str
) -> None:
    town = Town(desk, channel="my-shop", channel_order_id="77", refusing={refusing})
    for walk in (town.go, town.pick_and_pack, town.hand_over, town.deliver):
        walk()
    assert len(town.stuck) == 1
    assert not town.stuck[0].endswith(": ")

    town.others.refusing.clear()
    run_id = next(r.run_id for r in desk.runs.runs.values() if r.phase == "waiting")
    desk.decide(town.order, "retry", run_id)
    for walk in (town.go, town.pick_and_pack, town.hand_over, town.deliver):
        walk()

    assert (town.order.state, town.stuck) == ("completed", [])


@pytest.mark.parametrize(
    ("lost", "given_back"),
    [
        ("ReserveStock", ["ReleaseStock"]),
        ("AuthorizePayment", ["VoidPayment", "ReleaseStock"]),
    ],
)
def test_no_answer_before_the_confirmation_is_an_unknown_outcome_that_is_undone_too(
    desk: Desk, lost: str, given_back: list[str]
) -> None:
    town = Town(desk)
    town.lost = {lost}
    town.go()
    desk.wait(minutes=31)

    assert town.go() == given_back
    assert town.order.state == "canceled"


@pytest.mark.parametrize(
    "lost", ["RouteOrder", "CommitStock", "CreateShipment", "FulfillStock", "CapturePayment"]
)
def test_no_answer_after_the_confirmation_is_asked_for_again(desk: Desk, lost: str) -> None:
    town = Town(desk)
    town.lost = {lost}
    for walk in (town.go, town.pick_and_pack, town.hand_over):
        walk()
    town.lost = set()
    assert town.all_asked[-1] == lost

    desk.wait(minutes=31)
    for walk in (town.go, town.pick_and_pack, town.hand_over, town.deliver):
        walk()

    assert town.all_asked.count(lost) == 2
    assert town.order.state == "completed"


def test_what_is_never_answered_shows_up_as_stuck_but_is_still_tried(desk: Desk) -> None:
    town = Town(desk)
    town.lost = {"RouteOrder"}
    town.go()
    for _ in range(4):
        desk.wait(hours=2)
        town.go()

    run = desk.runs.get(town.order.order_id)
    assert run.problem == "routing: no answer after 4 tries"
    assert run.deadline

    town.lost = set()
    desk.wait(hours=2)
    town.go()
    assert (run.phase, run.problem) == ("done", "")


def test_a_payment_that_takes_days_gets_them(desk: Desk) -> None:
    town = Town(desk, payment=PaymentChoice(method="bank_transfer"))
    town.go(until="AuthorizePayment")
    until = town.order.accepted_at.replace(day=9)
    pending = PaymentPending(
        order_id=town.order.order_id, payment_id="pay", method="bank_transfer",
        state="pending", until=until,
    )  # fmt: skip
    desk.tell(pending)
    desk.heard()
    desk.wait(days=6)

    assert desk.heard() == []
    assert town.order.payment_status == "pending"

    desk.tell(PaymentFailed(order_id=town.order.order_id, code="expired", reason="not paid"))
    assert town.go() == ["ReleaseStock"]
    assert town.order.state == "expired"


def test_people_who_do_not_pick_for_a_day_are_an_exception(desk: Desk) -> None:
    town = at_packing(desk)
    desk.wait(days=1)

    run = next(r for r in desk.runs.runs.values() if r.saga == "fulfillment")
    assert (run.problem, run.phase) == ("packing is overdue", "forward")
    assert town.go() == ["OpenFulfillment"]  # once: the warehouse may have told it in vain
    desk.wait(days=2)
    assert town.go() == []

    town.pick_and_pack()
    assert run.problem == ""


@pytest.mark.parametrize("at", ["AuthorizePayment", "OpenFulfillment", "CreateShipment"])
def test_a_hold_stops_the_order_at_the_next_gate_until_it_is_released(desk: Desk, at: str) -> None:
    town = Town(desk)
    gates = {"AuthorizePayment": "RouteOrder", "OpenFulfillment": "OpenFulfillment"}
    town.go(until="CommitStock" if at == "OpenFulfillment" else at)
    hold_id = desk.hold(town.order)
    town.go()
    if at == "CreateShipment":
        town.pick_and_pack()
    assert gates.get(at, at) not in town.asked
    assert town.order.fulfillment_status == "on_hold"

    desk.wait(days=30)
    assert town.go() == []
    desk.release(town.order, hold_id)

    assert gates.get(at, at) in town.go()
