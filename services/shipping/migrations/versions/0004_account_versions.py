"""Versions of carrier accounts."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the change."""
    version = sa.Column("version", sa.Integer(), server_default="1", nullable=False)
    op.add_column("carrier_accounts", version)


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("carrier_accounts", "version")
