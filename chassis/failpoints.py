"""Where may a drill kill the process? At named points in the chassis; off, they cost a comparison.

FAILPOINT=`point` or `point:n` in the environment makes the process die like by `kill -9` when it
reaches the point for the n-th time. FAILPOINT_FILE names a file whose existence arms it.
"""

import os
import signal
from pathlib import Path

_point, _, _count = os.environ.get("FAILPOINT", "").partition(":")
_left = int(_count or 1)
_armed_by = os.environ.get("FAILPOINT_FILE", "")


def reach(point: str) -> None:
    """Die here if the environment says so."""
    if not _point or point != _point:
        return
    if _armed_by and not Path(_armed_by).exists():
        return
    global _left  # noqa: PLW0603 - counts down for the process
    _left -= 1
    if _left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
