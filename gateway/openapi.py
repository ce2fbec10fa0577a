"""What does the API promise? The OpenAPI 3.1 document, made of the routes and the contracts."""

from functools import cache
from typing import Any

import msgspec
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from contracts import orders
from contracts.message import Question
from gateway import problems
from gateway.order_page import OrderPage
from gateway.route import Route
from gateway.schemas import TextField, Whole, schema_of

ORDER_PAGE: Question[Any, Any] = Question("orders.page", orders.OrderRef, OrderPage)
VERSION = "1.0.0"


@cache
def text() -> bytes:
    """The document as JSON, always the same bytes."""
    return msgspec.json.format(msgspec.json.encode(document(), order="sorted"), indent=1) + b"\n"


@cache
def document() -> dict[str, Any]:
    """Make the document."""
    from gateway.api import ROUTES

    plugin = MarshmallowPlugin(schema_name_resolver=lambda schema: _class_of(schema).__name__)
    spec = APISpec(
        "OMS", VERSION, "3.1.0", plugins=[plugin],
        info={"description": "Orders from every channel, from payment to return."},
        servers=[{"url": "/"}],
        security=[{"key": []}],
    )  # fmt: skip
    plugin.converter.field_mapping[Whole] = ("integer", None)
    plugin.converter.field_mapping[TextField] = ("string", None)
    plugin.converter.add_attribute_function(_pattern)
    spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})
    spec.components.schema("Problem", _problem())
    page = Route(
        "GET",
        "/orders/{order_id}",
        ORDER_PAGE,
        "Show an order with all that belongs to it",
        "orders",
    )
    by_url: dict[str, dict[str, Any]] = {}
    for route in (*ROUTES, page):
        by_url.setdefault(route.url, {})[route.method.lower()] = _operation(route)
    for url, operations in by_url.items():
        spec.path(url, operations=operations)
    return dict(spec.to_dict())


def _operation(route: Route) -> dict[str, Any]:
    schema = schema_of(route.struct)()
    inner = schema.fields[route.inside].schema if route.inside else schema
    names = [n for n in inner.fields if n not in route.hidden]
    operation: dict[str, Any] = {
        "operationId": route.operation,
        "summary": route.summary,
        "description": route.struct.__doc__ or "",
        "tags": [route.tag],
        "parameters": [
            {"name": name, "in": "path", "required": True, "schema": _shape(inner.fields[name])}
            for name in route.path
        ],
        "responses": _responses(route),
    }
    if route.open_to_all:
        operation["security"] = []
    if route.method == "GET":
        operation["parameters"] += [
            {
                "name": n,
                "in": "query",
                "required": inner.fields[n].required,
                "schema": _shape(inner.fields[n]),
            }
            for n in names
        ]
    else:
        _mutation(operation, route, inner, names)
    return operation


def _mutation(operation: dict[str, Any], route: Route, inner: Any, names: list[str]) -> None:
    operation["parameters"] += [
        {"name": header, "in": "header", "required": False, "schema": {"type": "string"}}
        for header in route.headers
    ]
    if not route.open_to_all:
        key = {
            "name": "Idempotency-Key",
            "in": "header",
            "schema": {"type": "string", "maxLength": 255},
        }
        operation["parameters"].append(key)
    if "expected_version" in route.struct.__struct_fields__:
        match = {"name": "If-Match", "in": "header", "schema": {"type": "string"}}
        operation["parameters"].append(match)
    if route.raw:
        media = "text/csv" if route.raw == "csv" else "application/json"
        body: Any = {"type": "string"} if route.raw == "csv" else {}
        operation["requestBody"] = {"required": True, "content": {media: {"schema": body}}}
    elif names:
        hidden = tuple(n for n in inner.fields if n not in names)
        body = type(inner)(exclude=hidden)
        required = any(inner.fields[n].required for n in names)
        operation["requestBody"] = {
            "required": required, "content": {"application/json": {"schema": body}},
        }  # fmt: skip


def _responses(route: Route) -> dict[str, Any]:
    if route.document:
        good: Any = {
            "content": {route.document: {"schema": {"type": "string", "format": "binary"}}}
        }
    else:
        good = {"content": {"application/json": {"schema": schema_of(route.question.answered)}}}
    responses = {str(route.status): {"description": "Done.", **good}}
    codes = {400, 401, 404, 405, 409, 412, 413, 415, 422, 500, 503} - (
        {409, 412, 415} if route.method == "GET" else set()
    )
    titles = {status: title for status, title, _ in reversed(problems.KINDS.values())}
    for code in sorted(codes):
        content = {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
        responses[str(code)] = {"description": titles[code], "content": content}
    if route.method == "GET":
        responses["304"] = {"description": "It is as you know it."}
    return responses


def _problem() -> dict[str, Any]:
    text = {"type": "string"}
    fault = {
        "type": "object",
        "required": ["field", "detail"],
        "properties": {"field": text, "detail": text},
    }
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": text, "title": text, "status": {"type": "integer"}, "detail": text,
            "instance": text, "code": text, "errors": {"type": "array", "items": fault},
        },
    }  # fmt: skip


def _shape(field: Any) -> dict[str, Any]:
    plugin = MarshmallowPlugin()
    APISpec("x", "1", "3.1.0", plugins=[plugin])
    plugin.converter.field_mapping[Whole] = ("integer", None)
    plugin.converter.field_mapping[TextField] = ("string", None)
    plugin.converter.add_attribute_function(_pattern)
    return dict(plugin.converter.field2property(field))


def _pattern(_self: Any, field: Any, **_: Any) -> dict[str, Any]:
    for check in field.validators:
        if pattern := getattr(check, "json_pattern", None):
            return {"pattern": pattern}
    return {}


def _class_of(schema: Any) -> type:
    return schema if isinstance(schema, type) else type(schema)
