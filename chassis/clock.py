"""What time is it? The system's time, moved by what CLOCK_FILE says.

A drill or a test that needs tomorrow writes 86400 into the file: every process then lives a day
later. Without CLOCK_FILE the clock is the system's.
"""

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

_FILE = os.environ.get("CLOCK_FILE", "")
_REREAD_SECONDS = 0.2
_offset = timedelta()
_read_at = 0.0


def now() -> datetime:
    """Tell the current time in UTC."""
    if _FILE:
        _reread()
    return datetime.now(UTC) + _offset


def _reread() -> None:
    global _offset, _read_at  # noqa: PLW0603 - one clock for the process
    if time.monotonic() - _read_at < _REREAD_SECONDS:
        return
    _read_at = time.monotonic()
    try:
        _offset = timedelta(seconds=float(Path(_FILE).read_text() or 0))
    except (OSError, ValueError):
        _offset = timedelta()
