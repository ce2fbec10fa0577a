"""By which name does a provider know what was done under a key of ours?

An adapter writes it down through a connection of its own, as soon as the provider has said it: in
time for a capture a second later, and whatever becomes of the transaction that asked. What is not
here was never answered; then the provider is asked for what bears the key.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Protocol

import sqlalchemy as sa

from chassis import clock
from chassis.store import new_engine

POOL = 8
NOTE = sa.text(
    "insert into provider_references (account, key, authorization_key, reference, at)"
    " values (:account, :key, :authorization, :reference, :at)"
    " on conflict (account, key) do update set reference = excluded.reference"
)
OF = sa.text(
    "select key, reference from provider_references"
    " where account = :account and authorization_key = :key"
)
FIND = sa.text("select reference from provider_references where account = :account and key = :key")
KEY_OF = sa.text(
    "select authorization_key from provider_references"
    " where account = :account and reference = :reference order by at limit 1"
)


class References(Protocol):
    """What one account's provider calls the things that were done there under our keys."""

    def note(self, key: str, reference: str, authorization: str = "") -> None:
        """Keep a name; a key that is no authorization names the one that it belongs to."""

    def find(self, key: str) -> str | None:
        """Give the name for a key; None if none was ever told."""

    def key_of(self, reference: str) -> str:
        """Give the key of the authorization that a name belongs to; empty if there is none."""

    def of(self, authorization: str) -> Mapping[str, str]:
        """Give all names of what was done about an authorization, by key."""


class SqlReferences:
    """References in PostgreSQL."""

    def __init__(self, url: str, account: str) -> None:
        self._engine, self._account = _engine(url), account

    def note(self, key: str, reference: str, authorization: str = "") -> None:
        """Keep a name."""
        row = {
            "account": self._account, "key": key, "authorization": authorization or key,
            "reference": reference, "at": clock.now(),
        }  # fmt: skip
        with self._engine.begin() as connection:
            connection.execute(NOTE, row)

    def find(self, key: str) -> str | None:
        """Give the name for a key."""
        with self._engine.begin() as connection:
            found = connection.scalar(FIND, {"account": self._account, "key": key})
        return None if found is None else str(found)

    def of(self, authorization: str) -> Mapping[str, str]:
        """Give all names of what was done about an authorization."""
        with self._engine.begin() as connection:
            rows = connection.execute(OF, {"account": self._account, "key": authorization})
            return {row.key: row.reference for row in rows}

    def key_of(self, reference: str) -> str:
        """Give the key of the authorization that a name belongs to."""
        with self._engine.begin() as connection:
            asked = {"account": self._account, "reference": reference}
            return connection.scalar(KEY_OF, asked) or ""


@dataclass
class MemoryReferences:
    """References in a dictionary."""

    rows: dict[str, tuple[str, str]] = field(default_factory=dict)

    def note(self, key: str, reference: str, authorization: str = "") -> None:
        """Keep a name."""
        self.rows[key] = (reference, authorization or key)

    def find(self, key: str) -> str | None:
        """Give the name for a key."""
        return self.rows[key][0] if key in self.rows else None

    def of(self, authorization: str) -> Mapping[str, str]:
        """Give all names of what was done about an authorization."""
        return {key: name for key, (name, held) in self.rows.items() if held == authorization}

    def key_of(self, reference: str) -> str:
        """Give the key of the authorization that a name belongs to."""
        keys = (key for name, key in self.rows.values() if name == reference)
        return next(keys, "")


@cache
def _engine(url: str) -> sa.Engine:
    return new_engine(url, pool=POOL, at_once=True)
