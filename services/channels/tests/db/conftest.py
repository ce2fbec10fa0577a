"""What do tests with a database share? A fresh one, and the service's own entrypoints on it."""

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import Engine

from chassis.store import new_engine
from services.channels.tables import metadata
from services.channels.tests.builders import FILES, a_connection, sku_saved
from services.channels.tests.db.batches import Service


@pytest.fixture
def engine(session_for: Any) -> Iterator[Engine]:
    session = session_for(metadata)
    engine = new_engine(session.get_bind().url.render_as_string(hide_password=False))
    yield engine
    engine.dispose()


@pytest.fixture
def shop(engine: Engine) -> Service:
    """Channels with a shop that wants to hear of stock, a channel of files and a SKU."""
    service = Service(engine)
    service.do(("connect", a_connection(push_stock=True)))
    service.do(("connect", a_connection(FILES, "csv", base_url="")))
    service.do(("save_sku", sku_saved("MUG-1")))
    return service
