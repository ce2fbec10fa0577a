"""Who kills whom, and how often? Somebody does `kill -9` every few seconds, whoever it hits.

The next dies when the last is up again: on a machine that is too slow for the pace, nothing would
ever be up otherwise, and what is to be shown is that the system lives on, not that it lies down.
"""

import os
import random
import signal
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from chassis.testing import eventually
from local.supervisor import System

UP_AGAIN_SECONDS = 120.0
SPARED = frozenset({"mail sink"})  # it plays the outside


class Riot:
    """Kills a process at random again and again; the supervisor starts it again, as it would."""

    def __init__(self, system: System, dice: random.Random, every: float) -> None:
        self._system, self._dice, self._every = system, dice, every
        self.killed: Counter[str] = Counter()

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Kill as long as the body lasts; afterwards everything is up again."""
        over = threading.Event()
        thread = threading.Thread(target=self._run, args=(over,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            thread.join()
            self._system.wait_until_ready()

    def _run(self, over: threading.Event) -> None:
        due = time.monotonic() + self._every
        while not over.wait(max(0.0, due - time.monotonic())):
            due = time.monotonic() + self._every
            alive = {n: pid for n, pid in self._system.pids().items() if pid and n not in SPARED}
            name = self._dice.choice(sorted(alive))
            self._kill(name, alive[name])

    def _kill(self, name: str, pid: int) -> None:
        os.killpg(pid, signal.SIGKILL)
        process = self._system.processes[name]
        eventually(lambda: process.pid != pid, within=10)
        self.killed[name] += 1
        eventually(lambda: self._system.is_ready(name), within=UP_AGAIN_SECONDS)
