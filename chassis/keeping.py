"""How do plain objects live in tables? Loaded by one statement, written back by one.

`keep(Order, orders)` says that an object's attributes are its table's columns. A batch loads and
locks what it will touch, changes attributes, and at the commit everything new or changed is
written: one insert and one update for each table, from arrays, whatever the size of the batch.
Attributes are replaced, never changed in place: what is compared is the value that was loaded.

It does not follow relations and does not delete. An object with a `version` counts its changes.
"""

from collections.abc import Callable, Iterable, Sequence
from operator import attrgetter
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.columns import Column, insert_columns
from chassis.writing import at_end, write

T = TypeVar("T")
SHELF = "shelf"


class Keeper:
    """What is known of one class: its table, its statements, how rows become objects."""

    def __init__(self, cls: type, table: sa.Table, without: Iterable[str] = ()) -> None:
        self.cls, self.table = cls, table
        self.columns = [Column(c) for c in table.columns if c.name not in without]
        self.names = tuple(column.name for column in self.columns)
        self.key_names = tuple(column.name for column in table.primary_key.columns)
        self.versioned = "version" in self.names
        self.snapshot = attrgetter(*self.names)
        self.key_of: Callable[[Any], Any] = attrgetter(*self.key_names)
        self._decoders = [(i, c.decode) for i, c in enumerate(self.columns) if c.decode]
        self._updates: dict[tuple[int, ...], str] = {}
        self.selected = ", ".join(c.read for c in self.columns)
        self.order = ", ".join(self._quoted(self.key_names))

    def _quoted(self, names: Iterable[str]) -> list[str]:
        by_name = {c.name: c.quoted for c in self.columns}
        return [by_name[name] for name in names]

    def decoded(self, row: Sequence[Any]) -> tuple[Any, ...]:
        """Turn what `selected` brought into attribute values."""
        values = list(row)
        for i, decode in self._decoders:
            values[i] = decode(values[i])
        return tuple(values)

    def made(self, values: Sequence[Any]) -> Any:
        """Make an object of attribute values, past its constructor."""
        thing: Any = object.__new__(self.cls)
        thing.__dict__.update(zip(self.names, values, strict=True))
        return thing

    def locking(self, by: Sequence[str]) -> str:
        """The statement that loads and locks by columns, in the order of the primary key."""
        kinds = {c.name: c.array for c in self.columns}
        if len(by) == 1:
            which = f"{self._quoted(by)[0]} = any(%s::{kinds[by[0]]}[])"
        else:
            arrays = ", ".join(f"%s::{kinds[name]}[]" for name in by)
            columns = ", ".join(self._quoted(by))
            which = f"({columns}) in (select * from unnest({arrays}))"  # noqa: S608 - own names
        return (
            f"select {self.selected} from {self.table.name} where {which}"  # noqa: S608 - own names
            f" order by {self.order} for update"
        )

    def update(self, changed: tuple[int, ...]) -> str:
        """The statement that writes these columns of several rows."""
        if changed not in self._updates:
            columns = [self.columns[i] for i in changed]
            keys = [c for name in self.key_names for c in self.columns if c.name == name]
            names = [*(f"k{i}" for i in range(len(keys))), *(f"v{i}" for i in range(len(columns)))]
            sets = ", ".join(f"{c.quoted} = u.v{i}{c.cast}" for i, c in enumerate(columns))
            arrays = ", ".join(f"%s::{c.array}[]" for c in (*keys, *columns))
            same = " and ".join(f"t.{c.quoted} = u.k{i}" for i, c in enumerate(keys))
            # a row that is gone was not locked, a bug: then the cast fails, with this as its reason
            missed = f"%s || ' rows of {self.table.name} wanted, ' || count(*) || ' hit'"
            self._updates[changed] = (
                f"with hit as (update {self.table.name} t set {sets}"  # noqa: S608 - own names
                f" from unnest({arrays}) as u({', '.join(names)}) where {same} returning 1)"
                f" select case when count(*) <> %s then ({missed})::int end from hit"
            )
        return self._updates[changed]


KEEPERS: dict[type, Keeper] = {}


def keep(cls: type, table: sa.Table, *, without: Iterable[str] = ()) -> None:
    """Say that objects of a class live in a table; in the order in which tables are written."""
    KEEPERS[cls] = Keeper(cls, table, without)


class Shelf:
    """The objects of one transaction: as they were loaded, and those that are new."""

    def __init__(self, transaction: Any = None) -> None:
        self.transaction = transaction
        self.known: dict[tuple[type, Any], Any] = {}
        self.loaded: dict[type, dict[Any, tuple[Any, tuple[Any, ...]]]] = {}
        self.new: dict[type, list[Any]] = {}
        self.looked: set[tuple[type, Any]] = set()

    def put(self, keeper: Keeper, values: tuple[Any, ...]) -> Any:
        """Take a row in; an object that is here already stays what it has become."""
        thing = keeper.made(values)
        key = keeper.key_of(thing)
        if (known := self.known.get((keeper.cls, key))) is not None:
            return known
        self.known[keeper.cls, key] = thing
        self.loaded.setdefault(keeper.cls, {})[key] = (thing, values)
        return thing


def shelf_of(session: Session) -> Shelf:
    """The shelf of a session's transaction; what is on it is written before the commit."""
    session.connection()  # begins a transaction where there is none
    shelf: Shelf | None = session.info.get(SHELF)
    if shelf is None or shelf.transaction is not session.get_transaction():
        shelf = session.info[SHELF] = Shelf(session.get_transaction())
        at_end(session, flush)
    return shelf


