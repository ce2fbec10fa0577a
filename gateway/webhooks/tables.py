"""What is kept of webhooks? Who wants them, the events, and a delivery of each to each.

A lane is what waits for one subscription about one subject: it says when its first delivery is
tried. It is there while anything waits, and whoever sends from it, or adds to it, locks it: so the
events about an order go out one after the other, in the order in which they came.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from chassis.retention import kept
from chassis.sealing import Sealed
from chassis.store import Instant

KEPT = "webhooks_kept_days"


def add_to(metadata: sa.MetaData) -> None:
    """Add these tables to the gateway's."""
    _subscriptions(metadata)
    _events(metadata)
    _deliveries(metadata)


def _subscriptions(metadata: sa.MetaData) -> None:
    sa.Table(
        "webhook_subscriptions",
        metadata,
        _text("subscription_id", primary_key=True),
        _text("url"),
        sa.Column("events", JSONB, nullable=False),
        _text("description"),
        _text("state"),
        _text("why"),
        sa.Column("secret", Sealed, nullable=False),
        sa.Column("old_secret", Sealed, nullable=False),
        sa.Column("old_secret_until", Instant),
        sa.Column("failing_since", Instant),
        # how far the events were gone through, of one that was paused or is told of them again
        sa.Column("behind", sa.BigInteger),
        sa.Column("again_until", sa.BigInteger, nullable=False, server_default="0"),
        sa.Column("version", sa.Integer, nullable=False, server_default="1"),
        _text("created_by"),
        sa.Column("created_at", Instant, nullable=False),
        sa.CheckConstraint("state in ('active', 'paused')", name="state"),
    )
    sa.Table(
        "webhook_lanes",
        metadata,
        _text("subscription_id", primary_key=True),
        _text("subject", primary_key=True),
        sa.Column("due_at", Instant, nullable=False),
        sa.Column("tries", sa.Integer, nullable=False, server_default="0"),
        sa.Column("since", Instant),
        sa.Index("ix_webhook_lanes_due", "subscription_id", "due_at"),
    )


def _events(metadata: sa.MetaData) -> None:
    sa.Table(
        "webhook_events",
        metadata,
        sa.Column("seq", sa.BigInteger, sa.Identity(always=True), primary_key=True),
        _text("event_id", unique=True),
        _text("type"),
        _text("subject"),
        sa.Column("at", Instant, nullable=False, index=True),
        _text("body"),
        info=kept(KEPT),
    )


def _deliveries(metadata: sa.MetaData) -> None:
    sa.Table(
        "webhook_deliveries",
        metadata,
        _text("delivery_id", primary_key=True),
        _text("subscription_id"),
        sa.Column("seq", sa.BigInteger, nullable=False),
        _text("type"),
        _text("subject"),
        _text("state"),
        sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
        _text("last", server_default=""),
        sa.Column("created_at", Instant, nullable=False),
        sa.Column("done_at", Instant),
        sa.UniqueConstraint("subscription_id", "seq"),
        sa.CheckConstraint("state in ('pending', 'delivered', 'dead')", name="state"),
        sa.Index("ix_webhook_deliveries_list", "subscription_id", "delivery_id"),
        sa.Index("ix_webhook_deliveries_state", "subscription_id", "state", "delivery_id"),
        sa.Index(
            "ix_webhook_deliveries_next", "subscription_id", "subject", "seq",
            postgresql_where=sa.text("state = 'pending'"),
        ),
        info=kept(KEPT, "whd_", at="created_at"),
    )  # fmt: skip
    sa.Table(
        "webhook_attempts",
        metadata,
        _text("delivery_id", primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", Instant, nullable=False),
        sa.Column("seconds", sa.Float, nullable=False),
        sa.Column("status", sa.Integer),
        _text("answer"),
        _text("error"),
        info=kept(KEPT, "whd_"),
    )


def _text(name: str, **more: Any) -> sa.Column[str]:
    return sa.Column(name, sa.Text, nullable=False, **more)
