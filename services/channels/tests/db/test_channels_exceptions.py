"""What a shop would not hear, and what nobody can map by itself, waits for a person."""

from typing import Any

import pytest

from chassis.errors import NotFound, Refused
from contracts.channels import MapListing
from contracts.stuck import DecideStuck, FindStuck, Stuck
from services.channels.tests.builders import SHOP, an_item, an_order, given_back, shipped, sku_saved
from services.channels.tests.db.batches import Service


def stuck(shop: Service) -> dict[str, Stuck]:
    return {one.kind: one for one in shop.ask("stuck", FindStuck()).stuck}


def decide(shop: Service, one: Stuck, decision: Any) -> None:
    wish = DecideStuck(exception_id=one.exception_id, decision=decision, reason="the shop is back")
    shop.do(("decide", wish))


def fail(shop: Service, *jobs: Any) -> None:
    """Let the shop refuse what it is told."""
    shop.do(*jobs)
    for call in shop.calls:
        shop.conclude(call, "refused", code="gone", reason="no such order")


def test_a_refund_that_a_shop_would_not_hear_of_is_tried_again(shop: Service) -> None:
    refund = given_back()
    fail(shop, ("push_refund", refund))

    one = stuck(shop)["push"]
    assert (one.order_id, one.allowed) == ("", ("retry", "skip"))
    assert one.problem == f"{SHOP} would not hear of refund {refund.return_id}: no such order"
    decide(shop, one, "retry")

    assert stuck(shop) == {}
    assert [(push.kind, push.state) for push in shop.pushes()] == [("refund", "pending")]
    with pytest.raises(NotFound):
        decide(shop, one, "retry")


def test_a_push_that_nobody_wants_any_more_is_dropped(shop: Service) -> None:
    fail(shop, ("push_refund", given_back()))

    decide(shop, stuck(shop)["push"], "skip")

    assert (stuck(shop), shop.pushes()) == ({}, [])


def test_a_shipment_that_a_shop_does_not_hear_of_is_an_exception_of_its_order(
    shop: Service,
) -> None:
    fail(shop, ("acknowledge", shipped(SHOP, "T1")))

    assert stuck(shop) == {}


def test_a_stock_level_is_stuck_until_a_newer_one_was_told(shop: Service) -> None:
    shop.do(("map", MapListing(channel=SHOP, listing="MUG", sku="MUG-1")))
    shop.stock(("MUG-1", 5, 1))
    fail(shop, ("push_stock", None))
    assert stuck(shop)["push"].subject == "MUG"

    shop.stock(("MUG-1", 4, 2))
    shop.push_stock()

    assert stuck(shop) == {}


def test_a_listing_that_nobody_has_mapped_is_one_exception_however_many_wait(
    shop: Service,
) -> None:
    for number in (4711, 4712):
        shop.post(an_order(an_item("UNKNOWN:1"), id=number))

    one = stuck(shop)["unmapped"]
    assert (one.exception_id, one.subject) == (f"channels:unmapped:{SHOP}:UNKNOWN:1", "UNKNOWN:1")
    assert one.problem == f"2 orders wait: nobody has said which SKU UNKNOWN:1 of {SHOP} is."
    with pytest.raises(Refused) as refused:
        decide(shop, one, "skip")
    assert refused.value.code == "illegal_move"

    shop.do(("save_sku", sku_saved("CUP-1")))
    shop.do(("map", MapListing(channel=SHOP, listing="UNKNOWN:1", sku="CUP-1")))
    assert stuck(shop) == {}


def test_pages_of_what_is_stuck_join(shop: Service) -> None:
    for number in range(3):
        fail(shop, ("push_refund", given_back()))
        shop.post(an_order(an_item(f"NO-{number}"), id=number + 1))

    seen, after = [], ""
    while True:
        page = shop.ask("stuck", FindStuck(after=after, limit=2))
        seen += [one.exception_id for one in page.stuck]
        if not (after := page.next):
            break

    assert (len(seen), len(set(seen))) == (6, 6)
    (one,) = shop.ask("stuck", FindStuck(only=seen[3])).stuck
    assert one.exception_id == seen[3]
