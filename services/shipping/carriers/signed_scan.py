"""Is a scan genuine that was posted in a carrier's name, and what does it say?

So post the sandbox and local couriers, who have no form of their own.
"""

import hashlib
import hmac
import json
from datetime import datetime
from typing import Any, get_args

from chassis.errors import Refused
from contracts.shipping import TrackingEvent, TrackingStatus
from services.shipping.domain.parcel import TrackingNotice

LONGEST = 255


def sign(body: str, secret: str) -> str:
    """Sign a body with the secret that was agreed with the carrier."""
    return hmac.new(secret.encode(), body.encode(), hashlib.sha256).hexdigest()


def read_scan(body: str, signature: str, secret: str) -> TrackingNotice:
    """Check the signature and read the event; every fault names its field."""
    if not secret or not hmac.compare_digest(sign(body, secret).encode(), signature.encode()):
        raise Refused("bad_signature", "The signature does not fit the body.", "signature")
    try:
        told = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused("malformed", "The body is no JSON.", "body") from None
    if not isinstance(told, dict):
        raise Refused("malformed", "The body is no JSON object.", "body")
    status = _required(told, "status")
    if status not in get_args(TrackingStatus):
        raise Refused("invalid", f"{status} is not a status that we know.", "status")
    return TrackingNotice(
        event_id=_required(told, "id"),
        tracking_number=_required(told, "tracking_number"),
        event=TrackingEvent(
            at=_instant(_required(told, "at")),
            status=status,  # type: ignore[arg-type]
            place=_optional(told, "place"),
            detail=_optional(told, "detail"),
        ),
    )


def _required(told: dict[str, Any], name: str) -> str:
    text = told.get(name)
    if not isinstance(text, str) or not 0 < len(text) <= LONGEST or not text.isprintable():
        raise Refused("invalid", f"{name} must be a text of at most {LONGEST} characters.", name)
    return text


def _optional(told: dict[str, Any], name: str) -> str:
    text = told.get(name)
    return "".join(c for c in str(text or "") if c.isprintable())[:LONGEST]


def _instant(text: str) -> datetime:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise Refused("invalid", f"{text} is not a time.", "at") from None
    if at.tzinfo is None:
        raise Refused("invalid", "at must say its offset from UTC.", "at")
    return at
