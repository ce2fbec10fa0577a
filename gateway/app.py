"""Which addresses are there, and what is said where something goes wrong around them?"""

from functools import partial

import sqlalchemy as sa
from flask import Flask, Response, g, request
from werkzeug.exceptions import HTTPException

from chassis.telemetry import get_log
from gateway import around, docs_page, openapi
from gateway.api import ROUTES
from gateway.console_files import add_console
from gateway.gate import Gate
from gateway.own import Own
from gateway.people.limits import Limits
from gateway.ports import Asks, KnowsCallers, KnowsPeople, RemembersAnswers
from gateway.problems import KINDS, of_silence, problem

KIND_OF_STATUS = {404: "not-found", 405: "method-not-allowed", 413: "too-large", 503: "unavailable"}
SERVER_ERROR = 500


def create_app(  # noqa: PLR0913 - each is one thing that it stands on
    asker: Asks,
    keys: KnowsCallers,
    people: KnowsPeople,
    requests: RemembersAnswers,
    limits: Limits,
    own: Own | None = None,
) -> Flask:
    """Make the WSGI application."""
    app = Flask("oms", static_folder=None)
    app.config["MAX_CONTENT_LENGTH"] = max(r.limit for r in ROUTES if not r.in_pieces)
    app.url_map.strict_slashes = False
    app.url_map.merge_slashes = False
    gate = Gate(asker, keys, people, requests, limits, own)
    for route in ROUTES:
        name = f"{route.method} {route.url}"
        app.add_url_rule(route.rule, name, partial(gate.serve, route), methods=[route.method])
    app.add_url_rule("/openapi.json", "openapi", _openapi)
    app.add_url_rule("/docs", "docs", lambda: Response(docs_page.html(), mimetype="text/html"))
    app.add_url_rule("/problems/<kind>", "problems", docs_page.problem_page)
    add_console(app)
    around.watch(app)
    app.register_error_handler(HTTPException, _http_error)
    app.register_error_handler(sa.exc.OperationalError, _no_database)
    app.register_error_handler(sa.exc.TimeoutError, _no_database)
    app.register_error_handler(Exception, _broken)
    return app


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
