"""What does a service forget, and when? Rows of tables that only grow, when nobody needs them.

A table says so itself: `sa.Table(…, info=kept("steps_kept_days"))`; the setting tells for how many
days, 0 is for ever. Its primary key must be in order of time: a number that counts, or ids (ULIDs)
behind a prefix. So what is old is found at the key's beginning, without an index on the time, in
pages of some thousand rows. Each is a transaction of its own, and between two of them is a rest
three times as long as the page took: whatever else is to be done goes on meanwhile.
"""

import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from chassis.ids import first_of

PAGE = 2_000
REST = 3
KEPT = "kept"
ALONE = sa.text("select pg_try_advisory_xact_lock(hashtextextended(:name, 0))")


@dataclass(frozen=True, slots=True)
class Kept:
    """How long the rows of a table are kept.

    `setting` names the setting with the days. `starts` are what keys begin with that go on with a
    ULID; without them the key is a number. `at` is the column with the time that counts, and only
    rows that fulfill the condition `only` are forgotten.
    """

    setting: str
    starts: tuple[str, ...] = ()
    at: str = "at"
    only: str = "true"


def kept(setting: str, *starts: str, at: str = "at", only: str = "true") -> dict[str, Any]:
    """Say how long the rows of a table are kept: its `info`."""
    return {KEPT: Kept(setting, starts, at, only)}


def rules(metadata: sa.MetaData) -> Iterator[tuple[sa.Table, Kept]]:
    """All tables of which something is forgotten."""
    for table in metadata.sorted_tables:
        if rule := table.info.get(KEPT):
            yield table, rule


def forget(
    engine: sa.Engine,
    table: sa.Table,
    rule: Kept,
    before: datetime,
    rest: Callable[[float], Any] = time.sleep,
) -> Iterator[int]:
    """Delete what is older, page by page; yields how many rows went with each page."""
    ranges: list[tuple[str | None, str | None]] = [
        (start, start + first_of(before)) for start in rule.starts
    ]
    for low, high in ranges or [(None, None)]:
        last: Any = None
        while True:
            began = time.monotonic()
            with engine.begin() as connection:
                if not connection.scalar(ALONE, {"name": f"forget {table.name}"}):
                    return  # another replica is at it
                page = _Page(table, rule, low, high, last)
                last, gone = page.delete(connection, before)
            yield gone
            # numbers have no upper end: where a page was not all old, what follows is younger
            if last is None or (high is None and gone < PAGE):
                break
            rest(REST * (time.monotonic() - began))


def in_turn(tables: Iterable[Iterator[int]]) -> Iterator[int]:
    """Take a page of each table in turn: none waits until another with years of rows is done."""
    waiting = deque(tables)
    while waiting:
        pages = waiting.popleft()
        if (gone := next(pages, None)) is not None:
            waiting.append(pages)
            yield gone


class _Page:
    """The rows behind the last of the page before, as many as a page holds."""

    def __init__(self, table: sa.Table, rule: Kept, low: Any, high: Any, last: Any) -> None:
        self._table, self._rule = table, rule
        self._keys = list(table.primary_key.columns)
        self._key = self._keys[0] if len(self._keys) == 1 else sa.tuple_(*self._keys)
        self._within: list[Any] = []
        if high is not None:
            self._within = [self._keys[0] >= low, self._keys[0] < high]
        if last is not None:
            self._within.append(self._key > self._value(last))

    def delete(self, connection: sa.Connection, before: datetime) -> tuple[Any, int]:
        """Delete what is old in it; return its last key, if a whole page was there, and how many.

        A page is what lies between two keys, so it is deleted by a range and not by a list.
        """
        query = sa.select(*self._keys).where(*self._within).order_by(*self._keys)
        last = connection.execute(query.offset(PAGE - 1).limit(1)).first()
        old: list[Any] = [self._table.c[self._rule.at] < before, sa.text(self._rule.only)]
        if last is not None:
            old.append(self._key <= self._value(last))
        gone = connection.execute(sa.delete(self._table).where(*self._within, *old))
        return last, gone.rowcount

    def _value(self, row: Any) -> Any:
        values = [sa.literal(value) for value in row]
        return values[0] if len(values) == 1 else sa.tuple_(*values)
