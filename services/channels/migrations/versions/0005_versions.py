"""Versions of connections and listings."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
VERSIONED = ("connections", "listings")


def upgrade() -> None:
    """Make the change."""
    for table in VERSIONED:
        op.add_column(table, sa.Column("version", sa.Integer(), server_default="1", nullable=False))


def downgrade() -> None:
    """Take the change back."""
    for table in VERSIONED:
        op.drop_column(table, "version")
