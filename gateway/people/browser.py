"""What does a browser send and keep? Its cookie, its address, and the proof that it is our page.

The cookie is `__Host-`: only this very host may set it, over TLS (or on this machine itself), for
all paths. `SameSite=Lax` keeps it from requests that other sites make; the CSRF token, which only
our own pages can read, proves it once more.
"""

import hmac
from urllib.parse import urlsplit

from flask import Response, after_this_request, request

from chassis.config import Settings
from gateway.caller import Session
from gateway.people.sessions import LONGEST
from gateway.problems import Answered, problem

COOKIE = "__Host-oms_session"
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF = "X-CSRF-Token"


def token() -> str:
    """The session's token that the browser sent; empty if none."""
    return request.cookies.get(COOKIE, "")


def keep(name: str, value: str, seconds: float = LONGEST.total_seconds()) -> None:
    """Have the browser keep something until it is told otherwise, or so long."""

    @after_this_request
    def _set(response: Response) -> Response:
        response.set_cookie(
            name, value, max_age=int(seconds), path="/",
            secure=True, httponly=True, samesite="Lax",
        )  # fmt: skip
        return response


def forget(name: str) -> None:
    """Have the browser forget it."""
    keep(name, "", 0)


def check_csrf(session: Session) -> None:
    """Refuse a change that does not prove to come from our own page."""
    sent = request.headers.get(CSRF, "")
    if request.method not in SAFE and not hmac.compare_digest(sent.encode(), session.csrf.encode()):
        told = f"Send the csrf_token that GET /session gives as {CSRF}."
        raise Answered(problem("csrf", told))


def check_origin(settings: Settings) -> None:
    """Refuse to log somebody in from a page of another site, as somebody else perhaps."""
    origin = request.headers.get("Origin")
    own = {urlsplit(settings.public_url).netloc, request.host}
    if origin is not None and urlsplit(origin).netloc not in own:
        raise Answered(problem("csrf", "Log in from our own page."))


def address(settings: Settings) -> str:
    """Where the request comes from: what the outermost of our own proxies has seen."""
    if not settings.proxies:
        return request.remote_addr or ""
    seen = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    return seen[-min(settings.proxies, len(seen))] or request.remote_addr or ""
