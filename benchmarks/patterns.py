"""Which rows does an order leave in all databases, and what in them is its own?

The rows are those that were not there before the order and are there after it. They are kept as
PostgreSQL's COPY writes them, cut where something is to be replaced: ids, times, and the values
that `fates` made unmistakable. So any table that a service has is known, without naming it.
"""

import io
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa

from benchmarks import fates
from benchmarks.fates import Made
from chassis.ids import ALPHABET
from local.supervisor import WITH_DATABASE, System

PASSING = frozenset({"alembic_version", "outbox", "deferred", "order_search"})
TABLES = sa.text(
    "select n.nspname, c.relname, array_agg(a.attname order by a.attnum)"
    " filter (where a.attidentity = '' and a.attgenerated = ''),"
    " (select array_agg(k.attname) from pg_index i join pg_attribute k on k.attrelid = c.oid"
    "   and k.attnum = any(i.indkey) where i.indrelid = c.oid and i.indisprimary)"
    " from pg_class c join pg_namespace n on n.oid = c.relnamespace"
    " join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped"
    " where c.relkind = 'r' and n.nspname in ('public', 'sandbox')"
    " group by n.nspname, c.relname, c.oid order by 1, 2"
)
ID = r"(?<![A-Za-z0-9])(?P<id>[a-z]{2,6}_[0-9A-HJKMNP-TV-Z]{26})(?![0-9A-Za-z])"
HEX = r"(?<![0-9A-Za-z])(?P<hex>[0-9a-f]{32,64})(?![0-9A-Za-z])"
TIME = r"(?P<day>\d{4}-\d\d-\d\d)(?P<gap>[ T])(?P<clock>\d\d:\d\d:\d\d)"
FRESH_HEX, FRESH_ID = 12, 7
Slot = tuple[str, int]


@dataclass(frozen=True)
class Table:
    """A table as far as COPY must know it."""

    service: str
    schema: str
    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]

    @property
    def path(self) -> str:
        """Its name with its schema."""
        return f'{self.schema}."{self.name}"'


@dataclass(frozen=True)
class Block:
    """The rows that an order leaves in one table: fixed texts, with slots between."""

    table: Table
    rows: int
    texts: tuple[str, ...]
    slots: tuple[Slot, ...]


@dataclass
class Pattern:
    """An order's rows; times are in seconds after it was placed, `until` how far they reach."""

    made: Made
    placed_at: int
    blocks: list[Block] = field(default_factory=list)
    seconds: set[int] = field(default_factory=set)


class Watch:
    """Looks which rows are new in all databases of a system."""

    def __init__(self, system: System) -> None:
        self._engines = {s: sa.create_engine(system.database_url(s)) for s in WITH_DATABASE}
        self._tables = [table for s in WITH_DATABASE for table in self._of(s)]
        self._known: dict[Table, set[Any]] = {}
        self._ids: set[str] = set()
        self.new_rows()

    def new_rows(self) -> Iterator[tuple[Table, list[str]]]:
        """The rows that came since it was asked before, as COPY writes them."""
        found = []
        for table in self._tables:
            with self._engines[table.service].begin() as connection:
                keys = ", ".join(f'"{column}"' for column in table.key)
                at = connection.exec_driver_sql(f"select ctid::text, {keys} from {table.path}")  # noqa: S608
                places = {tuple(row[1:]): row[0] for row in at}
                new = places.keys() - self._known.get(table, set())
                self._known[table] = set(places)
                if new:
                    found.append((table, _copied(connection, table, [places[k] for k in new])))
        return iter(found)

    def pattern(self, made: Made) -> Pattern:
        """Make a pattern of the rows that came with an order."""
        new = list(self.new_rows())
        ids = {m["id"] for _, rows in new for row in rows for m in re.finditer(ID, row)}
        own, self._ids = ids - self._ids, self._ids | ids
        orders = [row for table, rows in new if table.name == "orders" for row in rows]
        order_id = next(m["id"] for m in re.finditer(ID, orders[0]))
        pattern = Pattern(made, _second_of_id(order_id))
        for table, rows in new:
            cut = _Cut(made, own, pattern)
            mine = [row for row in rows if cut.is_own(row)]
            if mine:
                pattern.blocks.append(cut.block(table, mine))
        return pattern

    def close(self) -> None:
        """Let go of the databases."""
        for engine in self._engines.values():
            engine.dispose()

    def _of(self, service: str) -> Iterator[Table]:
        with self._engines[service].connect() as connection:
            for schema, name, columns, key in connection.execute(TABLES):
                if name not in PASSING:
                    yield Table(service, schema, name, tuple(columns), tuple(key))


