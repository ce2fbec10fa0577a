"""Labels are bought once for each fulfillment order and each return, however often asked."""

from typing import Any

import pytest

from contracts.shipping import LabelFailed, ReturnLabelFailed, ShipmentLabeled, ShipmentVoided
from contracts.values import Money
from services.shipping import asks
from services.shipping.tests.builders import (
    FULFILLMENT,
    ORDER,
    RETURN,
    Desk,
    a_package,
    an_address,
    an_item,
)


def test_packed_boxes_get_labels_and_the_others_hear_of_cost_and_numbers(desk: Desk) -> None:
    package = a_package()
    desk.create(packages=(package,))

    told = desk.sold("SB100000012XX")

    assert isinstance(told, ShipmentLabeled)
    assert (told.order_id, told.fulfillment_order_id) == (ORDER, FULFILLMENT)
    assert (told.carrier, told.cost) == ("sandbox", Money(amount=527, currency="EUR"))
    assert [(p.package_id, p.tracking_number) for p in told.parcels] == [
        (package.package_id, "SB100000012XX")
    ]
    assert (desk.shipment.state, desk.shipment.choice) == (
        "label_purchased",
        "sandbox standard for 5.27 EUR: the only offer",
    )


def test_each_box_of_a_shipment_gets_its_own_number(desk: Desk) -> None:
    packages = tuple(a_package(weight) for weight in (500, 700, 900))
    desk.create(packages=packages)

    told = desk.sold("N-1", "N-2", "N-3")

    assert [(p.package_id, p.tracking_number) for p in told.parcels] == list(
        zip((p.package_id for p in packages), ("N-1", "N-2", "N-3"), strict=True)
    )


def test_a_wish_that_comes_twice_buys_once_and_is_answered_when_the_label_is_there(
    desk: Desk,
) -> None:
    desk.create()
    desk.create()
    assert (len(desk.asked(asks.BUY)), desk.said) == (1, [])
    first = desk.sold()

    again = desk.create()

    assert again == first
    assert len(desk.asked(asks.BUY)) == 1


@pytest.mark.parametrize("country", ["US", "CH"])
def test_a_parcel_abroad_carries_what_customs_want_to_know(desk: Desk, country: str) -> None:
    desk.labeled(to=country)

    [item] = desk.shipment.customs
    assert desk.shipment.abroad
    assert (item.hs_code, item.origin_country) == ("6912.00", "DE")
    assert (item.quantity, item.value, item.weight_g) == (3, 1290, 380)


@pytest.mark.parametrize(
    ("missing", "fault"),
    [
        ({"hs_code": ""}, "SKU MUG-BLUE has no HS code."),
        ({"origin_country": None}, "SKU MUG-BLUE has no country of origin."),
        ({"weight_g": 0}, "SKU MUG-BLUE has no weight."),
    ],
)
def test_a_parcel_abroad_without_customs_data_gets_no_label_but_a_reason(
    desk: Desk, missing: dict[str, Any], fault: str
) -> None:
    told = desk.create(to="US", items=(an_item(**missing),))

    assert told == LabelFailed(order_id=ORDER, fulfillment_order_id=FULFILLMENT, reason=fault)
    assert (desk.shipment.state, desk.asked(asks.BUY)) == ("failed", [])


def test_many_faults_are_cut_to_what_a_message_may_hold(desk: Desk) -> None:
    items = tuple(an_item(f"SKU-{n}", hs_code="") for n in range(50))

    assert len(desk.create(to="US", items=items).reason) == 255


def test_nothing_packed_is_a_failure_with_a_reason(desk: Desk) -> None:
    assert desk.create(packages=()).reason == "There is no package to send."


def test_data_that_were_added_after_a_failure_are_used_when_it_is_tried_again(desk: Desk) -> None:
    desk.create(to="US", items=(an_item(hs_code=""),))

    desk.create(to="US")
    desk.sold()

    assert (desk.said, desk.shipment.state) == (
        ["LabelFailed", "ShipmentLabeled"],
        "label_purchased",
    )
    assert desk.shipment.problem == ""


