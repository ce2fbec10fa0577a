"""Is what a carrier posted to us genuine, and what does it say?"""

import hashlib
import hmac
import json
import os
from datetime import datetime
from typing import Any, get_args

from chassis.errors import NotFound, Refused
from contracts.shipping import CarrierWebhook, TrackingStatus

LONGEST = 255


def read_webhook(wish: CarrierWebhook) -> tuple[dict[str, Any], datetime]:
    """Check the signature and read the event; every fault names its field."""
    if wish.carrier != "sandbox":
        raise NotFound("carrier", wish.carrier, "carrier")
    secret = os.environ.get("SANDBOX_CARRIER_SECRET", "sandbox-carrier-secret").encode()
    expected = hmac.new(secret, wish.body.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), wish.signature.encode()):
        raise Refused("bad_signature", "The signature does not fit the body.", "signature")
    try:
        event = json.loads(wish.body)
    except ValueError:
        raise Refused("malformed", "The body is no JSON.", "body") from None
    if not isinstance(event, dict):
        raise Refused("malformed", "The body is no JSON object.", "body")
    for name in ("id", "tracking_number", "status", "at"):
        if not isinstance(event.get(name), str) or not 0 < len(event[name]) <= LONGEST:
            raise Refused("invalid", f"{name} must be a text.", name)
    if event["status"] not in get_args(TrackingStatus):
        raise Refused("invalid", f"{event['status']} is not a status that we know.", "status")
    for name in ("place", "detail"):
        event[name] = str(event.get(name, ""))[:LONGEST]
    try:
        at = datetime.fromisoformat(event["at"])
    except ValueError:
        raise Refused("invalid", f"{event['at']} is not a time.", "at") from None
    if at.tzinfo is None:
        raise Refused("invalid", "at must say its offset from UTC.", "at")
    return event, at
