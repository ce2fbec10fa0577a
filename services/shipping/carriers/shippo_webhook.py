"""Is what was posted in Shippo's name genuine, and what does it say of which parcel?

Shippo signs time and body with HMAC-SHA256: `t=…,v1=…`. It posts a parcel with its whole history;
what is posted again moves nothing, so the time is not judged.
"""

import hashlib
import hmac
from collections.abc import Sequence
from typing import Any

from chassis.errors import Refused
from contracts.shipping import TrackingStatus
from services.shipping.carriers.posted import SCANS, as_bytes, part, read_number, read_object, scan
from services.shipping.domain.parcel import TrackingNotice

STATUS: dict[str, TrackingStatus] = {
    "PRE_TRANSIT": "label_created",
    "TRANSIT": "in_transit",
    "DELIVERED": "delivered",
    "RETURNED": "returned_to_sender",
    "FAILURE": "exception",
}
OUT_FOR_DELIVERY = frozenset({"out_for_delivery", "pickup_available"})


def read_webhook(body: str, signature: str, secret: str) -> Sequence[TrackingNotice]:
    """Check the signature and read the parcel's history; other events bring none."""
    verify(as_bytes(body), signature, secret)
    told = read_object(body)
    return read_track(part(told, "data")) if told.get("event") == "track_updated" else ()


def verify(body: bytes, signature: str, secret: str) -> None:
    """Refuse what the secret has not signed."""
    parts = dict(one.strip().partition("=")[::2] for one in signature.split(","))
    signed = parts.get("t", "").encode() + b"." + body
    expected = hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()
    if not secret or not hmac.compare_digest(expected.encode(), parts.get("v1", "").encode()):
        raise Refused("bad_signature", "The signature does not fit the body.", "signature")


def read_track(track: dict[str, Any]) -> Sequence[TrackingNotice]:
    """Read the scans that we have a word for, the newest hundred."""
    number = read_number(track.get("tracking_number"), "data.tracking_number")
    history = track.get("tracking_history") or [track.get("tracking_status")]
    told = [_notice(number, one) for one in history if isinstance(one, dict)]
    return [notice for notice in told if notice][-SCANS:]


def _notice(number: str, told: dict[str, Any]) -> TrackingNotice | None:
    place = part(told, "location")
    where = [place.get(name) for name in ("city", "state", "country")]
    status, words = told.get("status"), STATUS
    if part(told, "substatus").get("code") in OUT_FOR_DELIVERY:
        words = {**STATUS, "TRANSIT": "out_for_delivery"}
    return scan("sp", words, number, status=status, at=told.get("status_date"),
                where=where, detail=told.get("status_details"))  # fmt: skip
