"""What shops are told is asked for once, seen until it ends, and never older than the last."""

from typing import Any

import pytest

from chassis.work import Call
from contracts.channels import ChannelPushFailed, ShipmentAcknowledged
from services.channels import pushes
from services.channels.domain.stock import Due, Level
from services.channels.marketplaces.marketplace import Shop
from services.channels.tests.builders import (
    FILES,
    NOW,
    SHOP,
    Channel,
    conclude,
    given_back,
    shipped,
)

DUE = Due(SHOP, "MUG-1", "MUG-1", 5)


class Hearing:
    """A shop that remembers what it heard last."""

    kind = "shopify"

    def __init__(self) -> None:
        self.heard: list[Any] = []

    def push_stock(self, _: Shop, told: Any) -> None:
        self.heard.append(told["available"])


def tell(hearing: Any, channel: Channel, call: Call) -> dict[str, Any]:
    request = dict(call.request)
    level = channel.kept.level(request["sku"])
    return pushes.tell(hearing, Shop(SHOP), call.key, request, level)


def test_a_shipment_is_told_with_the_shops_own_ids(channel: Channel) -> None:
    command = shipped(SHOP, "T1", "T2")

    pushes.acknowledge(command, channel.work, channel.kept)

    (call,) = channel.work.calls
    assert (call.kind, call.key) == ("channels.push", f"ack-{command.fulfillment_order_id}")
    told = call.request
    assert (told["action"], told["channel_order_id"]) == ("acknowledge", "4711")
    assert told["tracking_numbers"] == ["T1", "T2"]
    assert told["lines"][0]["channel_line_id"] == "11"


def test_that_the_shop_knows_is_told_when_it_does(channel: Channel) -> None:
    command = shipped()
    pushes.acknowledge(command, channel.work, channel.kept)
    assert channel.said == []

    conclude(channel, channel.work.calls[0])

    told = channel.last(ShipmentAcknowledged)
    assert (told.order_id, told.fulfillment_order_id) == (
        command.order_id, command.fulfillment_order_id,
    )  # fmt: skip
    assert channel.kept.pushed_at == {SHOP: NOW}


@pytest.mark.parametrize("shop", [FILES, "gone-shop"])
def test_who_cannot_be_told_counts_as_told(channel: Channel, shop: str) -> None:
    pushes.acknowledge(shipped(shop), channel.work, channel.kept)
    pushes.push_refund(given_back(shop), channel.work, channel.kept)

    assert (channel.said, channel.work.calls) == (["ShipmentAcknowledged"], [])


@pytest.mark.parametrize(
    ("state", "said", "now"),
    [
        ("pending", [], "pending"),
        ("succeeded", ["ShipmentAcknowledged"], "succeeded"),
        ("refused", [], "pending"),
        ("failed", [], "pending"),
    ],
)
def test_who_asks_again_is_answered_again_and_a_failed_call_is_made_again(
    channel: Channel, state: str, said: list[str], now: str
) -> None:
    command = shipped()
    key = f"ack-{command.fulfillment_order_id}"
    channel.kept.pushes[key] = state

    pushes.acknowledge(command, channel.work, channel.kept)

    assert (channel.said, channel.kept.pushes[key]) == (said, now)


@pytest.mark.parametrize("status", ["refused", "failed"])
@pytest.mark.parametrize("what", ["shipment", "refund", "stock"])
def test_what_a_shop_would_not_hear_is_told_to_people(
    channel: Channel, status: str, what: str
) -> None:
    if what == "shipment":
        pushes.acknowledge(shipped(), channel.work, channel.kept)
    elif what == "refund":
        pushes.push_refund(given_back(), channel.work, channel.kept)
    else:
        pushes.push_stock(DUE, channel.work)
    (call,) = channel.work.calls

    conclude(channel, call, status, code="http_422", reason="Shopify answers 422")

    failed = channel.last(ChannelPushFailed)
    assert (failed.push_id, failed.channel, failed.reason) == (
        "call_1", SHOP, "Shopify answers 422",
    )  # fmt: skip
    assert (failed.push_kind, failed.subject) == (call.request["action"], call.subject)
    assert failed.order_id == call.request.get("order_id", "")
    assert (channel.said, channel.kept.pushed_at) == (["ChannelPushFailed"], {})


def test_a_refund_is_told_once_for_each_return(channel: Channel) -> None:
    command = given_back(amount=666)

    pushes.push_refund(command, channel.work, channel.kept)
    pushes.push_refund(command, channel.work, channel.kept)

    keys = [call.key for call in channel.work.calls]
    assert keys == [f"refund-{command.return_id}"] * 2
    assert channel.work.calls[0].request["amount"] == {"amount": 666, "currency": "EUR"}


def test_the_shop_hears_what_is_true_when_the_call_is_made(channel: Channel) -> None:
    hearing = Hearing()
    pushes.push_stock(DUE, channel.work)
    channel.kept.levels["MUG-1"] = Level("MUG-1", 42, 5)

    assert tell(hearing, channel, channel.work.calls[0]) == {"available": 42}
    assert hearing.heard == [42]


def test_a_call_that_newer_stock_has_overtaken_tells_nothing(channel: Channel) -> None:
    hearing = Hearing()
    pushes.push_stock(DUE, channel.work)
    channel.kept.levels["MUG-1"] = Level("MUG-1", 1, 6)

    result = tell(hearing, channel, channel.work.calls[0])
    conclude(channel, channel.work.calls[0], result=result)

    assert (hearing.heard, len(channel.work.calls)) == ([], 1)


def test_stock_that_changes_during_a_slow_call_is_told_after_it(channel: Channel) -> None:
    hearing = Hearing()
    channel.kept.levels["MUG-1"] = Level("MUG-1", 42, 5)
    pushes.push_stock(DUE, channel.work)
    slow = channel.work.calls.pop()
    result = tell(hearing, channel, slow)
    channel.kept.levels["MUG-1"] = Level("MUG-1", 1, 6)

    conclude(channel, slow, result=result)
    (after,) = channel.work.calls
    conclude(channel, after, result=tell(hearing, channel, after))

    assert (hearing.heard, after.key != slow.key, len(channel.work.calls)) == ([42, 1], True, 1)


def test_stock_that_stays_is_told_once(channel: Channel) -> None:
    channel.kept.levels["MUG-1"] = Level("MUG-1", 42, 5)
    pushes.push_stock(DUE, channel.work)
    call = channel.work.calls[0]

    conclude(channel, call, result=tell(Hearing(), channel, call))

    assert (len(channel.work.calls), channel.said) == (1, [])
