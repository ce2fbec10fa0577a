"""What a shop says of an order is held against what we hold, and differences can be mended."""

from datetime import UTC, datetime
from typing import Any

import pytest
from msgspec.structs import replace

from contracts.mending import SeenThere, Sighting
from contracts.orders import NewLine, Order, OrderLine, PaymentChoice, PlaceOrder
from contracts.values import Address
from gateway.comparison import compared
from gateway.tests.builders import Api, example

HOME = Address(name="Ann Smith", line1="Main Street 1", city="Berlin", country="DE")
THERE = PlaceOrder(
    currency="EUR", total=3000, payment=PaymentChoice(method="external"), ship_to=HOME,
    lines=(
        NewLine(sku="listing-1", quantity=3, unit_price=1000, name="Mug", channel_line_id="11"),
    ),
)  # fmt: skip


def sighting(says: Any = "sold", order: Any = THERE, **changes: Any) -> Sighting:
    seen = SeenThere(at=datetime(2026, 3, 2, tzinfo=UTC), says=says, order=order)
    said = {"order_id": "ord_" + "0" * 26, "state": "placed", "seen": seen, **changes}
    return Sighting(inbound_id="inb_1", channel="my-shop", channel_order_id="4711", **said)


def an_order(**changes: Any) -> Order:
    line = example(OrderLine, name="Mug", ordered=3, canceled=0, shipped=0, channel_line_id="11")
    said = {"currency": "EUR", "total": 3000, "ship_to": HOME, "lines": (line,),
            "status": "confirmed", "allowed": ("edit",), **changes}  # fmt: skip
    return replace(example(Order), **said)


def found(*told: Any) -> list[tuple[str, str, str]]:
    return [(x.field, x.there, x.here) for x in compared(*told).differences]


def test_an_order_that_is_the_same_on_both_sides_has_no_differences() -> None:
    assert (found(sighting(), an_order()), compared(sighting(), an_order()).mend) == ([], ())


def test_other_quantities_totals_and_lines_are_named() -> None:
    more = example(OrderLine, name="Cup", ordered=2, shipped=0, canceled=1, channel_line_id="12")
    ours = an_order(total=2000, lines=(replace(an_order().lines[0], ordered=2), more))

    assert found(sighting(), ours) == [
        ("total", "30.00 EUR", "20.00 EUR"), ("line Mug", "3 ×", "2 ×"), ("line Cup", "0 ×", "1 ×"),
    ]  # fmt: skip


@pytest.mark.parametrize(("there", "same"), [(3, True), (1, True), (2, False)])
def test_what_we_have_sent_may_be_counted_there_or_not(there: int, same: bool) -> None:
    asked = replace(THERE, total=100 * there, lines=(replace(THERE.lines[0], quantity=there),))
    ours = an_order(lines=(replace(an_order().lines[0], shipped=2),))

    assert (found(sighting(order=asked), ours) == []) == same


def test_another_address_can_be_mended_as_long_as_the_order_can_be_edited() -> None:
    ours = an_order(ship_to=replace(HOME, line1="Side Street 2"))

    told = compared(sighting(), ours)

    assert [(x.field, x.there) for x in told.differences] == [
        ("ship_to", "Ann Smith, Main Street 1, Berlin, DE"),
    ]  # fmt: skip
    assert (told.mend, told.ship_to) == (("address",), HOME)
    assert compared(sighting(), replace(ours, allowed=())).mend == ()


@pytest.mark.parametrize(("status", "mend"), [("confirmed", ("cancel",)), ("canceled", ())])
def test_an_order_that_is_off_there_is_to_be_called_off_unless_it_is(
    status: str, mend: Any
) -> None:
    told = compared(sighting("canceled", None, mend=("cancel",)), an_order(status=status))

    assert (told.mend, len(told.differences)) == (mend, len(mend))


def test_an_order_that_we_do_not_have_differs_as_a_whole() -> None:
    told = sighting(state="refused", order_id="", mend=("take_again",))

    assert found(told, None) == [("status", "sold", "refused")]
    assert compared(told, None).mend == ("take_again",)


def test_before_the_shop_was_asked_there_is_nothing_to_compare() -> None:
    assert found(replace(sighting(), seen=None), an_order()) == []


def test_the_comparison_is_asked_of_both_services(api: Api) -> None:
    api.services.answers["channels.sighting"] = sighting()
    api.services.answers["orders.get"] = an_order(total=1)

    answer = api.call("GET", "/channel-orders/inb_1/comparison")

    assert [x["field"] for x in answer.json["differences"]] == ["total"]
