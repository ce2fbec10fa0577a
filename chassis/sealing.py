"""How is a secret kept that must be used again? Sealed by a key that the database never sees.

What only has to be recognized is hashed instead (`gateway/people/secret.py`).
`SEALING_KEYS` holds Fernet keys with commas between: the first seals, each of them opens, so that
a key is replaced by putting a new one before it, and taken away when nothing is sealed by it.
"""

from functools import lru_cache
from typing import Any

import sqlalchemy as sa
from cryptography.fernet import Fernet, InvalidToken, MultiFernet

from chassis.config import read_settings

MARK = "sealed:"
HINT = "make one with `python -m chassis sealing-key`"


class SealingError(Exception):
    """There is no key, it is none, or it is not the one by which the secret was sealed."""


def new_key() -> str:
    """Make a key for `SEALING_KEYS`."""
    return Fernet.generate_key().decode()


def seal(secret: str) -> str:
    """Seal a secret; the empty one stays empty, for it says that there is none."""
    if not secret:
        return ""
    return MARK + _keys(read_settings().sealing_keys).encrypt(secret.encode()).decode()


def unseal(kept: str) -> str:
    """Open what was sealed; what was kept before sealing began is given as it is."""
    if not kept.startswith(MARK):
        return kept
    try:
        return _keys(read_settings().sealing_keys).decrypt(kept[len(MARK) :]).decode()
    except InvalidToken:
        raise SealingError("No key of SEALING_KEYS is the one that sealed this.") from None


def check() -> None:
    """Find out at the start, and not at the first secret, that there are no good keys."""
    _keys(read_settings().sealing_keys)


@lru_cache(maxsize=4)
def _keys(written: str) -> MultiFernet:
    parts = [part for one in written.split(",") if (part := one.strip())]
    if not parts:
        raise SealingError(f"SEALING_KEYS holds no key; {HINT}.")
    try:
        return MultiFernet([Fernet(part) for part in parts])
    except ValueError:
        raise SealingError(f"A key in SEALING_KEYS is none; {HINT}.") from None


class Sealed(sa.TypeDecorator[str]):
    """A text column whose values are sealed in the database, and plain to the service."""

    impl = sa.Text
    cache_ok = True

    def process_bind_param(self, value: Any, _dialect: sa.Dialect) -> Any:
        """Seal what is to be kept."""
        return None if value is None else seal(value)

    def process_result_value(self, value: Any, _dialect: sa.Dialect) -> Any:
        """Open what was kept."""
        return None if value is None else unseal(value)
