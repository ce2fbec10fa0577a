"""What if every message comes twice, late, and in another order? A mischievous stop on the way.

What takes the detour is held for a random moment, shuffled, and handed on twice: once, and once
again later.
"""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from local.rabbit_node import PrivateNode
from tests.faults.detour import Detour, Passing

HELD_SECONDS = 0.3
AGAIN_AFTER_SECONDS = 1.5
STOP_SECONDS = 60


class Shuffler:
    """Holds, shuffles and doubles what services say to each other."""

    def __init__(self, node: PrivateNode, chance: random.Random) -> None:
        self._random = chance
        self._detour = Detour(node, lambda _wire: True)
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.doubled: Counter[str] = Counter()
        self._thread.start()

    def stop(self) -> None:
        """Put everything back as it was, and hand on what is still held."""
        self._stop.set()
        self._thread.join(timeout=STOP_SECONDS)
        if self._thread.is_alive():
            raise RuntimeError("The shuffler does not stop.")

    def _run(self) -> None:
        connection = self._detour.connection
        while not self._stop.is_set():
            connection.sleep(self._random.uniform(0, HELD_SECONDS))
            if taken := self._detour.take():
                self._shuffled(taken)
                after = self._random.uniform(0, AGAIN_AFTER_SECONDS)
                connection.call_later(after, lambda taken=taken: self._again(taken))
        self._detour.open_the_old_way()
        connection.sleep(AGAIN_AFTER_SECONDS)
        self._detour.close()

    def _shuffled(self, taken: list[Passing]) -> None:
        self._random.shuffle(taken)
        for passing in taken:
            self._detour.hand_on(passing)

    def _again(self, taken: list[Passing]) -> None:
        self._shuffled(taken)
        self.doubled.update(wire for wire, _, _ in taken)


@contextmanager
def shuffled(node: PrivateNode, chance: random.Random) -> Iterator[Shuffler]:
    """Let all messages be shuffled and doubled for a while."""
    shuffler = Shuffler(node, chance)
    try:
        yield shuffler
    finally:
        shuffler.stop()
