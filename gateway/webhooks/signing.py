"""How does a receiver know that a webhook is ours? By a signature, as Standard Webhooks writes it.

Signed is `ID.SECONDS.BODY` with HMAC-SHA256; the secret is `whsec_` and its bytes in base64. While
a secret is replaced, both sign, so that the receiver may change over when it likes.
"""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable
from datetime import datetime

PREFIX = "whsec_"
SECRET_BYTES = 32


def new_secret() -> str:
    """Make a secret; whoever has it can write webhooks that seem to be ours."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def sign(secret: str, event_id: str, at: datetime, body: bytes) -> str:
    """Sign what is sent at this time."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{event_id}.{int(at.timestamp())}.".encode() + body
    return f"v1,{base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()}"


def headers(valid: Iterable[str], event_id: str, at: datetime, body: bytes) -> dict[str, str]:
    """Tell the headers of a webhook, signed with each of the valid secrets."""
    return {
        "webhook-id": event_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(sign(secret, event_id, at, body) for secret in valid),
    }
