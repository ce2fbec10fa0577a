"""What is canceled on a channel goes no further, whenever the news of it come."""

import pytest

from contracts.channels import ChannelPushFailed
from contracts.orders import CancelChannelOrder
from services.channels import pushes
from services.channels.domain.inbound import State
from services.channels.tests.builders import (
    FILES,
    SHOP,
    Channel,
    a_connection,
    an_item,
    an_order,
    canceled,
    conclude,
    later,
    placed,
    refused,
)


def test_a_cancellation_before_anything_was_handed_over_stays_here(channel: Channel) -> None:
    order = an_order(an_item("X"))
    channel.post(order)

    taken = channel.post(later(order, cancel_reason="customer"), "orders/cancelled")
    channel.map("X", "MUG-1")

    assert (taken.outcome, taken.reason) == ("accepted", "canceled at Shopify: customer")
    assert (channel.inbound().state, channel.said) == (State.REFUSED, ["ListingUnmapped"])


@pytest.mark.parametrize("state", [State.HANDED_OVER, State.PLACED])
def test_a_cancellation_of_what_orders_knows_is_told_to_orders_once(
    channel: Channel, state: State
) -> None:
    order = an_order()
    channel.post(order)
    if state == State.PLACED:
        channel.hear(placed(channel.inbound()))

    for topic in ("orders/cancelled", "orders/updated"):
        channel.post(later(order, cancelled_at="2026-03-01T11:00:00Z"), topic)

    assert channel.said.count("CancelChannelOrder") == 1
    assert channel.last(CancelChannelOrder).channel_order_id == "4711"


def test_a_cancellation_that_comes_before_its_order_keeps_it_out(channel: Channel) -> None:
    order = an_order()
    channel.post(later(order, cancelled_at="2026-03-01T11:00:00Z"), "orders/cancelled")

    assert channel.post(order).outcome == "ignored"
    assert (channel.said, channel.inbound().state) == ([], State.REFUSED)


def test_a_cancellation_of_what_orders_has_refused_needs_not_be_told(channel: Channel) -> None:
    order = an_order()
    channel.post(order)
    channel.hear(refused(channel.inbound()))

    channel.post(later(order, cancelled_at="2026-03-01T11:00:00Z"), "orders/cancelled")

    assert "CancelChannelOrder" not in channel.said


def test_an_order_that_we_cancel_is_told_to_its_shop_once(channel: Channel) -> None:
    channel.post(an_order())
    channel.hear(placed(channel.inbound()))
    event = canceled(reason="sold out")

    for _ in range(2):
        pushes.push_cancellation(event, channel.work, channel.kept)

    (call,) = channel.work.calls
    assert (call.kind, call.key) == ("channels.push", f"cancel-{event.order_id}")
    told = call.request
    assert (told["action"], told["channel_order_id"], told["reason"]) == (
        "cancel", "4711", "sold out",
    )  # fmt: skip


@pytest.mark.parametrize("keeps_stock", [True, False])
def test_pieces_of_what_we_cancel_are_put_back_by_the_shop_or_by_our_stock_and_not_by_both(
    channel: Channel, keeps_stock: bool
) -> None:
    channel.kept.put_connection(a_connection(push_stock=keeps_stock))
    channel.post(an_order())

    pushes.push_cancellation(canceled(), channel.work, channel.kept)

    assert channel.work.calls[0].request["restock"] is not keeps_stock


def test_what_the_channel_has_canceled_itself_is_not_told_to_it(channel: Channel) -> None:
    order = an_order()
    channel.post(order)
    channel.post(later(order, cancelled_at="2026-03-01T11:00:00Z"), "orders/cancelled")

    pushes.push_cancellation(canceled(), channel.work, channel.kept)

    assert channel.work.calls == []


def test_that_the_shop_says_what_we_told_it_is_no_news(channel: Channel) -> None:
    order = an_order()
    channel.post(order)
    pushes.push_cancellation(canceled(), channel.work, channel.kept)

    told = channel.post(later(order, cancelled_at="2026-03-02T10:00:00Z"), "orders/cancelled")

    assert (told.outcome, "CancelChannelOrder" in channel.said) == ("duplicate", False)


@pytest.mark.parametrize(("shop", "theirs"), [("api", ""), (SHOP, "0815"), ("gone-shop", "4711")])
def test_an_order_that_no_channel_sent_is_told_to_nobody(
    channel: Channel, shop: str, theirs: str
) -> None:
    channel.post(an_order())

    pushes.push_cancellation(canceled(shop, theirs), channel.work, channel.kept)

    assert channel.work.calls == []


def test_who_sends_files_is_not_told_of_a_cancellation(channel: Channel) -> None:
    row = "A-1,MUG-1,1,10.00,Ann,Main Street 1,Berlin,DE"
    channel.file(f"order_id,sku,quantity,unit_price,name,line1,city,country\n{row}")

    pushes.push_cancellation(canceled(FILES, "A-1"), channel.work, channel.kept)

    assert channel.work.calls == []


def test_a_cancellation_that_the_shop_would_not_hear_is_told_of_its_order(
    channel: Channel,
) -> None:
    channel.post(an_order())
    event = canceled()
    pushes.push_cancellation(event, channel.work, channel.kept)
    (call,) = channel.work.calls

    conclude(channel, call, "refused", code="not_canceled", reason="Shopify does not cancel it")

    failed = channel.last(ChannelPushFailed)
    assert (failed.push_kind, failed.order_id, failed.reason) == (
        "cancel", event.order_id, "Shopify does not cancel it",
    )  # fmt: skip
