"""How do shops write times?"""

from datetime import UTC, datetime
from typing import Any


def moment(text: Any) -> datetime | None:
    """Read a time; None if it is none or says no zone."""
    at = _read(text)
    return at if at and at.tzinfo else None


def in_gmt(text: Any) -> datetime | None:
    """Read a time of a field that says by its name that it is in GMT; None if it is none."""
    at = _read(text)
    return at if at is None or at.tzinfo else at.replace(tzinfo=UTC)


def _read(text: Any) -> datetime | None:
    try:
        return datetime.fromisoformat(str(text))
    except ValueError:
        return None
