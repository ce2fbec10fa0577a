"""What do tests with a database share? A stockroom in PostgreSQL, and a clock that it goes by."""

import time
from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from chassis import clock
from chassis.store import new_engine
from services.inventory.tables import metadata
from services.inventory.tests.builders import MUG, SHIRT, put
from services.inventory.tests.db.sql_stockroom import SqlStockroom


@pytest.fixture(scope="session")
def engine(database_server: Any) -> Iterator[Engine]:
    """Make a database once for all tests, and connect to it as the bus does."""
    name = f"inventory_{time.time_ns()}"
    database_server.create(name)
    engine = new_engine(database_server.url(name), pool=30)
    metadata.create_all(engine)
    yield engine
    engine.dispose()
    database_server.drop(name)


@pytest.fixture
def empty_room(engine: Engine, monkeypatch: pytest.MonkeyPatch) -> SqlStockroom:
    room = SqlStockroom(engine)
    room.clear()
    monkeypatch.setattr(clock, "now", lambda: room.work.now)
    return room


@pytest.fixture
def room(empty_room: SqlStockroom) -> SqlStockroom:
    empty_room.tell_together([put(MUG), put(SHIRT)])
    return empty_room
