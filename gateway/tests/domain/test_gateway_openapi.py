"""The OpenAPI document says what there is, completely and correctly."""

import re
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import gateway
from gateway import openapi, problems
from gateway.api import ROUTES
from gateway.route import Route
from gateway.tests.builders import a_call, label

DOCUMENT = openapi.document()
OPERATIONS = {
    (verb.upper(), url): operation
    for url, operations in DOCUMENT["paths"].items()
    for verb, operation in operations.items()
}
NAMES = DOCUMENT["components"]["schemas"]


def parts(node: Any) -> Any:
    """Go through all objects of the document."""
    if isinstance(node, dict):
        yield node
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from parts(inner)


def resolved(node: dict[str, Any]) -> Any:
    """Follow references."""
    while "$ref" in node:
        found: Any = DOCUMENT
        for step in node["$ref"].removeprefix("#/").split("/"):
            found = found[step]
        node = found
    return node


def test_the_committed_document_is_the_one_that_is_served() -> None:
    committed = Path(gateway.__file__).with_name("openapi.json").read_bytes()

    assert committed == openapi.text(), "python -m gateway openapi > gateway/openapi.json"


def test_the_document_has_the_frame_of_openapi_3_1() -> None:
    assert DOCUMENT["openapi"] == "3.1.0"
    assert DOCUMENT["info"].keys() >= {"title", "version", "description"}
    assert DOCUMENT["security"] == [{"key": []}, {"session": []}]
    assert DOCUMENT["components"]["securitySchemes"]["key"] == {"type": "http", "scheme": "bearer"}


def test_every_reference_leads_to_something() -> None:
    references = [part for part in parts(DOCUMENT) if isinstance(part.get("$ref"), str)]

    assert len(references) > 100
    assert all(isinstance(resolved(reference), dict) for reference in references)


def test_every_schema_is_valid_json_schema_under_a_name_of_its_own() -> None:
    for name, schema in NAMES.items():
        Draft202012Validator.check_schema(schema)
        assert re.fullmatch("[A-Z][A-Za-z]+", name), name


def test_every_route_is_in_the_document_and_nothing_else() -> None:
    assert OPERATIONS.keys() == {(route.method, route.url) for route in ROUTES}


@pytest.mark.parametrize("route", ROUTES, ids=label)
def test_every_operation_says_what_it_is_and_what_it_may_answer(route: Route) -> None:
    operation = OPERATIONS[route.method, route.url]

    assert re.fullmatch("[a-z]+_[a-z_]+", operation["operationId"])
    assert operation["summary"][0].isupper()
    assert operation["description"].endswith(".")
    assert operation["tags"]
    assert operation["responses"].keys() >= {str(route.status), "400", "401", "404", "422", "503"}
    for status, answer in operation["responses"].items():
        assert resolved(answer)["description"]
        if int(status) >= 400:
            assert [*resolved(answer)["content"]] == ["application/problem+json"]
    in_path = {p["name"] for p in operation["parameters"] if p["in"] == "path"}
    assert in_path == set(re.findall(r"{(\w+)}", route.url))
    assert all(p["required"] for p in operation["parameters"] if p["in"] == "path")


@pytest.mark.parametrize("route", [r for r in ROUTES if r.once and not r.raw], ids=label)
def test_the_least_valid_body_is_valid_in_the_document_too(route: Route) -> None:
    operation, (_, sent) = OPERATIONS[route.method, route.url], a_call(route)

    if sent["json"]:
        schema = operation["requestBody"]["content"]["application/json"]["schema"]
        Draft202012Validator({**schema, "components": DOCUMENT["components"]}).validate(
            sent["json"]
        )


def test_operation_ids_are_unique() -> None:
    ids = [operation["operationId"] for operation in OPERATIONS.values()]

    assert len(set(ids)) == len(ids)


def test_every_status_of_a_problem_is_declared_where_it_can_happen() -> None:
    declared = {int(code) for operation in OPERATIONS.values() for code in operation["responses"]}

    assert declared >= {status for status, _, _ in problems.KINDS.values()}


def test_only_webhooks_and_logging_in_need_no_key() -> None:
    public = {url for (_, url), operation in OPERATIONS.items() if operation.get("security") == []}

    hooks = {url for _, url in OPERATIONS if url.startswith("/webhooks/")}
    resets = {"/password-resets", "/password-resets/{token}"}
    logins = {"/login", "/login/ways", "/login/sso", "/login/sso/callback"}
    assert public == hooks | resets | logins


def test_limits_and_words_of_the_contracts_are_in_the_document() -> None:
    line = NAMES["NewLine"]["properties"]
    order = NAMES["PlaceOrder"]["properties"]

    assert (line["quantity"]["minimum"], line["quantity"]["maximum"]) == (1, 1_000_000)
    assert (line["quantity"]["type"], line["sku"]["maxLength"]) == ("integer", 64)
    assert (order["lines"]["minItems"], order["lines"]["maxItems"]) == (1, 500)
    assert order["placed_at"]["type"] == ["string", "null"]
    assert order["placed_at"]["format"] == "date-time"
    assert "EUR" in order["currency"]["enum"]
    assert order["channel"]["default"] == "api"
    assert NAMES["PaymentChoice"]["properties"]["method"]["type"] == "string"
    assert NAMES["PutWarehouseBody"]["properties"]["latitude"]["minimum"] == -90
