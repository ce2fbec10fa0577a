"""Orders of shops come in once, wait for what they lack, and go on when it is there."""

import itertools
from typing import Any

import pytest

from chassis.errors import NotFound, Refused
from contracts.channels import ListingUnmapped
from services.channels import connecting, handlers
from services.channels.domain.inbound import State
from services.channels.tests.builders import (
    FILES,
    SHOP,
    Channel,
    a_connection,
    an_item,
    an_order,
    later,
    placed,
    refused,
    sku_saved,
)


def test_an_order_of_known_skus_is_handed_over_at_once(channel: Channel) -> None:
    taken = channel.post(an_order())

    assert (taken.outcome, channel.said) == ("accepted", ["ImportOrders", "ChannelOrdersReceived"])
    assert (channel.handed_over[-1].channel, channel.inbound().state) == (
        SHOP, State.HANDED_OVER,
    )  # fmt: skip


def test_a_webhook_with_a_wrong_signature_leaves_no_trace(channel: Channel) -> None:
    with pytest.raises(Refused):
        channel.post(an_order(), signature="AAAA")
    assert (channel.kept.inbounds, channel.kept.events) == ({}, set())


def test_a_webhook_of_a_shop_that_is_not_connected_is_refused(channel: Channel) -> None:
    with pytest.raises(NotFound):
        channel.post(an_order(), channel="nobody")


def test_the_same_event_twice_is_one(channel: Channel) -> None:
    order = an_order()

    outcomes = [channel.post(order, event_id="evt-1").outcome for _ in range(2)]

    assert outcomes == ["accepted", "duplicate"]
    assert len(channel.handed_over) == 1


def test_the_same_order_under_another_event_is_one(channel: Channel) -> None:
    outcomes = [channel.post(an_order()).outcome for _ in range(2)]

    assert (outcomes, len(channel.handed_over)) == (["accepted", "duplicate"], 1)


def test_one_event_told_under_two_topics_is_heard_under_both(channel: Channel) -> None:
    order = an_order(financial_status="pending")
    channel.post(order, "orders/create", event_id="evt-1")

    paid = channel.post(later(order, financial_status="paid"), "orders/paid", event_id="evt-1")

    assert (paid.outcome, channel.inbound().state) == ("accepted", State.HANDED_OVER)


def test_two_shops_may_use_the_same_number(channel: Channel) -> None:
    channel.kept.put_connection(a_connection("other-shop"))

    outcomes = [channel.post(an_order(), channel=shop).outcome for shop in (SHOP, "other-shop")]

    assert (outcomes, len(channel.handed_over)) == (["accepted", "accepted"], 2)


def test_an_order_waits_for_its_payment(channel: Channel) -> None:
    order = an_order(financial_status="pending")
    assert channel.post(order).reason == "The shop still waits for the payment."

    taken = channel.post(later(order, financial_status="paid"), "orders/paid")

    assert (taken.outcome, len(channel.handed_over)) == ("accepted", 1)


def test_an_unknown_listing_parks_the_order_and_is_told_once(channel: Channel) -> None:
    order = an_order(an_item("X"), an_item("MUG-1"), an_item(None))

    taken = channel.post(order)
    channel.post(later(order))

    assert (taken.outcome, channel.inbound().unmapped) == ("parked", ("X", "variant:808"))
    assert taken.reason == "Nobody has said which SKU these listings are: X, variant:808"
    assert channel.said == ["ListingUnmapped"]
    assert channel.last(ListingUnmapped).listings == ("X", "variant:808")


def test_to_map_a_listing_releases_all_that_waited_for_it_alone(channel: Channel) -> None:
    waiting = {1: ["X"], 2: ["X", "MUG-1"], 3: ["X", "Y"], 4: ["Y"]}
    for number, skus in waiting.items():
        channel.post(an_order(*map(an_item, skus), id=number))

    assert channel.map("X", "MUG-1") == 2
    assert channel.map("Y", "SHIRT-M") == 2

    told = channel.handed_over
    assert [(x.channel_order_id, [line.sku for line in x.lines]) for x in told] == [
        ("1", ["MUG-1"]), ("2", ["MUG-1", "MUG-1"]), ("3", ["MUG-1", "SHIRT-M"]),
        ("4", ["SHIRT-M"]),
    ]  # fmt: skip
    assert channel.map("X", "MUG-1") == 0


def test_a_listing_is_mapped_for_its_own_channel(channel: Channel) -> None:
    channel.kept.put_connection(a_connection("other-shop"))
    channel.post(an_order(an_item("X")), channel="other-shop")

    assert channel.map("X", "MUG-1", SHOP) == 0
    assert channel.map("X", "MUG-1", "other-shop") == 1


def test_a_mapped_listing_is_known_from_then_on(channel: Channel) -> None:
    channel.map("X", "SHIRT-M")

    assert channel.post(an_order(an_item("X"))).outcome == "accepted"
    assert channel.handed_over[-1].lines[0].sku == "SHIRT-M"


def test_a_mapped_listing_whose_order_waits_for_money_is_not_released(channel: Channel) -> None:
    channel.post(an_order(an_item("X"), financial_status="pending"))

    assert channel.map("X", "MUG-1") == 0
    assert channel.inbound().reason == "The shop still waits for the payment."


