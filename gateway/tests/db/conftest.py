"""What do tests with a database share? A PostgreSQL database, empty at the start of each test."""

import time as real_time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine

from chassis import clock
from chassis.store import new_engine
from gateway.tables import metadata
from gateway.tests.job_trial import Trial
from gateway.tests.webhook_world import World


@pytest.fixture(scope="session")
def tables(database_server: Any) -> Iterator[Engine]:
    """One database for all tests: there are many, and each needs but a row or two."""
    name = f"test_gateway_{real_time.time_ns()}"
    database_server.create(name)
    engine = new_engine(database_server.url(name))
    metadata.create_all(engine)
    yield engine
    engine.dispose()
    database_server.drop(name)


@pytest.fixture
def engine(tables: Engine) -> Engine:
    with tables.begin() as connection:
        for table in reversed(metadata.sorted_tables):
            connection.execute(table.delete())
    return tables


@pytest.fixture
def time(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A clock that the test moves on."""

    class Time:
        now = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)

        def passes(self, **much: float) -> None:
            self.now += timedelta(**much)

    time = Time()
    monkeypatch.setattr(clock, "now", lambda: time.now)
    return time


@pytest.fixture
def world(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> World:
    world = World(engine)
    monkeypatch.setattr(clock, "now", lambda: world.now)
    return world


@pytest.fixture
def trial(engine: Engine, time: Any) -> Trial:
    return Trial(engine, time)
