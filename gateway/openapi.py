"""What does the API promise? The OpenAPI 3.1 document, made of the routes and the contracts."""

from functools import cache
from inspect import cleandoc
from typing import Any

import msgspec
from apispec import APISpec
from apispec.ext.marshmallow import MarshmallowPlugin

from contracts.message import Wire
from gateway import problems, reading
from gateway.fields import KINDS
from gateway.people import browser
from gateway.people.roles import OWN
from gateway.route import Route
from gateway.schemas import schema_of

VERSION = "1.0.0"
TEXT = {"type": "string"}
REDIRECT = 302
WITHOUT_BODY = (204, REDIRECT)
HEADERS = {
    "ETag": "The version of what is shown; send it as If-Match to change only that.",
    "Idempotent-Replayed": "`true` if this is the first answer, given again.",
    "Location": "Where to find what was made.",
    "Allow": "What can be done here.",
    "Retry-After": "After so many seconds ask again.",
    "RateLimit": "How many more requests there may be now (r), and when all may be again (t).",
    "RateLimit-Policy": "How many requests (q) there may be in how many seconds (w).",
    "WWW-Authenticate": "How to say who you are.",
}
HEADERS_OF_STATUS = {
    401: "WWW-Authenticate", 405: "Allow", 429: "Retry-After", 503: "Retry-After",
}  # fmt: skip
READING = (400, 401, 403, 404, 405, 413, 422, 429, 500, 503)
WRITING = (*READING, 409, 412, 415)


@cache
def text() -> bytes:
    """The document as JSON, always the same bytes."""
    return msgspec.json.format(msgspec.json.encode(document(), order="sorted"), indent=1) + b"\n"


@cache
def document() -> dict[str, Any]:
    """Make the document."""
    from gateway.api import ROUTES

    plugin = MarshmallowPlugin(schema_name_resolver=_name_of)
    spec = APISpec(
        "OMS", VERSION, "3.1.0", plugins=[plugin],
        info={"description": "Orders from every channel, from payment to return."},
        servers=[{"url": "/"}],
        security=[{"key": []}, {"session": []}],
    )  # fmt: skip
    converter = plugin.converter
    assert converter is not None
    for kind in KINDS:
        converter.field_mapping[kind] = kind.json
    converter.add_attribute_function(_pattern)  # type: ignore[no-untyped-call]
    spec.components.security_scheme("key", {"type": "http", "scheme": "bearer"})
    spec.components.security_scheme(
        "session", {"type": "apiKey", "in": "cookie", "name": browser.COOKIE}
    )
    spec.components.schema("Problem", _problem())
    for code in WRITING:
        spec.components.response(f"Problem{code}", _refusal(code))
    by_url: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        by_url.setdefault(route.url, {})[route.method.lower()] = _operation(route, converter)
    for url, operations in by_url.items():
        spec.path(url, operations=operations)
    return dict(spec.to_dict())


def _operation(route: Route, converter: Any) -> dict[str, Any]:
    schema: Any = schema_of(route.struct)()
    asked = schema.fields[route.inside].schema if route.inside else schema
    names = [name for name in asked.fields if name not in route.hidden and name != route.raw]
    operation: dict[str, Any] = {
        "operationId": route.operation,
        "summary": route.summary,
        "description": cleandoc(route.struct.__doc__ or ""),
        "tags": [route.tag],
        "parameters": [
            _parameter("path", name, converter.field2property(asked.fields[name]), required=True)
            for name in route.path
        ],
        "responses": _responses(route),
    }
    if route.open_to_all:
        operation["security"] = []
    elif route.needs == OWN:
        operation["security"] = [{"session": []}]
    else:
        operation["x-permission"] = route.needs
    if route.method == "GET":
        operation["parameters"] += [
            _parameter(
                "query", name, converter.field2property(asked.fields[name]),
                required=asked.fields[name].required,
            )
            for name in names
        ]  # fmt: skip
        operation["parameters"] += [_parameter("header", name) for name in route.headers]
    else:
        operation["parameters"] += [
            _parameter("header", n, _header_schema(n)) for n in _headers(route)
        ]
        if body := _body(route, asked, names):
            operation["requestBody"] = body
    return operation


