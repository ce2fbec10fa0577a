"""How do many small writes become few? Those that wait while one is under way go together.

Whoever comes first writes for all who wait; when it is done, the next of those who came meanwhile
does the same. Alone, a write goes at once. It is one statement for all: all or none is written.
"""

import threading
from collections.abc import Callable, Sequence
from typing import Generic, TypeVar

W = TypeVar("W")
R = TypeVar("R")


class _Waiting(Generic[W, R]):
    """One who waits: for a result, or for its turn to write."""

    def __init__(self, wish: W) -> None:
        self.wish, self.woken = wish, threading.Event()
        self.done = False
        self.result: R
        self.error: BaseException | None = None


class Together(Generic[W, R]):
    """Hands wishes to `write` in batches; each caller gets its own result, or the error of all."""

    def __init__(self, write: Callable[[Sequence[W]], Sequence[R]]) -> None:
        self._write = write
        self._lock = threading.Lock()
        self._waiting: list[_Waiting[W, R]] = []
        self._busy = False

    def do(self, wish: W) -> R:
        """Have a wish written with those of others; raises what the write raised."""
        mine: _Waiting[W, R] = _Waiting(wish)
        with self._lock:
            self._waiting.append(mine)
            leads, self._busy = not self._busy, True
        if not leads:
            mine.woken.wait()
        if not mine.done:
            self._write_for_all()
        if mine.error:
            raise mine.error
        return mine.result

    def _write_for_all(self) -> None:
        with self._lock:
            batch, self._waiting = self._waiting, []
        try:
            for one, result in zip(batch, self._write([b.wish for b in batch]), strict=True):
                one.result = result
        except BaseException as error:  # noqa: BLE001 - told to each of them
            for one in batch:
                one.error = error
        with self._lock:
            following = self._waiting[:1]
            self._busy = bool(following)
        for one in batch:
            one.done = True
        for one in (*batch, *following):
            one.woken.set()
