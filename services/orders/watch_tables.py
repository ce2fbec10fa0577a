"""What does the watchdog keep? Its exceptions, and how far it has come in its round."""

import sqlalchemy as sa

from chassis.store import Instant


def watch_tables(metadata: sa.MetaData) -> tuple[sa.Table, sa.Table]:
    """Add the tables of the watchdog, and the index that leads it to open orders."""
    sa.Index(
        "ix_orders_open",
        metadata.tables["orders"].c.order_id,
        postgresql_where=sa.text("state in ('pending', 'confirmed')"),
    )
    exceptions = sa.Table(
        "order_exceptions",
        metadata,
        sa.Column("exception_id", sa.Text, primary_key=True),
        sa.Column("order_id", sa.Text, nullable=False, index=True),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("subject", sa.Text, nullable=False),
        sa.Column("step", sa.Text, nullable=False),
        sa.Column("since", Instant, nullable=False),
        sa.Column("problem", sa.Text, nullable=False),
        # by the database's own clock: a second look is later however other clocks jump
        sa.Column("found_at", Instant, nullable=False, server_default=sa.text("clock_timestamp()")),
        sa.Column("told_at", Instant),
    )
    rounds = sa.Table(
        "watch_rounds",
        metadata,
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("orders_after", sa.Text, nullable=False),
        sa.Column("exceptions_after", sa.Text, nullable=False),
    )
    return exceptions, rounds
