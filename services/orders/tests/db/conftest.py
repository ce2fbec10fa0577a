"""What do tests with a database share? Tables in PostgreSQL, and batches as the bus makes them."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.saga_store import SqlRuns
from chassis.store import new_engine
from contracts.inventory import SkuSaved
from contracts.orders import PlacedOrder
from services.orders import handlers, sql_orders, tables
from services.orders.sql_orders import SqlOrders, runs_of
from services.orders.tests.builders import MUG, NOW, SHIRT, Clerk, a_sku, a_wish


class Office:
    """Orders with a database: each batch is one transaction."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.work = Clerk(NOW, actor="person:ann")
        with Session(engine) as session, session.begin():
            for sku in (MUG, SHIRT):
                SqlOrders(session).save_sku(SkuSaved(sku=a_sku(sku), version=1))

    @contextmanager
    def batch(self, *bodies: Any) -> Iterator[tuple[SqlOrders, SqlRuns]]:
        with Session(self.engine, expire_on_commit=False) as session, session.begin():
            sql_orders.prepare(session, bodies)
            yield SqlOrders(session), runs_of(session)

    def place(self, *lines: Any, **changes: Any) -> PlacedOrder:
        wish = a_wish(*lines, **changes)
        with self.batch(wish) as ports:
            return handlers.place_order(wish, self.work, *ports)

    def do(self, what: Callable[..., Any], wish: Any, *, runs: bool = False) -> Any:
        with self.batch(wish) as ports:
            return what(wish, self.work, *(ports if runs else ports[:1]))

    def ask(self, question: Callable[[Session, Any], Any], asked: Any) -> Any:
        with Session(self.engine) as session:
            return question(session, asked)

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]


@pytest.fixture
def office(session_for: Any) -> Iterator[Office]:
    session = session_for(tables.metadata)
    engine = new_engine(session.get_bind().url.render_as_string(hide_password=False))
    yield Office(engine)
    engine.dispose()
