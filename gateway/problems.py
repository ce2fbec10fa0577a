"""How does the API say no? By problem details (RFC 9457), the same for every error."""

from http import HTTPStatus
from typing import Any

import msgspec
from flask import Response, request

from chassis.errors import Refused

MEDIA_TYPE = "application/problem+json"
KINDS: dict[str, tuple[int, str, str]] = {
    "malformed": (
        400, "The body cannot be read",
        "The body is not a JSON object in UTF-8, or is nested too deeply.",
    ),
    "unauthorized": (
        401, "Who are you?", "Send a valid API key as `Authorization: Bearer …`.",
    ),
    "wrong-login": (
        401, "This is not how you log in", "The e-mail address or the password is wrong.",
    ),
    "second-factor": (
        401, "A code is needed, too", "Send the code that your phone shows now as `code`.",
    ),
    "forbidden": (
        403, "You may not do this",
        "`permission` is what it needs; somebody with settings.write can give it.",
    ),
    "csrf": (
        403, "This does not come from our own page",
        "With a session, send the `csrf_token` of `GET /session` as `X-CSRF-Token`.",
    ),
    "locked": (
        429, "Too many attempts", "After several failures each makes the next wait longer.",
    ),
    "rate-limited": (
        429, "Too many requests",
        "`RateLimit` says how many more there may be; ask again after `Retry-After` seconds.",
    ),
    "bad-signature": (
        401, "The signature is wrong", "A webhook must be signed with the agreed secret.",
    ),
    "not-found": (
        404, "There is no such thing", "The address or the id names nothing that we know.",
    ),
    "method-not-allowed": (
        405, "This cannot be done here", "The address exists, but not for this method.",
    ),
    "illegal-move": (
        409, "Its state does not allow this",
        "Look at `allowed` of the resource: it says what can be done now.",
    ),
    "in-progress": (
        409, "The same request is still running",
        "Another request with this Idempotency-Key has not ended yet; ask again in a moment.",
    ),
    "not-yet": (
        409, "What this builds on is not here yet",
        "Another part of the system has not heard of it so far; ask again in a moment.",
    ),
    "stale": (
        412, "Somebody else changed it",
        "The version in If-Match is not the current one; read the resource again.",
    ),
    "too-large": (
        413, "The body is too large",
        "A body may have 1 MiB, a file of SKUs or stock 20 MB, one of orders 200 MB.",
    ),
    "wrong-media-type": (
        415, "The body has the wrong media type",
        "Send `Content-Type: application/json`, or `text/csv` where the documentation says so.",
    ),
    "invalid-fields": (
        422, "Some fields are wrong", "`errors` names each field and what is wrong with it.",
    ),
    "key-reused": (
        422, "The Idempotency-Key was used for another request",
        "Make a new key for each new request.",
    ),
    "refused": (
        422, "This cannot be accepted",
        "`detail` says why, `code` is for programs, `errors` names the field.",
    ),
    "internal": (
        500, "Something broke here",
        "Ask again with the same Idempotency-Key; tell us the Request-Id if it stays so.",
    ),
    "unavailable": (
        503, "A part of the system does not answer",
        "Ask again in a moment, with the same Idempotency-Key: nothing is done twice.",
    ),
}  # fmt: skip
PASSING = frozenset({"in-progress", "not-yet", "internal", "unavailable"})
BY_CODE = {
    "not_found": "not-found",
    "illegal_move": "illegal-move",
    "not_yet": "not-yet",
    "stale": "stale",
    "bad_signature": "bad-signature",
    "malformed": "malformed",
    "too_large": "too-large",
    "key_reused": "key-reused",
}
FIELDS = {"expected_version": "If-Match"}


class Problem(Response):
    """A response that says no; `kind` is one of KINDS."""

    kind: str


class Answered(Exception):  # noqa: N818 - carries an answer
    """The request is answered already, by this response."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


def problem(
    kind: str, detail: str, errors: list[dict[str, str]] | None = None, **more: Any
) -> Problem:
    """Make the answer for a kind of problem; `detail` says what happened in this case."""
    status, title, _ = KINDS[kind]
    body: dict[str, Any] = {
        "type": f"/problems/{kind}",
        "title": title,
        "status": status,
        "detail": detail,
        "instance": request.path,
        **more,
    }
    if errors:
        body["errors"] = errors
    response = Problem(msgspec.json.encode(body), status, mimetype=MEDIA_TYPE)
    response.kind = kind
    if status == HTTPStatus.SERVICE_UNAVAILABLE:
        response.headers["Retry-After"] = "2"
    if status == HTTPStatus.UNAUTHORIZED:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def of_refusal(refusal: Refused) -> Problem:
    """Say what a service has refused."""
    kind = BY_CODE.get(refusal.code, "refused")
    field = FIELDS.get(refusal.field, refusal.field)
    errors = [{"field": field, "detail": refusal.message}] if field else None
    return problem(kind, refusal.message, errors, code=refusal.code)


def of_silence(service: str, why: str) -> Problem:
    """Say that a service does not answer."""
    return problem("unavailable", f"{service} does not answer: {why}.")


def is_passing(response: Response) -> bool:
    """Tell whether the same request may go better in a moment, unchanged."""
    return isinstance(response, Problem) and response.kind in PASSING


def of_faults(found: list[dict[str, str]]) -> Problem:
    """Say which fields are wrong."""
    return problem("invalid-fields", found[0]["detail"] if found else "", found)
