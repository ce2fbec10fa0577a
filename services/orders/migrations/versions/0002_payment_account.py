"""Name the account at a payment provider."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the change."""
    op.add_column(
        "orders", sa.Column("payment_account", sa.Text(), server_default="", nullable=False)
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("orders", "payment_account")
