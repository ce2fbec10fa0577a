"""What do tests with a database share? A fresh one, and the service's own entrypoints on it."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from chassis.store import new_engine
from chassis.testing import database_server, session_for
from services.channels.tables import metadata

__all__ = ["database_server", "session_for"]


@pytest.fixture
def engine(session_for: Any) -> Iterator[Engine]:
    session = session_for(metadata)
    engine = new_engine(session.get_bind().url.render_as_string(hide_password=False))
    yield engine
    engine.dispose()
