"""Keep accounts at payment providers."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Make the change; what was paid so far was paid with the sandbox."""
    op.create_table(
        "provider_accounts",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("mode", sa.Text(), nullable=False),
        sa.Column("currencies", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("settings", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("secrets", sa.Text(), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("mode in ('test', 'live')", name=op.f("ck_provider_accounts_mode")),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_provider_accounts")),
    )
    op.add_column(
        "payments", sa.Column("account", sa.Text(), server_default="sandbox", nullable=False)
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_column("payments", "account")
    op.drop_table("provider_accounts")
