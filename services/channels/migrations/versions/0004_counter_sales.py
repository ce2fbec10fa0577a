"""Keep what was sold over a counter until its listings are known."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the change."""
    op.add_column("inbound_orders", sa.Column("sale", JSONB(), nullable=True))


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("inbound_orders", "sale")
