"""How does a timer go on with the others when one fails? What failed is spared for a while."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

TAKEN_UP_AT_ONCE = 100
AT_FIRST_SECONDS, AT_MOST_SECONDS = 2.0, 300.0


class Sparing:
    """Remembers, in this process, which things have failed lately and how often.

    A timer takes up many things in one transaction: one that raises undoes them all. The next
    tick leaves that one out, for 2 s at first and at most 5 minutes, and the others go on.
    """

    def __init__(self) -> None:
        self._failed: dict[str, tuple[int, float]] = {}

    def spared(self) -> Sequence[str]:
        """Tell which keys are to be left out now."""
        now = time.monotonic()
        return [key for key, (_, until) in self._failed.items() if until > now]

    @contextmanager
    def about(self, key: str) -> Iterator[None]:
        """Do what concerns `key`; if that raises, `key` is spared and named in the traceback."""
        try:
            yield
        except Exception as error:
            times = self._failed.get(key, (0, 0.0))[0] + 1
            pause = min(AT_FIRST_SECONDS * 2.0 ** (times - 1), AT_MOST_SECONDS)
            self._failed[key] = (times, time.monotonic() + pause)
            error.add_note(f"This was about {key}; it is left out for {pause:.0f} s.")
            raise
        self._failed.pop(key, None)
