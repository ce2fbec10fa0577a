"""Is what a provider posted to us genuine, and what does it say?"""

import hashlib
import hmac

import msgspec

from chassis.config import read_settings
from chassis.errors import NotFound, Refused
from contracts.payments import ProviderWebhook

PROVIDER = "sandbox"


class ProviderEvent(msgspec.Struct, frozen=True, kw_only=True):
    """What a provider tells about a key of ours; types that we do not know change nothing."""

    type: str
    key: str
    reason: str = "The payment was declined."


def sign(body: str) -> str:
    """Make the signature of a body, as the provider makes it with the secret that we share."""
    secret = read_settings().sandbox_provider_secret.encode()
    return hmac.new(secret, body.encode(), hashlib.sha256).hexdigest()


def read_webhook(wish: ProviderWebhook) -> ProviderEvent:
    """Check the signature and read the event."""
    if wish.provider != PROVIDER:
        raise NotFound("payment provider", wish.provider, "provider")
    if not hmac.compare_digest(sign(wish.body).encode(), wish.signature.encode()):
        raise Refused("bad_signature", "The signature does not fit the body.", "signature")
    try:
        return msgspec.json.decode(wish.body, type=ProviderEvent)
    except msgspec.DecodeError as fault:
        raise Refused("malformed", f"The body cannot be read: {fault}.", "body") from None
