"""How a channel does, which SKU a listing may be, and what a shop said, are read from the rows."""

import json
from typing import Any

import pytest
from msgspec.structs import replace

from chassis.errors import NotFound
from contracts.mending import (
    ComparisonOf,
    FindSuggestions,
    HealthOf,
    LookUpOrder,
    MendOrder,
    ReplayChannel,
)
from services.channels.tests.builders import SHOP, an_item, an_order, given_back, sku_saved
from services.channels.tests.db.batches import Service


def a_sku(sku: str, *barcodes: str, version: int = 1) -> Any:
    event = sku_saved(sku, version)
    return ("save_sku", replace(event, sku=replace(event.sku, name="Mug", barcodes=barcodes)))


def suggested(shop: Service, listing: str) -> list[tuple[str, str]]:
    asked = FindSuggestions(channel=SHOP, listing=listing)
    return [(x.sku, x.why) for x in shop.ask("suggestions", asked).suggestions]


@pytest.mark.parametrize(
    ("listing", "expected"),
    [("gtin:4006381333931", [("PEN-RED", "barcode")]),
     ("04006381333931", [("PEN-RED", "barcode")]),
     ("pen_red", [("PEN-RED", "sku"), ("PEN-RED-XL", "similar")]),
     ("Pen Red XL 2", [("PEN-RED-XL", "similar"), ("PEN-RED", "similar")]),
     ("product:9", []), ("title:Something", [])],
)  # fmt: skip
def test_a_listing_is_suggested_what_has_its_barcode_or_is_called_like_it(
    shop: Service, listing: str, expected: Any
) -> None:
    shop.do(a_sku("PEN-RED", "4006381333931"), a_sku("PEN-RED-XL"), a_sku("INK"))

    assert suggested(shop, listing) == expected


def test_a_barcode_that_moves_to_another_sku_is_suggested_there(shop: Service) -> None:
    shop.do(a_sku("OLD", "4006381333931"), a_sku("NEW"))
    shop.do(a_sku("OLD", version=3), a_sku("NEW", "4006381333931", version=2))
    shop.do(a_sku("OLD", "4006381333931", version=2))  # comes late

    assert suggested(shop, "4006381333931") == [("NEW", "barcode")]


def test_the_health_of_a_channel_counts_what_waits_failed_and_was_refused(shop: Service) -> None:
    shop.do(("push_refund", given_back()), ("push_refund", given_back()))
    shop.conclude(shop.calls[0], "refused", code="gone", reason="no such order")
    shop.post(an_order(an_item("X"), id=1))
    shop.post(an_order(shipping_address=None, id=2))

    told = shop.ask("health", HealthOf(channel=SHOP))

    assert (told.waiting, told.failed, told.parked, told.refused, told.missed) == (1, 1, 1, 1, 0)
    assert {x.what for x in told.faults} == {"order", "refund"}
    assert "no such order" in {x.reason for x in told.faults}
    assert told.lag_seconds is not None


def test_all_that_failed_is_told_again(shop: Service) -> None:
    shop.do(("push_refund", given_back()), ("push_refund", given_back()))
    for call in shop.calls:
        shop.conclude(call, "refused", code="gone", reason="no such order")

    shop.do(("replay", ReplayChannel(channel=SHOP, pushes=True)))

    assert {push.state for push in shop.pushes()} == {"pending"}


def test_a_channel_that_is_not_connected_has_no_health(shop: Service) -> None:
    with pytest.raises(NotFound):
        shop.ask("health", HealthOf(channel="nobody"))


def test_what_a_shop_said_when_it_was_asked_stands_beside_the_order(shop: Service) -> None:
    shop.post(an_order(shipping_address=None))
    (inbound,) = shop.inbound()
    ref = ComparisonOf(inbound_id=inbound.inbound_id)
    shop.do(("look_up", LookUpOrder(inbound_id=inbound.inbound_id)))
    assert shop.ask("sighting", ref).asking
    (call,) = shop.calls

    shop.conclude(call, by="looked_up", result={"order": json.dumps(an_order())})

    told = shop.ask("sighting", ref)
    assert (told.asking, told.seen.says, told.mend) == (False, "sold", ("take_again",))
    shop.do(("mend", MendOrder(inbound_id=inbound.inbound_id, mend="take_again")))
    assert shop.ask("sighting", ref).state == "handed_over"
