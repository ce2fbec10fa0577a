"""How is read what a carrier's server says of a parcel, posted or asked for?

Such servers tell the whole history of a parcel each time, so a scan gets an id of what it says.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec

from chassis.errors import Refused
from contracts.shipping import TrackingEvent, TrackingStatus
from services.shipping.domain.parcel import TrackingNotice

SCANS = 100
LONGEST = 255


def as_bytes(body: str) -> bytes:
    """The bytes that were posted, as they are signed."""
    return body.encode("utf-8", "surrogateescape")


def read_object(body: str) -> dict[str, Any]:
    """Read what was posted; it must be an object."""
    try:
        told = msgspec.json.decode(as_bytes(body))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused("malformed", "The body is no JSON.", "body") from None
    if not isinstance(told, dict):
        raise Refused("malformed", "The body is no JSON object.", "body")
    return told


def read_number(told: Any, field: str) -> str:
    """Read a tracking number, or raise Refused that names its field."""
    if not isinstance(told, str) or not 0 < len(told) <= LONGEST:
        raise Refused("invalid", f"{field.rpartition('.')[2]} must be a text.", field)
    return told


def part(told: Any, name: str) -> dict[str, Any]:
    """A part that is an object; empty if it is none, or not there."""
    inner = told.get(name) if isinstance(told, dict) else None
    return inner if isinstance(inner, dict) else {}


def scan(  # noqa: PLR0913 - all that a scan says
    start: str, words: Mapping[str, TrackingStatus], number: str, *,
    status: Any, at: Any, where: Iterable[Any], detail: Any,
) -> TrackingNotice | None:  # fmt: skip
    """Read a scan; None where we have no word for its status, or it has no time."""
    known, moment = words.get(str(status)), _instant(at)
    if known is None or moment is None:
        return None
    words_of_it = _text(detail)
    said = "|".join((number, moment.isoformat(), str(status), words_of_it))
    place = _text(", ".join(str(one) for one in where if one))
    event = TrackingEvent(at=moment, status=known, place=place, detail=words_of_it)
    event_id = f"{start}-{hashlib.sha256(said.encode()).hexdigest()[:32]}"
    return TrackingNotice(event_id=event_id, tracking_number=number, event=event)


def _instant(text: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _text(told: Any) -> str:
    return "".join(c for c in str(told or "") if c.isprintable())[:LONGEST]
