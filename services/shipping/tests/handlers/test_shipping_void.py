"""Labels go back when an order is canceled, unless the carrier has the parcels already."""

import pytest

from chassis.errors import IllegalMove
from contracts.shipping import ShipmentVoided, VoidRefused
from services.shipping import asks
from services.shipping.tests.builders import FULFILLMENT, ORDER, Desk

VOIDED = ShipmentVoided(order_id=ORDER, fulfillment_order_id=FULFILLMENT)


def test_what_was_never_created_is_void_at_once(desk: Desk) -> None:
    assert desk.void() == VOIDED
    assert desk.void() == VOIDED
    assert desk.work.calls == []


def test_labels_go_back_to_the_carrier_and_then_the_shipment_is_void(desk: Desk) -> None:
    desk.labeled()

    desk.void()
    assert (desk.said, desk.asked(asks.VOID)[0].request) == (
        [], {"keys": desk.shipment.keys, "carrier": "sandbox"},
    )  # fmt: skip
    told = desk.answer(asks.VOID, "succeeded")

    assert (told, desk.shipment.state) == (VOIDED, "voided")


def test_a_void_that_comes_twice_gives_back_once_and_is_answered_again(desk: Desk) -> None:
    desk.labeled()
    desk.void()
    desk.void()
    desk.answer(asks.VOID, "succeeded")

    assert desk.void() == VOIDED
    assert len(desk.asked(asks.VOID)) == 1


def test_labels_that_are_being_bought_go_back_as_soon_as_they_are_there(desk: Desk) -> None:
    desk.create()
    desk.void()
    assert desk.asked(asks.VOID) == []

    desk.sold()
    assert desk.said == []

    assert len(desk.asked(asks.VOID)) == 1
    assert desk.answer(asks.VOID, "succeeded") == VOIDED


@pytest.mark.parametrize("status", ["refused", "failed"])
def test_a_purchase_that_failed_goes_back_too_because_its_answer_may_be_lost(
    desk: Desk, status: str
) -> None:
    desk.create()
    desk.answer(asks.BUY, status, reason="no answer")

    desk.void()

    assert desk.asked(asks.VOID)[0].request["keys"] == desk.shipment.keys
    assert desk.answer(asks.VOID, "succeeded") == VOIDED


def test_a_purchase_that_fails_while_it_is_called_off_goes_back_and_is_void(desk: Desk) -> None:
    desk.create()
    desk.void()

    desk.answer(asks.BUY, "failed", reason="no answer")

    assert desk.said == []
    assert desk.answer(asks.VOID, "succeeded") == VOIDED


def test_what_has_shipped_cannot_be_voided(desk: Desk) -> None:
    desk.labeled()
    desk.hand_over()

    told = desk.void()

    assert told == VoidRefused(
        order_id=ORDER,
        fulfillment_order_id=FULFILLMENT,
        reason="The carrier has the parcels already.",
    )
    assert (desk.shipment.state, desk.asked(asks.VOID)) == ("shipped", [])


def test_a_parcel_that_was_scanned_while_its_label_was_given_back_has_left(desk: Desk) -> None:
    desk.labeled()
    desk.void()
    desk.told("in_transit")

    told = desk.answer(asks.VOID, "succeeded")

    assert isinstance(told, VoidRefused)
    assert desk.shipment.state == "in_transit"


def test_a_parcel_whose_label_the_carrier_does_not_take_back_can_be_handed_over(
    desk: Desk,
) -> None:
    desk.labeled()
    desk.void()

    told = desk.answer(asks.VOID, "refused", reason="The label was used. " * 40)

    assert desk.said == ["ShipmentLabeled", "VoidRefused"]
    assert told.reason.startswith("The label was used.")
    assert len(told.reason) == 255
    assert desk.hand_over().state == "shipped"


def test_a_carrier_that_does_not_answer_is_asked_anew_when_the_void_is_asked_again(
    desk: Desk,
) -> None:
    desk.labeled()
    desk.void()

    desk.answer(asks.VOID, "failed", reason="TimeoutError: no answer")
    assert (desk.said, desk.shipment.state) == ([], "label_purchased")
    assert desk.shipment.problem == "The labels could not be given back: TimeoutError: no answer"
    desk.void()

    first, second = desk.asked(asks.VOID)
    assert first.key != second.key
    assert desk.answer(asks.VOID, "succeeded") == VOIDED


def test_nothing_is_handed_over_while_its_label_is_given_back(desk: Desk) -> None:
    desk.labeled()
    desk.void()

    with pytest.raises(IllegalMove, match="is being voided; it cannot become shipped"):
        desk.hand_over()


def test_a_wish_that_comes_late_does_not_bring_void_labels_back(desk: Desk) -> None:
    desk.labeled()
    desk.void()
    desk.create()
    desk.answer(asks.VOID, "succeeded")

    assert desk.create() == VOIDED
    assert (len(desk.asked(asks.BUY)), desk.shipment.state) == (1, "voided")


def test_a_failed_purchase_that_is_being_given_back_is_not_tried_again(desk: Desk) -> None:
    desk.create()
    desk.answer(asks.BUY, "failed", reason="no answer")
    desk.void()

    desk.create()

    assert len(desk.asked(asks.BUY)) == 1
