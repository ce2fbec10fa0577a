"""The broker tells the deliveries only of what some subscription wants, and without a gap."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.ask import Unavailable
from chassis.bus import Bus
from chassis.errors import Refused
from chassis.run import _handled_by
from chassis.testing import eventually
from gateway.tests.browsers import app_on
from gateway.tests.builders import Api
from gateway.tests.webhook_world import URL, World
from gateway.webhooks import bindings
from gateway.webhooks import questions as q
from gateway.webhooks.bindings import ALWAYS, WIRES, Bindings, BrokerLine

ORDERS = {f"orders.{w}.v1" for w in "placed confirmed edited canceled completed".split()}
WAITING = (
    "select count(*) from pg_locks where not granted and locktype = 'advisory'"
    " and database = (select oid from pg_database where datname = current_database())"
)


def changes(world: World, identity: str, *events: str, version: int | None = None) -> None:
    world.desk.change(
        q.ChangeSubscription(
            subscription_id=identity, url=URL, events=events, expected_version=version
        ),
        "",
    )


def ends(world: World, identity: str) -> None:
    world.desk.forget(q.UseSubscription(subscription_id=identity), "")


def kept(world: World) -> int:
    with world.engine.connect() as connection:
        counted = sa.text("select count(*) from webhook_subscriptions")
        return int(connection.execute(counted).scalar_one())


def test_without_subscriptions_the_broker_tells_what_is_always_heard(world: World) -> None:
    world.line.bound = set(WIRES)  # by an old version

    world.bindings.settle(world.engine)

    assert world.line.bound == ALWAYS


def test_what_any_of_the_subscriptions_wants_is_bound_and_nothing_else(world: World) -> None:
    first = world.subscribes("order.*")
    second = world.subscribes("order.placed", "stock.changed")
    assert world.line.bound == ORDERS | {"inventory.changed.v1"}

    ends(world, first)
    assert world.line.bound == {"orders.placed.v1", "inventory.changed.v1"}
    changes(world, second, "*")
    assert world.line.bound == WIRES
    ends(world, second)
    assert world.line.bound == set()


def test_a_paused_subscription_still_hears_for_it_is_told_later(world: World) -> None:
    identity = world.subscribes("order.*")

    world.sets(identity, "paused")

    assert world.line.bound == ORDERS


def test_what_is_wanted_is_bound_before_it_is_kept_and_unbound_only_after_it_is_gone(
    world: World,
) -> None:
    seen: list[tuple[str, int]] = []
    world.line.then = lambda what: seen.append((what, kept(world)))

    identity = world.subscribes("order.*")
    ends(world, identity)

    assert seen == [("bind", 0), ("unbind", 1), ("unbind", 0)]


def test_nothing_stays_bound_for_a_change_that_was_refused(world: World) -> None:
    identity = world.subscribes("order.placed")

    with pytest.raises(Refused):
        changes(world, identity, "*", version=7)

    assert world.line.bound == {"orders.placed.v1"}


def test_nobody_unbinds_what_a_subscription_wants_that_is_just_being_made(world: World) -> None:
    mended: list[Any] = []
    with ThreadPoolExecutor(1) as beside:

        def mend_meanwhile(_what: str) -> None:
            """Bound and not yet committed: another process begins to settle."""
            world.line.then = lambda _what: None
            mended.append(beside.submit(Bindings(world.line).settle, world.engine))
            eventually(lambda: waits(world) or mended[0].done())

        world.line.then = mend_meanwhile
        world.subscribes("order.placed")

    assert mended[0].exception() is None
    assert world.line.bound == ALWAYS | {"orders.placed.v1"}


def waits(world: World) -> bool:
    with world.engine.connect() as connection:
        return bool(connection.execute(sa.text(WAITING)).scalar_one())


def test_what_somebody_died_over_is_mended_and_what_is_settled_is_left_alone(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.subscribes("order.*")
    world.line.bound = set()
    world.bindings.mend(world.engine)
    assert world.line.bound == ORDERS | ALWAYS

    asked: list[str] = []
    world.line.then = asked.append
    world.bindings.mend(world.engine)
    assert asked == []

    world.line.bound = set(WIRES)  # nobody knows of it, so it takes a while
    monkeypatch.setattr(bindings, "AGAIN_SECONDS", 0)
    world.bindings.mend(world.engine)
    assert world.line.bound == ORDERS | ALWAYS


def test_without_a_broker_nobody_subscribes_but_may_end_what_there_is(
    engine: sa.Engine, world: World
) -> None:
    Api()
    own = app_on(engine).extensions["own"]
    headers = {"Authorization": f"Bearer {own.keys.create('shop')}"}
    client = app_on(engine).test_client()
    line = own.webhooks._bindings._line
    wish = {"url": URL, "events": ["order.*"]}
    made = client.post("/webhook-subscriptions", json=wish, headers=headers)
    line.away = True
    try:
        refused = client.post("/webhook-subscriptions", json=wish, headers=headers)
        put = client.put(made.headers["Location"], json={**wish, "events": ["*"]}, headers=headers)
        shown = client.get("/webhook-subscriptions", headers=headers).json["subscriptions"]
        ended = client.delete(made.headers["Location"], headers=headers)
    finally:
        line.away = False

    assert (refused.status_code, refused.json["type"]) == (503, "/problems/unavailable")
    assert refused.json["detail"] == "the broker does not answer: it cannot be reached."
    assert "Retry-After" in refused.headers
    assert put.status_code == 503
    assert [one["events"] for one in shown] == [["order.*"]]
    assert ended.status_code == 204


def test_a_broker_that_cannot_be_reached_on_any_node_is_unavailable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("AMQP_URI", "amqp://127.0.0.1:1,amqp://127.0.0.1:2")

    with pytest.raises(Unavailable, match="the broker does not answer"):
        BrokerLine().bind({"orders.placed.v1"})


def test_neither_the_bus_nor_migrate_binds_the_queue_to_all_that_is_handled() -> None:
    from gateway.webhooks.service import Deliveries

    assert isinstance(Deliveries.bus, Bus)
    assert Deliveries.bus.binds
    assert _handled_by("gateway") == []
    assert "inventory.reserve.v1" in _handled_by("inventory")
