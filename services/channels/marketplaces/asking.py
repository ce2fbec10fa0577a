"""How is a shop asked over HTTP? At its pace, with a timeout, its answer sorted out.

200…   the answer                       429    Pending; nobody asks until the shop's Retry-After
404    the answer, for a GET; else no   5xx    ConnectionError: what became of it is unknown
other  Declined, with `http_<status>`   away   requests' own errors
"""

import re
from collections.abc import Mapping
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import requests

from chassis import clock
from chassis.outside import Declined, Pending
from services.channels.marketplaces.marketplace import Shop

TIMEOUT_SECONDS = 15
USUAL_WAIT, LONGEST_WAIT = timedelta(seconds=2), timedelta(hours=1)
TOO_MANY, SERVER_ERROR, UNKNOWN_HERE, REDIRECTED = 429, 500, 404, 300


def ask(  # noqa: PLR0913 - what a request consists of
    shop: Shop,
    who: str,
    method: str,
    url: str,
    *,
    body: Any = None,
    headers: Mapping[str, str] | None = None,
    rate: str = "",
    **more: Any,
) -> requests.Response:
    """Make a request, or raise what its answer means; `who` is what the shop is called.

    `rate` names a header that tells how many requests a second are allowed, where a shop says that
    in place of a Retry-After.
    """
    shop.pace.take()
    answer = requests.request(
        method, url, json=body, headers=headers, timeout=TIMEOUT_SECONDS,
        allow_redirects=False, **more,
    )  # fmt: skip
    if answer.status_code == TOO_MANY:
        wait = wait_of(answer.headers.get("Retry-After", ""), answer.headers.get(rate, ""))
        shop.pace.close(wait)
        raise Pending(clock.now() + wait, f"{who} says: not so fast")
    if answer.status_code >= SERVER_ERROR:
        raise ConnectionError(f"{who} answers {answer.status_code}")
    nothing_there = answer.status_code == UNKNOWN_HERE and method == "GET"
    if answer.status_code >= REDIRECTED and not nothing_there:
        # a redirection, too: our credentials are for this address, and for no other
        raise Declined(f"http_{answer.status_code}", f"{who} answers {answer.status_code}")
    return answer


def json_of(answer: requests.Response, who: str) -> Any:
    """What an answer says; None if there is no such thing, {} if it says nothing."""
    if answer.status_code == UNKNOWN_HERE:
        return None
    try:
        return answer.json() if answer.content else {}
    except requests.JSONDecodeError:
        # a page of a firewall or of maintenance, which the server calls a success
        raise Declined("no_json", f"{who} answers with something that is no JSON.") from None


def wait_of(retry_after: str, a_second: str = "") -> timedelta:
    """Read a Retry-After: seconds or a date; what is none, or is absurd, becomes sensible."""
    if not retry_after and re.fullmatch(r"[0-9]{1,4}(\.[0-9]{1,6})?", a_second):
        return min(timedelta(seconds=1 / max(float(a_second), 0.001)), LONGEST_WAIT)
    try:
        wait = timedelta(seconds=float(retry_after))
    except (ValueError, OverflowError):
        try:
            wait = parsedate_to_datetime(retry_after) - clock.now()
        except (ValueError, TypeError):
            return USUAL_WAIT
    return min(max(wait, timedelta(0)), LONGEST_WAIT)
