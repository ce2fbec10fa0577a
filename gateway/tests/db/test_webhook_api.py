"""Subscriptions and what becomes of each delivery can be seen and changed over the API."""

import re
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.sealing import unseal
from gateway.idempotency import Requests
from gateway.tests.browsers import app_on
from gateway.tests.builders import STAGE, Api
from gateway.tests.webhook_world import ORDER, URL, World, confirmed, placed

Call = Callable[..., Any]


@pytest.fixture
def secret(engine: sa.Engine) -> str:
    """A key that may do everything."""
    Api()
    made: str = app_on(engine).extensions["own"].keys.create("shop")
    return made


@pytest.fixture
def call(engine: sa.Engine, secret: str) -> Call:
    """Ask the API."""
    app = app_on(engine)

    def ask(method: str, url: str, body: Any = None, **headers: str) -> Any:
        return app.test_client().open(
            url, method=method, json=body, headers={"Authorization": f"Bearer {secret}", **headers}
        )

    return ask


@pytest.fixture
def subscription(call: Call) -> str:
    made = call("POST", "/webhook-subscriptions", {"url": URL, "events": ["order.*"]})
    return f"/webhook-subscriptions/{made.json['subscription_id']}"


def test_the_secret_is_shown_once(call: Call) -> None:
    made = call("POST", "/webhook-subscriptions", {"url": URL, "events": ["order.*", "order.*"]})

    shown = call("GET", made.headers["Location"])
    assert (made.status_code, made.json["secret"][:6]) == (201, "whsec_")
    assert made.json["secret"] not in shown.text
    assert shown.json["events"] == ["order.*"]
    assert (shown.json["state"], shown.json["why"], shown.json["waiting"]) == ("active", "", 0)
    assert shown.json["created_by"] == "key:shop"


@pytest.mark.parametrize(
    ("change", "field", "detail"),
    [
        ({"url": "http://shop.example/"}, "url", "url must begin with https://."),
        ({"url": "https://10.0.0.1/"}, "url", "url must be an address of the public internet."),
        ({"events": ["order.lost"]}, "events[0]", "There are no events order.lost; there are"),
        ({"events": ["ORDER"]}, "events[0]", "is not of the form"),
        ({"events": []}, "events", "must have 1 to 50 entries."),
    ],
)
def test_a_fault_names_its_field(
    change: dict[str, Any], field: str, detail: str, call: Call
) -> None:
    wish = {"url": URL, "events": ["*"], **change}

    answer = call("POST", "/webhook-subscriptions", wish)

    assert answer.status_code == 422
    assert answer.json["errors"][0]["field"] == field
    assert detail in answer.json["errors"][0]["detail"]


def test_a_change_to_an_old_version_is_refused(call: Call, subscription: str) -> None:
    tag = call("GET", subscription).headers["ETag"]
    wish = {"url": URL, "events": ["*"], "description": "the warehouse"}

    first = call("PUT", subscription, wish, **{"If-Match": tag})
    second = call("PUT", subscription, wish, **{"If-Match": tag})

    assert (first.status_code, first.json["description"]) == (200, "the warehouse")
    assert second.status_code == 412


def test_a_delivery_shows_every_try(call: Call, subscription: str, world: World) -> None:
    world.receiver.answers = lambda *_: 500
    world.happens(placed(), confirmed())
    world.works()
    world.passes(seconds=10)
    world.works()

    listed = call("GET", f"{subscription}/deliveries?state=pending").json["deliveries"]
    page = call("GET", f"/webhook-deliveries/{listed[-1]['delivery_id']}").json

    assert [(d["type"], d["attempts"], d["due_at"] is None) for d in listed] == [
        ("order.confirmed", 0, True),
        ("order.placed", 2, False),
    ]
    assert [(t["number"], t["status"], t["answer"]) for t in page["tries"]] == [
        (2, 500, "hello"),
        (1, 500, "hello"),
    ]
    assert f'"order_id":"{ORDER}"' in page["body"]
    shown = call("GET", subscription).json
    assert (shown["waiting"], shown["dead"]) == (2, 0)
    assert shown["failing_since"] == "2026-03-02T09:30:00Z"


def test_what_waits_is_tried_at_once_when_somebody_asks_and_what_arrived_is_not(
    call: Call, subscription: str, world: World
) -> None:
    world.receiver.answers = lambda *_: 500
    world.happens(placed())
    world.works()
    (waits,) = call("GET", f"{subscription}/deliveries").json["deliveries"]
    world.receiver.answers = lambda *_: 200
    retry = f"/webhook-deliveries/{waits['delivery_id']}/retry"

    assert call("POST", retry).status_code == 202
    world.works()

    assert world.receiver.types() == ["order.placed", "order.placed"]
    refused = call("POST", retry)
    assert (refused.status_code, refused.json["type"]) == (409, "/problems/illegal-move")


def test_pages_of_deliveries_go_on_where_the_one_before_ended(
    call: Call, subscription: str, world: World
) -> None:
    world.happens(placed(), confirmed(), confirmed())

    first = call("GET", f"{subscription}/deliveries?limit=2").json
    second = call("GET", f"{subscription}/deliveries?limit=2&after={first['next']}").json

    ids = [d["delivery_id"] for d in (*first["deliveries"], *second["deliveries"])]
    assert (len(ids), ids) == (3, sorted(ids, reverse=True))
    assert second["next"] == ""


