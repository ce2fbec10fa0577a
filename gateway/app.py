"""How does a request become an answer? Who asks, what, of whom, and was it asked before."""

import hashlib
import uuid
from functools import partial
from typing import Any

import marshmallow as ma
import sqlalchemy as sa
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from chassis.ask import Unavailable
from chassis.errors import Refused
from chassis.failpoints import reach
from chassis.telemetry import get_log
from gateway import around, docs_page, openapi
from gateway.api import ROUTES
from gateway.idempotency import Answer, Reused, Running
from gateway.ports import Asks, KnowsCallers, RemembersAnswers
from gateway.problems import (
    KINDS,
    Answered,
    is_passing,
    of_faults,
    of_refusal,
    of_silence,
    problem,
)
from gateway.reading import read, read_key
from gateway.route import Route
from gateway.schemas import faults
from gateway.showing import show

KIND_OF_STATUS = {404: "not-found", 405: "method-not-allowed", 413: "too-large"}
SERVER_ERROR = 500


def create_app(asker: Asks, keys: KnowsCallers, requests: RemembersAnswers) -> Flask:
    """Make the WSGI application."""
    app = Flask("oms", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = max(r.limit for r in ROUTES if not r.take)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    gate = Gate(asker, keys, requests)
    for route in ROUTES:
        name = f"{route.method} {route.url}"
        app.add_url_rule(route.rule, name, partial(gate.serve, route), methods=[route.method])
    app.add_url_rule("/openapi.json", "openapi", _openapi)
    app.add_url_rule("/docs", "docs", lambda: Response(docs_page.html(), mimetype="text/html"))
    app.add_url_rule("/problems/<kind>", "problems", docs_page.problem_page)
    app.add_url_rule("/", "home", lambda: Response(status=302, headers={"Location": "/docs"}))
    around.watch(app)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(sa.exc.OperationalError, _no_database)
    app.register_error_handler(sa.exc.TimeoutError, _no_database)
    app.register_error_handler(Exception, _broken)
    return app


class Gate:
    """Lets requests in: each passes the same questions, in the same order."""

    def __init__(self, asker: Asks, keys: KnowsCallers, requests: RemembersAnswers) -> None:
        self._asker, self._keys, self._requests = asker, keys, requests

    def serve(self, route: Route, **values: str) -> Response:
        """Answer a request; `values` stand in its address."""
        try:
            actor = "webhook" if route.open_to_all else self._actor()
            _check_size(route)
            asked = read(route, values)
            key = read_key(route)
            if key and not route.take:
                return self._once(route, asked, actor, key)
            if route.take:
                return self._ask(route, asked, actor, key)
            return self._ask(route, asked, actor, uuid.uuid4().hex)
        except Answered as answered:
            return answered.response
        except ma.ValidationError as error:
            return of_faults(faults(error.messages))

    def _actor(self) -> str:
        caller = self._keys.caller(request.headers.get("Authorization", ""))
        if caller is None:
            told = "The API key is missing, wrong, expired or revoked."
            raise Answered(problem("unauthorized", told))
        return caller.actor

    def _once(self, route: Route, asked: Any, actor: str, key: str) -> Response:
        named = f"{actor}\n{request.method}\n{request.path}\n{key}".encode()
        match = request.headers.get("If-Match", "").encode()
        fingerprint = hashlib.sha256(match + b"\n" + request.get_data()).digest()
        record = hashlib.sha256(named).hexdigest()
        reach("before_commit", [route.question])
        try:
            if (first := self._requests.begin(record, fingerprint)) is not None:
                return first.again()
        except Reused:
            told = f"The Idempotency-Key {key} was used with another body or If-Match."
            return problem("key-reused", told)
        except Running:
            return problem("in-progress", f"The request {key} has not ended yet.")
        reach("after_commit", [route.question])
        try:
            # services remember longer than we do, so the body is part of what they remember
            response = self._ask(
                route, asked, actor, hashlib.sha256(named + fingerprint).hexdigest()
            )
        except BaseException:
            self._requests.let_go(record)
            raise
        if is_passing(response):
            self._requests.let_go(record)
        else:
            self._requests.end(record, Answer.of(response))
        return response

    def _ask(self, route: Route, asked: Any, actor: str, request_id: str) -> Response:
        try:
            if route.take:
                answer = route.take(self._asker, asked, actor, request_id)
            elif route.ask:
                answer = route.ask(self._asker, asked, actor)
            else:
                answer = self._asker.ask(
                    route.decided_by(asked) if route.decided_by else route.question,
                    asked,
                    actor=actor,
                    request_id=request_id if route.question.changes else "",
                    correlation_id=str(getattr(asked, "order_id", "")),
                )
        except Refused as refusal:
            return of_refusal(refusal)
        except Unavailable as error:
            return of_silence(error.service, error.why)
        reach("after_publish", [route.question])
        return show(route, answer)


def _check_size(route: Route) -> None:
    request.max_content_length = route.limit if route.take else request.max_content_length
    too_large = (request.content_length or 0) > route.limit
    if too_large or (not route.take and len(request.get_data()) > route.limit):
        raise Answered(problem("too-large", f"The body has more than {route.limit} bytes."))


def _openapi() -> Response:
    return Response(openapi.text(), mimetype="application/json")


def _http_error(error: HTTPException) -> Response:
    status = error.code or SERVER_ERROR
    kind = KIND_OF_STATUS.get(status, "malformed" if status < SERVER_ERROR else "internal")
    response = problem(kind, f"{request.method} {request.path}: {KINDS[kind][1]}.")
    if methods := getattr(error, "valid_methods", None):
        response.headers["Allow"] = ", ".join(sorted(methods))
    return response


def _no_database(error: Exception) -> Response:
    get_log().error("no database", request_id=g.request_id, error=type(error).__name__)
    return of_silence("the gateway", "its database is away")


def _broken(error: Exception) -> Response:
    get_log().error("request failed", request_id=g.request_id, exc_info=error)
    return problem("internal", f"Something broke here; its Request-Id is {g.request_id}.")
