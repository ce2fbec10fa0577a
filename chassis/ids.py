"""How is a new id made? A prefix that tells what it is, then a ULID: sortable by time."""

import os
import time
from base64 import b32encode
from datetime import datetime
from functools import lru_cache

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
FROM_BASE32 = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET.encode())


def new_id(prefix: str) -> str:
    """Make an id such as `ord_01JD…`: 48 bits of milliseconds, then 80 random bits."""
    dice = b32encode(os.urandom(10)).translate(FROM_BASE32).decode()
    return f"{prefix}_{_digits_of(time.time_ns() // 1_000_000)}{dice}"


def first_of(at: datetime) -> str:
    """What ids of this millisecond and all later ones are not below, behind their prefix."""
    return _digits_of(int(at.timestamp() * 1000))


@lru_cache(maxsize=4)  # a batch makes dozens in one millisecond
def _digits_of(milliseconds: int) -> str:
    return "".join(ALPHABET[milliseconds >> shift & 31] for shift in range(45, -1, -5))