def test_no_test_is_sent_to_who_is_paused(call: Call, subscription: str) -> None:
    call("PUT", subscription, {"url": URL, "events": ["*"], "state": "paused"})

    refused = call("POST", f"{subscription}/test")

    assert (refused.status_code, refused.json["code"]) == (422, "paused")


def test_what_has_ended_is_not_there_any_more(call: Call, subscription: str, world: World) -> None:
    world.happens(placed())
    (delivery,) = call("GET", f"{subscription}/deliveries").json["deliveries"]

    assert call("DELETE", subscription).status_code == 204

    for url in (
        subscription,
        f"{subscription}/deliveries",
        f"/webhook-deliveries/{delivery['delivery_id']}",
    ):
        assert call("GET", url).status_code == 404
    assert call("DELETE", subscription).status_code == 404


def test_a_rotated_secret_is_a_new_one_and_tells_how_long_the_old_one_signs(
    call: Call, subscription: str, world: World
) -> None:
    rotated = call("POST", f"{subscription}/secret", {"overlap_hours": 1})

    assert re.fullmatch(r"whsec_.{44}", rotated.json["secret"])
    assert rotated.json["secret_overlaps_until"] == "2026-03-02T10:30:00Z"
    assert call("GET", subscription).json["secret_overlaps_until"] == "2026-03-02T10:30:00Z"


def test_there_are_a_hundred_subscriptions_at_most(call: Call) -> None:
    wish = {"url": URL, "events": ["*"]}
    made = [call("POST", "/webhook-subscriptions", wish).status_code for _ in range(101)]

    assert made == [201] * 100 + [422]
    page = call("GET", "/webhook-subscriptions?limit=60").json
    rest = call("GET", f"/webhook-subscriptions?limit=60&after={page['next']}").json
    assert (len(page["subscriptions"]), len(rest["subscriptions"]), rest["next"]) == (60, 40, "")


def test_every_type_is_listed_with_an_example(call: Call) -> None:
    types = call("GET", "/webhook-event-types").json["types"]

    placed_ = next(t for t in types if t["type"] == "order.placed")
    assert len(types) > 25
    assert placed_["about"].startswith("A customer has committed to buy")
    assert placed_["example"].startswith('{"type":"order.placed","timestamp":"2026-03-09T')


@pytest.mark.parametrize(
    ("method", "at", "body", "status"),
    [
        ("DELETE", "", None, 204),
        ("POST", "/secret", {}, 200),
        ("POST", "/test", None, 202),
        ("POST", "/replay", {"since": "2026-03-01T00:00:00Z"}, 202),
    ],
)
def test_nothing_is_done_to_a_subscription_that_somebody_else_has_changed(
    call: Call, subscription: str, method: str, at: str, body: Any, status: int
) -> None:
    seen = call("GET", subscription).headers["ETag"]
    call("PUT", subscription, {"url": URL, "events": ["return.*"]})
    before = call("GET", subscription)

    stale = call(method, subscription + at, body, **{"If-Match": seen})
    assert (stale.status_code, stale.json["type"]) == (412, "/problems/stale")
    assert call("GET", subscription).json == before.json

    right = call(method, subscription + at, body, **{"If-Match": before.headers["ETag"]})
    assert right.status_code == status


def test_neither_the_new_nor_the_old_secret_is_in_the_database(
    call: Call, engine: sa.Engine
) -> None:
    made = call("POST", "/webhook-subscriptions", {"url": URL, "events": ["order.*"]})
    first = made.json["secret"]
    second = call("POST", f"{made.headers['Location']}/secret", {"overlap_hours": 1}).json["secret"]

    with engine.connect() as connection:
        raw = connection.exec_driver_sql("select secret, old_secret from webhook_subscriptions")
        kept = list(raw.one())
    assert first not in kept
    assert second not in kept
    assert [unseal(one) for one in kept] == [second, first]


def test_who_did_not_get_the_secret_asks_again_with_the_same_key(
    call: Call, engine: sa.Engine
) -> None:
    STAGE.api.requests = Requests(engine)
    wish = {"url": URL, "events": ["order.*"]}
    first = call("POST", "/webhook-subscriptions", wish, **{"Idempotency-Key": "k-1"})
    again = call("POST", "/webhook-subscriptions", wish, **{"Idempotency-Key": "k-1"})
    other = {**wish, "events": ["*"]}
    reused = call("POST", "/webhook-subscriptions", other, **{"Idempotency-Key": "k-1"})

    assert (first.status_code, again.status_code, reused.status_code) == (201, 201, 422)
    assert again.json == first.json
    assert (again.headers["Location"], again.headers["Idempotent-Replayed"]) == (
        first.headers["Location"], "true",
    )  # fmt: skip
    assert len(call("GET", "/webhook-subscriptions").json["subscriptions"]) == 1
    where = f"{first.headers['Location']}/secret"
    rotated = [call("POST", where, {}, **{"Idempotency-Key": "k-2"}) for _ in range(2)]
    assert rotated[0].json["secret"] == rotated[1].json["secret"] != first.json["secret"]

    with engine.connect() as connection:
        kept = connection.exec_driver_sql("select body from idempotent_requests").scalars().all()
    assert [bytes(body).startswith(b"sealed:") for body in kept] == [True, True]
    for told in (first.json["secret"], rotated[0].json["secret"]):
        assert not any(told.encode() in bytes(body) for body in kept)