def _parameter(
    where: str, name: str, schema: dict[str, Any] = TEXT, *, required: bool = False
) -> dict[str, Any]:
    return {"name": name, "in": where, "required": required, "schema": schema}


def _headers(route: Route) -> list[str]:
    known = {"Idempotency-Key": route.once, "If-Match": route.has_versions}
    return [*route.headers, *(header for header, looked_at in known.items() if looked_at)]


def _header_schema(name: str) -> dict[str, Any]:
    form = {"Idempotency-Key": reading.KEY, "If-Match": reading.ETAG}.get(name)
    if form is None:
        return TEXT
    # JSON Schema knows no names of groups
    return {**TEXT, "pattern": f"^{form.pattern.replace('?P<version>', '')}$"}


def _body(route: Route, asked: Any, names: list[str]) -> dict[str, Any] | None:
    if route.raw == "csv":
        return {"required": True, "content": {"text/csv": {"schema": TEXT}}}
    if route.raw:
        return {"required": True, "content": {"application/json": {"schema": {}}}}
    if not names:
        return None
    body = type(asked)(only=names if len(names) < len(asked.fields) else None)
    required = any(asked.fields[name].required for name in names)
    return {"required": required, "content": {"application/json": {"schema": body}}}


def _responses(route: Route) -> dict[str, Any]:
    answered: type[Wire] = route.question.answered
    versioned = "version" in answered.__struct_fields__ and not route.document
    sends_on = bool(route.made) or route.status == REDIRECT
    known = not route.open_to_all
    shown = {
        "ETag": versioned, "Location": sends_on, "Idempotent-Replayed": route.once,
        "RateLimit": known, "RateLimit-Policy": known,
    }  # fmt: skip
    media = route.document or "application/json"
    schema = {**TEXT, "format": "binary"} if route.document else schema_of(answered)
    has_body = route.status not in WITHOUT_BODY
    responses: dict[str, Any] = {
        str(route.status): {
            "description": "Done.",
            **({"content": {media: {"schema": schema}}} if has_body else {}),
            "headers": {name: _header(name) for name, sent in shown.items() if sent},
        }
    }
    for code in sorted(READING if route.method == "GET" else WRITING):
        responses[str(code)] = f"Problem{code}"
    if route.method == "GET" and versioned:
        responses["304"] = {"description": "It is as you know it."}
    return responses


def _refusal(code: int) -> dict[str, Any]:
    titles = [title for status, title, _ in problems.KINDS.values() if status == code]
    refusal: dict[str, Any] = {
        "description": " · ".join(titles),
        "content": {problems.MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }
    if name := HEADERS_OF_STATUS.get(code):
        refusal["headers"] = {name: _header(name)}
    return refusal


def _header(name: str) -> dict[str, Any]:
    return {"description": HEADERS[name], "schema": TEXT}


def _problem() -> dict[str, Any]:
    fault = {
        "type": "object",
        "required": ["field", "detail"],
        "properties": {"field": TEXT, "detail": TEXT},
    }
    return {
        "type": "object",
        "required": ["type", "title", "status", "detail", "instance"],
        "properties": {
            "type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT,
            "instance": TEXT, "code": TEXT, "permission": TEXT,
            "errors": {"type": "array", "items": fault},
        },
    }  # fmt: skip


def _pattern(_self: Any, field: Any, **_: Any) -> dict[str, Any]:
    for check in field.validators:
        if pattern := getattr(check, "json_pattern", None):
            return {"pattern": pattern}
    return {}


def _name_of(schema: Any) -> str:
    if isinstance(schema, type):
        return schema.__name__
    # a body has not the fields that stand in the address
    return f"{type(schema).__name__}{'Body' if schema.only else ''}"
