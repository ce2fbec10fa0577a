"""How does a request become an answer? Who asks, what exactly, of whom, and has it been asked before."""

import hashlib
import time
import uuid
from functools import partial
from typing import Any

import marshmallow as ma
import sqlalchemy as sa
from flask import Flask, Response, current_app, g, request
from prometheus_client import Counter, Histogram
from werkzeug.exceptions import HTTPException

from chassis.ask import Unavailable
from chassis.errors import Refused
from chassis.telemetry import get_log
from gateway import docs_page, openapi, problems
from gateway.api import ROUTES
from gateway.auth import Caller, Keys
from gateway.idempotency import Requests, Reused, Running
from gateway.order_page import order_page
from gateway.ports import Asks
from gateway.route import Answered, Route, show
from gateway.schemas import faults

REQUESTS = Counter("oms_http_requests_total", "Requests", ["method", "route", "status"])
SECONDS = Histogram("oms_http_seconds", "Seconds for a request", ["method", "route"])
KEY_LENGTH = 255
LARGEST_BODY = 6_000_000
KIND_OF_STATUS = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}


def create_app(asker: Asks, engine: sa.Engine) -> Flask:
    """Make the WSGI application."""
    app = Flask("oms", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = LARGEST_BODY
    app.url_map.strict_slashes = False
    keys, known = Keys(engine), Requests(engine)
    for route in ROUTES:
        app.add_url_rule(
            _rule(route.url), f"{route.method} {route.url}",
            partial(_serve, route, asker, keys, known), methods=[route.method],
        )  # fmt: skip
    app.add_url_rule(
        "/orders/<order_id>", "GET /orders/{order_id}", partial(_page, asker, keys), methods=["GET"]
    )
    app.add_url_rule(
        "/openapi.json", "openapi", lambda: Response(openapi.text(), mimetype="application/json")
    )
    app.add_url_rule("/docs", "docs", lambda: Response(docs_page.html(), mimetype="text/html"))
    app.add_url_rule("/problems/<kind>", "problems", docs_page.problem_page)
    app.add_url_rule("/", "home", lambda: Response(status=302, headers={"Location": "/docs"}))
    app.extensions["in_hand"] = [0]
    app.before_request(_begin)
    app.teardown_request(_done)
    app.after_request(_end)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(Exception, _broken)
    return app


def _serve(route: Route, asker: Asks, keys: Keys, known: Requests, **values: str) -> Response:
    try:
        actor = "webhook" if route.open_to_all else _caller(keys).actor
        if (request.content_length or 0) > route.limit or len(request.get_data()) > route.limit:
            return problems.problem("too-large", f"The body has more than {route.limit} bytes.")
        asked = route.build(values)
        key = request.headers.get("Idempotency-Key", "")
        if route.method == "GET" or not key:
            return _ask(route, asker, asked, actor, uuid.uuid4().hex)
        return _once(route, asker, asked, actor, key, known)
    except Answered as answered:
        return answered.response
    except ma.ValidationError as error:
        return problems.of_faults(faults(error.messages))


def _once(route: Route, asker: Asks, asked: Any, actor: str, key: str, known: Requests) -> Response:
    if len(key) > KEY_LENGTH or not key.isprintable():
        told = [{"field": "Idempotency-Key", "detail": f"must have at most {KEY_LENGTH} letters."}]
        return problems.of_faults(told)
    named = "\n".join((actor, route.method, request.path, key))
    request_id = hashlib.sha256(named.encode()).hexdigest()
    try:
        if (first := known.begin(request_id, request.get_data())) is not None:
            return first
    except Reused:
        return problems.problem("key-reused", f"Idempotency-Key {key} was used with another body.")
    except Running:
        return problems.problem("in-progress", f"The request {key} has not ended yet.")
    response = _ask(route, asker, asked, actor, request_id)
    known.end(request_id, response)
    return response


def _ask(route: Route, asker: Asks, asked: Any, actor: str, request_id: str) -> Response:
    changes = route.question.changes
    try:
        answer = asker.ask(
            route.question, asked, actor=actor, request_id=request_id if changes else "",
            correlation_id=str(getattr(asked, "order_id", "")),
        )  # fmt: skip
    except Refused as refusal:
        return problems.of_refusal(refusal)
    except Unavailable as error:
        return problems.of_silence(error)
    return _unless_same(show(route, answer))


def _page(asker: Asks, keys: Keys, order_id: str) -> Response:
    route = Route(
        "GET",
        "/orders/{order_id}",
        openapi.ORDER_PAGE,
        "Show an order with all that belongs to it",
        "orders",
    )
    try:
        caller = _caller(keys)
        asked = route.build({"order_id": order_id})
        page = order_page(asker, asked.order_id, caller.actor)
    except Answered as answered:
        return answered.response
    except ma.ValidationError as error:
        return problems.of_faults(faults(error.messages))
    except Refused as refusal:
        return problems.of_refusal(refusal)
    except Unavailable as error:
        return problems.of_silence(error)
    return show(route, page)


def _caller(keys: Keys) -> Caller:
    caller = keys.caller(request.headers.get("Authorization", ""))
    if caller is None:
        told = "The API key is missing, wrong, expired or revoked."
        raise Answered(problems.problem("unauthorized", told))
    return caller


def _unless_same(response: Response) -> Response:
    tag = response.headers.get("ETag")
    if request.method == "GET" and tag and request.headers.get("If-None-Match") == tag:
        return Response(status=304, headers={"ETag": tag})
    return response


def _begin() -> None:
    current_app.extensions["in_hand"][0] += 1
    g.began = time.perf_counter()
    g.request_id = uuid.uuid4().hex


def _done(_error: BaseException | None) -> None:
    current_app.extensions["in_hand"][0] -= 1


def _end(response: Response) -> Response:
    route = request.endpoint or "none"
    REQUESTS.labels(request.method, route, response.status_code).inc()
    SECONDS.labels(request.method, route).observe(time.perf_counter() - g.began)
    response.headers["Request-Id"] = g.request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    response.headers["Cache-Control"] = "no-store"
    response.headers["Content-Security-Policy"] = (
        "default-src 'none'; style-src 'self' 'unsafe-inline'"
    )
    return response


def _http_error(error: HTTPException) -> Response:
    kind = KIND_OF_STATUS.get(error.code or 500)
    if kind is None:
        kind = "malformed" if (error.code or 500) < 500 else "internal"  # noqa: PLR2004
    response = problems.problem(
        kind, f"{request.method} {request.path}: {problems.KINDS[kind][1]}."
    )
    if error.code == 405 and getattr(error, "valid_methods", None):  # noqa: PLR2004
        response.headers["Allow"] = ", ".join(error.valid_methods)  # type: ignore[attr-defined]
    return response


def _broken(error: Exception) -> Response:
    get_log().error("request failed", request_id=g.get("request_id"), exc_info=error)
    return problems.problem("internal", f"Something broke here; its Request-Id is {g.request_id}.")


def _rule(url: str) -> str:
    return (
        url.replace("{listing}", "{path:listing}")
        .replace("{sku}", "{path:sku}")
        .replace("{customer}", "{path:customer}")
        .replace("{", "<")
        .replace("}", ">")
    )
