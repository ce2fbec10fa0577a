"""Is what a provider posted to us genuine, and what does it say?"""

import hashlib
import hmac
import json
import os
from typing import Any

from chassis.errors import NotFound, Refused
from contracts.payments import ProviderWebhook


def read_webhook(wish: ProviderWebhook) -> dict[str, Any]:
    """Check the signature and read the event."""
    if wish.provider != "sandbox":
        raise NotFound("payment provider", wish.provider, "provider")
    secret = os.environ.get("SANDBOX_WEBHOOK_SECRET", "sandbox-secret").encode()
    expected = hmac.new(secret, wish.body.encode(), hashlib.sha256).hexdigest()
    if not hmac.compare_digest(expected.encode(), wish.signature.encode()):
        raise Refused("bad_signature", "The signature does not fit the body.", "signature")
    try:
        event = json.loads(wish.body)
    except ValueError:
        raise Refused("malformed", "The body is no JSON.", "body") from None
    if not isinstance(event, dict):
        raise Refused("malformed", "The body is no JSON object.", "body")
    return event
