"""Where is state kept? In PostgreSQL: the tables that every service has, and its engine."""

from typing import Any

import msgspec
import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from chassis import tracing
from chassis.retention import kept

NAMING = {
    "ix": "ix_%(column_0_label)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s",
    "pk": "pk_%(table_name)s",
}
Instant = sa.DateTime(timezone=True)


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
        info=kept(
            "calls_kept_days", "call_", at="done_at", only="state in ('succeeded', 'refused')"
        ),
    )
    return metadata


def new_engine(url: str, pool: int = 10, *, at_once: bool = False) -> sa.Engine:
    """Make an engine whose writes go out in pages; `at_once` commits each statement by itself."""
    engine = sa.create_engine(
        url,
        pool_size=pool,
        max_overflow=pool,
        pool_pre_ping=False,
        isolation_level="AUTOCOMMIT" if at_once else None,
        pool_recycle=1800,
        hide_parameters=True,  # errors are logged, and parameters are names and addresses
        json_serializer=lambda value: msgspec.json.encode(value).decode(),
        json_deserializer=msgspec.json.decode,
        executemany_mode="values_plus_batch",
        connect_args={"connect_timeout": 5, "options": "-c timezone=utc -c lock_timeout=10s"},
    )
    tracing.watch(engine)
    return engine


class Packed(sa.TypeDecorator[Any]):
    """A frozen struct, or a tuple of them, kept as JSONB and read back as what it was."""

    impl = JSONB
    cache_ok = True

    def __init__(self, kept: Any) -> None:
        super().__init__()
        self.kept = kept
        self.decode = msgspec.json.Decoder(kept).decode

    def process_bind_param(self, value: Any, _dialect: sa.Dialect) -> Any:
        """Take apart what is to be kept."""
        return None if value is None else msgspec.to_builtins(value)

    def process_result_value(self, value: Any, _dialect: sa.Dialect) -> Any:
        """Put together what was kept."""
        return None if value is None else msgspec.convert(value, self.kept)
