"""What do tests of services need? A fresh database, and patience without sleeping."""

import itertools
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TypeVar

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

T = TypeVar("T")
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def database_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[object]:
    """One PostgreSQL for the tests: DATABASE_URL's if it is set, else the embedded one."""
    from local.database import find_database

    folder: Path = tmp_path_factory.mktemp("postgres")
    server = find_database(folder, print)
    yield server
    server.stop()


@pytest.fixture
def session_for(database_server: object) -> Iterator[Callable[[sa.MetaData], Session]]:
    """Give sessions on fresh databases that have all tables of the metadata."""
    with ExitStack() as stack:

        def make(metadata: sa.MetaData) -> Session:
            name = f"test_{time.time_ns()}_{next(_numbers)}"
            database_server.create(name)  # type: ignore[attr-defined]
            stack.callback(database_server.drop, name)  # type: ignore[attr-defined]
            engine = sa.create_engine(database_server.url(name))  # type: ignore[attr-defined]
            stack.callback(engine.dispose)
            with engine.begin() as connection:
                for schema in sorted({t.schema for t in metadata.tables.values() if t.schema}):
                    connection.exec_driver_sql(f'create schema "{schema}"')
            metadata.create_all(engine)
            return stack.enter_context(Session(engine, expire_on_commit=False))

        yield make


def eventually(probe: Callable[[], T], *, within: float = 10, every: float = 0.05) -> T:
    """Call the probe until it gives something true, or raise what it gave last."""
    until = time.monotonic() + within
    while True:
        if result := probe():
            return result
        if time.monotonic() > until:
            raise AssertionError(f"not within {within} s: {probe.__name__} gave {result!r}")
        time.sleep(every)
