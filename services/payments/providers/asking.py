"""How is a provider asked over HTTP that has no SDK of use? In bounded time, its answer sorted out.

2xx, 4xx     the answer: which of them is a no, the adapter knows
401, 403     UnwelcomeError: our credentials are wrong, and no order must be lost by it
429          Pending
5xx, away    ConnectionError or TimeoutError: what became of it is unknown
"""

import hashlib
from datetime import timedelta
from decimal import Decimal
from typing import Any

import requests

from chassis import clock
from chassis.outside import Pending
from contracts.currencies import decimals
from contracts.values import Money

TIMEOUT_SECONDS = (5, 20)
REST = timedelta(seconds=5)
UNAUTHORIZED, FORBIDDEN, TOO_MANY, BROKEN = 401, 403, 429, 500


class UnwelcomeError(ConnectionError):
    """The provider does not know us by our credentials; an operator mends it."""


def ask(who: str, method: str, url: str, **what: Any) -> tuple[int, Any]:
    """Make a request; give the status and what the answer says. Redirections are not followed."""
    try:
        answer = requests.request(
            method, url, timeout=TIMEOUT_SECONDS, allow_redirects=False, **what
        )
        told = answer.json() if answer.content else {}
    except requests.Timeout:
        raise TimeoutError(f"{who} did not answer in time") from None
    except requests.RequestException as fault:  # an answer that is no JSON, too
        raise ConnectionError(f"{who} cannot be reached: {type(fault).__name__}") from None
    if answer.status_code in {UNAUTHORIZED, FORBIDDEN}:
        raise UnwelcomeError(f"{who} answers {answer.status_code}: check the account's credentials")
    if answer.status_code == TOO_MANY:
        raise Pending(clock.now() + REST, f"{who} wants fewer requests")
    if answer.status_code >= BROKEN:
        raise ConnectionError(f"{who} answers {answer.status_code}")
    return answer.status_code, told


def short(key: str, most: int) -> str:
    """Give a key as it is, or what stands for it where it is longer than the provider allows."""
    return key if len(key) <= most else hashlib.sha256(key.encode()).hexdigest()


def decimal(amount: int, currency: str) -> str:
    """Write an amount as providers want it who count in whole units: 1250 EUR is 12.50."""
    return str(Money(amount=amount, currency=currency)).partition(" ")[0]


def minor_units(value: str, currency: str) -> int:
    """Read such an amount."""
    return int(Decimal(value).scaleb(decimals(currency)))
