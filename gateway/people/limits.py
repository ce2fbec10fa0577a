"""How much may one caller ask in a minute? A bucket of tokens each, in this process.

It is full at first, each request takes a token, and it fills again evenly. The headers are those
of draft-ietf-httpapi-ratelimit-headers. With several gateways each has its own buckets, so that a
caller who comes to all of them gets as many times as much: it protects us, and is no price list.
"""

import math
import time
from collections.abc import Callable

from flask import Response

from gateway.problems import Answered, problem

WINDOW_SECONDS = 60
LEFT, POLICY = "RateLimit", "RateLimit-Policy"
MANY_CALLERS = 10_000


class Limits:
    """The buckets of all callers."""

    def __init__(self, a_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._most, self._clock = a_minute, clock
        self._each = WINDOW_SECONDS / a_minute if a_minute else 0.0
        self._policy = f'"minute";q={a_minute};w={WINDOW_SECONDS}'
        # when each bucket will be full again: one number says how full it is now
        self._full_at: dict[str, float] = {}

    def take(self, caller_id: str) -> int:
        """Take a token; tell how many are left. Raises Answered with 429 where there is none."""
        if not self._most:
            return 0
        now = self._clock()
        full_at = max(self._full_at.get(caller_id, now), now) + self._each
        missing = (full_at - now) / self._each
        if missing > self._most + 1e-6:
            raise Answered(self._refusal(missing - self._most))
        if len(self._full_at) > MANY_CALLERS:
            self._full_at = {name: at for name, at in self._full_at.items() if at > now}
        self._full_at[caller_id] = full_at
        return int(self._most - missing + 1e-6)

    def show(self, response: Response, left: int) -> None:
        """Say in the headers how many are left, and when all are there again."""
        if self._most:
            until_full = math.ceil((self._most - left) * self._each)
            response.headers[LEFT] = f'"minute";r={left};t={until_full}'
            response.headers[POLICY] = self._policy

    def _refusal(self, missing: float) -> Response:
        seconds = max(1, math.ceil(missing * self._each))
        told = f"More than {self._most} requests in a minute; ask again in {seconds} s."
        response = problem("rate-limited", told)
        response.headers["Retry-After"] = str(seconds)
        self.show(response, 0)
        return response
