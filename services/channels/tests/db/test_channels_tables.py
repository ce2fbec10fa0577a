"""What channels does survives in PostgreSQL: by the service's own entrypoints, batch by batch."""

import json
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from chassis.errors import NotFound, Refused
from chassis.ids import new_id
from chassis.migrations import upgrade
from chassis.outside import Outcome, OutsideCall
from chassis.transaction import Job, Transaction
from contracts import channels as said
from contracts.inventory import StockChanged
from contracts.orders import PlaceOrder
from services.channels import tables
from services.channels.service import ChannelsService
from services.channels.tests.builders import (
    FILES,
    SHOP,
    a_connection,
    an_item,
    an_order,
    given_back,
    placed,
    shipped,
    signed,
    sku_saved,
)

HEAD = "order_id,sku,quantity,unit_price,name,line1,city,country"


class Service:
    """The service on a database, without a broker: one batch at a time."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.service = object.__new__(ChannelsService)

    def do(self, *jobs: Any) -> Any:
        """Handle (entrypoint, body) in one transaction; give the last answer."""
        answers: list[Any] = []

        def run(name: str, body: Any) -> Any:
            def call(service: Any, work: Any) -> None:
                method = getattr(service, name)
                answers.append(method(work) if body is None else method(body, work))

            return call

        batch = Transaction("channels", self.engine, tables.prepare)
        committed = batch.run(
            self.service, [Job(name, run(name, body), body) for name, body in jobs]
        )
        self.calls, self.told = committed.calls, [message.wire for message in committed.out]
        return answers[-1]

    def ask(self, name: str, question: Any) -> Any:
        with Session(self.engine) as session:
            return getattr(self.service, name)(question, session)

    def post(self, order: Any, topic: str = "orders/create", event_id: str = "") -> Any:
        body = json.dumps(order)
        return self.do(
            ("webhook", said.ChannelWebhook(
                channel=SHOP, topic=topic, event_id=event_id or new_id("evt"),
                signature=signed(body), body=body,
            ))
        )  # fmt: skip

    def conclude(self, call: OutsideCall, status: Any = "succeeded", **outcome: Any) -> None:
        self.do(("pushed", Outcome(call, status, **outcome)))

    def inbound(self) -> list[said.Inbound]:
        return list(self.ask("inbound", said.FindInbound()).orders)

    def pushes(self, **filters: Any) -> list[said.Push]:
        return list(self.ask("pushes", said.FindPushes(**filters)).pushes)

    def stock(self, *changes: tuple[str, int, int]) -> None:
        bodies = [StockChanged(sku=s, available=n, version=v) for s, n, v in changes]
        self.do(*[("stock_changed", body) for body in bodies])

    def push_stock(self) -> list[tuple[str, str, int]]:
        self.do(("push_stock", None))
        return [(c.request["channel"], c.request["listing"], c.request["version"])
                for c in self.calls]  # fmt: skip


@pytest.fixture
def shop(engine: sa.Engine) -> Service:
    """Channels with a shop that wants to hear of stock, a channel of files and a SKU."""
    service = Service(engine)
    service.do(("connect", a_connection(push_stock=True)))
    service.do(("connect", a_connection(FILES, "csv", base_url="")))
    service.do(("save_sku", sku_saved("MUG-1")))
    return service


def test_an_order_comes_in_and_becomes_one_of_ours(shop: Service) -> None:
    assert shop.post(an_order()).outcome == "accepted"
    assert sorted(shop.told) == ["channels.received.v1", "orders.import.v1"]
    (inbound,) = shop.inbound()

    event = placed(inbound)
    shop.do(("on_placed", event))

    (inbound,) = shop.inbound()
    assert (inbound.state, inbound.order_id, inbound.channel_order_id) == (
        "placed", event.order_id, "4711",
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
            " from inbound_orders"
        )


def test_a_mapped_listing_releases_what_waited_over_many_batches(shop: Service) -> None:
    for number in range(3):
        shop.post(an_order(an_item("X"), an_item("MUG-1"), id=number + 1))
    shop.post(an_order(an_item("XX"), id=9))
    view = shop.ask("connections", said.AllConnections()).connections
    assert {x.channel: x.unmapped for x in view} == {SHOP: 4, FILES: 0}

    wish = said.MapListing(channel=SHOP, listing="X", sku="MUG-1")

    assert shop.do(("map", wish)).released == 3
    assert shop.told.count("orders.import.v1") == 3
    states = {x.channel_order_id: x.state for x in shop.inbound()}
    assert states == {"1": "handed_over", "2": "handed_over", "3": "handed_over", "9": "parked"}
    assert [x.unmapped for x in shop.inbound() if x.state == "parked"] == [("XX",)]
    assert shop.do(("map", wish)).released == 0


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
    assert shop.post(an_order(**changes)).outcome == "parked"
    shop.post(an_order(id=5, cancel_reason="\0"), "orders/cancelled")

    assert [x.state for x in shop.inbound()] == ["refused", "refused"]


def test_a_file_gives_each_order_its_result_and_a_second_time_changes_nothing(
    shop: Service,
) -> None:
    rows = [f"A-{n},{'MUG-1' if n % 2 else 'X'},1,10.00,Ann,Street 1,Berlin,DE" for n in range(6)]
    wish = said.ImportCsv(channel=FILES, csv="\n".join([HEAD, *rows, "A-9,MUG-1,0,1,A,B,C,DE"]))

    first = [x.outcome for x in shop.do(("import_csv", wish)).orders]
    again = [x.outcome for x in shop.do(("import_csv", wish)).orders]

    assert first == ["parked", "accepted"] * 3 + ["refused"]
    assert again == ["parked", "duplicate"] * 3 + ["refused"]
    assert (shop.told, len(shop.inbound())) == ([], 6)


def test_a_file_is_looked_up_with_few_statements(shop: Service) -> None:
    rows = [f"A-{n},MUG-1,1,10.00,Ann,Street 1,Berlin,DE" for n in range(200)]
    counted: list[str] = []
    sa.event.listen(shop.engine, "before_cursor_execute", lambda *a: counted.append(a[2]))

    shop.do(("import_csv", said.ImportCsv(channel=FILES, csv="\n".join([HEAD, *rows]))))

    assert len(shop.inbound()) == 50
    assert len([x for x in counted if x.lstrip().lower().startswith("select")]) < 20


def test_a_webhook_for_a_channel_of_files_is_refused(shop: Service) -> None:
    wish = said.ChannelWebhook(
        channel=FILES, topic="orders/create", event_id="1", signature="", body="{}"
    )

    with pytest.raises(Refused, match="takes files"):
        shop.do(("webhook", wish))


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


def test_a_failed_push_is_tried_again_by_a_person_or_by_whoever_asked(shop: Service) -> None:
    command = shipped(SHOP, "T1")
    shop.do(("acknowledge", command))
    (call,) = shop.calls
    shop.conclude(call, "refused", code="http_401", reason="Shopify answers 401")

    shop.do(("acknowledge", command))
    assert [push.state for push in shop.pushes()] == ["pending"]
    shop.conclude(call, "refused", code="http_401", reason="Shopify answers 401")
    again = shop.do(("retry_push", said.RetryPush(push_id=call.id)))

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


def test_secrets_are_not_shown_with_a_connection(shop: Service) -> None:
    shown = repr(shop.ask("connections", said.AllConnections()))

    assert (SHOP in shown, "hush" in shown, "token" in shown) == (True, False, False)


def test_events_are_forgotten_when_they_cannot_come_again(shop: Service) -> None:
    shop.post(an_order(), event_id="evt-1")
    with Session(shop.engine) as session, session.begin():
        kept = tables.SqlChannels(session)
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


def test_the_migrations_make_exactly_the_tables_of_the_code(database_server: Any) -> None:
    name = f"migrated_{new_id('db').lower()}"
    database_server.create(name)
    engine = sa.create_engine(database_server.url(name), poolclass=sa.NullPool)
    upgrade("channels", database_server.url(name))

    with engine.connect() as connection:
        found = MigrationContext.configure(connection)
        assert compare_metadata(found, tables.metadata) == []
    database_server.drop(name)
