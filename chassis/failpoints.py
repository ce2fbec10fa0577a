"""Where may a drill kill the process? At named points in the chassis; off, they cost a comparison.

FAILPOINT_FILE names a file with lines `point name`, such as `before_commit inventory.reserve.v1`.
A process that reaches a point while it handles what is named strikes the line out and dies like
by `kill -9`: each line kills once, and a line that is left was never reached.

    before_commit   all is written, nothing is committed
    after_commit    committed; nothing published, answered or called
    after_publish   published; nothing acknowledged
"""

import os
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

_FILE = os.environ.get("FAILPOINT_FILE", "")


class Named(Protocol):
    """Something that is handled."""

    name: str


def reach(point: str, handled: Iterable[Named]) -> None:
    """Die here if the file says so."""
    if not _FILE:
        return
    file = Path(_FILE)
    lines = file.read_text().splitlines() if file.exists() else []
    for job in handled:
        if (line := f"{point} {job.name}") in lines:
            lines.remove(line)
            file.write_text("\n".join(lines))
            os.kill(os.getpid(), signal.SIGKILL)
