"""Webhooks that do not go on are exceptions like all others, with an owner and a decision."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from contracts import SERVICES
from contracts.stuck import DecideStuck, FindStuck, Stuck, StuckPage
from gateway.people.roles import Grant
from gateway.tests.browsers import Browser, a_user, kind
from gateway.tests.builders import STAGE
from gateway.tests.webhook_world import OTHER, World, confirmed, placed
from gateway.webhooks.stuck import Troubles

REASON = "the receiver is back"


def stuck(engine: sa.Engine) -> dict[str, Stuck]:
    return {one.kind: one for one in Troubles(engine).find(FindStuck()).stuck}


def decide(engine: sa.Engine, kind: str, decision: Any) -> None:
    wish = DecideStuck(
        exception_id=stuck(engine)[kind].exception_id, decision=decision, reason=REASON
    )
    Troubles(engine).decide(wish, "person:ann")


@pytest.fixture
def failing(world: World) -> str:
    """A subscription to which nothing comes through for three days."""
    world.receiver.answers = lambda *_: 500
    identity = world.subscribes("order.*")
    world.happens(placed(), placed(OTHER))
    world.works()
    world.passes(days=3, minutes=1)
    world.works()
    return identity


def test_a_subscription_that_we_paused_is_resumed(
    world: World, failing: str, engine: sa.Engine
) -> None:
    one = stuck(engine)["paused"]
    assert (one.subject, one.owner, one.allowed) == (failing, "people", ("retry", "skip"))
    assert one.problem.startswith("Webhooks to shop.example are paused. Nothing came through")
    world.receiver.answers = lambda *_: 200

    decide(engine, "paused", "retry")

    assert (world.shows(failing).state, "paused" in stuck(engine)) == ("active", False)
    world.happens(confirmed())
    world.catches_up()
    world.works()
    assert "order.confirmed" in world.receiver.types()


def test_a_subscription_that_stays_paused_or_that_a_person_paused_is_no_exception(
    world: World, failing: str, engine: sa.Engine
) -> None:
    decide(engine, "paused", "skip")
    world.sets(world.subscribes(url="https://other.example/"), "paused")

    assert "paused" not in stuck(engine)
    assert world.shows(failing).state == "paused"


@pytest.fixture
def dead(world: World, failing: str, engine: sa.Engine) -> str:
    """A subscription that goes on; two deliveries to it were given up."""
    world.sets(failing, "active")
    world.works()
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "update webhook_deliveries set state = 'dead', done_at = created_at"
        )
        connection.exec_driver_sql("delete from webhook_lanes")
    return failing


def test_what_was_given_up_is_one_exception_and_is_sent_again(
    world: World, dead: str, engine: sa.Engine
) -> None:
    world.sets(dead, "active")
    one = stuck(engine)["given_up"]
    assert (one.subject, one.owner) == (dead, "outside")
    assert one.problem.startswith("Webhooks to shop.example that were given up: 2.")
    world.receiver.answers = lambda *_: 200

    decide(engine, "given_up", "retry")
    world.works()

    assert [one.state for one in world.deliveries(dead)] == ["delivered", "delivered"]
    assert stuck(engine) == {}


def test_what_was_given_up_is_forgotten_if_nobody_wants_it(
    world: World, dead: str, engine: sa.Engine
) -> None:
    decide(engine, "given_up", "skip")

    assert ("given_up" in stuck(engine), world.deliveries(dead)) == (False, ())


def test_an_exception_of_the_gateway_stands_in_the_list_and_is_taken_and_decided(
    world: World, failing: str, engine: sa.Engine
) -> None:
    ann = Browser(engine)
    a_user(ann.own, "ann@example.com", (Grant(role="order_manager"),), "Ann")
    ann.log_in()
    for service in SERVICES:
        STAGE.api.services.answers[f"{service}.stuck"] = StuckPage(stuck=())
    identity = f"gateway:paused:{failing}"
    body = {"decision": "compensate", "reason": REASON}

    taken = ann.call("PUT", f"/exceptions/{identity}/owner", {})
    (listed,) = ann.call("GET", "/exceptions?kind=paused").json["exceptions"]
    refused = ann.call("POST", f"/exceptions/{identity}/decisions", body)
    done = ann.call("POST", f"/exceptions/{identity}/decisions", {**body, "decision": "skip"})

    assert (taken.status_code, listed["exception_id"]) == (200, identity)
    assert listed["assigned_to"]["name"] == "Ann"
    assert (kind(refused)[0], done.status_code) == (409, 200)
    assert ann.call("GET", "/exceptions?kind=paused").json["exceptions"] == []
    gone = ann.call("POST", f"/exceptions/{identity}/decisions", {**body, "decision": "retry"})
    assert kind(gone) == (404, "not-found")


def test_pages_join(world: World, failing: str, engine: sa.Engine) -> None:
    whole = Troubles(engine).find(FindStuck()).stuck
    first = Troubles(engine).find(FindStuck(limit=1))
    rest = Troubles(engine).find(FindStuck(after=first.next)) if first.next else None

    assert (*first.stuck, *(rest.stuck if rest else ())) == whole
    assert Troubles(engine).find(FindStuck(only=whole[-1].exception_id)).stuck == whole[-1:]
    assert whole[0].since <= world.now - timedelta(days=3)