def load_locked(
    session: Session, cls: type[T], keys: Iterable[Any], *, by: tuple[str, ...] = ()
) -> list[T]:
    """Load and lock the objects with these keys in the order of the primary key.

    `by` names other columns that the keys are of; then several objects may belong to one key.
    Afterwards `locked` knows of each key by primary key whether it exists.
    """
    wanted = sorted(set(keys))
    if not wanted:
        return []
    keeper, shelf = KEEPERS[cls], shelf_of(session)
    names = by or keeper.key_names
    arrays = (wanted,) if len(names) == 1 else tuple(list(part) for part in zip(*wanted))  # noqa: B905
    rows = session.connection().exec_driver_sql(keeper.locking(names), arrays)
    found = [shelf.put(keeper, keeper.decoded(row)) for row in rows]
    if not by:
        shelf.looked.update((cls, key) for key in wanted)
    return found


def add(session: Session, *things: object) -> None:
    """Keep new objects, so that `locked` finds them before they are written; known ones stay."""
    shelf = shelf_of(session)
    for thing in things:
        cls = type(thing)
        key = (cls, KEEPERS[cls].key_of(thing))
        if shelf.known.get(key) is not thing:
            shelf.known[key] = thing
            shelf.new.setdefault(cls, []).append(thing)


def locked(session: Session, cls: type[T], key: Any) -> T | None:
    """Find an object by primary key: as added, as loaded, or by a query that locks it."""
    shelf = shelf_of(session)
    if (thing := shelf.known.get((cls, key))) is not None:
        return thing  # type: ignore[no-any-return]
    if (cls, key) in shelf.looked:
        return None
    found = load_locked(session, cls, [key])
    return found[0] if found else None


def take(session: Session, cls: type[T], query: sa.Select[Any]) -> list[T]:
    """Load what a query of the class's table finds (and locks, if it says so) to be changed."""
    flush(session)
    keeper, shelf = KEEPERS[cls], shelf_of(session)
    rows = session.execute(_of_all(keeper, query))
    return [shelf.put(keeper, tuple(row)) for row in rows]


def read(session: Session, cls: type[T], query: sa.Select[Any]) -> list[T]:
    """Find what a query of the class's table finds, only to be looked at."""
    keeper = KEEPERS[cls]
    rows = session.execute(_of_all(keeper, query))
    return [keeper.made(row) for row in rows]


def read_one(session: Session, cls: type[T], key: Any) -> T | None:
    """Find an object by primary key, only to be looked at."""
    keeper = KEEPERS[cls]
    parts = key if isinstance(key, tuple) else (key,)
    primary = zip(keeper.table.primary_key.columns, parts, strict=True)
    query = sa.select(keeper.table).where(*(column == part for column, part in primary))
    found = read(session, cls, query)
    return found[0] if found else None


def flush(session: Session) -> None:
    """Write what is new and what has changed."""
    shelf: Shelf | None = session.info.get(SHELF)
    if shelf is None or shelf.transaction is not session.get_transaction():
        return
    for cls, keeper in KEEPERS.items():
        if new := shelf.new.pop(cls, None):
            _insert(session, keeper, new)
            kept = shelf.loaded.setdefault(cls, {})
            for thing in new:
                kept[keeper.key_of(thing)] = (thing, keeper.snapshot(thing))
        elif cls not in shelf.loaded:
            continue
        _update(session, keeper, shelf.loaded[cls])


def _insert(session: Session, keeper: Keeper, things: Sequence[Any]) -> None:
    rows = [keeper.snapshot(thing) for thing in things]
    insert_columns(session, keeper.table, keeper.names, list(zip(*rows, strict=True)))


def _update(
    session: Session, keeper: Keeper, loaded: dict[Any, tuple[Any, tuple[Any, ...]]]
) -> None:
    changed: list[tuple[Any, Any, tuple[Any, ...]]] = []
    where: set[int] = set()
    for key, (thing, before) in loaded.items():
        now = keeper.snapshot(thing)
        if now == before:
            continue
        if keeper.versioned:
            thing.version += 1
            now = keeper.snapshot(thing)
        where.update(i for i, value in enumerate(now) if value != before[i])
        changed.append((key, thing, now))
    if not changed:
        return
    columns = tuple(sorted(where))
    single = len(keeper.key_names) == 1
    keys = [[key] if single else list(key) for key, _, _ in changed]
    arrays = [list(part) for part in zip(*keys, strict=True)]
    arrays += [keeper.columns[i].values(now[i] for _, _, now in changed) for i in columns]
    write(session, keeper.update(columns), [*arrays, len(changed), len(changed)])
    for key, thing, now in changed:
        loaded[key] = (thing, now)


def insert_rows(session: Session, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Append rows, all with the same keys, to a table in one statement; for histories, ledgers."""
    if rows:
        flush(session)  # the objects that they belong to come first
        names = tuple(rows[0])
        insert_columns(session, table, names, [[row[name] for row in rows] for name in names])


def _of_all(keeper: Keeper, query: sa.Select[Any]) -> sa.Select[Any]:
    """Let a query bring what an object is made of; the table is its own: tests have several."""
    columns = {column.key: column for column in query.selected_columns}
    return query.with_only_columns(*(columns[name] for name in keeper.names))
