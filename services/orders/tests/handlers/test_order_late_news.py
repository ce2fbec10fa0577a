"""News that come late, early or twice are taken for what they are."""

import pytest
from msgspec.structs import replace

from chassis.errors import NotYet
from contracts.inventory import StockReleased, StockReserved, StockRestocked
from contracts.payments import (
    PaymentAuthorized,
    PaymentCaptured,
    PaymentRefunded,
    PaymentVoided,
)
from contracts.shipping import ShipmentDelivered, ShipmentLabeled, ShipmentShipped
from contracts.values import Money
from contracts.warehouse import FulfillmentPacked, ItemPicked, OrderRouted, PickShort, RouteOrder
from services.orders.tests.builders import MUG, SHIRT, Desk, a_line
from services.orders.tests.town import Town, at_handover, at_packing


def test_an_answer_to_an_earlier_attempt_at_routing_is_no_answer_to_this_one(desk: Desk) -> None:
    town = Town(desk, refusing={"CommitStock"})
    town.go(until="RouteOrder")
    desk.wait(minutes=1)
    for route in desk.heard():
        town.others.obey(route)
    first, again = town.take(OrderRouted), town.take(OrderRouted)
    desk.tell(first)
    assert town.go(until="RouteOrder") == ["CommitStock", "RouteOrder"]
    route = desk.heard()

    desk.tell(again)

    assert desk.heard() == []
    desk.work.sent += route
    assert town.go() == ["RouteOrder", "CommitStock", "OpenFulfillment"]


def test_a_refused_allocation_that_is_told_twice_is_one_more_attempt_at_routing(desk: Desk) -> None:
    town = Town(desk, refusing={"CommitStock"})
    town.go(until="CommitStock")
    desk.wait(minutes=1)
    for commit in desk.heard():
        town.others.obey(commit)
    desk.tell(*town.others.told)

    assert [(m.attempt, type(m)) for m in desk.heard()] == [(2, RouteOrder)]
    assert desk.runs.get(town.order.order_id).data["attempt"] == 2


def test_goods_that_are_reserved_after_the_release_change_nothing(desk: Desk) -> None:
    town = Town(desk)
    town.go(until="AuthorizePayment")
    reserved = StockReserved(order_id=town.order.order_id, round=1, placements=(), levels=())
    desk.cancel(town.order)
    town.go()
    desk.tell(reserved)

    assert (town.order.state, desk.heard()) == ("canceled", [])


def test_a_payment_that_is_authorized_after_it_was_voided_stays_void(desk: Desk) -> None:
    town = Town(desk)
    town.go(until="AuthorizePayment")
    desk.cancel(town.order)
    town.go()
    authorized = PaymentAuthorized(
        order_id=town.order.order_id, payment_id="pay", amount=Money(amount=1490, currency="EUR")
    )
    desk.tell(PaymentVoided(order_id=town.order.order_id), authorized)

    assert (town.order.state, town.order.payment_status) == ("canceled", "voided")


def test_a_release_of_some_goods_is_not_taken_for_the_release_of_all(desk: Desk) -> None:
    town = Town(desk)
    town.go(until="AuthorizePayment")
    desk.cancel(town.order)
    desk.tell(PaymentVoided(order_id=town.order.order_id))
    expired = StockReleased(order_id=town.order.order_id, release_id="expired", reason="late")
    desk.tell(expired)

    assert town.order.state == "pending"
    town.go()
    assert town.order.state == "canceled"


def test_a_label_that_is_told_after_the_parcel_has_left_still_gives_its_number(desk: Desk) -> None:
    town = at_packing(desk)
    number = town.others.open_picks()[0]
    town.others.pick_one(town.order.order_id, number)
    town.others.pack(town.order.order_id, number)
    desk.tell(*town.others.told)
    town.others.told.clear()
    for command in desk.heard():
        town.others.obey(command)
    labeled = town.take(ShipmentLabeled)
    town.others.hand_over(town.order.order_id, number)
    desk.tell(town.take(ShipmentShipped), labeled)

    sending = town.order.sendings[0]
    assert (sending.status, sending.tracking_numbers) == ("shipped", ("TRACK-1",))
    assert town.go() == ["FulfillStock", "CapturePayment"]


