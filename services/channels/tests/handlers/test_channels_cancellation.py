"""What is canceled on a channel goes no further, whenever the news of it come."""

import pytest

from contracts.orders import CancelChannelOrder
from services.channels import handlers
from services.channels.domain.inbound import State
from services.channels.tests.builders import (
    Channel,
    an_item,
    an_order,
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
        handlers.on_placed(placed(channel.inbound()), channel.kept)

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
    handlers.on_refused(refused(channel.inbound()), channel.kept)

    channel.post(later(order, cancelled_at="2026-03-01T11:00:00Z"), "orders/cancelled")

    assert "CancelChannelOrder" not in channel.said
