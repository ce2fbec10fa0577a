"""How is a new id made? A prefix that tells what it is, then a ULID: sortable by time."""

import os
import time

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
PAIRS = tuple(a + b for a in ALPHABET for b in ALPHABET)


def new_id(prefix: str) -> str:
    """Make an id such as `ord_01JD…`: 48 bits of milliseconds, then 80 random bits."""
    number = (time.time_ns() // 1_000_000 << 80) | int.from_bytes(os.urandom(10), "big")
    digits = "".join(PAIRS[(number >> shift) & 1023] for shift in range(120, -1, -10))
    return f"{prefix}_{digits}"
