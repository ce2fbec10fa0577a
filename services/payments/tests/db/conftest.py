"""What do tests with a database share? Payments in PostgreSQL, batch by batch, as the bus does.

The tables are those that the migrations make, in one database that each test finds empty.
"""

from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.ids import new_id
from chassis.migrations import upgrade
from chassis.store import new_engine
from services.payments.sql_payments import SqlPayments, finish, prepare
from services.payments.tables import metadata
from services.payments.tests.builders import Cashier

Batch = Callable[..., tuple[list[Any], list[Any]]]


@pytest.fixture(scope="session")
def migrated(database_server: Any) -> Iterator[sa.Engine]:
    """One database for all tests, connected to as the bus does."""
    name = f"payments_{new_id('db').lower()}"
    database_server.create(name)
    upgrade("payments", database_server.url(name))
    engine = new_engine(database_server.url(name))
    yield engine
    engine.dispose()
    database_server.drop(name)


@pytest.fixture
def engine(migrated: sa.Engine) -> Iterator[sa.Engine]:
    """The database, emptied afterwards."""
    yield migrated
    with migrated.begin() as connection:
        for table in metadata.tables.values():
            connection.execute(sa.delete(table))


@pytest.fixture
def batch(engine: sa.Engine) -> Batch:
    """Handle messages in one transaction; give what was said and which calls are to be made."""

    def handle(*messages: Any) -> tuple[list[Any], list[Any]]:
        with Session(engine, expire_on_commit=False) as session, session.begin():
            prepare(session, messages)
            cashier = Cashier(SqlPayments(session))
            said = [event for message in messages for event in cashier.take(message)]
            finish(SimpleNamespace(session=session))
        return said, cashier.work.calls

    return handle


@pytest.fixture
def rows(engine: sa.Engine) -> Callable[[str], list[tuple[Any, ...]]]:
    """Look into the database."""

    def look(query: str) -> list[tuple[Any, ...]]:
        with engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    return look
