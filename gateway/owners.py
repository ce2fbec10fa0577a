"""Who takes care of which exception? Kept here, for exceptions are of all services.

An exception has no row of its own: it is there as long as something does not go on. So whose it is
is kept by its id, and forgotten when its service does not tell it any more (`forget`).
"""

from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated, Any, Protocol

import sqlalchemy as sa
from msgspec import Meta

from chassis import clock
from contracts.message import Wire
from contracts.stuck import ExceptionId
from contracts.values import Instant, Text
from gateway.people.roles import rights_of
from gateway.tables import exception_owners, users

DECIDE = "exceptions.decide"
MOST_PEOPLE = 200


class ExceptionOwner(Wire, frozen=True, kw_only=True):
    """Who takes care of an exception, and who said so."""

    user_id: Text
    name: Text
    assigned_by: Text
    assigned_at: Instant


class AssignException(Wire, frozen=True, kw_only=True):
    """Let somebody take care of an exception; without `user_id` whoever asks takes it."""

    exception_id: ExceptionId
    user_id: Annotated[str, Meta(pattern=r"^(usr_[0-9A-Z]{26})?$")] = ""
    expected_version: int | None = None


class UnassignException(Wire, frozen=True, kw_only=True):
    """Let nobody take care of an exception any more."""

    exception_id: ExceptionId
    expected_version: int | None = None


class Person(Wire, frozen=True, kw_only=True):
    """Somebody who may decide about exceptions."""

    user_id: Text
    name: Text


class People(Wire, frozen=True, kw_only=True):
    """Those who may decide about exceptions, by name; at most 200."""

    people: tuple[Person, ...]


class KnowsOwners(Protocol):
    """Knows whose exceptions are."""

    def of(self, exception_ids: Iterable[str]) -> Mapping[str, ExceptionOwner]:
        """Tell whose these are; those that nobody has are left out."""

    def forget(self, told: Collection[str], services: Collection[str], before: datetime) -> int:
        """Forget owners of what services do not tell any more, assigned before; tell how many."""


class Owners:
    """Whose exceptions are, in PostgreSQL."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def of(self, exception_ids: Iterable[str]) -> Mapping[str, ExceptionOwner]:
        """Tell whose these are."""
        query = (
            sa.select(exception_owners, users.c.name)
            .join(users, users.c.user_id == exception_owners.c.user_id)
            .where(exception_owners.c.exception_id.in_(list(exception_ids)))
        )
        with self._engine.connect() as connection:
            return {
                row.exception_id: ExceptionOwner(
                    user_id=row.user_id,
                    name=row.name,
                    assigned_by=row.assigned_by,
                    assigned_at=row.assigned_at,
                )
                for row in connection.execute(query)
            }

    @contextmanager
    def alone(self, exception_id: str) -> Iterator[None]:
        """Let nobody else change whose an exception is meanwhile."""
        lock = sa.text("select pg_advisory_xact_lock(hashtextextended(:exception_id, 0))")
        with self._engine.begin() as connection:
            connection.execute(lock, {"exception_id": exception_id})
            yield

    def assign(self, exception_id: str, user_id: str, actor: str) -> None:
        """Let somebody take care of an exception, whoever did before."""
        values = {"user_id": user_id, "assigned_by": actor, "assigned_at": clock.now()}
        row = sa.dialects.postgresql.insert(exception_owners).values(
            exception_id=exception_id, **values
        )
        known = row.on_conflict_do_update(index_elements=["exception_id"], set_=values)
        with self._engine.begin() as connection:
            connection.execute(known)

    def unassign(self, exception_id: str) -> None:
        """Let nobody take care of it; done twice it is done."""
        with self._engine.begin() as connection:
            named = exception_owners.c.exception_id == exception_id
            connection.execute(sa.delete(exception_owners).where(named))

    def any_at_all(self) -> bool:
        """Tell whether anybody takes care of anything."""
        with self._engine.connect() as connection:
            return connection.execute(sa.select(exception_owners).limit(1)).first() is not None

    def forget(self, told: Collection[str], services: Collection[str], before: datetime) -> int:
        """Forget owners of what is gone; of services that did not answer nothing is known."""
        service = sa.func.split_part(exception_owners.c.exception_id, ":", 1)
        gone = sa.delete(exception_owners).where(
            exception_owners.c.assigned_at < before,
            service.in_(list(services)),
            exception_owners.c.exception_id.not_in(list(told)),
        )
        with self._engine.begin() as connection:
            return connection.execute(gone).rowcount

    def people(self) -> tuple[Any, ...]:
        """List the active users who may decide about exceptions, by name."""
        query = sa.select(users).where(users.c.deactivated_at.is_(None)).order_by(users.c.name)
        with self._engine.connect() as connection:
            rows = connection.execute(query.limit(MOST_PEOPLE)).all()
        return tuple(row for row in rows if DECIDE in rights_of(row.grants))