def test_an_address_that_was_corrected_after_a_refusal_is_used_when_it_is_tried_again(
    desk: Desk,
) -> None:
    desk.create(ship_to=an_address(line1="Nowhere 0"))
    told = desk.answer(asks.BUY, "refused", reason="The carrier does not deliver there.")
    assert told.reason == "The carrier does not deliver there."

    desk.create(ship_to=an_address(line1="Lindenstr. 5"), service="express")

    assert desk.shipment.ship_to.line1 == "Lindenstr. 5"
    assert desk.shipment.wanted == "express"
    first, second = desk.asked(asks.BUY)
    assert first.key != second.key


def test_what_a_try_without_an_answer_may_have_bought_goes_back_before_the_next(
    desk: Desk,
) -> None:
    desk.create()
    desk.answer(asks.BUY, "failed", reason="TimeoutError: no answer")

    desk.create()

    first, second = desk.asked(asks.BUY)
    assert (first.request["earlier"], second.request["earlier"]) == ([], [first.key])


def test_labels_that_were_called_off_before_they_were_wished_are_never_bought(desk: Desk) -> None:
    desk.void()

    told = desk.create()

    assert told == ShipmentVoided(order_id=ORDER, fulfillment_order_id=FULFILLMENT)
    assert (desk.work.calls, desk.shipments.shipments) == ([], {})


def test_a_return_gets_a_label_and_the_customer_gets_it_by_mail(desk: Desk) -> None:
    desk.create_return()

    told = desk.sold("SB100000012XX")

    assert (desk.said, told.tracking_number) == (["ReturnLabelCreated"], "SB100000012XX")
    assert desk.mails() == ["return_label"]


def test_a_return_that_is_asked_twice_gets_one_label(desk: Desk) -> None:
    desk.create_return()
    desk.create_return()
    first = desk.sold()

    assert desk.create_return() == first
    assert len(desk.asked(asks.BUY)) == 1


def test_a_return_label_that_no_carrier_sells_is_told_with_the_reason(desk: Desk) -> None:
    desk.create_return()

    told = desk.answer(asks.BUY, "refused", reason="No carrier offers standard to DE.")

    assert isinstance(told, ReturnLabelFailed)
    assert told.reason == "No carrier offers standard to DE."
    desk.create_return()
    assert (desk.sold().tracking_number, desk.shipment.state) == (
        "SB100000012XX",
        "label_purchased",
    )


def test_the_address_of_the_parcel_serves_when_the_order_has_no_e_mail(desk: Desk) -> None:
    desk.create(email="", ship_to=an_address(email="door@example.com"))

    assert desk.shipment.email == "door@example.com"


def test_a_return_from_abroad_is_declared_as_it_is_worth(desk: Desk) -> None:
    mug = an_item(quantity=1, value=1500)

    desk.create_return(ship_from=an_address("CH"), items=(mug,), currency="CHF")

    assert len(desk.asked(asks.BUY)) == 1
    assert (desk.shipment.customs, desk.shipment.currency) == ((mug,), "CHF")


@pytest.mark.parametrize(
    ("items", "lacking"),
    [
        ((an_item(hs_code=""),), "SKU MUG-BLUE has no HS code."),
        ((), "Nothing is declared for customs."),
    ],
)
def test_a_return_from_abroad_without_a_whole_declaration_gets_no_label(
    desk: Desk, items: Any, lacking: str
) -> None:
    told = desk.create_return(ship_from=an_address("CH"), items=items)

    assert told == ReturnLabelFailed(return_id=RETURN, order_id=ORDER, reason=lacking)
    assert desk.asked(asks.BUY) == []


def test_a_return_that_lacked_an_hs_code_gets_its_label_once_it_is_known(desk: Desk) -> None:
    desk.create_return(ship_from=an_address("CH"), items=(an_item(hs_code=""),))

    desk.create_return(ship_from=an_address("CH"), items=(an_item(),))
    desk.sold()

    assert desk.said == ["ReturnLabelFailed", "ReturnLabelCreated"]


def test_a_return_inside_the_union_needs_no_declaration(desk: Desk) -> None:
    desk.create_return(ship_from=an_address("FR"), items=(an_item(hs_code=""),))

    assert len(desk.asked(asks.BUY)) == 1
