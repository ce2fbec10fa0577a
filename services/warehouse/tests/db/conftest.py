"""What do tests with a database share? The building of the other tests, kept in PostgreSQL."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from chassis.keeping import add
from chassis.store import new_engine
from services.warehouse.tables import metadata
from services.warehouse.tests.builders import a_floor


@pytest.fixture
def engine(session_for: Any) -> Iterator[Engine]:
    """Make a fresh database with the goods in it, and connect to it as the bus does."""
    session = session_for(metadata)
    floor = a_floor()
    for kind in (floor.buildings, floor.boxes, floor.bins, floor.facts):
        add(session, *kind.values())
    session.commit()
    engine = new_engine(session.get_bind().url.render_as_string(hide_password=False))
    yield engine
    engine.dispose()
