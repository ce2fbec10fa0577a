"""Who is logged in, in which browser? A random token in a cookie; the database has its hash.

A session is looked up for every request: whoever is logged out or deactivated is out at once,
everywhere. It ends after half a day without a request, and after a week in any case.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from chassis import clock
from gateway.caller import Caller, Session
from gateway.people.roles import rights_of
from gateway.people.secret import hash_of, new_secret
from gateway.tables import sessions, users

IDLE, LONGEST = timedelta(hours=12), timedelta(days=7)
USE_NOTED_EVERY = timedelta(minutes=1)
SHOWN = (users.c.user_id, users.c.email, users.c.grants, *sessions.c)


class Sessions:
    """The sessions of people, in PostgreSQL."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def begin(self, user_id: str, instead_of: str = "") -> str:
        """Begin a session and end the browser's old one; return the token for the cookie."""
        token, now = new_secret(), clock.now()
        row = {
            "hash": hash_of(token),
            "user_id": user_id,
            "csrf": new_secret(),
            "used_at": now,
            "expires_at": now + LONGEST,
        }
        with self._engine.begin() as connection:
            if instead_of:
                old = sessions.c.hash == hash_of(instead_of)
                connection.execute(sa.delete(sessions).where(old))
            connection.execute(sa.insert(sessions).values(row))
            _note_seen(connection, user_id, now)
        return token

    def visitor(self, token: str) -> Caller | None:
        """Tell who sent this token; None if nobody is logged in with it."""
        now, key = clock.now(), hash_of(token)
        query = (
            sa.select(*SHOWN)
            .join(users, users.c.user_id == sessions.c.user_id)
            .where(sessions.c.hash == key, users.c.deactivated_at.is_(None))
        )
        with self._engine.begin() as connection:
            row: Any = connection.execute(query).first()
            if row is None or now >= min(row.used_at + IDLE, row.expires_at):
                return None
            if now - row.used_at > USE_NOTED_EVERY:
                used = sa.update(sessions).where(sessions.c.hash == key)
                connection.execute(used.values(used_at=now))
                _note_seen(connection, row.user_id, now)
        session = Session(key, row.user_id, row.csrf, row.expires_at)
        return Caller(row.user_id, f"person:{row.email}", rights_of(row.grants), session)

    def end(self, session: Session) -> None:
        """Log out."""
        with self._engine.begin() as connection:
            connection.execute(sa.delete(sessions).where(sessions.c.hash == session.key))

    def prune(self) -> None:
        """Forget sessions that have ended by themselves."""
        now = clock.now()
        over = (sessions.c.expires_at < now) | (sessions.c.used_at < now - IDLE)
        with self._engine.begin() as connection:
            connection.execute(sa.delete(sessions).where(over))


def _note_seen(connection: sa.Connection, user_id: str, now: datetime) -> None:
    connection.execute(sa.update(users).where(users.c.user_id == user_id).values(seen_at=now))
