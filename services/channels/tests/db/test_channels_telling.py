"""What shops are told is stored before it is told, and seen until it ends."""

from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.errors import NotFound
from contracts import channels as said
from services.channels.tests.builders import (
    FILES,
    SHOP,
    a_connection,
    an_item,
    an_order,
    canceled,
    given_back,
    shipped,
)
from services.channels.tests.db.batches import Service
from tests.fakes.shopify import FakeShopify


def test_pushes_are_seen_with_their_attempts_until_they_end(shop: Service) -> None:
    shop.do(("acknowledge", shipped(SHOP, "T1")), ("push_refund", given_back()))
    ack, refund = shop.calls
    assert {push.kind: (push.state, push.attempts) for push in shop.pushes()} == {
        "acknowledge": ("pending", 1), "refund": ("pending", 1),
    }  # fmt: skip

    shop.conclude(ack)
    told = shop.told
    shop.conclude(refund, "failed", code="http_500", reason="no answer")

    assert (told, shop.told) == (["channels.acknowledged.v1"], ["channels.push_failed.v1"])
    (failed,) = shop.pushes(state="failed")
    assert (failed.kind, failed.error, failed.due_at) == ("refund", "no answer", None)
    view = shop.ask("connections", said.AllConnections()).connections
    counts = {x.channel: (x.waiting, x.failed, x.last_pushed_at is not None) for x in view}
    assert counts[SHOP] == (0, 1, True)


def test_a_cancellation_of_ours_is_seen_until_the_shop_knows(shop: Service) -> None:
    shop.post(an_order())
    event = canceled()
    shop.do(("on_canceled", event), ("on_canceled", canceled("api", "")))
    (call,) = shop.calls
    (push,) = shop.pushes()
    assert (push.kind, push.subject, push.state) == ("cancel", event.order_id, "pending")

    shop.conclude(call)
    shop.do(("on_canceled", event))

    assert [push.state for push in shop.pushes()] == ["succeeded"]


def test_a_cancellation_of_ours_reaches_the_shop(shop: Service, fake: FakeShopify) -> None:
    shop.do(("connect", a_connection(base_url=fake.url)))
    shop.post(an_order())
    shop.do(("on_canceled", canceled(reason="sold out")))
    shop.service.engine = shop.engine

    shop.service.call_push(shop.calls[0])

    assert [wish["note"] for wish in fake.canceled] == ["sold out"]


def test_a_failed_push_is_tried_again_by_a_person_or_by_whoever_asked(shop: Service) -> None:
    command = shipped(SHOP, "T1")
    shop.do(("acknowledge", command))
    (call,) = shop.calls
    shop.conclude(call, "refused", code="http_401", reason="Shopify answers 401")

    shop.do(("acknowledge", command))
    assert [push.state for push in shop.pushes()] == ["pending"]
    shop.conclude(call, "refused", code="http_401", reason="Shopify answers 401")
    with pytest.raises(NotFound):
        shop.do(("retry_push", said.RetryPush(push_id=call.id, channels=("another",))))
    again = shop.do(("retry_push", said.RetryPush(push_id=call.id, channels=(SHOP,))))

    assert (again.state, len(shop.pushes())) == ("pending", 1)
    with pytest.raises(NotFound):
        shop.do(("retry_push", said.RetryPush(push_id=call.id)))


def test_a_shipment_that_the_shop_knows_is_answered_again(shop: Service) -> None:
    command = shipped(SHOP, "T1")
    shop.do(("acknowledge", command))
    shop.conclude(shop.calls[0])

    shop.do(("acknowledge", command))

    assert (shop.told, shop.calls) == (["channels.acknowledged.v1"], [])


def test_stock_is_told_for_each_listing_of_shops_that_want_it(shop: Service) -> None:
    shop.do(("map", said.MapListing(channel=SHOP, listing="variant:808", sku="MUG-1")))
    shop.do(("map", said.MapListing(channel=FILES, listing="mug", sku="MUG-1")))
    shop.stock(("MUG-1", 5, 3), ("MUG-1", 4, 4), ("OTHER", 9, 1), ("MUG-1", 9, 2))

    assert shop.push_stock() == [(SHOP, "variant:808", 4)]
    assert shop.push_stock() == []
    shop.stock(("MUG-1", 5, 3))
    assert shop.push_stock() == []
    shop.stock(("MUG-1", 0, 5))
    assert shop.push_stock() == [(SHOP, "variant:808", 5)]


def test_a_listing_hears_of_stock_that_was_there_before_it(shop: Service) -> None:
    shop.stock(("MUG-1", 5, 3))
    assert shop.push_stock() == []

    shop.do(("map", said.MapListing(channel=SHOP, listing="X", sku="MUG-1")))
    assert shop.push_stock() == [(SHOP, "X", 3)]
    shop.post(an_order(an_item("MUG-1")))

    assert shop.push_stock() == [(SHOP, "MUG-1", 3)]


def test_a_shop_that_begins_to_want_stock_hears_of_all_its_listings(shop: Service) -> None:
    shop.do(("connect", a_connection(push_stock=False)))
    shop.do(("map", said.MapListing(channel=SHOP, listing="X", sku="MUG-1")))
    shop.stock(("MUG-1", 5, 3))
    assert shop.push_stock() == []

    shop.do(("connect", a_connection(push_stock=True)))

    assert shop.push_stock() == [(SHOP, "X", 3)]


def test_a_call_tells_the_stock_of_its_moment_by_the_connection_of_its_moment(
    shop: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard: list[Any] = []
    monkeypatch.setattr(
        "services.channels.marketplaces.shopify.Shopify.push_stock",
        lambda _, shop, told: heard.append((shop.access_token, told["available"])),
    )
    shop.service.engine = shop.engine
    shop.do(("map", said.MapListing(channel=SHOP, listing="X", sku="MUG-1")))
    shop.stock(("MUG-1", 5, 3))
    shop.push_stock()
    (call,) = shop.calls
    shop.do(("connect", a_connection(push_stock=True, access_token="new")))

    result = shop.service.call_push(call)
    shop.stock(("MUG-1", 1, 4))
    assert shop.service.call_push(call) == {"overtaken": True}
    shop.conclude(call, result=result)

    assert heard == [("new", 5)]
    assert [c.request["version"] for c in shop.calls] == [4]


def test_two_replicas_take_orders_of_one_shop_without_waiting_for_each_other(shop: Service) -> None:
    shop.post(an_order())
    with Session(shop.engine) as other:
        other.execute(sa.text("select 1 from connections for update"))
        shop.post(an_order(id=4712))
        assert shop.ask("inbound", said.FindInbound()).orders[0].channel_order_id == "4712"
    shop.post(an_order(id=4713))
    (mine,) = [v for v in shop.ask("connections", said.AllConnections()).connections
               if v.channel == SHOP]  # fmt: skip
    assert mine.last_received_at is not None
