"""How is a new id made? A prefix that tells what it is, then a ULID: sortable by time."""

import os
import time
from datetime import datetime

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PAIRS = tuple(a + b for a in ALPHABET for b in ALPHABET)


def new_id(prefix: str) -> str:
    """Make an id such as `ord_01JD…`: 48 bits of milliseconds, then 80 random bits."""
    number = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(os.urandom(10), "big")
    digits = "".join(PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10))
    return f"{prefix}_{digits}"


def first_of(at: datetime) -> str:
    """What ids of this millisecond and all later ones are not below, behind their prefix."""
    number = int(at.timestamp() * 1000)
    return "".join(ALPHABET[number >> shift & 31] for shift in range(45, -1, -5))
