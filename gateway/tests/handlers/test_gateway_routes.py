"""Every route puts its question to its service, and shows the answer."""

import re
from urllib.parse import quote

import msgspec
import pytest

from contracts import SERVICES, load_all, orders, shipping, warehouse
from contracts.message import QUESTIONS
from gateway.api import OF_SERVICES, ROUTES
from gateway.route import Route
from gateway.tests.builders import ORDER, READS, Api, a_call, an_order, example, label


@pytest.mark.parametrize("route", OF_SERVICES, ids=label)
def test_the_least_valid_request_reaches_the_service_and_its_answer_comes_back(
    route: Route, api: Api
) -> None:
    url, sent = a_call(route)

    answer = api.call(route.method, url, **sent)

    assert answer.status_code == route.status, answer.text
    simply = not (route.ask or route.take or route.decided_by)
    assert not simply or api.heard == [route.question.name]
    if not route.document:
        told = msgspec.json.decode(answer.data, type=route.question.answered)
        assert isinstance(told, route.question.answered)


def test_no_question_can_be_reached_in_two_ways() -> None:
    names = [route.operation for route in ROUTES]

    assert sorted(set(names)) == sorted(names)


def test_what_cannot_be_asked_from_outside_is_part_of_a_page_or_of_a_file() -> None:
    load_all()
    hidden = QUESTIONS.keys() - {route.question.name for route in ROUTES}

    of_all = {f"{service}.{what}" for service in SERVICES for what in ("stuck", "decide")}
    upload = {"channels.begin_import", "channels.add_part", "channels.end_upload"}
    bounds = {"orders.origins", "warehouse.places", "orders.tell_owner"}
    files = {"orders.get_many", "inventory.get_skus"}
    named = {"orders.get", "warehouse.of_order", "channels.sighting"}
    assert hidden == named | bounds | of_all | upload | files


def test_the_question_holds_what_address_and_body_said(api: Api) -> None:
    answer = api.call("POST", f"/orders/{ORDER}/notes", {"text": "Call first"})

    heard = api.services.heard[0]
    assert answer.status_code == 201
    assert heard.asked == orders.AddNote(order_id=ORDER, text="Call first")
    assert heard.actor == "key:shop"
    assert re.fullmatch("[0-9a-f]{32}", heard.request_id)


def test_a_query_is_read_as_the_types_that_the_question_wants(api: Api) -> None:
    when = "placed_from=2026-03-01T00:00:00%2B01:00"
    api.call("GET", f"/orders?limit=7&text=mug&{when}&total_to=99")

    asked = api.services.heard[0].asked
    assert (asked.limit, asked.text, asked.placed_from.isoformat(), asked.total_to) == (
        7,
        "mug",
        "2026-02-28T23:00:00+00:00",
        99,
    )


def test_what_was_made_says_where_it_is(api: Api) -> None:
    api.services.answers["orders.place"] = example(orders.PlacedOrder, order_id=ORDER)

    answer = api.call("POST", "/orders", an_order())

    assert (answer.status_code, answer.headers["Location"]) == (201, f"/orders/{ORDER}")


@pytest.mark.parametrize("name", ["A/B", "MUG/1/x", "a b", "ü", "50%", "a?b", "a#b"])
def test_a_sku_may_have_any_letters_in_its_address(name: str, api: Api) -> None:
    answer = api.call("GET", f"/skus/{quote(name, safe='')}")

    assert (answer.status_code, api.services.heard[0].asked.sku) == (200, name)


def test_a_bin_may_be_called_as_shelves_are(api: Api) -> None:
    body = {"zone": "A", "sequence": 1, "sku": "MUG-1"}

    api.call("PUT", "/warehouses/BER/bins/A/01/2", body)

    asked = api.services.heard[0].asked
    assert asked == warehouse.PutBin(
        warehouse_id="BER", bin="A/01/2", zone="A", sequence=1, sku="MUG-1"
    )


def test_the_stock_movements_of_a_sku_are_not_taken_for_another_sku(api: Api) -> None:
    api.call("GET", "/skus/A/B/movements")

    assert (api.heard, api.services.heard[0].asked.sku) == (["inventory.ledger"], "A/B")


def test_a_label_comes_as_a_file_with_a_harmless_name(api: Api) -> None:
    paper = warehouse.Document(
        name='a"b\r\nc/../d.pdf',
        media_type="application/pdf",
        base64="JVBERg==",
    )
    shipment = "shp_" + "0" * 26
    api.services.answers["shipping.label"] = shipping.Label(shipment_id=shipment, document=paper)

    answer = api.call("GET", f"/shipments/{shipment}/label.pdf")

    assert (answer.data, answer.mimetype) == (b"%PDF", "application/pdf")
    assert answer.headers["Content-Disposition"] == 'inline; filename="a_b__c_.._d.pdf"'


@pytest.mark.parametrize(
    "route", [r for r in READS if "limit" in r.struct.__struct_fields__], ids=label
)
def test_no_list_gives_more_than_200_rows(route: Route, api: Api) -> None:
    url, _ = a_call(route)

    most, more = api.call("GET", url + "?limit=200"), api.call("GET", url + "?limit=201")

    assert (most.status_code, more.status_code) == (200, 422)
    assert more.json["errors"] == [{"field": "limit", "detail": "limit must be from 1 to 200."}]
    assert len(api.heard) == (len(SERVICES) if route.ask else 1)


def test_every_answer_with_a_next_page_has_a_limit() -> None:
    paged = [r for r in READS if "next" in r.question.answered.__struct_fields__]

    assert len(paged) > 8
    assert [label(r) for r in paged if "limit" not in r.struct.__struct_fields__] == [
        "GET /orders/{order_id}/shipments",
        "GET /orders/{order_id}/returns",
    ]
