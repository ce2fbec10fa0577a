"""Versions of warehouses, bins and cartons."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
VERSIONED = ("warehouses", "bins", "cartons")


def upgrade() -> None:
    """Make the change."""
    for table in VERSIONED:
        op.add_column(table, sa.Column("version", sa.Integer(), server_default="1", nullable=False))


def downgrade() -> None:
    """Take the change back."""
    for table in VERSIONED:
        op.drop_column(table, "version")
