"""What do tests need that wait for something? Patience without sleeping."""

import time
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def eventually(probe: Callable[[], T], *, within: float = 10, every: float = 0.05) -> T:
    """Call the probe until it gives something true, or raise what it gave last."""
    until = time.monotonic() + within
    while True:
        if result := probe():
            return result
        if time.monotonic() > until:
            raise AssertionError(f"not within {within} s: {probe.__name__} gave {result!r}")
        time.sleep(every)
