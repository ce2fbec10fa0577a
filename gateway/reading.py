"""How does a request become a question? What is not understood is refused by name."""

import re
from collections.abc import Mapping
from typing import Any

import marshmallow as ma
import msgspec
from flask import request
from msgspec import inspect as mi

from gateway.problems import Answered, problem
from gateway.route import Route, kinds_of
from gateway.schemas import load

ID_FORM = re.compile(r"^\^([a-z]{3})_\[0-9A-Z\]\{26\}\$$")
ID_NAMES = {
    "ord": "an order id", "lin": "a line id", "ful": "the id of a fulfillment order",
    "shp": "a shipment id", "ret": "a return id", "pay": "a payment id", "hol": "a hold id",
    "pac": "a package id", "usr": "a user id", "key": "the id of a key",
    "men": "the id of a mention",
    "whs": "the id of a webhook subscription", "whd": "the id of a webhook delivery",
    "viw": "the id of a view",
    "job": "the id of a job",
}  # fmt: skip
KEY = re.compile(r"[ -~]{1,255}")
ETAG = re.compile(r'(\*|(W/)?"?(?P<version>[0-9]{1,9})(-[0-9a-f]+)?"?)')
STRANGE = "is not a field here."


def read(route: Route, values: Mapping[str, str]) -> Any:
    """Make the question of the request; raises ValidationError, or Answered with a problem.

    `values` are the fields that stand in the address.
    """
    for name, value in values.items():
        _check_id(route, name, value)
    sent = _query(route) if route.method == "GET" else _body(route)
    if strange := sorted((route.hidden & sent.keys()) - {route.raw}):
        raise ma.ValidationError(dict.fromkeys(strange, STRANGE))
    whole = {**sent, **values, **_headers(route)}
    if route.inside:
        whole = {route.inside: whole}
    if (version := _expected_version(route)) is not None:
        whole["expected_version"] = version
    try:
        return load(route.struct, whole)
    except ma.ValidationError as error:
        raise ma.ValidationError(_as_sent(route, error.messages)) from None


def read_key(route: Route) -> str:
    """Give the Idempotency-Key; empty if there is none, or none is looked at."""
    key = request.headers.get("Idempotency-Key") if route.once else None
    if key is not None and not KEY.fullmatch(key):
        raise ma.ValidationError({"Idempotency-Key": "must have 1 to 255 printable characters."})
    return key or ""


def _as_sent(route: Route, messages: Any) -> Any:
    """Name fields as the asker knows them: headers by their names, others by those of the body."""
    if route.inside and route.inside in messages:
        messages = messages[route.inside]
    said = [header for header in route.headers if header in request.headers]
    header_of = {route.headers[header]: header for header in reversed([*said, *route.headers])}
    return {header_of.get(name, name): told for name, told in messages.items()}


def _headers(route: Route) -> dict[str, str]:
    """Fill fields from headers; of several for one field, the first that says something."""
    told = dict.fromkeys(route.headers.values(), "")
    for header, name in route.headers.items():
        told[name] = told[name] or request.headers.get(header, "")
    return told


def _query(route: Route) -> dict[str, Any]:
    if twice := [name for name, values in request.args.lists() if len(values) > 1]:
        raise ma.ValidationError(dict.fromkeys(twice, "is given twice."))
    kinds = kinds_of(route.struct)
    return {name: _typed(kinds.get(name), text) for name, text in request.args.items()}


def _typed(kind: mi.Type | None, text: str) -> Any:
    if isinstance(kind, mi.IntType) and re.fullmatch(r"-?[0-9]{1,12}", text):
        return int(text)
    if isinstance(kind, mi.BoolType) and text in {"true", "false"}:
        return text == "true"
    return text


def _body(route: Route) -> dict[str, Any]:
    if request.args and not route.open_to_all:
        raise ma.ValidationError(dict.fromkeys(request.args, "belongs into the body."))
    if route.raw:
        _check_type("text/csv" if route.raw == "csv" else "")
    if route.in_pieces:
        return {}
    raw = request.get_data()
    if route.raw:
        try:
            return {route.raw: raw.decode("utf-8")}
        except UnicodeDecodeError:
            raise Answered(problem("malformed", "The body is not UTF-8.")) from None
    if not raw:
        return {}
    _check_type("application/json")
    try:
        sent = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Answered(problem("malformed", f"The body is not JSON: {error}.")) from None
    if not isinstance(sent, dict):
        raise Answered(problem("malformed", "The body is not a JSON object."))
    return sent


def _check_type(wanted: str) -> None:
    if wanted and request.mimetype != wanted:
        told = f"The body is {request.mimetype[:60] or 'of no type'}, not {wanted}."
        raise Answered(problem("wrong-media-type", told))


def _check_id(route: Route, name: str, value: str) -> None:
    kind = kinds_of(route.struct).get(name)
    form = kind.pattern if isinstance(kind, mi.StrType) else None
    if form and (known := ID_FORM.match(form)) and not re.fullmatch(form[1:-1], value):
        what = ID_NAMES[known[1]]
        told = [{"field": name, "detail": f"{name} is not {what}."}]
        raise Answered(problem("not-found", f"{value[:60]} is not {what}.", told))


def _expected_version(route: Route) -> int | None:
    match = request.headers.get("If-Match", "").strip()
    if route.method == "GET" or route.open_to_all or not match:
        return None
    if not route.has_versions:
        # whoever sends it relies on it, so it is not simply passed over
        raise ma.ValidationError({"If-Match": "cannot be looked at: this has no versions."})
    if not (tag := ETAG.fullmatch(match)):
        told = f'If-Match must be an ETag that we gave, such as "3-0a1b2c", not {match[:40]}.'
        raise Answered(problem("stale", told))
    return int(tag["version"]) if tag["version"] else None
