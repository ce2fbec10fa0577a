"""Which browsers are at the provider of single sign-on just now, and what was agreed with them?

Each way there is good once, for ten minutes, and for the browser that went it: so nobody can be
logged in as somebody else by a link, and an answer that was overheard opens nothing.
"""

from dataclasses import dataclass
from datetime import timedelta

import sqlalchemy as sa

from chassis import clock
from gateway.people.secret import hash_of
from gateway.tables import sign_ons

GOOD_FOR = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Way:
    """What only we know of a way there: for the provider's answer, for its token, for us."""

    nonce: str
    verifier: str
    goes_to: str


class SignOns:
    """The ways to the provider, in PostgreSQL: another replica may hear the answer."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def begin(self, state: str, browser: str, way: Way) -> None:
        """Keep a way for this state and this browser."""
        row = {
            "hash": hash_of(state),
            "browser": hash_of(browser),
            "nonce": way.nonce,
            "verifier": way.verifier,
            "goes_to": way.goes_to,
            "expires_at": clock.now() + GOOD_FOR,
        }
        with self._engine.begin() as connection:
            connection.execute(sa.insert(sign_ons).values(row))

    def end(self, state: str, browser: str) -> Way | None:
        """Give the way of this state and browser, this once."""
        column = sign_ons.c
        mine = sa.delete(sign_ons).where(
            column.hash == hash_of(state),
            column.browser == hash_of(browser),
            column.expires_at > clock.now(),
        )
        with self._engine.begin() as connection:
            row = connection.execute(
                mine.returning(column.nonce, column.verifier, column.goes_to)
            ).first()
        return Way(*row) if row else None

    def prune(self) -> None:
        """Forget ways that nobody came back from."""
        with self._engine.begin() as connection:
            old = sign_ons.c.expires_at < clock.now()
            connection.execute(sa.delete(sign_ons).where(old))