class _Cut:
    """Cuts rows at what is an order's own."""

    def __init__(self, made: Made, own: set[str], pattern: Pattern) -> None:
        self._own, self._pattern = own, pattern
        values: dict[str, Slot] = {
            made.external: ("external", 0), fates.NAME: ("name", 0), fates.EMAIL: ("email", 0),
            fates.PHONE: ("phone", 0), fates.POSTCODE: ("postcode", 0), fates.TAG: ("tag", 0),
            fates.CHANNEL: ("channel", 0), str(made.number): ("number", 0),
        }  # fmt: skip
        values |= {sku: ("sku", i) for i, sku in enumerate(made.skus)}
        values |= {number: ("tracking", i) for i, number in enumerate(made.tracking)}
        self._values = values
        named = "|".join(sorted(map(re.escape, values), key=len, reverse=True))
        self._find = re.compile(rf"{ID}|{HEX}|{TIME}|(?<!\d)(?P<value>{named})(?!\d)")

    def is_own(self, row: str) -> bool:
        """Tell whether a row is of this order, and not shared by all."""
        return any(m["id"] in self._own or m["hex"] for m in self._find.finditer(row))

    def block(self, table: Table, rows: Sequence[str]) -> Block:
        """Cut the rows of one table."""
        text, texts, slots, end = "\n".join(rows) + "\n", [], [], 0
        for m in self._find.finditer(text):
            for start, stop, slot in self._slots(m):
                texts.append(text[end:start])
                slots.append(slot)
                end = stop
        return Block(table, len(rows), (*texts, text[end:]), tuple(slots))

    def _slots(self, m: re.Match[str]) -> Iterator[tuple[int, int, Slot]]:
        if m["id"]:
            if m["id"] in self._own:
                start, stop = m.span("id")
                second = self._after(_second_of_id(m["id"]))
                yield stop - 26, stop - 16, ("id time", second)
                yield stop - FRESH_ID, stop, ("id end", 0)
        elif m["hex"]:
            start = m.start("hex")
            yield start, start + FRESH_HEX, ("hex", 0)
        elif m["day"]:
            second = int(datetime.fromisoformat(f"{m['day']}T{m['clock']}+00:00").timestamp())
            yield *m.span("day"), ("day", self._after(second))
            yield *m.span("clock"), ("clock", self._after(second))
        else:
            yield *m.span("value"), self._values[m["value"]]

    def _after(self, second: int) -> int:
        after = second - self._pattern.placed_at
        self._pattern.seconds.add(after)
        return after


def rows_by_table(patterns: Sequence[Pattern]) -> Mapping[str, float]:
    """How many rows a thousand orders of these fates leave in each table, an order each."""
    whole = sum(pattern.made.share for pattern in patterns)
    found: dict[str, float] = {}
    for pattern in patterns:
        for block in pattern.blocks:
            name = f"{block.table.service}.{block.table.name}"
            found[name] = found.get(name, 0.0) + block.rows * pattern.made.share / whole
    return {name: round(rows, 2) for name, rows in sorted(found.items())}


def _copied(connection: sa.Connection, table: Table, places: Sequence[str]) -> list[str]:
    columns = ", ".join(f'"{column}"' for column in table.columns)
    wanted = ", ".join(f"'{place}'::tid" for place in places)
    out = io.StringIO()
    with closing(connection.connection.cursor()) as cursor:
        cursor.execute("set timezone = 'UTC'")
        query = f"select {columns} from {table.path} where ctid = any(array[{wanted}])"  # noqa: S608
        cursor.copy_expert(f"copy ({query}) to stdout", out)
    return out.getvalue().splitlines()


def _second_of_id(identity: str) -> int:
    milliseconds = 0
    for digit in identity[-26:-16]:
        milliseconds = milliseconds * 32 + ALPHABET.index(digit)
    return milliseconds // 1000


def now() -> int:
    """The second that it is."""
    return int(datetime.now(UTC).timestamp())
