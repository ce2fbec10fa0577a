"""Bad input is refused with the field and its fault, and no service hears of it."""

import json
from typing import Any

import pytest

from contracts import inventory
from gateway.route import Route
from gateway.tests.builders import (
    CHANGES,
    HOOKS,
    ORDER,
    READS,
    Api,
    a_call,
    an_order,
    label,
    refused,
)

LINE = {"sku": "MUG-1", "quantity": 1, "unit_price": 1}
ADDRESS = {"name": "Ann", "line1": "Main Street 1", "city": "Berlin", "country": "DE"}
CANCEL = f"/orders/{ORDER}/cancellation"


FAULTS: list[tuple[str, dict[str, Any], str, str]] = [
    ("negative quantity", {"lines": [{**LINE, "quantity": -1}]},
     "lines[0].quantity", "quantity must be from 1 to 1000000."),
    ("no quantity", {"lines": [{**LINE, "quantity": 0}]},
     "lines[0].quantity", "quantity must be from 1 to 1000000."),
    ("half a piece", {"lines": [LINE, {**LINE, "quantity": 1.5}]},
     "lines[1].quantity", "quantity must be a whole number, not 1.5."),
    ("number as text", {"total": "1800"}, "total", "total must be a whole number, not '1800'."),
    ("truth as number", {"total": True}, "total", "total must be a whole number, not true."),
    ("more than fits", {"total": 10**19}, "total", "total must be from 0 to 1000000000000."),
    ("unknown currency", {"currency": "EUX"}, "currency", "currency is not known."),
    ("small country", {"ship_to": {**ADDRESS, "country": "de"}},
     "ship_to.country", "country is not of the form ^[A-Z]{2}$."),
    ("line feed behind", {"ship_to": {**ADDRESS, "country": "DE\n"}},
     "ship_to.country", "country is not of the form ^[A-Z]{2}$."),
    ("unknown method", {"payment": {"method": "barter"}}, "payment.method",
     "method must be one of bank_transfer, card, cash, external, invoice."),
    ("list as choice", {"payment": {"method": ["card"]}}, "payment.method",
     "method must be one of bank_transfer, card, cash, external, invoice."),
    ("too long", {"note": "x" * 4001}, "note", "note must have 0 to 4000 characters."),
    ("empty name", {"ship_to": {**ADDRESS, "name": ""}},
     "ship_to.name", "name must have 1 to 255 characters."),
    ("NUL", {"note": "a\0b"}, "note", "note has a character that cannot be kept."),
    ("number as name", {"note": 5}, "note", "note must be text, not 5."),
    ("nothing as name", {"note": None}, "note", "note must not be null."),
    ("no lines", {"lines": []}, "lines", "lines must have 1 to 500 entries."),
    ("too many lines", {"lines": [LINE] * 501}, "lines", "lines must have 1 to 500 entries."),
    ("object as list", {"lines": {"0": LINE}}, "lines", "lines must be a list."),
    ("text as list", {"tags": "vip"}, "tags", "tags must be a list."),
    ("text as line", {"lines": ["MUG-1"]}, "lines[0]", "lines[0] must be an object."),
    ("null as line", {"lines": [None]}, "lines[0]", "lines[0] must not be null."),
    ("text as object", {"ship_to": "Berlin"}, "ship_to", "ship_to must be an object."),
    ("yes", {"taxes_included": "yes"},
     "taxes_included", "taxes_included must be true or false, not 'yes'."),
    ("one as truth", {"taxes_included": 1},
     "taxes_included", "taxes_included must be true or false, not 1."),
    ("no time", {"placed_at": "yesterday"},
     "placed_at", "placed_at must be a time like 2026-11-24T10:00:00Z, not 'yesterday'."),
    ("seconds", {"placed_at": 1764000000},
     "placed_at", "placed_at must be a time like 2026-11-24T10:00:00Z, not 1764000000."),
    ("local time", {"placed_at": "2026-11-24T10:00:00"},
     "placed_at", "placed_at must say its offset from UTC, such as a Z at its end."),
    ("before there were years", {"placed_at": "0001-01-01T00:00:00+14:00"},
     "placed_at", "placed_at must be in the years 1970 to 2999."),
    ("unknown field", {"coupon": "X"}, "coupon", "coupon is not a field here."),
    ("unknown field inside", {"ship_to": {**ADDRESS, "zip": "1"}},
     "ship_to.zip", "zip is not a field here."),
    ("field called as ours", {"_schema": 1}, "", "The body is not a field here."),
    ("field without a name", {"": 1}, "", "The body is not a field here."),
    ("deep in a field", {"note": json.loads("[" * 500 + "]" * 500)},
     "note", "note must be text, not a list."),
]  # fmt: skip


