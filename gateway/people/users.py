"""Which people are there? Their names, roles, passwords and second factors, in PostgreSQL."""

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from chassis import clock
from chassis.errors import IllegalMove, NotFound, Refused, check_version
from chassis.ids import new_id
from gateway.people import said
from gateway.people.roles import Grant
from gateway.tables import password_links, sessions, users

Row = Any
ONE_AT_A_TIME = sa.text("select pg_advisory_xact_lock(hashtextextended('oms.users', 0))")
ADMINS = sa.text(
    'grants @> \'[{"role": "admin", "warehouses": null, "channels": null}]\''
    " and deactivated_at is null"
)


class Users:
    """The users."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def add(self, email: str, name: str, grants: Sequence[Grant], language: str = "en") -> Row:
        """Add a user who has no password yet; an e-mail address belongs to one for ever."""
        row = {
            "user_id": new_id("usr"),
            "email": email.lower(),
            "name": name,
            "language": language,
            "grants": tuple(grants),
            "created_at": clock.now(),
        }
        try:
            with self._engine.begin() as connection:
                return connection.execute(sa.insert(users).values(row).returning(users)).one()
        except sa.exc.IntegrityError:
            told = f"There is, or was, a user {email} already."
            raise Refused("taken", told, "email") from None

    def get(self, user_id: str) -> Row:
        """Give a user; raises NotFound."""
        with self._engine.connect() as connection:
            return _got(connection, user_id)

    def by_email(self, email: str) -> Row | None:
        """Give the active user with this address."""
        active = (users.c.email == email.lower()) & users.c.deactivated_at.is_(None)
        with self._engine.connect() as connection:
            return connection.execute(sa.select(users).where(active)).first()

    def find(self, asked: said.FindUsers) -> said.UserPage:
        """List users."""
        query = sa.select(users).order_by(users.c.user_id).limit(asked.limit + 1)
        if asked.after:
            query = query.where(users.c.user_id > asked.after)
        with self._engine.connect() as connection:
            rows = connection.execute(query).all()
        page = tuple(shown(row) for row in rows[: asked.limit])
        return said.UserPage(users=page, next=page[-1].user_id if len(rows) > asked.limit else "")

    def change(self, wish: said.ChangeUser) -> Row:
        """Give a user another name and other roles."""
        with self._engine.begin() as connection:
            connection.execute(ONE_AT_A_TIME)
            row = _got(connection, wish.user_id)
            check_version("User", row.email, wish.expected_version, row.version)
            values = {
                "name": wish.name,
                "language": wish.language,
                "grants": tuple(wish.roles),
                "version": row.version + 1,
            }
            changed = sa.update(users).where(users.c.user_id == wish.user_id).values(values)
            row = connection.execute(changed.returning(users)).one()
            _check_admins(connection)
            return row

    def deactivate(self, user_id: str, expected: int | None = None) -> Row:
        """Let a user log in no more, and log them out everywhere."""
        return self._switch(user_id, expected, active=False)

    def activate(self, user_id: str, expected: int | None = None) -> Row:
        """Let a user log in again."""
        return self._switch(user_id, expected, active=True)

    def _switch(self, user_id: str, expected: int | None, *, active: bool) -> Row:
        with self._engine.begin() as connection:
            connection.execute(ONE_AT_A_TIME)
            row = _got(connection, user_id)
            check_version("User", row.email, expected, row.version)
            if active == (row.deactivated_at is None):
                word = "active" if active else "deactivated"
                raise IllegalMove("User", row.email, word, word)
            at = None if active else clock.now()
            changed = sa.update(users).where(users.c.user_id == user_id)
            values = {"deactivated_at": at, "version": row.version + 1}
            row = connection.execute(changed.values(values).returning(users)).one()
            if not active:
                connection.execute(sa.delete(sessions).where(sessions.c.user_id == user_id))
                _check_admins(connection)
            return row

    def set_password(self, user_id: str, hashed: str) -> None:
        """Keep another password, and end all sessions that the old one has begun."""
        with self._engine.begin() as connection:
            mine = users.c.user_id == user_id
            connection.execute(sa.update(users).where(mine).values(password=hashed))
            connection.execute(sa.delete(sessions).where(sessions.c.user_id == user_id))
            links = password_links.c.user_id == user_id
            connection.execute(sa.delete(password_links).where(links))

    def hash_anew(self, user_id: str, hashed: str) -> None:
        """Keep the same password with the effort that is asked for today."""
        self._set(user_id, password=hashed)

    def offer_second_factor(self, user_id: str, secret: str) -> str:
        """Keep the secret of a second factor that is not on yet, if there is none; give what is."""
        mine = (users.c.user_id == user_id) & (users.c.totp_secret == "")
        kept = sa.select(users.c.totp_secret).where(users.c.user_id == user_id)
        with self._engine.begin() as connection:
            connection.execute(sa.update(users).where(mine).values(totp_secret=secret))
            return str(connection.scalar(kept))

    def switch_second_factor(self, user_id: str, *, on: bool) -> None:
        """Ask for a code with each login, or ask no more."""
        self._set(user_id, totp_on=on, **({} if on else {"totp_secret": ""}))

    def use_code(self, user_id: str, step: int) -> bool:
        """Note that the code of a step was used; False if it, or a later one, was before."""
        unused = (users.c.user_id == user_id) & (users.c.totp_step < step)
        with self._engine.begin() as connection:
            done = connection.execute(sa.update(users).where(unused).values(totp_step=step))
            return done.rowcount == 1

    def _set(self, user_id: str, **values: object) -> None:
        with self._engine.begin() as connection:
            connection.execute(sa.update(users).where(users.c.user_id == user_id).values(values))


def shown(row: Row) -> said.User:
    """Show a user, and nothing of their secrets."""
    return said.User(
        user_id=row.user_id,
        email=row.email,
        name=row.name,
        language=row.language,
        roles=row.grants,
        second_factor=row.totp_on,
        active=row.deactivated_at is None,
        created_at=row.created_at,
        last_seen_at=row.seen_at,
        version=row.version,
    )


def _got(connection: sa.Connection, user_id: str) -> Row:
    row = connection.execute(sa.select(users).where(users.c.user_id == user_id)).first()
    if row is None:
        raise NotFound("user", user_id, "user_id")
    return row


def _check_admins(connection: sa.Connection) -> None:
    left = connection.scalar(sa.select(sa.func.count()).select_from(users).where(ADMINS))
    if not left:
        told = "Somebody must remain who is admin of everything; make another admin before."
        raise Refused("last_admin", told, "roles")
