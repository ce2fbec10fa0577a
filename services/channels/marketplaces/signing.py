"""Has the shop signed what it posts? HMAC-SHA256 of the body in Base64, with a secret we share."""

import base64
import hashlib
import hmac

from chassis.errors import Refused


def check_signature(secret: str, body: str, signature: str) -> None:
    """Refuse a body that is not signed with the secret; without a secret, any."""
    digest = hmac.new(as_bytes(secret), as_bytes(body), hashlib.sha256).digest()
    expected = base64.b64encode(digest)
    if not secret or not hmac.compare_digest(expected, as_bytes(signature)):
        raise Refused("bad_signature", "The signature does not fit the body.", "signature")


def as_bytes(text: str) -> bytes:
    """Encode whatever has come, half characters, too."""
    return text.encode(errors="surrogatepass")


def no_webhooks(channel: str) -> None:
    """Refuse whatever is posted in the name of a shop of a kind that posts nothing."""
    raise Refused("no_webhooks", f"Channel {channel} posts no webhooks.", "channel")