@pytest.mark.parametrize(
    ("change", "field", "detail"), [fault[1:] for fault in FAULTS], ids=[f[0] for f in FAULTS]
)
def test_an_order_with_a_fault_is_refused_naming_the_field(
    change: dict[str, Any], field: str, detail: str, api: Api
) -> None:
    answer = api.call("POST", "/orders", an_order(**change))

    assert refused(api, answer) == [(field, detail)]


def test_all_faults_are_told_at_once(api: Api) -> None:
    order = an_order(total=-1, lines=[{"sku": " x", "quantity": 0}])
    del order["currency"]

    faults = dict(refused(api, api.call("POST", "/orders", order)))

    assert faults.keys() == {
        "currency", "total", "lines[0].sku", "lines[0].quantity", "lines[0].unit_price"
    }  # fmt: skip
    assert faults["currency"] == "currency is missing."


@pytest.mark.parametrize("route", [*READS, *CHANGES], ids=label)
def test_an_unknown_field_is_refused_wherever_it_is_sent(route: Route, api: Api) -> None:
    url, sent = a_call(route)
    if route.raw:
        sent["query_string"] = {"colour": "red"}
    else:
        sent.setdefault("query_string" if route.method == "GET" else "json", {})["colour"] = "red"

    assert [field for field, _ in refused(api, api.call(route.method, url, **sent))] == ["colour"]


@pytest.mark.parametrize(
    ("method", "url", "sent", "field"),
    [
        ("POST", f"/orders/{ORDER}/notes", {"text": "x", "order_id": ORDER}, "order_id"),
        ("POST", CANCEL, {"reason": "x", "expected_version": 3}, "expected_version"),
        ("PUT", "/skus/MUG-1", {"data": {}}, "data"),
        ("PUT", "/skus/MUG-1", {"sku": "MUG-2"}, "sku"),
    ],
)  # fmt: skip
def test_what_stands_elsewhere_cannot_be_said_in_the_body(
    method: str, url: str, sent: dict[str, Any], field: str, api: Api
) -> None:
    faults = dict(refused(api, api.call(method, url, sent)))

    assert faults[field] == f"{field} is not a field here."


def test_a_query_on_a_change_is_refused_rather_than_passed_over(api: Api) -> None:
    answer = api.call("DELETE", f"/orders/{ORDER}/holds/hol_{'0' * 26}?reason=paid")

    assert refused(api, answer) == [("reason", "reason belongs into the body.")]


@pytest.mark.parametrize(
    ("query", "field", "detail"),
    [
        ("limit=0", "limit", "limit must be from 1 to 200."),
        ("limit=ten", "limit", "limit must be a whole number, not 'ten'."),
        ("limit=" + "9" * 30, "limit", f"limit must be a whole number, not '{'9' * 30}'."),
        ("limit=1.0", "limit", "limit must be a whole number, not '1.0'."),
        ("limit=%D9%A3", "limit", "limit must be a whole number, not '٣'."),
        ("total_to=ten", "total_to", "total_to must be a whole number, not 'ten'."),
        ("total_from=-1", "total_from", "total_from must be from 0 to 1000000000000."),
        ("limit=", "limit", "limit must be a whole number, not ''."),
        ("limit=1&limit=2", "limit", "limit is given twice."),
        ("text=a%00b", "text", "text has a character that cannot be kept."),
        ("text=" + "x" * 256, "text", "text must have 0 to 255 characters."),
        ("placed_to=soon", "placed_to",
         "placed_to must be a time like 2026-11-24T10:00:00Z, not 'soon'."),
    ],
)  # fmt: skip
def test_a_query_with_a_fault_is_refused_naming_the_field(
    query: str, field: str, detail: str, api: Api
) -> None:
    assert refused(api, api.call("GET", f"/orders?{query}")) == [(field, detail)]


