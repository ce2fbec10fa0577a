"""How is a secret made and kept that a program sends? Random, and only as a hash."""

import hashlib
import secrets


def new_secret() -> str:
    """Make a secret of 256 random bits."""
    return secrets.token_urlsafe(32)


def hash_of(secret: str) -> bytes:
    """Hash it; there is nothing to guess in 256 random bits, so no slow hash is needed."""
    return hashlib.sha256(secret.encode()).digest()
