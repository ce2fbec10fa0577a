"""How does somebody set a password who has none? By a link: good once, for an hour.

A mail that shall be sent is a row; the secret of its link is made when it is sent, and only its
hash is kept. So the mail can be sent again and again until the server takes it, and the database
never holds what opens an account.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from chassis import clock
from chassis.ids import new_id
from gateway.people.secret import hash_of, new_secret
from gateway.tables import mails, password_links, users

RESET, INVITATION = "reset", "invitation"
GOOD_FOR = timedelta(hours=1)
ASKED_AGAIN = timedelta(minutes=1)
LEASE = timedelta(minutes=2)
DELAYS = tuple(timedelta(seconds=s) for s in (5, 30, 120, 600, 1800, 3600))
KEPT = timedelta(days=90)
WISH = sa.text(
    "insert into mails (mail_id, user_id, kind, created_at, due_at)"
    " select :mail_id, user_id, :kind, :now, :now from users u"
    " where u.email = :email and u.deactivated_at is null and not exists (select 1 from mails m"
    " where m.user_id = u.user_id and (m.state = 'waiting' or m.created_at > :lately))"
)
TAKE = sa.text(
    "update mails m set attempts = attempts + 1, due_at = :leased from users u"
    " where u.user_id = m.user_id and m.mail_id = (select mail_id from mails"
    " where state = 'waiting' and due_at <= :now order by due_at limit 1 for update skip locked)"
    " returning m.mail_id, m.kind, m.attempts, u.user_id, u.email, u.name, u.language,"
    " u.deactivated_at"
)


class Links:
    """The links to set a password, and the mails that bring them."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def wish(self, email: str, kind: str) -> None:
        """Have a mail with a link sent to this user, if there is one, but not many at once.

        It is one statement whether there is such a user or not.
        """
        now = clock.now()
        values = {
            "mail_id": new_id("mai"), "email": email.lower(), "kind": kind, "now": now,
            "lately": now - ASKED_AGAIN,
        }  # fmt: skip
        with self._engine.begin() as connection:
            connection.execute(WISH, values)

    def make(self, user_id: str) -> str:
        """Make a link's secret, and keep its hash."""
        secret = new_secret()
        row = {
            "hash": hash_of(secret),
            "user_id": user_id,
            "expires_at": clock.now() + GOOD_FOR,
        }
        with self._engine.begin() as connection:
            connection.execute(sa.insert(password_links).values(row))
        return secret

    def owner(self, secret: str) -> Any | None:
        """Tell whose link this is, if it is still good."""
        query = (
            sa.select(users)
            .join(password_links, password_links.c.user_id == users.c.user_id)
            .where(
                password_links.c.hash == hash_of(secret),
                password_links.c.expires_at > clock.now(),
                users.c.deactivated_at.is_(None),
            )
        )
        with self._engine.connect() as connection:
            return connection.execute(query).first()

    def use(self, secret: str) -> bool:
        """Use a link up; False if somebody was faster."""
        mine = password_links.c.hash == hash_of(secret)
        with self._engine.begin() as connection:
            return connection.execute(sa.delete(password_links).where(mine)).rowcount == 1

    def due(self) -> Iterator[Any]:
        """Take mails that are due, one after the other; other replicas leave them alone."""
        while True:
            now = clock.now()
            with self._engine.begin() as connection:
                mail = connection.execute(TAKE, {"now": now, "leased": now + LEASE}).first()
            if mail is None:
                return
            yield mail

    def sent(self, mail_id: str) -> None:
        """Note that a mail was taken by the server."""
        self._end(mail_id, "sent", "", clock.now())

    def refused(self, mail_id: str, why: str) -> None:
        """Note that the server will never take it."""
        self._end(mail_id, "refused", why, clock.now())

    def later(self, mail_id: str, attempts: int, why: str) -> datetime:
        """Note that it was not sent, and when to try again."""
        at = clock.now() + DELAYS[min(attempts, len(DELAYS)) - 1]
        self._end(mail_id, "waiting", why, at)
        return at

    def prune(self) -> None:
        """Forget links that are not good any more, and mails of long ago."""
        now = clock.now()
        with self._engine.begin() as connection:
            connection.execute(sa.delete(password_links).where(password_links.c.expires_at <= now))
            old = (mails.c.created_at < now - KEPT) & (mails.c.state != "waiting")
            connection.execute(sa.delete(mails).where(old))

    def _end(self, mail_id: str, state: str, error: str, due_at: datetime) -> None:
        change = sa.update(mails).where(mails.c.mail_id == mail_id)
        with self._engine.begin() as connection:
            connection.execute(change.values(state=state, error=error[:255], due_at=due_at))
