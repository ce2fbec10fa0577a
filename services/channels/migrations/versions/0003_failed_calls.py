"""Find the calls that failed without looking at the others."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the change."""
    op.create_index(
        "ix_outside_calls_failed",
        "outside_calls",
        ["done_at"],
        postgresql_where=sa.text("state in ('refused', 'failed')"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_outside_calls_failed", table_name="outside_calls")
