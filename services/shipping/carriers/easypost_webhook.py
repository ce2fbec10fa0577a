"""Is what was posted in EasyPost's name genuine, and what does it say of which parcel?

EasyPost signs the body with HMAC-SHA256 by a secret in the normal form NFKD, and posts a tracker
with its whole history each time: each scan gets an id made of what it says.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from chassis.errors import Refused
from contracts.shipping import TrackingEvent, TrackingStatus
from services.shipping.domain.parcel import TrackingNotice

SIGNED_AS = "hmac-sha256-hex="
SCANS = 100
LONGEST = 255
STATUS: dict[str, TrackingStatus] = {
    "pre_transit": "label_created",
    "in_transit": "in_transit",
    "out_for_delivery": "out_for_delivery",
    "available_for_pickup": "out_for_delivery",
    "delivered": "delivered",
    "return_to_sender": "returned_to_sender",
    "failure": "exception",
    "error": "exception",
    "cancelled": "exception",
}


def read_webhook(body: str, signature: str, secret: str) -> Sequence[TrackingNotice]:
    """Check the signature and read the tracker's history; other events bring none."""
    verify(body.encode("utf-8", "surrogateescape"), signature, secret)
    try:
        told = msgspec.json.decode(body.encode("utf-8", "surrogateescape"))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused("malformed", "The body is no JSON.", "body") from None
    if not isinstance(told, dict):
        raise Refused("malformed", "The body is no JSON object.", "body")
    tracker = told.get("result")
    if not isinstance(tracker, dict) or tracker.get("object") != "Tracker":
        return ()
    return read_tracker(tracker)


def verify(body: bytes, signature: str, secret: str) -> None:
    """Refuse what the secret has not signed."""
    key = unicodedata.normalize("NFKD", secret).encode()
    expected = SIGNED_AS + hmac.new(key, body, hashlib.sha256).hexdigest()
    if not secret or not hmac.compare_digest(expected.encode(), signature.encode()):
        raise Refused("bad_signature", "The signature does not fit the body.", "signature")


def read_tracker(tracker: dict[str, Any]) -> Sequence[TrackingNotice]:
    """Read the scans that we have a word for, the newest hundred."""
    number = tracker.get("tracking_code")
    if not isinstance(number, str) or not 0 < len(number) <= LONGEST:
        raise Refused("invalid", "tracking_code must be a text.", "result.tracking_code")
    scans = tracker.get("tracking_details")
    told = [_notice(number, s) for s in scans or () if isinstance(s, dict)]
    return [notice for notice in told if notice][-SCANS:]


def _notice(number: str, scan: dict[str, Any]) -> TrackingNotice | None:
    status, at = STATUS.get(str(scan.get("status"))), _instant(scan.get("datetime"))
    if status is None or at is None:
        return None
    place = scan.get("tracking_location")
    where = place if isinstance(place, dict) else {}
    parts = [where.get(name) for name in ("city", "state", "country")]
    detail = _text(scan.get("message"))
    said = "|".join((number, at.isoformat(), str(scan.get("status")), detail))
    event = TrackingEvent(
        at=at, status=status, place=_text(", ".join(str(p) for p in parts if p)), detail=detail
    )
    event_id = f"ep-{hashlib.sha256(said.encode()).hexdigest()[:32]}"
    return TrackingNotice(event_id=event_id, tracking_number=number, event=event)


def _instant(text: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _text(told: Any) -> str:
    return "".join(c for c in str(told or "") if c.isprintable())[:LONGEST]
