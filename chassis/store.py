"""How is state kept? PostgreSQL tables, plain objects mapped onto them, one session a batch."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import msgspec
import sqlalchemy as sa
from sqlalchemy import event, orm
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapper, Session

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
Instant = sa.DateTime(timezone=True)
T = TypeVar("T")
LOOKED, ADDED, KEPT = "looked", "added", "kept"


def new_metadata() -> sa.MetaData:
    """Make the metadata of a service: the chassis' own tables are in it already."""
    metadata = sa.MetaData(naming_convention=NAMING)
    sa.Table(
        "inbox",
        metadata,
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("at", Instant, nullable=False, index=True),
        sa.Column("reply", sa.Text),
    )
    sa.Table(
        "outbox",
        metadata,
        sa.Column("message_id", sa.Text, primary_key=True),
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), nullable=False, index=True),
        sa.Column("wire", sa.Text, nullable=False),
        sa.Column("correlation_id", sa.Text, nullable=False),
        sa.Column("headers", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("at", Instant, nullable=False, server_default=sa.text("clock_timestamp()")),
    )
    sa.Table(
        "deferred",
        metadata,
        sa.Column("message_id", sa.Text, primary_key=True),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("correlation_id", sa.Text, nullable=False),
        sa.Column("headers", JSONB, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("first_at", Instant, nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
        sa.Column("stack", sa.Text, nullable=False),
        sa.CheckConstraint("state in ('waiting', 'parked')", name="state"),
        sa.Index("ix_deferred_due", "due_at", postgresql_where=sa.text("state = 'waiting'")),
    )
    sa.Table(
        "outside_calls",
        metadata,
        sa.Column("id", sa.Text, primary_key=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False, index=True),
        sa.Column("correlation_id", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("request", JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("done_at", Instant),
        sa.Column("error", sa.Text, nullable=False, server_default=""),
        sa.Column("result", JSONB),
        sa.UniqueConstraint("kind", "key"),
        sa.CheckConstraint("state in ('pending', 'succeeded', 'refused', 'failed')", name="state"),
        sa.Index("ix_outside_calls_due", "due_at", postgresql_where=sa.text("state = 'pending'")),
    )
    return metadata


def new_engine(url: str, pool: int = 10) -> sa.Engine:
    """Make an engine whose writes go out in pages and whose connections are checked when taken."""
    return sa.create_engine(
        url,
        pool_size=pool,
        max_overflow=pool,
        pool_pre_ping=False,
        pool_recycle=1800,
        hide_parameters=True,  # errors are logged, and parameters are names and addresses
        json_serializer=lambda value: msgspec.json.encode(value).decode(),
        json_deserializer=msgspec.json.decode,
        executemany_mode="values_plus_batch",
        connect_args={"connect_timeout": 5, "options": "-c timezone=utc -c lock_timeout=10s"},
    )


def load_locked(session: Session, cls: type[T], keys: Iterable[Any], *, by: Any = None) -> list[T]:
    """Load and lock the objects with these keys in the order of the primary key.

    `by` names another column (or tuple of columns) that the keys are of; then several objects may
    belong to one key. Afterwards `locked` knows of each key by primary key whether it exists.
    """
    wanted = sorted(set(keys))
    if not wanted:
        return []
    primary = orm.class_mapper(cls).primary_key
    column = by if by is not None else (primary[0] if len(primary) == 1 else sa.tuple_(*primary))
    query = sa.select(cls).where(column.in_(wanted)).order_by(*primary).with_for_update()
    found = list(session.scalars(query))
    if by is None:
        looked: set[Any] = session.info.setdefault(LOOKED, set())
        looked.update((cls, key) for key in wanted)
    session.info.setdefault(KEPT, []).append(found)
    return found


def add(session: Session, thing: object) -> None:
    """Keep a new object; `locked` finds it before it is written."""
    mapper = orm.object_mapper(thing)
    key = mapper.primary_key_from_instance(thing)
    session.info.setdefault(ADDED, {})[type(thing), key[0] if len(key) == 1 else tuple(key)] = thing
    session.add(thing)


def locked(session: Session, cls: type[T], key: Any) -> T | None:
    """Find an object by primary key: as added, as loaded, or by a query that locks it."""
    if (added := session.info.get(ADDED)) and (thing := added.get((cls, key))) is not None:
        return thing  # type: ignore[no-any-return]
    identity = orm.util.identity_key(cls, key)
    if (thing := session.identity_map.get(identity)) is not None:
        return thing  # type: ignore[return-value]
    if (looked := session.info.get(LOOKED)) and (cls, key) in looked:
        return None
    found = load_locked(session, cls, [key])
    return found[0] if found else None


def insert_rows(session: Session, table: sa.Table, rows: Sequence[dict[str, Any]]) -> None:
    """Append rows to a table in few statements; for histories and ledgers."""
    if rows:
        session.execute(sa.insert(table), list(rows))


@event.listens_for(Mapper, "before_update")
def _raise_version(mapper: Any, _connection: object, thing: Any) -> None:
    """Count the changes of everything that keeps a version, for ETags."""
    if "version" in mapper.columns and orm.attributes.instance_state(thing).modified:
        session = orm.object_session(thing)
        if session is not None and session.is_modified(thing, include_collections=False):
            thing.version += 1


class Packed(sa.TypeDecorator[Any]):
    """A frozen struct, or a tuple of them, kept as JSONB and read back as what it was."""

    impl = JSONB
    cache_ok = True

    def __init__(self, kept: Any) -> None:
        super().__init__()
        self.kept = kept

    def process_bind_param(self, value: Any, _dialect: sa.Dialect) -> Any:
        """Take apart what is to be kept."""
        return None if value is None else msgspec.to_builtins(value)

    def process_result_value(self, value: Any, _dialect: sa.Dialect) -> Any:
        """Put together what was kept."""
        return None if value is None else msgspec.convert(value, self.kept)
