"""When is a webhook tried again, and when is it enough?

A delivery is tried for three days: soon at first, then seldom, the last time when the three days
are over. A subscription to which nothing at all came through for three days is paused; so is one
whose receiver says that it is gone for good (410).
"""

import random
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus

DELAYS = tuple(
    timedelta(seconds=s)
    for s in (5, 30, 120, 600, 1800, 3600, 2 * 3600, 4 * 3600, 8 * 3600, 12 * 3600)
)
TRIED_FOR = timedelta(days=3)
PAUSED_AFTER = timedelta(days=3)
WAITED_AT_MOST = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of one try: what was answered, or why nothing was."""

    at: datetime
    seconds: float
    status: int | None = None
    answer: str = ""
    error: str = ""
    wait: timedelta = timedelta()

    @property
    def delivered(self) -> bool:
        """Whether the receiver has it; a redirect is none, for it would lead who knows where."""
        return (
            self.status is not None and HTTPStatus.OK <= self.status < HTTPStatus.MULTIPLE_CHOICES
        )

    @property
    def gone(self) -> bool:
        """Whether the receiver wants nothing more, ever."""
        return self.status == HTTPStatus.GONE


def next_try(tries: int, since: datetime, now: datetime, wait: timedelta) -> datetime | None:
    """Tell when to try again after so many tries since then; None if it was tried long enough.

    `wait` is how long the receiver asks to be left alone.
    """
    end = since + TRIED_FOR
    if now >= end:
        return None
    delay = DELAYS[min(tries, len(DELAYS)) - 1] * random.uniform(0.8, 1.2)  # noqa: S311 - jitter
    return min(now + max(delay, min(wait, WAITED_AT_MOST)), end)
