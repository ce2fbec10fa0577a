"""How do many rows become one statement? Each column's values as one array, unnested again."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import Session

from chassis.store import Packed
from chassis.writing import write

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]
_encode = msgspec.json.Encoder().encode


class Column:
    """How one column's values go into an array parameter and come out of a row."""

    def __init__(self, column: sa.Column[Any]) -> None:
        self.name = column.name
        self.quoted = DIALECT.identifier_preparer.quote(column.name)
        self.encode: Callable[[Any], Any] | None = None
        self.decode: Callable[[Any], Any] | None = None
        kind = column.type
        sql = kind.compile(DIALECT)
        self.array, self.cast, self.read = sql, "", self.quoted
        if isinstance(kind, Packed | postgresql.JSONB):
            decode = kind.decode if isinstance(kind, Packed) else msgspec.json.decode
            self.array, self.cast, self.read = "text", "::jsonb", f"{self.quoted}::text"
            self.encode = lambda value: None if value is None else _encode(value).decode()
            self.decode = lambda text: None if text is None else decode(text)
        elif isinstance(kind, sa.Enum) and kind.enum_class:
            self.array, self.decode = "text", kind.enum_class
            self.encode = lambda member: member.value
        elif isinstance(kind, sa.ARRAY):
            self.array, self.cast, self.encode = "text", f"::{sql}", _array_literal

    def values(self, given: Iterable[Any]) -> list[Any]:
        """Make the array parameter of these values."""
        return [self.encode(value) for value in given] if self.encode else list(given)


_inserts: dict[tuple[sa.Table, tuple[str, ...]], tuple[list[Column], str]] = {}


def insert_columns(
    session: Session, table: sa.Table, names: tuple[str, ...], values: Sequence[Iterable[Any]]
) -> None:
    """Append rows that come column by column."""
    if (table, names) not in _inserts:
        columns = [Column(table.columns[name]) for name in names]
        made = ", ".join(f"v{i}{column.cast}" for i, column in enumerate(columns))
        arrays = ", ".join(f"%s::{column.array}[]" for column in columns)
        _inserts[table, names] = (
            columns,
            (
                f"insert into {table.name} ({', '.join(c.quoted for c in columns)})"  # noqa: S608
                f" select {made} from unnest({arrays})"
                f" as u({', '.join(f'v{i}' for i in range(len(columns)))})"
            ),
        )
    columns, statement = _inserts[table, names]
    parameters = tuple(c.values(v) for c, v in zip(columns, values, strict=True))
    write(session, statement, parameters)


def _array_literal(values: Iterable[str] | None) -> str | None:
    if values is None:
        return None
    escaped = (value.replace("\\", "\\\\").replace('"', '\\"') for value in values)
    return "{" + ",".join(f'"{value}"' for value in escaped) + "}"
