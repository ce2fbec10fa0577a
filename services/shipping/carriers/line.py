"""How does an adapter speak with a carrier's server? Bounded in time, rate and size, and in words.

One bucket of tokens for each account in a process: whoever finds it empty waits for a token, a
little, and is put off where that would take too long. After a 429 the bucket stays empty for as
long as the carrier says. What is said of a failure holds no address, name or secret.
"""

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from threading import Lock
from typing import Any

import requests

from chassis import clock
from chassis.outside import Declined, Pending

TIMEOUT_SECONDS = (5, 20)
LARGEST_FILE = 4 * 1024 * 1024
PATIENCE = 3.0
DEFAULT_REST, LONGEST_REST = 5.0, 900.0
OK, UNKNOWN_HERE, TOO_SOON, TOO_MANY, BROKEN = 300, 404, 408, 429, 500
Sleep = Callable[[float], None]


class Bucket:
    """So many requests in a second, and some at once; empty for a while after a 429."""

    def __init__(self, per_second: float, at_once: int) -> None:
        self._per_second, self._at_once = per_second, at_once
        self._tokens, self._filled_at = float(at_once), time.monotonic()
        self._closed_until = 0.0
        self._lock = Lock()

    def take(self) -> float:
        """Take a token; return the seconds to wait before it may be used."""
        with self._lock:
            now = time.monotonic()
            gained = (now - self._filled_at) * self._per_second
            self._tokens = min(self._at_once, self._tokens + gained)
            self._filled_at = now
            closed = self._closed_until - now
            short = (1 - self._tokens) / self._per_second if self._tokens < 1 else 0.0
            wait = max(closed, short, 0.0)
            if wait <= PATIENCE:
                self._tokens -= 1
            return wait

    def close(self, seconds: float) -> None:
        """Give nothing for so long."""
        with self._lock:
            self._closed_until = max(self._closed_until, time.monotonic() + seconds)


BUCKETS: dict[tuple[str, str], Bucket] = {}


class Line:
    """The line to one account's server."""

    def __init__(  # noqa: PLR0913 - all that differs between carriers
        self,
        account: str,
        base_url: str,
        headers: Mapping[str, str],
        reason_of: Callable[[Any], tuple[str, str]],
        *,
        per_second: float = 5,
        at_once: int = 10,
    ) -> None:
        self._base_url, self._headers, self._reason_of = base_url.rstrip("/"), headers, reason_of
        self._bucket = BUCKETS.setdefault((account, base_url), Bucket(per_second, at_once))

    def get(self, path: str) -> Any:
        """Ask; None where there is no such thing."""
        return self._request("GET", path, None)

    def post(self, path: str, body: Any) -> Any:
        """Have something done; raises Declined with the carrier's words where it would not."""
        answer = self._request("POST", path, body)
        if answer is None:
            raise Declined("not_found", "The carrier knows nothing of it.")
        return answer

    def file(self, url: str) -> bytes:
        """Fetch a file that the carrier has made, if it is not too large."""
        with requests.get(url, timeout=TIMEOUT_SECONDS, stream=True) as answer:
            if answer.status_code >= OK:
                raise ConnectionError(f"the carrier's file server answers {answer.status_code}")
            content = b""
            for part in answer.iter_content(65_536):
                content += part
                if len(content) > LARGEST_FILE:
                    raise Declined("too_large", "The carrier's label is larger than 4 MiB.")
        return content

    def _request(self, method: str, path: str, body: Any) -> Any:
        self._await_turn()
        try:
            answer = requests.request(
                method,
                self._base_url + path,
                json=body,
                headers=dict(self._headers),
                timeout=TIMEOUT_SECONDS,
                allow_redirects=False,
            )
        except requests.Timeout:
            raise TimeoutError("the carrier did not answer in time") from None
        except requests.RequestException as error:
            told = f"the carrier cannot be reached: {type(error).__name__}"
            raise ConnectionError(told) from None
        return self._read(answer)

    def _await_turn(self) -> None:
        wait = self._bucket.take()
        if wait > PATIENCE:
            raise Pending(clock.now() + timedelta(seconds=wait), "the carrier wants fewer requests")
        if wait > 0:
            time.sleep(wait)

    def _read(self, answer: requests.Response) -> Any:
        status = answer.status_code
        if status == TOO_MANY:
            rest = rest_of(answer.headers.get("Retry-After", ""))
            self._bucket.close(rest)
            raise Pending(clock.now() + timedelta(seconds=rest), "the carrier wants fewer requests")
        if status >= BROKEN or status == TOO_SOON:
            raise ConnectionError(f"the carrier answers {status}")
        if status == UNKNOWN_HERE:
            return None
        try:
            told = answer.json()
        except ValueError:
            raise ConnectionError(f"the carrier answers {status}, and no JSON") from None
        if status >= OK:
            code, reason = self._reason_of(told)
            raise Declined(code[:64] or f"http_{status}", (reason or f"answered {status}")[:255])
        return told


def rest_of(retry_after: str) -> float:
    """How long a 429 wants us to rest: seconds or a date, within reason."""
    try:
        seconds = float(retry_after)
    except ValueError:
        try:
            until = parsedate_to_datetime(retry_after)
        except ValueError:
            return DEFAULT_REST
        until = until if until.tzinfo else until.replace(tzinfo=UTC)
        seconds = (until - datetime.now(UTC)).total_seconds()
    return min(max(seconds, 1.0), LONGEST_REST)
