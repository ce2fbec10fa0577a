"""An order is canceled at each step, and whatever it took is given back."""

import pytest

from contracts.orders import OrderCanceled, PaymentChoice
from contracts.payments import PaymentFailed
from contracts.shipping import VoidShipment
from services.orders.tests.builders import MUG, SHIRT, Desk, a_line
from services.orders.tests.town import Town, at_handover, at_packing


@pytest.mark.parametrize(
    ("at", "given_back"),
    [
        ("ReserveStock", ["ReserveStock", "ReleaseStock"]),
        ("AuthorizePayment", ["AuthorizePayment", "VoidPayment", "ReleaseStock"]),
        ("RouteOrder", ["RouteOrder", "CancelFulfillment", "VoidPayment", "ReleaseStock"]),
        ("CommitStock", ["CommitStock", "CancelFulfillment", "VoidPayment", "ReleaseStock"]),
        (
            "OpenFulfillment",
            [
                "OpenFulfillment",
                "CancelFulfillment",
                "CancelFulfillment",
                "VoidPayment",
                "ReleaseStock",
            ],
        ),
    ],
)
def test_a_cancellation_that_crosses_a_command_gives_back_all_of_it(
    desk: Desk, at: str, given_back: list[str]
) -> None:
    town = Town(desk)
    town.go(until=at)
    desk.cancel(town.order)

    assert town.go() == given_back
    assert (town.order.state, town.others.kept.get(1)) == ("canceled", [])
    assert {s.status for s in town.order.sendings} <= {"canceled"}


def test_a_cancellation_after_the_label_voids_it_first(desk: Desk) -> None:
    town = at_handover(desk)
    desk.cancel(town.order)

    assert town.go() == [
        "VoidShipment", "CancelFulfillment", "CancelFulfillment", "VoidPayment", "ReleaseStock",
    ]  # fmt: skip
    assert (town.order.state, town.order.fulfillment_status) == ("canceled", "canceled")


def test_a_cancellation_is_told_with_the_reason_that_was_given(desk: Desk) -> None:
    town = at_packing(desk)
    desk.cancel(town.order, "bought elsewhere")
    heard = []
    while sent := desk.heard():
        heard += sent
        for command in sent:
            town.others.obey(command)
        while town.others.told:
            desk.tell(town.others.told.pop(0))

    last = desk.history_of(town.order)[-1]
    assert [m.reason for m in heard if isinstance(m, OrderCanceled)] == ["bought elsewhere"]
    assert (last.before, last.after, last.reason) == ("confirmed", "canceled", "bought elsewhere")


def test_a_parcel_that_leaves_while_it_is_canceled_stays_sold(desk: Desk) -> None:
    town = at_handover(desk)
    town.others.hand_over(town.order.order_id, town.others.at_shipping("labeled")[0])
    desk.cancel(town.order)

    assert town.go() == ["VoidShipment", "FulfillStock", "CapturePayment"]
    assert town.order.state == "confirmed"
    assert "cancellation refused" in desk.actions(town.order)
    town.deliver()
    assert town.order.state == "completed"


def test_of_two_parcels_the_one_that_has_not_left_is_canceled_and_its_money_given_back(
    desk: Desk,
) -> None:
    town = at_handover(
        desk, a_line(MUG, 1, 1000), a_line(SHIRT, 1, 2500), split=True,
        payment=PaymentChoice(method="external"),
    )  # fmt: skip
    town.others.hand_over(town.order.order_id, town.others.at_shipping("labeled")[0])
    desk.cancel(town.order)
    town.go()
    town.deliver()

    mug, shirt = town.order.lines
    assert (mug.delivered, shirt.canceled) == (1, 1)
    assert (town.order.captured, town.order.refunded, town.order.due) == (3990, 2500, 1490)
    assert town.order.state == "completed"
    assert town.others.kept == {1: []}


def test_what_has_arrived_while_another_parcel_was_called_off_is_neither_canceled_nor_refunded(
    desk: Desk,
) -> None:
    town = at_handover(desk, a_line(MUG), a_line(SHIRT), split=True)
    first, second = town.others.at_shipping("labeled")
    town.others.hand_over(town.order.order_id, first)
    desk.cancel(town.order)
    of_second = [c for c in desk.heard() if c.fulfillment_order_id == second]
    town.others.deliver(town.order.order_id, first)
    town.others.obey(VoidShipment(order_id=town.order.order_id, fulfillment_order_id=first))
    town.go()
    assert town.order.canceling == "changed my mind"

    town.others.obey(*of_second)
    town.go()

    assert (town.order.state, town.others.payment) == ("completed", "authorized")
    assert [(line.delivered, line.canceled) for line in town.order.lines] == [(1, 0), (0, 1)]


def test_an_order_with_two_shortages_can_be_canceled(desk: Desk) -> None:
    town = at_packing(desk, a_line(MUG, 1), a_line(SHIRT, 1), refusing={"ReplaceShortage"})
    for _ in range(2):
        town.others.miss_one(town.order.order_id, town.others.open_picks()[0])
    town.go()
    assert len(town.stuck) == 2

    desk.cancel(town.order, "too slow")
    town.go()

    assert town.order.state == "canceled"
    assert "cancellation refused" not in desk.actions(town.order)
    assert desk.history_of(town.order)[-1].reason == "too slow"


def test_what_is_never_given_back_shows_up_as_stuck_and_a_person_may_go_on(desk: Desk) -> None:
    town = Town(desk)
    town.lost = {"CommitStock", "CancelFulfillment"}
    town.go()
    desk.cancel(town.order)
    for _ in range(4):
        desk.wait(hours=2)
        town.go()
    assert town.all_asked.count("CancelFulfillment") == 5

    desk.decide(town.order, "skip")
    town.go()

    assert town.order.state == "canceled"
    assert [sending.status for sending in town.order.sendings] == ["canceled"]


def test_an_order_that_a_person_cancels_is_canceled_even_if_its_payment_expires_just_then(
    desk: Desk,
) -> None:
    town = Town(desk)
    town.go(until="AuthorizePayment")
    desk.cancel(town.order)
    desk.tell(PaymentFailed(order_id=town.order.order_id, code="expired", reason="not paid"))
    town.go()

    assert town.order.state == "canceled"
