"""How is a password kept? As an argon2id hash: what it costs to check one, guessing costs, too.

Checking takes some 20 ms and 19 MiB, so it is done in threads of its own, few at a time: whoever
asks for orders meanwhile does not wait for it.
"""

from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from eventlet import tpool
from eventlet.semaphore import Semaphore

SHORTEST, LONGEST = 12, 200
FEW_LETTERS = 5
AT_ONCE = 2
# as OWASP advises for argon2id: 19 MiB, twice over, one lane
HASHER = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_turn = Semaphore(AT_ONCE)


def hash_of(password: str) -> str:
    """Hash a password."""
    with _turn:
        return str(tpool.execute(HASHER.hash, password))


def fits(password: str, kept: str) -> bool:
    """Tell whether it is the password; where there is none to compare with it takes as long."""
    with _turn:
        right = bool(tpool.execute(_verify, kept or _nobodys(), password))
    return right and bool(kept)


def is_outdated(kept: str) -> bool:
    """Tell whether a hash was made with less effort than is asked for today."""
    return HASHER.check_needs_rehash(kept)


def fault_of(password: str, *names: str) -> str:
    """Say why this is no good password; empty if it is one."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"must have {SHORTEST} to {LONGEST} characters."
    if len(set(password)) < FEW_LETTERS:
        return f"must have at least {FEW_LETTERS} different characters."
    if password.lower() in {name.lower() for name in names}:
        return "must not be your name or e-mail address."
    return ""


def _verify(kept: str, password: str) -> bool:
    try:
        return HASHER.verify(kept, password)
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobodys() -> str:
    return HASHER.hash("nobody has this password")
