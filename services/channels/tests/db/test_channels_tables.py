"""What channels does survives in PostgreSQL: by the service's own entrypoints, batch by batch."""

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.errors import NotFound, Refused, Stale
from contracts import channels as said
from contracts.orders import PlaceOrder
from services.channels import tables
from services.channels.sql_channels import SqlChannels
from services.channels.tests.builders import (
    FILES,
    SHOP,
    a_connection,
    an_item,
    an_order,
    placed,
    signed,
    sku_saved,
)
from services.channels.tests.db.batches import Service


def test_an_order_comes_in_and_becomes_one_of_ours(shop: Service) -> None:
    assert shop.post(an_order()).outcome == "accepted"
    assert sorted(shop.told) == ["channels.received.v1", "orders.import.v1"]
    (inbound,) = shop.inbound()

    event = placed(inbound)
    shop.do(("on_imported", event))

    (inbound,) = shop.inbound()
    assert (inbound.state, inbound.order_id, inbound.channel_order_id) == (
        "placed", event.orders[0].order_id, "4711",
    )  # fmt: skip


def test_the_same_event_in_one_batch_and_in_the_next_is_one(shop: Service) -> None:
    body = json.dumps(an_order())
    wish = said.ChannelWebhook(
        channel=SHOP, topic="orders/create", event_id="evt-1", signature=signed(body), body=body
    )

    outcomes = [shop.do(("webhook", wish), ("webhook", wish)).outcome, shop.do(("webhook", wish))]

    assert (outcomes[0], outcomes[1].outcome, len(shop.inbound())) == ("duplicate", "duplicate", 1)


def test_a_channel_and_its_number_are_unique_in_the_database(shop: Service) -> None:
    shop.post(an_order())

    with pytest.raises(IntegrityError), shop.engine.begin() as connection:
        connection.exec_driver_sql(
            "insert into inbound_orders select 'inb_2', channel, channel_order_id, received_at,"
            ' "order", state, reason, unmapped, unpaid, order_id, canceled, changed_at, version'
            " version from inbound_orders"
        )


def test_a_mapped_listing_releases_what_waited_over_many_batches(shop: Service) -> None:
    for number in range(3):
        shop.post(an_order(an_item("X"), an_item("MUG-1"), id=number + 1))
    shop.post(an_order(an_item("XX"), id=9))
    view = shop.ask("connections", said.AllConnections()).connections
    assert {x.channel: x.unmapped for x in view} == {SHOP: 4, FILES: 0}

    wish = said.MapListing(channel=SHOP, listing="X", sku="MUG-1")

    assert shop.do(("map", wish)).released == 3
    assert shop.told.count("orders.import.v1") == 1
    states = {x.channel_order_id: x.state for x in shop.inbound()}
    assert states == {"1": "handed_over", "2": "handed_over", "3": "handed_over", "9": "parked"}
    assert [x.unmapped for x in shop.inbound() if x.state == "parked"] == [("XX",)]
    assert shop.do(("map", wish)).released == 0


def test_what_is_connected_and_mapped_has_a_version_that_is_looked_at(shop: Service) -> None:
    def connect(seen: int | None) -> said.ConnectionView:
        wish = a_connection(name="Shop", expected_version=seen)
        return shop.do(("connect", wish))  # type: ignore[no-any-return]

    def map_it(seen: int | None, sku: str = "MUG-1") -> int:
        wish = said.MapListing(channel=SHOP, listing="X", sku=sku, expected_version=seen)
        return shop.do(("map", wish)).version  # type: ignore[no-any-return]

    seen = connect(None).version
    assert connect(seen).version == seen + 1
    with pytest.raises(Stale, match="Channel"):
        connect(seen)
    with pytest.raises(NotFound):
        map_it(1)
    assert (map_it(None), map_it(1), map_it(None)) == (1, 2, 3)
    with pytest.raises(Stale, match="Listing X has version 3, not 2"):
        map_it(2)

    listed = shop.ask("listings", said.FindListings(channel=SHOP, after="W", limit=1))
    assert [(x.listing, x.sku, x.version) for x in listed.listings] == [("X", "MUG-1", 3)]


