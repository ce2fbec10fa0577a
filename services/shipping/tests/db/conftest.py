"""What do tests with a database share? One database, reached as the service does and emptied."""

from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.ids import new_id
from chassis.store import new_engine
from services.shipping.tables import metadata


@pytest.fixture(scope="session")
def tables(database_server: Any) -> Iterator[sa.Engine]:
    """Make the tables once: that takes longer than the tests."""
    name = f"shipping_{new_id('db').lower()}"
    database_server.create(name)
    engine = new_engine(database_server.url(name))
    with engine.begin() as connection:
        connection.exec_driver_sql("create schema sandbox")
    metadata.create_all(engine)
    yield engine
    engine.dispose()
    database_server.drop(name)


@pytest.fixture
def engine(tables: sa.Engine) -> Iterator[sa.Engine]:
    """Give the database as if it were fresh."""
    yield tables
    with tables.begin() as connection:
        for table in metadata.sorted_tables:
            connection.execute(sa.delete(table))
