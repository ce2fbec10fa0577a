"""Is this the code that a phone shows now? Time-based one-time passwords (RFC 6238)."""

import base64
import hmac
import secrets
import struct
from datetime import datetime
from urllib.parse import quote, urlencode

STEP_SECONDS, DIGITS = 30, 6
STEPS_OFF = 1  # a phone's clock may be this much off, or its owner this slow
ISSUER = "OMS"


def new_secret() -> str:
    """Make a secret as phones take it: 160 random bits in Base32."""
    return base64.b32encode(secrets.token_bytes(20)).decode()


def uri(secret: str, email: str) -> str:
    """What a phone scans to know the secret."""
    query = urlencode({"secret": secret, "issuer": ISSUER})
    return f"otpauth://totp/{quote(f'{ISSUER}:{email}')}?{query}"


def step_of(code: str, secret: str, now: datetime) -> int | None:
    """Tell of which step this is the code, about now; None if it is none."""
    current = int(now.timestamp()) // STEP_SECONDS
    found = None
    for step in range(current - STEPS_OFF, current + STEPS_OFF + 1):
        if hmac.compare_digest(code_at(secret, step).encode(), code.encode()):
            found = step
    return found


def code_at(secret: str, step: int) -> str:
    """The code of a step."""
    digest = hmac.digest(base64.b32decode(secret), struct.pack(">Q", step), "sha1")
    at = digest[-1] & 15
    (number,) = struct.unpack(">I", digest[at : at + 4])
    return f"{(number & 0x7FFFFFFF) % 10**DIGITS:0{DIGITS}d}"
