"""How is a new id made? A prefix that tells what it is, then a ULID: sortable by time."""

import os
import time
from base64 import b32encode
from datetime import UTC, datetime
from functools import lru_cache

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
ULID_DIGITS, TIME_DIGITS = 26, 10
FROM_BASE32 = bytes.maketrans(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", ALPHABET.encode())


def new_id(prefix: str) -> str:
    """Make an id such as `ord_01JD…`: 48 bits of milliseconds, then 80 random bits."""
    dice = b32encode(os.urandom(10)).translate(FROM_BASE32).decode()
    return f"{prefix}_{_digits_of(time.time_ns() // 1_000_000)}{dice}"


def first_of(at: datetime) -> str:
    """What ids of this millisecond and all later ones are not below, behind their prefix."""
    return _digits_of(int(at.timestamp() * 1000))


def time_of(identity: str) -> datetime | None:
    """Tell when an id was made; None if it is not one of ours."""
    digits = identity.rpartition("_")[2]
    if len(digits) != ULID_DIGITS or not set(digits) <= set(ALPHABET) or digits[0] > "0":
        return None  # nor of the years behind 3084
    milliseconds = 0
    for digit in digits[:TIME_DIGITS]:
        milliseconds = milliseconds << 5 | ALPHABET.index(digit)
    return datetime.fromtimestamp(milliseconds / 1000, UTC)


@lru_cache(maxsize=4)  # a batch makes dozens in one millisecond
def _digits_of(milliseconds: int) -> str:
    return "".join(ALPHABET[milliseconds >> shift & 31] for shift in range(45, -1, -5))
