"""Is what was posted in EasyPost's name genuine, and what does it say of which parcel?

EasyPost signs the body with HMAC-SHA256 by a secret in the normal form NFKD, and posts a tracker.
"""

import hashlib
import hmac
import unicodedata
from collections.abc import Sequence
from typing import Any

from chassis.errors import Refused
from contracts.shipping import TrackingStatus
from services.shipping.carriers.posted import SCANS, as_bytes, part, read_number, read_object, scan
from services.shipping.domain.parcel import TrackingNotice

SIGNED_AS = "hmac-sha256-hex="
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
    verify(as_bytes(body), signature, secret)
    tracker = part(read_object(body), "result")
    return read_tracker(tracker) if tracker.get("object") == "Tracker" else ()


def verify(body: bytes, signature: str, secret: str) -> None:
    """Refuse what the secret has not signed."""
    key = unicodedata.normalize("NFKD", secret).encode()
    expected = SIGNED_AS + hmac.new(key, body, hashlib.sha256).hexdigest()
    if not secret or not hmac.compare_digest(expected.encode(), signature.encode()):
        raise Refused("bad_signature", "The signature does not fit the body.", "signature")


def read_tracker(tracker: dict[str, Any]) -> Sequence[TrackingNotice]:
    """Read the scans that we have a word for, the newest hundred."""
    number = read_number(tracker.get("tracking_code"), "result.tracking_code")
    scans = tracker.get("tracking_details")
    told = [_notice(number, one) for one in scans or () if isinstance(one, dict)]
    return [notice for notice in told if notice][-SCANS:]


def _notice(number: str, told: dict[str, Any]) -> TrackingNotice | None:
    place = part(told, "tracking_location")
    where = [place.get(name) for name in ("city", "state", "country")]
    return scan("ep", STATUS, number, status=told.get("status"), at=told.get("datetime"),
                where=where, detail=told.get("message"))  # fmt: skip
