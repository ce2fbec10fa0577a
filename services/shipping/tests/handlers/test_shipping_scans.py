"""Where a carrier tells nothing, people record where its parcels are."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.errors import IllegalMove, NotFound, Refused
from contracts.shipping import RecordScan, TrackingUpdated
from services.shipping import tracking
from services.shipping.domain.shipment import Shipment
from services.shipping.tests.builders import NOW, Desk

ONE, TWO = "LC1", "LC2"


def record(desk: Desk, status: Any, number: str = ONE, **changes: Any) -> Shipment:
    wish = RecordScan(
        shipment_id=desk.shipment.shipment_id, tracking_number=number, status=status, **changes
    )
    return tracking.record_scan(wish, desk.work, desk.shipments)


def test_what_a_person_recorded_moves_the_parcel_and_says_who(desk: Desk) -> None:
    desk.labeled(ONE)

    shipment = record(desk, "delivered", place="Back door")

    assert shipment.state == "delivered"
    assert desk.said == ["ShipmentShipped", "TrackingUpdated", "ShipmentDelivered"]
    [told] = [said for said in desk.work.sent if isinstance(said, TrackingUpdated)]
    assert (told.by, told.place, told.at) == ("person:ann", "Back door", NOW)
    assert desk.mails() == ["shipped", "delivered"]


def test_what_is_recorded_later_with_an_earlier_time_moves_nothing_back(desk: Desk) -> None:
    desk.labeled(ONE)
    record(desk, "out_for_delivery")
    desk.work.message_id = "msg-2"

    shipment = record(desk, "in_transit", at=NOW - timedelta(hours=3))

    assert shipment.state == "out_for_delivery"
    statuses = [event.status for event in shipment.boxes[0].events]
    assert statuses == ["in_transit", "out_for_delivery"]


def test_the_same_request_counts_once(desk: Desk) -> None:
    desk.labeled(ONE)
    record(desk, "in_transit")
    record(desk, "in_transit")

    assert len(desk.shipment.boxes[0].events) == 1


def test_a_parcel_of_another_shipment_is_not_found(desk: Desk) -> None:
    desk.labeled(ONE)
    with pytest.raises(NotFound, match="There is no parcel LC2"):
        record(desk, "in_transit", number=TWO)


def test_nothing_happened_in_the_future(desk: Desk) -> None:
    desk.labeled(ONE)
    with pytest.raises(Refused, match="not be in the future") as refusal:
        record(desk, "in_transit", at=NOW + timedelta(hours=1))
    assert refusal.value.field == "at"


def test_without_a_label_there_is_no_parcel_to_record(desk: Desk) -> None:
    desk.create()
    with pytest.raises(IllegalMove, match="is pending"):
        record(desk, "in_transit", number="")
