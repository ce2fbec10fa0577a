"""Keep what providers call what was done, disputes, and how often a customer was asked."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the change."""
    op.add_column(
        "payments", sa.Column("again", sa.Integer(), server_default="0", nullable=False)
    )
    op.create_table(
        "provider_references",
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("authorization_key", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("account", "key", name=op.f("pk_provider_references")),
    )
    op.create_index(
        "ix_provider_references_reference", "provider_references", ["account", "reference"]
    )
    op.create_index(
        "ix_provider_references_authorization",
        "provider_references",
        ["account", "authorization_key"],
    )
    op.create_table(
        "disputes",
        sa.Column("payment_id", sa.Text(), nullable=False),
        sa.Column("dispute_id", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("respond_by", sa.DateTime(timezone=True), nullable=True),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("seen", sa.Boolean(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("payment_id", "dispute_id", name=op.f("pk_disputes")),
    )
    op.create_index(
        "ix_disputes_open",
        "disputes",
        ["opened_at"],
        postgresql_where=sa.text("status = 'open' and not seen"),
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_table("disputes")
    op.drop_table("provider_references")
    op.drop_column("payments", "again")
