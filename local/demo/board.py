"""How does one see orders advance? On a terminal one line for each, elsewhere a line each step."""

import shutil
import sys
import threading
import time
from dataclasses import dataclass
from typing import TextIO

STAGES = (
    "received", "placed", "paid", "allocated", "picked", "packed", "labeled", "shipped",
    "delivered", "returned",
)  # fmt: skip
DONE, OPEN, UP, CLEAR = "●", "·", "\x1b[{}F", "\x1b[K"


@dataclass
class Row:
    """Where one order stands."""

    name: str
    channel: str
    stage: str
    told: str = ""

    def text(self, width: int) -> str:
        """Show it in one line."""
        reached = STAGES.index(self.stage) + 1 if self.stage in STAGES else 0
        dots = DONE * reached + OPEN * (len(STAGES) - reached)
        line = f"  {self.name:<8} {self.channel:<8} {dots}  {self.stage:<10} {self.told}"
        return line if len(line) <= width else line[: width - 1] + "…"


class Board:
    """All orders under way; safe for several threads."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self._out, self._live = out, out.isatty()
        self._rows: dict[str, Row] = {}
        self._lock = threading.Lock()
        self._began = time.monotonic()
        self._drawn = 0

    def put(self, name: str, channel: str, stage: str, told: str = "") -> None:
        """Show where an order stands now."""
        with self._lock:
            row = self._rows.setdefault(name, Row(name, channel, stage))
            row.stage, row.told = stage, told
            if self._live:
                self._draw()
            else:
                seconds = time.monotonic() - self._began
                line = f"  {seconds:5.1f} s  {name:<8} {channel:<8} {stage:<10} {told}"
                print(line.rstrip(), file=self._out, flush=True)

    def _draw(self) -> None:
        width = shutil.get_terminal_size((100, 24)).columns
        if self._drawn:
            self._out.write(UP.format(self._drawn))
        for row in self._rows.values():
            self._out.write(f"{row.text(width)}{CLEAR}\n")
        self._drawn = len(self._rows)
        self._out.flush()
