"""With ETag and If-Match nobody overwrites what somebody else has changed."""

import pytest

from contracts.inventory import SkuView
from contracts.orders import Order
from contracts.returns import Return
from gateway.api import ROUTES
from gateway.route import Route
from gateway.tests.builders import CHANGES, ORDER, Api, a_call, example, label

VERSIONED = [route for route in CHANGES if route.has_versions and not route.check]
OTHERS = [route for route in CHANGES if not route.has_versions]
NOTHING_TO_BE_STALE = {
    "makes something new": {
        "POST /orders", "POST /orders/{order_id}/returns", "POST /channels/{channel}/imports",
        "POST /bank-statements", "POST /gift-cards",
        "POST /users", "POST /api-keys", "POST /webhook-subscriptions", "POST /order-views",
        "POST /jobs", "POST /jobs/imports/{table}", "POST /manifests",
    },
    "does only what was seen: each row carries the version that it was checked with": {
        "POST /jobs/{job_id}/confirm",
    },
    "is about who asks, who proves it with a password, a code or a link": {
        "POST /login", "DELETE /session", "PUT /session/password", "PUT /session/second-factor",
        "DELETE /session/second-factor", "POST /password-resets", "POST /password-resets/{token}",
    },
    "comes from a provider, a carrier or a shop, who know no versions": {
        "POST /webhooks/payments/{provider}", "POST /webhooks/carriers/{carrier}",
        "POST /webhooks/channels/{channel}",
    },
    "does the same whatever was before: it ends, or tries again": {
        "DELETE /api-keys/{key_id}", "POST /imports/{import_id}/stop",
        "POST /channel-pushes/{push_id}/retry", "POST /webhook-deliveries/{delivery_id}/retry",
        "POST /channels/{channel}/check", "POST /channels/{channel}/replay",
        "POST /channel-orders/{inbound_id}/look-up", "POST /channel-orders/{inbound_id}/mend",
        "POST /jobs/{job_id}/cancel", "POST /mentions/read",
    },
    "adds to stock or takes from it, and sets nothing": {
        "POST /skus/{sku}/adjustments", "POST /skus/{sku}/receipts",
    },
    "adds to what is known of a parcel, in the order of its own time": {
        "POST /shipments/{shipment_id}/scans",
    },
}  # fmt: skip
RETURN = "/returns/ret_" + "0" * 26


def expected(api: Api) -> int | None:
    return api.services.heard[-1].asked.expected_version


@pytest.mark.parametrize("route", VERSIONED, ids=label)
def test_the_version_that_was_seen_is_what_the_service_expects(route: Route, api: Api) -> None:
    url, sent = a_call(route)

    api.call(route.method, url, headers={"If-Match": '"3-0a1b2c"'}, **sent)
    assert expected(api) == 3

    api.call(route.method, url, **sent)
    assert expected(api) is None


def test_whatever_is_changed_has_a_version_or_a_reason_to_have_none() -> None:
    changing = [route for route in ROUTES if route.question.changes]
    reasoned = set().union(*NOTHING_TO_BE_STALE.values())

    without = {label(route) for route in changing if not route.has_versions}
    assert without == reasoned


def test_the_etag_of_an_order_page_is_good_for_changing_the_order(api: Api) -> None:
    api.services.answers["orders.get"] = example(Order, version=7)

    tag = api.call("GET", f"/orders/{ORDER}").headers["ETag"]
    api.call("POST", f"/orders/{ORDER}/tags", {"add": ["vip"]}, headers={"If-Match": tag})

    assert expected(api) == 7


@pytest.mark.parametrize(
    ("match", "version"), [('"3"', 3), ("3", 3), ('W/"3-ff"', 3), ('"12"', 12), ("*", None)]
)
def test_an_etag_may_come_as_proxies_leave_it(match: str, version: int | None, api: Api) -> None:
    api.call("POST", f"{RETURN}/approval", {}, headers={"If-Match": match})

    assert expected(api) == version


@pytest.mark.parametrize(
    "match", ['"abc"', '"²"', '"-1"', '"1.5"', '"1", "2"', '""', '"1234567890"', "x" * 5000]
)
def test_an_etag_that_is_none_of_ours_matches_nothing(match: str, api: Api) -> None:
    answer = api.call("POST", f"{RETURN}/approval", {}, headers={"If-Match": match})

    assert (answer.status_code, answer.json["type"]) == (412, "/problems/stale")
    assert api.heard == []
    assert len(answer.data) < 500


@pytest.mark.parametrize("route", OTHERS, ids=label)
def test_if_match_is_refused_where_nothing_has_versions(route: Route, api: Api) -> None:
    url, sent = a_call(route)

    answer = api.call(route.method, url, headers={"If-Match": '"1"'}, **sent)

    told = "If-Match cannot be looked at: this has no versions."
    assert answer.status_code == 422
    assert answer.json["errors"] == [{"field": "If-Match", "detail": told}]
    assert api.heard == []


def test_what_the_asker_has_already_is_not_sent_again(api: Api) -> None:
    api.services.answers["returns.get"] = example(Return)
    tag = api.call("GET", RETURN).headers["ETag"]

    answer = api.call("GET", RETURN, headers={"If-None-Match": f'"x", W/{tag}'})

    assert (answer.status_code, answer.data, answer.headers["ETag"]) == (304, b"", tag)


def test_stock_that_changed_is_sent_though_the_sku_has_the_same_version(api: Api) -> None:
    before = example(SkuView, version=3, available=5)
    api.services.answers["inventory.get_sku"] = before
    tag = api.call("GET", "/skus/MUG-1").headers["ETag"]
    api.services.answers["inventory.get_sku"] = example(SkuView, version=3, available=4)

    answer = api.call("GET", "/skus/MUG-1", headers={"If-None-Match": tag})

    assert (answer.status_code, answer.json["available"]) == (200, 4)
    assert answer.headers["ETag"].startswith('"3-')


def test_a_list_has_no_version(api: Api) -> None:
    assert "ETag" not in api.call("GET", "/orders").headers
