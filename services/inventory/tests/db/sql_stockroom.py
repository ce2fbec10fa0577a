"""What is a stockroom that keeps its stock in PostgreSQL? The same as the other, batch by batch."""

import itertools
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.envelope import Context
from chassis.keeping import read
from chassis.transaction import Job, Transaction
from chassis.work import Rehearsal
from contracts.inventory import Audit, StockChanged
from contracts.message import CATALOGUE
from services.inventory import batch, handlers, queries, tables
from services.inventory.domain.reservation import Reservation
from services.inventory.tables import SqlInventory, metadata
from services.inventory.tests.builders import DOING, NOW

numbers = itertools.count(1)
BALANCES = "select sku, warehouse_id, {on_hand}, {reserved}, {allocated}, {unavailable} from {of}"
EMPTY = ", ".join(table.name for table in metadata.sorted_tables)


class SqlStockroom:
    """Inventory at work in a database: tell it something, hear what it says."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.work = Rehearsal(NOW)

    def tell(self, *wishes: Any) -> Any:
        """One batch for each wish; give what was said last, or else the answer."""
        last = None
        for wish in wishes:
            said, answer = self.tell_together([wish])
            said = [message for message in said if not isinstance(message, StockChanged)]
            last = said[-1] if said else answer
        return last

    def tell_together(
        self, wishes: Sequence[Any], *, meanwhile: Callable[[], None] | None = None
    ) -> tuple[list[Any], Any]:
        """Handle all in one transaction as the bus does; give what was said, and the last answer.

        `meanwhile` runs when all is handled and nothing is committed yet.
        """
        answers: list[Any] = []
        jobs = [self.job(wish, answers) for wish in wishes]
        if meanwhile:
            jobs.append(Job("meanwhile", lambda _service, _work: meanwhile(), id=new_id()))
        return self.run(jobs), answers[-1] if answers else None

    @staticmethod
    def job(wish: Any, answers: list[Any]) -> Job:
        """What the bus makes of a message or request; answers are added to the list."""

        def run(_service: Any, work: Any) -> None:
            answer = DOING[type(wish)](wish, work, SqlInventory(work))
            if answer is not None:
                answers.append(answer)

        return Job(type(wish).__name__, run, body=wish, id=new_id(), context=Context("person:ann"))

    def run(self, jobs: Sequence[Job]) -> list[Any]:
        work = Transaction("inventory", self.engine, batch.prepare, batch.finish)
        committed = work.run(None, jobs)
        return [msgspec.json.decode(o.body, type=CATALOGUE[o.wire]) for o in committed.out]

    def expire(self, after: timedelta = timedelta()) -> list[Any]:
        """Let time pass and the timer run."""
        self.work.now += after

        def expire_all(_service: Any, work: Any) -> None:
            kept = SqlInventory(work)
            for reservation in kept.all_due(work.now):
                handlers.expire(reservation, work, kept)

        return self.run([Job("expire", expire_all)])

    def balances(self) -> dict[tuple[str, str], tuple[int, ...]]:
        return self._sums("stock", "{}")

    def ledger_sums(self) -> dict[tuple[str, str], tuple[int, ...]]:
        return self._sums("stock_movements group by 1, 2", "sum({})::bigint")

    def _sums(self, of: str, each: str) -> dict[tuple[str, str], tuple[int, ...]]:
        names = ("on_hand", "reserved", "allocated", "unavailable")
        query = BALANCES.format(of=of, **{name: each.format(name) for name in names})
        return {(sku, where): tuple(row) for sku, where, *row in self.rows(query)}

    def reservations(self) -> list[Reservation]:
        with Session(self.engine) as session:
            query = sa.select(tables.reservations).order_by(sa.text("order_id, round"))
            found = read(session, Reservation, query)
            return list(found)

    def differences(self) -> tuple[str, ...]:
        with Session(self.engine) as session:
            return queries.audit(session, Audit()).differences

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with self.engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(statement)]

    def change(self, statement: str) -> None:
        """Change something behind inventory's back."""
        with self.engine.begin() as connection:
            connection.exec_driver_sql(statement)

    def clear(self) -> None:
        self.change(f"truncate {EMPTY}")


def new_id() -> str:
    return f"msg-{next(numbers)}"
