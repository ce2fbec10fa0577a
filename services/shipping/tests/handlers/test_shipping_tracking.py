"""Parcels leave, and what the carrier tells of them reaches the order and the customer."""

from datetime import timedelta

import pytest

from chassis.errors import IllegalMove, NotFound, NotYet, Stale
from contracts.shipping import HandOver, ReturnShipped
from services.shipping import tracking
from services.shipping.tests.builders import NOW, ORDER, RETURN, Desk

ONE, TWO = "SB100000012XX", "SB100000026XX"


def test_a_parcel_is_handed_over_once(desk: Desk) -> None:
    desk.labeled()

    desk.hand_over()
    desk.hand_over()

    [told] = desk.work.sent
    assert (desk.said, told.by, told.at) == (["ShipmentShipped"], "person:ann", NOW)
    assert desk.mails() == ["shipped"]


def test_nothing_is_handed_over_without_a_label(desk: Desk) -> None:
    desk.create()

    with pytest.raises(IllegalMove, match="is pending; it cannot become shipped"):
        desk.hand_over()


def test_a_shipment_that_does_not_exist_cannot_be_handed_over(desk: Desk) -> None:
    with pytest.raises(NotFound, match="There is no shipment shp_none"):
        tracking.hand_over(HandOver(shipment_id="shp_none"), desk.work, desk.shipments)


def test_parcels_that_somebody_else_has_changed_are_not_handed_over(desk: Desk) -> None:
    desk.labeled()

    with pytest.raises(Stale):
        desk.hand_over(expected_version=desk.shipment.version + 1)
    assert desk.said == []

    assert desk.hand_over(expected_version=desk.shipment.version).state == "shipped"


def test_the_carriers_first_scan_is_the_handover(desk: Desk) -> None:
    desk.labeled()

    desk.told("in_transit", 2)

    shipped, tracked = desk.work.sent
    assert desk.said == ["ShipmentShipped", "TrackingUpdated"]
    assert (shipped.order_id, shipped.at) == (ORDER, NOW + timedelta(hours=2))
    assert (tracked.status, tracked.place) == ("in_transit", "Leipzig")
    assert desk.shipment.state == "in_transit"


@pytest.mark.parametrize("status", ["label_created", "exception"])
def test_news_from_before_the_handover_is_told_but_moves_nothing(desk: Desk, status: str) -> None:
    desk.labeled()

    desk.told(status)

    assert (desk.said, desk.shipment.state) == (["TrackingUpdated"], "label_purchased")
    assert desk.mails() == []


def test_the_customer_hears_of_each_stage_once(desk: Desk) -> None:
    desk.labeled()
    desk.hand_over()

    for hours, status in enumerate(("in_transit", "out_for_delivery", "delivered")):
        desk.told(status, hours, event_id=f"evt-{hours}")
        desk.told(status, hours, event_id=f"evt-{hours}")

    assert desk.mails() == ["shipped", "out_for_delivery", "delivered"]
    assert desk.said.count("TrackingUpdated") == 3
    assert desk.said[-1] == "ShipmentDelivered"


def test_an_older_event_is_told_to_the_order_but_not_to_the_customer(desk: Desk) -> None:
    desk.labeled()
    desk.told("delivered", 8)

    desk.told("exception", 3)
    desk.told("out_for_delivery", 4)

    assert desk.shipment.state == "delivered"
    assert desk.mails() == ["shipped", "delivered"]
    assert desk.said.count("ShipmentDelivered") == 1


def test_trouble_is_mailed_and_mailed_again_only_when_it_comes_anew(desk: Desk) -> None:
    desk.labeled()
    desk.hand_over()

    for hours, status in enumerate(("exception", "exception", "in_transit", "exception")):
        desk.told(status, hours)

    mails = [call.key for call in desk.asked("shipping.mail")]
    assert desk.mails() == ["shipped", "exception", "exception"]
    assert len(set(mails)) == 3


@pytest.mark.parametrize("status", ["lost", "returned_to_sender"])
def test_a_parcel_that_does_not_arrive_is_trouble_for_the_customer(desk: Desk, status: str) -> None:
    desk.labeled()

    desk.told(status, 9)

    assert (desk.mails(), desk.shipment.state) == (["shipped", "exception"], status)


def test_a_shipment_is_delivered_with_its_last_parcel(desk: Desk) -> None:
    desk.labeled(ONE, TWO)
    desk.told("delivered", 5, number=ONE)
    assert "ShipmentDelivered" not in desk.said

    desk.told("delivered", 4, number=TWO)

    assert desk.said[-1] == "ShipmentDelivered"
    assert desk.work.sent[-1].at == NOW + timedelta(hours=5)
    assert desk.mails() == ["shipped", "delivered"]


def test_an_unknown_parcel_may_be_known_in_a_moment_and_is_not_found_after_that(
    desk: Desk,
) -> None:
    with pytest.raises(NotYet) as early:
        desk.told("in_transit", number="SB999999999XX")

    assert isinstance(early.value.otherwise, NotFound)
    assert early.value.otherwise.field == "tracking_number"


def test_a_scan_of_a_void_label_is_told_but_ships_nothing(desk: Desk) -> None:
    desk.labeled()
    desk.void()
    desk.answer("shipping.void", "succeeded")
    desk.work.sent.clear()

    desk.told("in_transit")

    assert (desk.said, desk.shipment.state) == (["TrackingUpdated"], "voided")


def test_without_an_address_there_is_no_mail(desk: Desk) -> None:
    desk.labeled(email="")
    desk.told("delivered", 5)

    assert desk.said == ["ShipmentShipped", "TrackingUpdated", "ShipmentDelivered"]
    assert desk.mails() == []


def test_the_order_hears_once_that_a_return_is_on_its_way_and_nothing_more(desk: Desk) -> None:
    desk.create_return()
    desk.sold(ONE)
    desk.work.sent.clear()

    desk.told("label_created", 1, number=ONE)
    assert desk.said == []
    desk.told("in_transit", 2, number=ONE)
    desk.told("out_for_delivery", 4, number=ONE)
    desk.told("delivered", 5, number=ONE)

    [told] = desk.work.sent
    assert told == ReturnShipped(return_id=RETURN, order_id=ORDER, at=NOW + timedelta(hours=2))
    assert desk.shipment.state == "delivered"
    assert desk.mails() == ["return_label"]


def test_a_return_that_is_handed_over_by_hand_is_on_its_way(desk: Desk) -> None:
    desk.create_return()
    desk.sold(ONE)

    desk.hand_over()
    desk.told("in_transit", 2, number=ONE)

    assert desk.said == ["ReturnLabelCreated", "ReturnShipped"]
    assert desk.work.sent[-1].at == NOW
