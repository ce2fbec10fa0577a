"""Who is asking? API keys: random, kept only as a hash, shown once."""

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any, Literal

import sqlalchemy as sa

from chassis import clock
from chassis.errors import NotFound
from chassis.ids import new_id
from gateway.caller import Caller
from gateway.people import said
from gateway.people.roles import EVERYTHING, PERMISSIONS, Rights, rights_everywhere
from gateway.people.secret import hash_of, new_secret
from gateway.tables import api_keys

REMEMBERED = timedelta(seconds=30)
USE_NOTED_EVERY = timedelta(minutes=5)
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,63}")


class BadKey(Exception):  # noqa: N818 - an answer, not an error of the program
    """A key cannot be made as wished; the message says why."""


class Keys:
    """The API keys; those that were just seen are remembered for half a minute."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._known: dict[bytes, tuple[datetime, Caller]] = {}

    def create(
        self,
        name: str,
        expires_at: datetime | None = None,
        scopes: Iterable[str] | None = None,
        created_by: str = "",
    ) -> str:
        """Make a key and return it; it can never be shown again. Raises BadKey.

        `scopes` are the permissions that it shall have; without them it has all there ever are.
        """
        if not NAME.fullmatch(name):
            raise BadKey(
                f"A key's name has 1 to 64 of A-Z a-z 0-9 . _ @ - and is not {name[:80]!r}."
            )
        if scopes is not None and (strange := sorted({*scopes} - PERMISSIONS.keys())):
            raise BadKey(f"There is no permission {strange[0][:80]!r}.")
        secret = f"oms_{new_secret()}"
        row = {
            "key_id": new_id("key"),
            "name": name,
            "hash": hash_of(secret),
            "created_at": clock.now(),
            "expires_at": expires_at,
            "scopes": None if scopes is None else sorted({*scopes}),
            "created_by": created_by,
        }
        try:
            with self._engine.begin() as connection:
                connection.execute(sa.insert(api_keys).values(row))
        except sa.exc.IntegrityError:
            raise BadKey(f"There is, or was, a key {name} already; take another name.") from None
        return secret

    def revoke(self, name: str) -> bool:
        """Let a key be of no use any more; within half a minute everywhere."""
        statement = (
            sa.update(api_keys)
            .where(api_keys.c.name == name, api_keys.c.revoked_at.is_(None))
            .values(revoked_at=clock.now())
        )
        with self._engine.begin() as connection:
            return connection.execute(statement).rowcount > 0

    def revoke_id(self, key_id: str) -> None:
        """Revoke a key by its id; raises NotFound."""
        statement = (
            sa.update(api_keys)
            .where(api_keys.c.key_id == key_id)
            .values(revoked_at=sa.func.coalesce(api_keys.c.revoked_at, clock.now()))
        )
        with self._engine.begin() as connection:
            if not connection.execute(statement).rowcount:
                raise NotFound("key", key_id, "key_id")

    def get(self, name: str) -> said.ApiKey:
        """Show a key by its name."""
        with self._engine.connect() as connection:
            query = sa.select(api_keys).where(api_keys.c.name == name)
            return _shown(connection.execute(query).one(), clock.now())

    def find(self, asked: said.FindKeys) -> said.KeyPage:
        """List keys, oldest first."""
        query = sa.select(api_keys).order_by(api_keys.c.key_id).limit(asked.limit + 1)
        if asked.after:
            query = query.where(api_keys.c.key_id > asked.after)
        now = clock.now()
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        page = tuple(_shown(row, now) for row in rows[: asked.limit])
        return said.KeyPage(keys=page, next=page[-1].key_id if len(rows) > asked.limit else "")

    def names(self) -> list[str]:
        """List the keys by name, with what became of them."""
        now = clock.now()
        with self._engine.connect() as connection:
            rows = connection.execute(sa.select(api_keys).order_by(api_keys.c.name).limit(500))
            return [
                f"{row.name}  {_state(row, now)}  last used {row.used_at or 'never'}"
                f"  {'everything' if row.scopes is None else ' '.join(row.scopes)}"
                for row in rows
            ]

    def caller_of(self, key_id: str) -> Caller | None:
        """Tell what a key may do now; None if it is of no use any more."""
        with self._engine.connect() as connection:
            query = sa.select(api_keys).where(api_keys.c.key_id == key_id)
            row = connection.execute(query).first()
        if row is None or _state(row, clock.now()) != "valid":
            return None
        return Caller.with_key(row.key_id, row.name, _rights(row.scopes))

    def caller(self, header: str) -> Caller | None:
        """Tell who sent this Authorization header; None if nobody that we know."""
        kind, _, secret = header.partition(" ")
        if kind.lower() != "bearer" or not secret:
            return None
        hashed, now = hash_of(secret.strip()), clock.now()
        known = self._known.get(hashed)
        if known and now < known[0]:
            return known[1]
        self._known.pop(hashed, None)
        with self._engine.begin() as connection:
            row = connection.execute(sa.select(api_keys).where(api_keys.c.hash == hashed)).first()
            if row is None or _state(row, now) != "valid":
                return None
            if row.used_at is None or now - row.used_at > USE_NOTED_EVERY:
                used = sa.update(api_keys).where(api_keys.c.key_id == row.key_id)
                connection.execute(used.values(used_at=now))
        caller = Caller.with_key(row.key_id, row.name, _rights(row.scopes))
        self._known[hashed] = (min(now + REMEMBERED, row.expires_at or now + REMEMBERED), caller)
        return caller


def _state(row: Any, now: datetime) -> Literal["valid", "expired", "revoked"]:
    if row.revoked_at:
        return "revoked"
    return "expired" if row.expires_at and row.expires_at <= now else "valid"


def _shown(row: Any, now: datetime) -> said.ApiKey:
    return said.ApiKey(
        key_id=row.key_id,
        name=row.name,
        scopes=None if row.scopes is None else tuple(row.scopes),
        state=_state(row, now),
        created_at=row.created_at,
        created_by=row.created_by,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        used_at=row.used_at,
    )


def _rights(scopes: list[str] | None) -> Rights:
    return EVERYTHING if scopes is None else rights_everywhere(frozenset(scopes))
