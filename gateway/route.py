"""What is a route of the API? A line in a table: an address, and the question it puts to a service."""

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

import marshmallow as ma
import msgspec
from flask import Response, request
from msgspec import inspect as mi

from contracts.message import Question
from gateway import problems
from gateway.schemas import load

Made = Callable[[dict[str, Any]], dict[str, Any]]
ID_FORM = re.compile(r"^\^([a-z]{3})_\[0-9A-Z\]\{26\}\$$")
NAMES = {
    "ord": "an order id", "lin": "a line id", "ful": "the id of a fulfillment order",
    "shp": "a shipment id", "ret": "a return id", "pay": "a payment id", "hol": "a hold id",
    "pac": "a package id",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Route:
    """One operation.

    `path` fields come from the address, `fixed` ones are set here, the rest comes from the body
    (or, for GET, from the query). `raw` names the field that takes the whole body as text.
    """

    method: str
    url: str
    question: Question[Any, Any]
    summary: str
    tag: str
    status: int = 200
    raw: str = ""
    inside: str = ""
    open_to_all: bool = False
    headers: Mapping[str, str] = field(default_factory=dict)
    document: str = ""
    limit: int = 1_048_576

    @property
    def struct(self) -> Any:
        """What is asked, as a struct."""
        return self.question.asked

    @property
    def path(self) -> list[str]:
        """The fields that come from the address."""
        return re.findall(r"{(\w+)}", self.url)

    @property
    def hidden(self) -> frozenset[str]:
        """The fields that do not come from the body or the query."""
        return frozenset({*self.path, *self.headers.values(), "expected_version"} - {self.raw})

    @property
    def operation(self) -> str:
        """The operation's id."""
        return self.question.name.replace(".", "_")

    def build(self, values: Mapping[str, str]) -> Any:
        """Make the question of the request; raises ValidationError, or Answered with a problem."""
        data = self._sent()
        for name, value in values.items():
            self._check_id(name, value)
        told = {name: request.headers.get(h, "") for h, name in self.headers.items()}
        if wrong := sorted(self.hidden & data.keys()):
            raise ma.ValidationError(dict.fromkeys(wrong, "is not a field here."))
        whole = {**data, **values, **told}
        fields = self.struct.__struct_fields__
        if self.inside:
            inner = {k: v for k, v in whole.items() if k not in fields or k in values}
            whole = {self.inside: inner}
        if "expected_version" in fields and (match := request.headers.get("If-Match")):
            whole["expected_version"] = _version(match)
        try:
            return load(self.struct, whole)
        except ma.ValidationError as error:
            messages = error.messages
            if self.inside and isinstance(messages, dict) and self.inside in messages:
                messages = messages[self.inside]
            raise ma.ValidationError(messages) from None

    def _sent(self) -> dict[str, Any]:
        if self.method == "GET":
            return {name: _plain(self.struct, name, v) for name, v in request.args.items()}
        raw = request.get_data()
        if self.raw:
            try:
                return {self.raw: raw.decode("utf-8-sig" if self.raw == "csv" else "utf-8")}
            except UnicodeDecodeError:
                raise Answered(problems.problem("malformed", "The body is not UTF-8.")) from None
        if not raw:
            return {}
        if request.mimetype != "application/json":
            told = f"The body is {request.mimetype or 'of no type'}, not application/json."
            raise Answered(problems.problem("wrong-media-type", told))
        try:
            data = msgspec.json.decode(raw)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
            raise Answered(
                problems.problem("malformed", f"The body is not JSON: {error}")
            ) from None
        if not isinstance(data, dict):
            raise Answered(problems.problem("malformed", "The body is not a JSON object."))
        return data

    def _check_id(self, name: str, value: str) -> None:
        form = _pattern_of(self.struct, name)
        if form and (known := ID_FORM.match(form)) and not re.fullmatch(form[1:-1], value):
            what = NAMES[known[1]]
            raise Answered(
                problems.problem(
                    "not-found",
                    f"{value} is not {what}.",
                    [{"field": name, "detail": f"is not {what}."}],
                )
            )


class Answered(Exception):  # noqa: N818 - carries an answer
    """The request is answered already, by this response."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def show(route: Route, answer: Any) -> Response:
    """Make the response of an answer: JSON, or the document that is in it."""
    if route.document:
        document = answer.document if hasattr(answer, "document") else answer
        response = Response(base64.b64decode(document.base64), mimetype=document.media_type)
        name = re.sub(r"[^A-Za-z0-9._-]", "_", document.name)
        response.headers["Content-Disposition"] = f'inline; filename="{name}"'
        return response
    response = Response(msgspec.json.encode(answer), route.status, mimetype="application/json")
    if version := getattr(answer, "version", None):
        response.headers["ETag"] = f'"{version}"'
    return response


def _version(match: str) -> int:
    text = match.strip().removeprefix("W/").strip('"')
    if not text.isdigit():
        told = f'If-Match must be an ETag that we gave, such as "3", not {match[:40]}.'
        raise Answered(problems.problem("stale", told))
    return int(text[:9])


def _plain(struct: Any, name: str, value: str) -> Any:
    """Text of a query as the type that the field wants."""
    kinds = {f.encode_name: f.type for f in _info(struct).fields}
    kind = kinds.get(name)
    while isinstance(kind, mi.Metadata):
        kind = kind.type
    if isinstance(kind, mi.IntType) and re.fullmatch(r"-?[0-9]{1,12}", value):
        return int(value)
    if isinstance(kind, mi.BoolType) and value in {"true", "false"}:
        return value == "true"
    return value


def _pattern_of(struct: Any, name: str) -> str | None:
    for declared in _info(struct).fields:
        if declared.encode_name == name:
            kind = declared.type
            while isinstance(kind, mi.Metadata):
                kind = kind.type
            return kind.pattern if isinstance(kind, mi.StrType) else None
    return None


def _info(struct: Any) -> mi.StructType:
    info = mi.type_info(struct)
    assert isinstance(info, mi.StructType)
    return info
