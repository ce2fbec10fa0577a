"""What does the API look like in a test? All services are there and answer; keys are known."""

import base64
import io
import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any
from urllib.parse import quote

import msgspec
from flask import Flask
from flask.testing import FlaskClient
from msgspec import inspect as mi
from pypdf import PdfWriter
from werkzeug.test import TestResponse

from contracts.manifests import ManifestPaper
from contracts.shipping import Label, Shipment
from contracts.warehouse import Document
from gateway.api import OF_SERVICES
from gateway.app import create_app
from gateway.caller import Caller
from gateway.memory import MemoryKeys, MemoryOwn, MemoryPeople, MemoryRequests, MemoryServices
from gateway.people.limits import Limits
from gateway.route import Route

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SECRET = "oms_secret"
SHOP = Caller.with_key("key_1", "shop")
ORDER = "ord_" + "0" * 26
PACKED = "ful_" + "0" * 26
NO_ORDER = "/orders/ord_" + "1" * 26
PREFIXES = (
    "ord",
    "lin",
    "ful",
    "shp",
    "ret",
    "pay",
    "hol",
    "pac",
    "usr",
    "key",
    "men",
    "whs",
    "whd",
    "viw",
    "job",
    "man",
)
WORDS = (
    "a",
    "DE",
    "EUR",
    *(f"{prefix}_{'0' * 26}" for prefix in PREFIXES),
    "orders:run:a",
    "*",
    "a@b",
    "000000",
    "",
)


def example(kind: Any, **given: Any) -> Any:
    """Make the smallest valid thing of a type; of a struct with what is given."""
    return msgspec.convert({**_least(mi.type_info(kind)), **given}, kind)


def _least(kind: mi.Type, extra: dict[str, Any] | None = None) -> Any:  # noqa: PLR0911
    match kind:
        case mi.Metadata(type=inner):
            return _least(inner, kind.extra or extra)
        case mi.StructType(fields=declared):
            return {f.encode_name: _least(f.type) for f in declared if f.required}
        case mi.StrType(pattern=pattern, min_length=low):
            fitting = (w for w in WORDS if len(w) >= (low or 0) and re.search(pattern or "", w))
            return "EUR" if extra else next(fitting)
        case mi.VarTupleType(item_type=item, min_length=low):
            return [_least(item) for _ in range(low or 0)]
        case mi.IntType(ge=low):
            return max(low or 1, 1)
        case mi.LiteralType(values=values):
            return values[0]
        case mi.UnionType():
            return None
        case mi.BoolType():
            return True
        case mi.DateTimeType():
            return NOW
    raise TypeError(kind)


def a_pdf(*widths: int) -> str:
    """A PDF in base64, with an empty page of each width."""
    paper = PdfWriter()
    for width in widths or (100,):
        paper.add_blank_page(width, 100)
    written = io.BytesIO()
    paper.write(written)
    return base64.b64encode(written.getvalue()).decode()


class Stage:
    """The ports of the test that runs; one application serves all tests, for it is slow to make."""

    api: "Api"

    def __getattr__(self, name: str) -> Any:
        for port in (self.api.services, self.api.keys, self.api.people, self.api.requests):
            if hasattr(port, name):
                return getattr(port, name)
        raise AttributeError(name)


STAGE = Stage()


@cache
def app_of_all() -> Flask:
    own: Any = MemoryOwn()
    return create_app(STAGE, STAGE, STAGE, STAGE, Limits(0), own)


@dataclass
class Api:
    """The API as a client sees it, and what it stands on."""

    services: MemoryServices = field(default_factory=lambda: MemoryServices(example))
    keys: Any = field(default_factory=lambda: MemoryKeys({SECRET: SHOP}))
    people: Any = field(default_factory=MemoryPeople)
    requests: Any = field(default_factory=MemoryRequests)
    secret: str = SECRET

    def __post_init__(self) -> None:
        STAGE.api = self
        self.client: FlaskClient = app_of_all().test_client()
        paper = {"name": "a.pdf", "media_type": "application/pdf", "base64": a_pdf()}
        self.services.answers["warehouse.slip"] = example(Document, **paper)
        self.services.answers["shipping.label"] = example(Label, document=paper)
        self.services.answers["shipping.manifest_paper"] = example(ManifestPaper, document=paper)
        zpl = {"name": "a.zpl", "media_type": "application/zpl", "base64": "XlhB"}
        self.services.answers["shipping.label_zpl"] = example(Label, document=zpl)
        code = {"name": "a.png", "media_type": "image/png", "base64": "iVBORw0="}
        self.services.answers["shipping.label_qr"] = example(Label, document=code)
        packed = example(Shipment, fulfillment_order_id=PACKED)
        self.services.answers["shipping.get"] = packed

    def call(self, method: str, url: str, body: Any = None, **more: Any) -> TestResponse:
        """Send a request with the key; a body as JSON, or bytes as they are."""
        headers = {"Authorization": f"Bearer {self.secret}", **more.pop("headers", {})}
        if isinstance(body, bytes):
            more = {"data": body, "content_type": "application/json", **more}
        elif body is not None:
            more["json"] = body
        return self.client.open(url, method=method, headers=headers, **more)

    @property
    def heard(self) -> list[str]:
        """The questions that services were asked."""
        return [heard.name for heard in self.services.heard]


def refused(api: Api, answer: Any, status: int = 422) -> list[tuple[str, str]]:
    """Check that it is a problem which no service heard of; give its faults."""
    assert (answer.status_code, answer.mimetype) == (status, "application/problem+json")
    assert answer.json["status"] == status
    assert answer.json["detail"]
    assert api.heard == []
    return [(fault["field"], fault["detail"]) for fault in answer.json.get("errors", [])]


def an_order(**changes: Any) -> dict[str, Any]:
    """An order as a client would place it."""
    return {
        "currency": "EUR",
        "lines": [{"sku": "MUG-1", "quantity": 2, "unit_price": 900}],
        "total": 1800,
        "payment": {"method": "card", "token": "tok_1"},
        "ship_to": {"name": "Ann", "line1": "Main Street 1", "city": "Berlin", "country": "DE"},
        **changes,
    }


def a_call(route: Route) -> tuple[str, dict[str, Any]]:
    """The least that a client must send: the address, and query, body or file."""
    asked = msgspec.json.decode(msgspec.json.encode(example(route.struct)))
    sent = asked[route.inside] if route.inside else asked
    url = re.sub(r"{(\w+)}", lambda m: quote(str(sent[m[1]]), safe=""), route.url)
    if route.raw:
        media = "text/csv" if route.raw == "csv" else "application/json"
        return url, {"data": b"{}", "content_type": media}
    rest = {name: value for name, value in sent.items() if name not in route.hidden}
    if route.method == "GET":
        words = {True: "true", False: "false"}
        return url, {
            "query_string": {n: words[v] if isinstance(v, bool) else v for n, v in rest.items()}
        }
    return url, {"json": rest}


def label(route: Route) -> str:
    """How a route is called in the list of tests."""
    return f"{route.method} {route.url}"


READS = [route for route in OF_SERVICES if route.method == "GET"]
CHANGES = [route for route in OF_SERVICES if route.once]
HOOKS = [route for route in OF_SERVICES if route.open_to_all]