@pytest.mark.parametrize(
    "wrong", ["1", f"ful_{'0' * 26}", f"ord_{'0' * 25}", f"ORD_{'0' * 26}", f"{ORDER}%0A", "%00"]
)
def test_an_id_of_something_else_is_not_found(wrong: str, api: Api) -> None:
    answer = api.call("GET", f"/orders/{wrong}")

    assert refused(api, answer, 404) == [("order_id", "order_id is not an order id.")]


def test_an_id_of_something_else_in_a_body_is_named(api: Api) -> None:
    line = {"line_id": ORDER, "quantity": 1, "reason": "other"}

    faults = refused(api, api.call("POST", f"/orders/{ORDER}/returns", {"lines": [line]}))

    assert faults == [("lines[0].line_id", "line_id is not of the form ^lin_[0-9A-Z]{26}$.")]


@pytest.mark.parametrize(
    "url", ["/nothing", "/orders/x/y/z", "/skus//MUG", "/x//orders", "/problems/unheard-of"]
)
def test_an_unknown_address_is_not_found(url: str, api: Api) -> None:
    refused(api, api.call("GET", url), 404)


@pytest.mark.parametrize("method", ["PUT", "PATCH", "DELETE", "BREW"])
def test_a_wrong_method_is_told_the_right_ones(method: str, api: Api) -> None:
    answer = api.call(method, "/orders")

    refused(api, answer, 405)
    assert answer.headers["Allow"] == "GET, HEAD, OPTIONS, POST"


def test_a_flood_of_faults_is_told_in_part(api: Api) -> None:
    flood = {f"{'x' * 1000}{i}": i for i in range(500)}

    answer = api.call("POST", "/orders", flood)

    assert len(refused(api, answer)) == 50
    assert len(answer.data) < 20_000


@pytest.mark.parametrize("route", HOOKS, ids=label)
def test_a_signature_that_cannot_be_one_is_refused_by_its_header(route: Route, api: Api) -> None:
    url, sent = a_call(route)
    header = next(h for h, name in route.headers.items() if name == "signature")

    answer = api.call("POST", url, headers={header: "x" * 256}, **sent)

    assert refused(api, answer) == [(header, f"{header} must have 0 to 255 characters.")]


def test_the_stock_cannot_be_corrected_by_half_a_piece(api: Api) -> None:
    body = {"warehouse_id": "BER", "change": 0.5, "reason": "found"}

    faults = refused(api, api.call("POST", "/skus/MUG-1/adjustments", body))

    assert faults == [("change", "change must be a whole number, not 0.5.")]


def test_the_place_of_a_warehouse_is_a_number(api: Api) -> None:
    body = {"name": "B", "address": ADDRESS, "latitude": "52.5", "longitude": 200}

    faults = dict(refused(api, api.call("PUT", "/warehouses/BER", body)))

    assert faults == {
        "latitude": "latitude must be a number, not '52.5'.",
        "longitude": "longitude must be from -180 to 180.",
    }


def test_the_least_sku_is_taken(api: Api) -> None:
    size = {"length_mm": 1, "width_mm": 1, "height_mm": 1}

    answer = api.call("PUT", "/skus/MUG-1", {"name": "Mug", "dimensions": size, "weight_g": 0})

    assert answer.status_code == 200
    assert isinstance(api.services.heard[0].asked, inventory.PutSku)
