"""What do tests of services need? A PostgreSQL, and a fresh database in it with their tables."""

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from local.database import Database, find_database

_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def database_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Database]:
    """One PostgreSQL for the tests: DATABASE_URL's if it is set, else the embedded one."""
    folder: Path = tmp_path_factory.mktemp("postgres")
    server = find_database(folder, print)
    yield server
    server.stop()


@pytest.fixture
def session_for(database_server: Database) -> Iterator[Callable[[sa.MetaData], Session]]:
    """Give sessions on fresh databases that have all tables of the metadata."""
    with ExitStack() as stack:

        def make(metadata: sa.MetaData) -> Session:
            name = f"test_{time.time_ns()}_{next(_numbers)}"
            database_server.create(name)
            stack.callback(database_server.drop, name)
            engine = sa.create_engine(database_server.url(name))
            stack.callback(engine.dispose)
            with engine.begin() as connection:
                for schema in sorted({t.schema for t in metadata.tables.values() if t.schema}):
                    connection.exec_driver_sql(f'create schema "{schema}"')
            metadata.create_all(engine)
            return stack.enter_context(Session(engine, expire_on_commit=False))

        yield make
