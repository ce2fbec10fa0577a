"""Every route, every role, and things inside and outside of what one may see.

The table of who may what stands here a second time, as people would write it down: a permission
that slips into a role, or a route that asks for another one, is found here.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, get_args

import pytest

from contracts import imports, manifests, orders, returns, shipping, warehouse
from gateway.api import OF_SERVICES, OWN, ROUTES
from gateway.caller import Caller, Session
from gateway.people.browser import COOKIE
from gateway.people.roles import ANY, OPEN, PERMISSIONS, ROLES, Grant, Role, rights_of
from gateway.people.roles import OWN as PERSON
from gateway.route import Route
from gateway.tests.builders import Api, a_call, example, label

MAY = {
    "orders.read": "admin order_manager returns finance read_only",
    "orders.write": "admin order_manager",
    "views.share": "admin order_manager",
    "money.read": "admin order_manager finance read_only",
    "money.write": "admin finance",
    "stock.read": "admin order_manager picker packer returns buyer read_only",
    "stock.write": "admin buyer",
    "picking.read": "admin order_manager picker packer read_only",
    "picking.write": "admin picker",
    "packing.write": "admin packer",
    "shipping.read": "admin order_manager packer returns read_only",
    "shipping.write": "admin packer",
    "returns.read": "admin order_manager returns finance read_only",
    "returns.write": "admin order_manager returns",
    "channels.read": "admin order_manager buyer read_only",
    "channels.write": "admin order_manager",
    "exceptions.read": "admin order_manager finance read_only",
    "exceptions.decide": "admin order_manager",
    "settings.read": "admin",
    "settings.write": "admin",
}
NAMES = get_args(Role)
ABOUT_ONE = {
    "order_id", "fulfillment_order_id", "shipment_id", "return_id", "import_id", "exception_id",
    "warehouse_id", "channel", "manifest_id",
}  # fmt: skip
SHARED = {
    "GET /skus", "GET /skus/{sku}", "PUT /skus/{sku}",  # the SKU is for all, its stock is not
    "GET /customers/{customer}/terms", "PUT /customers/{customer}/terms",
    "GET /payment-accounts",
    "GET /bank-transfers", "POST /bank-statements",  # what a bank tells is for no channel alone
    "POST /bank-transfers/{transfer_id}/dismissal",
    "POST /payment-accounts/{account}/settlement-check",
    "GET /gift-cards", "POST /gift-cards", "GET /gift-cards/{gift_card_id}",
    "POST /rates", "GET /return-policy",
    "GET /carrier-kinds", "GET /carrier-accounts", "GET /channel-kinds",
}  # fmt: skip
LISTS = {
    "GET /orders", "POST /orders/counts", "GET /payments", "GET /warehouses",
    "GET /fulfillments", "GET /count-tasks", "GET /shipments", "GET /returns", "GET /channels",
    "GET /imports", "GET /channel-orders", "GET /channel-pushes", "GET /skus/{sku}/movements",
    "POST /channel-pushes/{push_id}/retry", "GET /open-parcels", "GET /manifests",
    "POST /channel-orders/{inbound_id}/look-up", "GET /channel-orders/{inbound_id}/comparison",
    "POST /channel-orders/{inbound_id}/mend",
}  # fmt: skip
LOOKED_UP = {"orders.origins", "warehouse.places", "shipping.get", "returns.get",
             "channels.import_status", "shipping.manifest"}  # fmt: skip
LIMITED = [role for role in NAMES if role != "admin"]
MINE, THEIRS = "mine", "theirs"


def marked(permission: str, role: str) -> bool:
    return role in MAY.get(permission, "").split()


def about_one(route: Route) -> bool:
    fields = set(route.struct.__struct_fields__)
    return bool(ABOUT_ONE & fields) and label(route) not in LISTS


def str_of(value: Any) -> str:
    return label(value) if isinstance(value, Route) else str(value)


@pytest.fixture
def api() -> Iterator[Api]:
    api = Api()
    yield api
    api.client.delete_cookie(COOKIE)


def logged_in(api: Api, role: str, **limits: Any) -> None:
    """Let a person with this role be logged in."""
    session = Session(b"key", "usr_1", "token", datetime(2026, 3, 9, tzinfo=UTC))
    rights = rights_of([Grant(role=role, **limits)])
    api.people.visitors["t"] = Caller("usr_1", "person:ann@example.com", rights, session)
    api.client.set_cookie(COOKIE, "t")


def ask(api: Api, route: Route) -> Any:
    """The least valid request of a route, by the person who is logged in."""
    url, sent = a_call(route)
    if "channel" in {*route.struct.__struct_fields__} - route.hidden and "json" in sent:
        sent["json"]["channel"] = "a"
    headers = {"X-CSRF-Token": "token"}
    return api.client.open(url, method=route.method, headers=headers, **sent)


def everything_is_of(api: Api, place: str) -> None:
    """Let all that services know be of one channel and lie in one warehouse."""
    answers = api.services.answers
    an_order = "ord_" + "0" * 26
    origin = orders.Origin(order_id=an_order, channel=place)
    answers["orders.origins"] = orders.Origins(origins=(origin,))
    a_fulfillment = "ful_" + "0" * 26
    lies = warehouse.Place(
        fulfillment_order_id=a_fulfillment, order_id=an_order, warehouse_id=place
    )
    answers["warehouse.places"] = warehouse.Places(places=(lies,))
    answers["shipping.get"] = example(
        shipping.Shipment, order_id=an_order, fulfillment_order_id=a_fulfillment
    )
    answers["returns.get"] = example(returns.Return, order_id=an_order, warehouse_id=place)
    answers["shipping.manifest"] = example(manifests.Manifest, warehouse_id=place)
    answers["channels.import_status"] = example(imports.Import, channel=place)


def test_the_roles_are_as_written_down() -> None:
    assert MAY.keys() == PERMISSIONS.keys()
    for role in NAMES:
        assert {p for p in MAY if marked(p, role)} == ROLES[role], role


def test_no_route_is_without_a_permission() -> None:
    known = {*PERMISSIONS, OPEN, PERSON, ANY}

    assert [label(route) for route in ROUTES if route.needs not in known] == []
    # to share is asked of nobody at the door: whoever saves a view may say so in the body
    assert {route.needs for route in ROUTES} | {"views.share"} == known
    changing = {r.url for r in ROUTES if r.question.changes and r.needs.endswith(".read")}
    assert changing == {"/order-views", "/order-views/{view_id}"}  # one's own


def test_every_route_is_about_one_thing_a_list_shared_or_of_the_gateway() -> None:
    one = {label(route) for route in OF_SERVICES if about_one(route)}
    closed = {"GET /stock-audit"}
    settings = {label(r) for r in OF_SERVICES if r.needs == "settings.write"}
    hooks = {label(route) for route in OF_SERVICES if route.needs == OPEN}

    kinds = (one - settings - hooks, LISTS, SHARED, closed, settings, hooks)
    assert set().union(*kinds) == {label(route) for route in OF_SERVICES}
    assert sum(map(len, kinds)) == len(OF_SERVICES)


@pytest.mark.parametrize(
    ("route", "role"),
    [
        (route, role)
        for route in ROUTES
        for role in NAMES
        if route.needs in PERMISSIONS
        # what the gateway answers itself is asked with a database, in tests/db
        if not (route in OWN and marked(route.needs, role))
    ],
    ids=str_of,
)
def test_a_role_may_what_is_written_down_and_nothing_else(
    route: Route, role: str, api: Api
) -> None:
    logged_in(api, role)

    answer = ask(api, route)

    if marked(route.needs, role):
        assert answer.status_code == route.status, answer.text
    else:
        assert (answer.status_code, answer.json["permission"]) == (403, route.needs)
        assert api.heard == []


OF_ONE = [
    (route, role)
    for route in OF_SERVICES
    for role in LIMITED
    if about_one(route) and marked(route.needs, role)
]


@pytest.mark.parametrize(("route", "role"), OF_ONE, ids=str_of)
def test_what_is_of_others_is_not_there(route: Route, role: str, api: Api) -> None:
    everything_is_of(api, THEIRS)
    logged_in(api, role, warehouses=(MINE,), channels=(MINE,))

    answer = ask(api, route)

    assert (answer.status_code, answer.json["type"]) == (404, "/problems/not-found"), answer.text
    assert {*api.heard} <= LOOKED_UP


@pytest.mark.parametrize(
    ("route", "role"),
    # the id of the least exception names no order; see test_gateway_scopes
    [(route, role) for route, role in OF_ONE if route.question.name != "exceptions.decide"],
    ids=str_of,
)
def test_what_is_ones_own_is_there(route: Route, role: str, api: Api) -> None:
    everything_is_of(api, "a")  # as a_call names channels and warehouses
    logged_in(api, role, warehouses=("a",), channels=("a",))

    assert ask(api, route).status_code == route.status


@pytest.mark.parametrize("role", [role for role in LIMITED if marked("stock.read", role)])
def test_what_shows_all_warehouses_at_once_is_for_those_who_may_see_all(
    role: str, api: Api
) -> None:
    logged_in(api, role, warehouses=(MINE,))

    assert api.client.get("/stock-audit").status_code == 403


def test_whoever_is_not_limited_causes_no_question_but_their_own(api: Api) -> None:
    for route in (r for r in OF_SERVICES if about_one(r) and not r.take and not r.ask):
        api.services.heard.clear()
        url, sent = a_call(route)

        api.call(route.method, url, **sent)

        assert len(api.heard) <= 1, label(route)