def test_a_listing_cannot_be_a_sku_that_does_not_exist(channel: Channel) -> None:
    with pytest.raises(Refused, match="There is no SKU NOPE") as refusal:
        channel.map("X", "NOPE")
    assert (refusal.value.field, channel.kept.listings) == ("sku", {})


def test_a_new_sku_releases_orders_of_all_shops_that_sell_it_under_its_name(
    channel: Channel,
) -> None:
    channel.kept.put_connection(a_connection("other-shop"))
    for shop in (SHOP, "other-shop"):
        channel.post(an_order(an_item("NEW-1")), channel=shop)

    for version in (1, 2):
        handlers.save_sku(sku_saved("NEW-1", version), channel.work, channel.kept)

    assert len(channel.handed_over) == 2


@pytest.mark.parametrize("order", list(itertools.permutations(range(3))))
def test_in_whatever_order_its_webhooks_come_the_newest_version_is_taken(order: Any) -> None:
    channel = Channel()
    first = an_order(financial_status="pending")
    second = later(first, 1, line_items=[an_item(quantity=2)], total_price="20.00")
    third = later(first, 2, line_items=[an_item(quantity=3)], total_price="30.00")
    third["financial_status"] = second["financial_status"] = "paid"

    for i in order:
        channel.post((first, second, third)[i], "orders/updated")
    handlers.save_sku(sku_saved("MUG-1"), channel.work, channel.kept)

    assert len(channel.handed_over) == 1
    assert channel.handed_over[-1].lines[0].quantity == 3


def test_an_order_that_cannot_be_accepted_is_kept_in_sight_until_it_is_mended(
    channel: Channel,
) -> None:
    broken = an_order(shipping_address=None)

    taken = channel.post(broken)
    assert (taken.outcome, channel.inbound().state) == ("refused", State.REFUSED)
    assert channel.inbound().reason.startswith("shipping_address: ")
    mended = channel.post(later(an_order()), "orders/updated")

    assert (mended.outcome, channel.inbound().state) == ("accepted", State.HANDED_OVER)


def test_a_parked_order_that_is_refunded_or_sent_there_is_not_released(channel: Channel) -> None:
    for number, end in enumerate(({"financial_status": "refunded"},
                                  {"fulfillment_status": "fulfilled"})):  # fmt: skip
        order = an_order(an_item("X"), id=number + 1)
        channel.post(order)
        assert channel.post(later(order, **end), "orders/updated").outcome == "ignored"

    assert (channel.map("X", "MUG-1"), len(channel.handed_over)) == (0, 0)


def test_what_is_not_for_us_is_not_kept(channel: Channel) -> None:
    assert channel.post(an_order(fulfillment_status="fulfilled")).outcome == "ignored"
    assert channel.post({"id": 1}, "products/update").outcome == "ignored"
    assert channel.kept.inbounds == {}


def test_what_orders_refuses_is_kept_with_field_and_reason_and_may_be_sent_again(
    channel: Channel,
) -> None:
    channel.post(an_order(total="9.00"))
    channel.hear(refused(channel.inbound()))
    assert channel.inbound().reason == "total: does not add up"

    again = channel.post(later(an_order()), "orders/updated")

    assert (again.outcome, len(channel.handed_over)) == ("accepted", 2)


def test_what_orders_places_is_known_by_its_number_whatever_came_before(channel: Channel) -> None:
    channel.post(an_order(an_item("X")))
    event = placed(channel.inbound())

    for _ in range(2):
        channel.hear(event)
    channel.hear(refused(channel.inbound()))

    inbound = channel.inbound()
    assert (inbound.state, inbound.order_id, inbound.reason) == (
        State.PLACED,
        event.orders[0].order_id,
        "",
    )


def test_orders_that_no_channel_sent_are_none_of_our_business(channel: Channel) -> None:
    channel.post(an_order())
    event = placed(channel.inbound())
    channel.kept.inbounds.clear()

    channel.hear(event)

    assert channel.kept.inbounds == {}


def test_a_changed_connection_keeps_its_secrets_unless_new_ones_are_given(
    channel: Channel,
) -> None:
    connecting.connect(a_connection(access_token="", webhook_secret="new", name="N"), channel.kept)

    kept = channel.kept.connection(SHOP)
    assert (kept.access_token, kept.webhook_secret, kept.name) == ("token", "new", "N")


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"base_url": ""}, "base_url"),
        ({"push_stock": True, "location_id": ""}, "location_id"),
        ({"channel": "api"}, "channel"),
        ({"channel": "manual", "kind": "csv"}, "channel"),
    ],
)
def test_a_connection_that_cannot_work_is_refused(
    channel: Channel, changes: Any, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        connecting.connect(a_connection(**changes), channel.kept)
    assert refusal.value.field == field


def test_files_need_no_address(channel: Channel) -> None:
    connecting.connect(a_connection(FILES, "csv", base_url="", location_id=""), channel.kept)

    assert channel.kept.connection(FILES).kind == "csv"