def test_a_delivery_that_is_quicker_than_the_bookkeeping_counts(desk: Desk) -> None:
    town = at_handover(desk)
    number = town.others.at_shipping("labeled")[0]
    town.others.hand_over(town.order.order_id, number)
    town.others.deliver(town.order.order_id, number)
    desk.tell(town.take(ShipmentShipped), town.take(ShipmentDelivered))
    town.go()

    assert town.order.state == "completed"
    assert ("fulfillment", "delivery", "done") in desk.runs_at(town.order)


def test_the_sums_of_money_do_not_depend_on_the_order_of_the_news(desk: Desk) -> None:
    town = at_handover(desk)
    town.hand_over()
    eur = Money(amount=400, currency="EUR")
    which = {"order_id": town.order.order_id, "amount": eur}
    desk.tell(
        PaymentRefunded(**which, refund_id="b", refunded=800),
        PaymentRefunded(**which, refund_id="a", refunded=400),
        PaymentCaptured(**which, capture_id="x", captured=1490),
    )

    assert (town.order.captured, town.order.refunded) == (1490, 800)
    assert town.order.payment_status == "partially_refunded"


def test_two_short_picks_mean_the_same_in_either_order(desk: Desk) -> None:
    town = at_packing(desk, a_line(MUG, 1), a_line(SHIRT, 1))
    number = town.others.open_picks()[0]
    town.others.miss_one(town.order.order_id, number)
    town.others.miss_one(town.order.order_id, number)
    town.others.told.reverse()
    town.go()

    assert [s.status for s in town.order.sendings] == ["incomplete", "allocated", "allocated"]
    for walk in (town.pick_and_pack, town.hand_over, town.deliver):
        walk()
    assert town.order.state == "completed"


def test_boxes_that_are_told_before_a_short_pick_wait_for_it(desk: Desk) -> None:
    town = at_packing(desk, a_line(MUG, 2))
    number = town.others.open_picks()[0]
    town.others.miss_one(town.order.order_id, number)
    town.others.pick_one(town.order.order_id, number)
    town.others.pack(town.order.order_id, number)
    packed, short, picked = (town.take(k) for k in (FulfillmentPacked, PickShort, ItemPicked))

    with pytest.raises(NotYet):
        desk.tell(packed)
    desk.tell(short, packed, picked)

    line = town.order.lines[0]
    assert (line.packed, line.picked, line.open) == (1, 0, 1)
    assert desk.actions(town.order)[-3:] == ["short pick", "packed", "picked"]


def test_a_delivery_that_is_told_before_the_parcel_has_left_waits_for_it(desk: Desk) -> None:
    town = at_handover(desk)
    number = town.others.at_shipping("labeled")[0]
    town.others.deliver(town.order.order_id, number)

    with pytest.raises(NotYet):
        desk.tell(town.others.told[0])
    assert town.order.lines[0].delivered == 0


def test_news_of_an_order_that_is_not_here_yet_wait_for_it(desk: Desk) -> None:
    with pytest.raises(NotYet):
        desk.tell(PaymentVoided(order_id="ord_" + "0" * 26))


def test_money_that_went_back_before_its_capture_is_known_waits_for_it(desk: Desk) -> None:
    town = at_packing(desk)
    back = PaymentRefunded(
        order_id=town.order.order_id,
        refund_id="r",
        amount=Money(amount=5, currency="EUR"),
        refunded=5,
    )

    with pytest.raises(NotYet):
        desk.tell(back)
    assert (town.order.captured, town.order.refunded) == (0, 0)


def test_goods_that_came_back_are_told_once_however_often_inventory_is_asked(desk: Desk) -> None:
    town = at_handover(desk)
    back = StockRestocked(return_id="ret_" + "0" * 26, order_id=town.order.order_id)

    desk.tell(back, replace(back, again=True))

    assert desk.actions(town.order).count("restocked") == 1


def test_a_channel_that_would_not_listen_is_named_in_the_history(desk: Desk) -> None:
    town = at_handover(
        desk, channel="my-shop", channel_order_id="7", refusing={"AcknowledgeShipment"}
    )
    town.hand_over()

    told = next(c for c in desk.history_of(town.order) if c.action == "channel not told")
    sent = town.order.sendings[0].fulfillment_order_id
    assert (told.subject, told.reason) == (f"acknowledge {sent}", "gone")