def test_a_listing_that_is_named_like_a_new_sku_releases_what_waited(shop: Service) -> None:
    shop.post(an_order(an_item("NEW-1")))

    shop.do(("save_sku", sku_saved("NEW-1")), ("save_sku", sku_saved("NEW-1", 2)))

    assert shop.told.count("orders.import.v1") == 1


def test_what_is_released_is_kept_as_it_was_handed_over(shop: Service) -> None:
    shop.post(an_order(an_item("X", 2), total="20.00"))
    shop.do(("map", said.MapListing(channel=SHOP, listing="X", sku="MUG-1")))

    with shop.engine.connect() as connection:
        kept = connection.execute(sa.select(tables.inbounds.c.order)).scalar_one()
    assert isinstance(kept, PlaceOrder)
    assert [(x.sku, x.quantity) for x in kept.lines] == [("MUG-1", 2)]


def test_a_refused_webhook_is_not_counted_as_heard(shop: Service) -> None:
    with pytest.raises(Refused):
        shop.post({"id": None}, event_id="evt-1")

    assert shop.post(an_order(), event_id="evt-1").outcome == "accepted"


@pytest.mark.parametrize(
    "changes",
    [{"note": "a\0b"}, {"line_items": [an_item("\0")]}, {"email": "\0@x"}, {"currency": "\0"}],
)
def test_what_the_database_cannot_keep_is_kept_in_sight_as_refused(
    shop: Service, changes: Any
) -> None:
    assert shop.post(an_order(**changes)).outcome == "refused"
    shop.post(an_order(id=5, cancel_reason="\0"), "orders/cancelled")

    assert [x.state for x in shop.inbound()] == ["refused", "refused"]


def test_a_webhook_for_a_channel_of_files_is_refused(shop: Service) -> None:
    wish = said.ChannelWebhook(
        channel=FILES, topic="orders/create", event_id="1", signature="", body="{}"
    )

    with pytest.raises(Refused, match="takes files"):
        shop.do(("webhook", wish))


def test_secrets_are_not_shown_with_a_connection(shop: Service) -> None:
    shown = repr(shop.ask("connections", said.AllConnections()))

    assert (SHOP in shown, "hush" in shown, "'token'" in shown) == (True, False, False)
    with Session(shop.engine) as session:
        kept = SqlChannels(session).connection(SHOP)
    assert (kept.access_token, kept.webhook_secret) == ("token", "hush")
    assert (SHOP in repr(kept), "hush" in repr(kept), "token" in repr(kept)) == (True, False, False)


def test_events_are_forgotten_when_they_cannot_come_again(shop: Service) -> None:
    shop.post(an_order(), event_id="evt-1")
    with Session(shop.engine) as session, session.begin():
        kept = SqlChannels(session)
        at = session.scalar(sa.select(tables.events.c.at))
        kept.forget_events(at)
        assert not kept.is_news(SHOP, "orders/create evt-1", at)
        kept.forget_events(at + timedelta(seconds=1))
        assert kept.is_news(SHOP, "orders/create evt-1", at)


def test_inbound_orders_are_listed_page_by_page_newest_first(shop: Service) -> None:
    for number in range(3):
        shop.post(an_order(an_item("X"), id=number + 1))
    shop.post(an_order(id=4))

    ask = said.FindInbound(state="parked", channel=SHOP, limit=2)
    first = shop.ask("inbound", ask)
    rest = shop.ask("inbound", said.FindInbound(state="parked", limit=2, after=first.next))

    assert [x.channel_order_id for x in first.orders + rest.orders] == ["3", "2", "1"]
    assert rest.next == ""


def test_who_may_see_some_channels_sees_what_is_theirs(shop: Service) -> None:
    shop.post(an_order(id=4))

    mine, others = (SHOP,), (FILES,)
    assert len(shop.ask("inbound", said.FindInbound(channels=mine)).orders) == 1
    assert shop.ask("inbound", said.FindInbound(channels=others)).orders == ()
    view = shop.ask("connections", said.AllConnections(channels=others)).connections
    assert [x.channel for x in view] == [FILES]
