"""People save views of the orders for themselves or for all, and each counts what they may see."""

from typing import Any

import pytest
import sqlalchemy as sa

from chassis.ask import Unavailable
from contracts.orders import CountOrders, OrderCount, OrderCounts
from gateway.people.roles import Grant
from gateway.tests.browsers import Browser, a_user, kind
from gateway.tests.builders import STAGE
from gateway.views import desk, store

VIPS = {"name": "VIPs", "filter": {"status": "pending", "tag": "vip"}, "columns": ["number"]}
URL = "/order-views"


def somebody(engine: sa.Engine, name: str, role: str, **limits: Any) -> Browser:
    browser = Browser(engine)
    a_user(browser.own, f"{name}@example.com", (Grant(role=role, **limits),), name)
    assert browser.log_in(f"{name}@example.com").status_code == 200
    return browser


@pytest.fixture(autouse=True)
def no_counts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "COUNTS", desk.Counts())


@pytest.fixture
def ann(engine: sa.Engine) -> Browser:
    return somebody(engine, "ann", "order_manager")


@pytest.fixture
def bob(engine: sa.Engine, ann: Browser) -> Browser:
    return somebody(engine, "bob", "read_only", channels=("my-shop",))


def names(browser: Browser) -> list[str]:
    return [one["name"] for one in browser.call("GET", f"{URL}?counts=false").json["views"]]


def counting() -> list[CountOrders]:
    """Let orders count, and tell what it was asked."""
    asked: list[CountOrders] = []

    def count(wish: CountOrders) -> OrderCounts:
        asked.append(wish)
        of = 7 if wish.channels is None else len(wish.channels)
        return OrderCounts(counts=tuple(OrderCount(count=of) for _ in wish.views))

    STAGE.api.services.answers["orders.count"] = count
    return asked


def test_a_view_is_its_makers_until_it_is_shared(ann: Browser, bob: Browser) -> None:
    made = ann.call("POST", URL, VIPS)
    where, tag = made.headers["Location"], made.headers["ETag"]
    assert (made.status_code, names(ann), names(bob)) == (201, ["VIPs"], [])
    assert kind(bob.call("GET", where)) == (404, "not-found")

    shared = ann.call("PUT", where, {**VIPS, "shared": True}, headers={"If-Match": tag})

    assert (shared.status_code, shared.json["version"], names(bob)) == (200, 2, ["VIPs"])
    assert bob.call("GET", where).json["filter"]["tag"] == "vip"
    assert [bob.call("GET", where).json["mine"], ann.call("GET", where).json["mine"]] == [
        False,
        True,
    ]


def test_only_who_may_share_shares_and_changes_what_is_shared(ann: Browser, bob: Browser) -> None:
    where = ann.call("POST", URL, {**VIPS, "shared": True}).headers["Location"]
    mine = bob.call("POST", URL, VIPS).headers["Location"]

    for refused in (
        bob.call("POST", URL, {**VIPS, "name": "mine", "shared": True}),
        bob.call("PUT", mine, {**VIPS, "shared": True}),
    ):
        assert kind(refused) == (403, "forbidden")
        assert refused.json["permission"] == "views.share"
    for refused in (bob.call("PUT", where, VIPS), bob.call("DELETE", where)):
        assert (kind(refused)[0], refused.json["code"]) == (422, "not_yours")
    assert (names(ann), sorted(names(bob))) == (["VIPs"], ["VIPs", "VIPs"])


def test_somebody_else_who_may_share_ends_a_shared_view(ann: Browser, engine: sa.Engine) -> None:
    where = ann.call("POST", URL, {**VIPS, "shared": True}).headers["Location"]
    eve = somebody(engine, "eve", "admin")

    assert eve.call("DELETE", where).status_code == 204
    assert names(ann) == []


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"filter": {"colour": "red"}}, "filter.colour"),
        ({"filter": {"placed_from": "soon"}}, "filter.placed_from"),
        ({"columns": ["weight"]}, "columns[0]"),
        ({"name": " "}, "name"),
        ({"position": -1}, "position"),
        ({"owner": "me"}, "owner"),
    ],
)
def test_a_view_that_cannot_be_is_refused_by_field(
    ann: Browser, change: dict[str, Any], field: str
) -> None:
    refused = ann.call("POST", URL, {**VIPS, **change})

    assert kind(refused) == (422, "invalid-fields")
    assert [one["field"] for one in refused.json["errors"]] == [field]
    assert names(ann) == []


def test_a_view_that_somebody_else_changed_is_not_changed_blindly(ann: Browser) -> None:
    made = ann.call("POST", URL, VIPS)
    where, old = made.headers["Location"], {"If-Match": made.headers["ETag"]}
    ann.call("PUT", where, {**VIPS, "name": "Best"}, headers=old)

    assert kind(ann.call("PUT", where, VIPS, headers=old)) == (412, "stale")
    assert kind(ann.call("DELETE", where, headers=old)) == (412, "stale")
    assert names(ann) == ["Best"]


def test_a_name_is_taken_once_and_views_have_a_bound(
    ann: Browser, monkeypatch: pytest.MonkeyPatch
) -> None:
    ann.call("POST", URL, VIPS)
    assert ann.call("POST", URL, VIPS).json["errors"][0]["field"] == "name"
    other = ann.call("POST", URL, {"name": "Other"}).headers["Location"]
    assert ann.call("PUT", other, VIPS).json["code"] == "taken"

    monkeypatch.setattr(store, "MOST", 2)
    assert ann.call("POST", URL, {"name": "Third"}).json["code"] == "too_many"
    assert names(ann) == ["VIPs", "Other"]


def test_tabs_stand_in_the_order_of_their_positions(ann: Browser) -> None:
    first = ann.call("POST", URL, {"name": "A", "position": 1}).headers["Location"]
    ann.call("POST", URL, {"name": "B", "position": 2})
    ann.call("PUT", first, {"name": "A", "position": 3})

    assert names(ann) == ["B", "A"]


def test_each_counts_what_they_may_see_and_is_counted_once_in_a_while(
    ann: Browser, bob: Browser
) -> None:
    asked = counting()
    ann.call("POST", URL, {**VIPS, "shared": True})
    ann.call("POST", URL, {"name": "All"})

    counts = [
        [one["count"]["count"] for one in who.call("GET", URL).json["views"]]
        for who in (ann, bob, ann, bob)
    ]

    assert counts == [[7, 7], [1], [7, 7], [1]]
    assert [(len(one.views), one.channels) for one in asked] == [(2, None), (1, ("my-shop",))]


def test_views_are_there_while_orders_does_not_answer(ann: Browser) -> None:
    ann.call("POST", URL, VIPS)
    STAGE.api.services.answers["orders.count"] = Unavailable("orders", "it is being restarted")

    found = ann.call("GET", URL)

    assert (found.status_code, found.json["views"][0]["count"]) == (200, None)
