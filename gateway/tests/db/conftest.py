"""What do tests with a database share? A PostgreSQL database, empty at the start of each test."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from chassis.store import new_engine
from gateway.tables import metadata


@pytest.fixture(scope="session")
def tables(database_server: Any) -> Iterator[Engine]:
    """One database for all tests: there are many, and each needs but a row or two."""
    name = f"test_gateway_{time.time_ns()}"
    database_server.create(name)
    engine = new_engine(database_server.url(name))
    metadata.create_all(engine)
    yield engine
    engine.dispose()
    database_server.drop(name)


@pytest.fixture
def engine(tables: Engine) -> Engine:
    with tables.begin() as connection:
        for table in metadata.tables.values():
            connection.execute(table.delete())
    return tables
