"""At the end of the day all that waits for a carrier leaves at once, on one list."""

import pytest

from chassis.errors import IllegalMove, Refused
from contracts.shipping import VoidRefused
from services.shipping import asks
from services.shipping.domain.shipment import Shipment
from services.shipping.tests.builders import Desk, a_box, a_shipment

ONE, TWO, THREE = "SB1", "SB2", "SB3"


@pytest.fixture
def desk() -> Desk:
    """A desk with three parcels of two shipments, and others that wait for somebody else."""
    desk = Desk()
    put(desk, ONE, number=10042)
    put(desk, TWO, THREE, number=10043)
    put(desk, "SB4", warehouse_id="lyon")
    put(desk, "UP1", carrier="ups")
    put(desk, "SB5", state="pending")
    put(desk, "SB6", void_asked=True)
    put(desk, "SB7", return_id="ret_1", fulfillment_order_id="")
    return desk


def put(desk: Desk, *numbers: str, **changes: object) -> Shipment:
    of_one = {"shipment_id": f"shp_{numbers[0]}", "fulfillment_order_id": f"ful_{numbers[0]}"}
    fields = {**of_one, **changes}
    shipment = a_shipment(*map(a_box, numbers), **fields)
    desk.shipments.add(shipment)
    desk.shipments.keep_numbers(shipment)
    return shipment


def of(desk: Desk, number: str) -> Shipment:
    found = desk.shipments.of_tracking(number)
    assert found is not None
    return found


def test_a_manifest_takes_all_that_waits_for_the_carrier_at_the_warehouse(desk: Desk) -> None:
    manifest = desk.close()

    assert [parcel.tracking_number for parcel in manifest.parcels] == [ONE, TWO, THREE]
    assert [parcel.number for parcel in manifest.parcels] == [10042, 10043, 10043]
    assert (manifest.state, manifest.closed_by) == ("pending", "person:ann")
    [call] = desk.asked(asks.MANIFEST)
    keys = [of(desk, number).keys[-1] for number in (ONE, TWO)]
    assert call.request == {"carrier": "sandbox", "keys": keys}


def test_what_is_on_a_manifest_leaves_at_once_when_the_carrier_has_answered(desk: Desk) -> None:
    manifest = desk.close()
    assert desk.said == []

    desk.answer(asks.MANIFEST, "succeeded")

    assert manifest.state == "handed_over"
    assert desk.said == ["ShipmentShipped", "ShipmentShipped"]
    assert {told.manifest_id for told in desk.work.sent} == {manifest.manifest_id}
    assert [of(desk, number).state for number in (ONE, TWO)] == ["shipped", "shipped"]
    assert desk.mails() == ["shipped", "shipped"]
    assert [of(desk, n).state for n in ("SB4", "UP1", "SB6", "SB7")] == ["label_purchased"] * 4


def test_a_second_manifest_takes_nothing_twice(desk: Desk) -> None:
    desk.close()

    with pytest.raises(Refused, match="Nothing waits for sandbox at berlin") as told:
        desk.close()
    assert told.value.field == "carrier"


def test_what_the_carrier_refuses_waits_as_before_and_can_be_closed_again(desk: Desk) -> None:
    manifest = desk.close()
    desk.answer(asks.MANIFEST, "refused", reason="SB1 was shipped from elsewhere.")

    assert (manifest.state, manifest.problem) == ("failed", "SB1 was shipped from elsewhere.")
    assert desk.said == []
    assert {one.manifest_id for one in desk.shipments.shipments.values()} == {""}

    again = desk.close(own_list=True)

    assert [parcel.tracking_number for parcel in again.parcels] == [ONE, TWO, THREE]
    assert desk.asked(asks.MANIFEST)[-1].request["keys"] == []


def test_only_what_was_scanned_leaves(desk: Desk) -> None:
    manifest = desk.close(" sb2 ".upper(), THREE)

    assert [parcel.tracking_number for parcel in manifest.parcels] == [TWO, THREE]
    assert of(desk, ONE).manifest_id == ""


def test_a_barcode_that_begins_with_the_postcode_counts_by_its_number(desk: Desk) -> None:
    number = "9400100208303109505725"
    put(desk, number)

    assert desk.close(f"42090277{number}").parcels[0].tracking_number == number


@pytest.mark.parametrize("stranger", ["SB4", "UP1", "SB6", "SB7", "nothing"])
def test_a_scan_of_something_else_is_told_and_nothing_leaves(desk: Desk, stranger: str) -> None:
    with pytest.raises(Refused, match=f"{stranger} does not wait") as told:
        desk.close(ONE, stranger)

    assert told.value.field == "tracking_numbers"
    assert desk.manifests.manifests == {}


def test_parcels_that_belong_together_leave_together(desk: Desk) -> None:
    with pytest.raises(Refused, match="SB3 goes with others of order #10043"):
        desk.close(ONE, TWO)


def test_labels_on_a_manifest_are_not_given_back(desk: Desk) -> None:
    manifest = desk.close()
    before = desk.void(of(desk, ONE).fulfillment_order_id)
    desk.answer(asks.MANIFEST, "succeeded")
    after = desk.void(of(desk, ONE).fulfillment_order_id)

    assert isinstance(before, VoidRefused)
    assert before.reason == f"The parcels are on manifest {manifest.manifest_id}."
    assert isinstance(after, VoidRefused)
    assert after.reason == "The carrier has the parcels already."
    assert desk.asked(asks.VOID) == []


def test_what_the_carrier_scanned_before_the_manifest_was_done_leaves_once(desk: Desk) -> None:
    manifest = desk.close()
    desk.told("in_transit", number=ONE)
    desk.answer(asks.MANIFEST, "failed", reason="no answer")

    assert desk.said == ["ShipmentShipped", "TrackingUpdated"]
    assert (of(desk, ONE).state, of(desk, ONE).manifest_id) == (
        "in_transit", manifest.manifest_id,
    )  # fmt: skip
    assert of(desk, TWO).manifest_id == ""


def test_a_manifest_is_answered_once(desk: Desk) -> None:
    desk.close()
    desk.answer(asks.MANIFEST, "succeeded")

    with pytest.raises(IllegalMove, match="is handed_over; it cannot become failed"):
        desk.answer(asks.MANIFEST, "failed")


def test_whoever_looks_sees_that_a_parcel_is_on_a_manifest(desk: Desk) -> None:
    shipment = of(desk, ONE)
    assert shipment.allowed == ("hand_over", "label")

    desk.close()

    assert shipment.allowed == ("label",)
