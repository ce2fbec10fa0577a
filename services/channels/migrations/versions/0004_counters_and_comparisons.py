"""Keep counter sales, what shops say when they are asked, and by what listings may be known."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the change."""
    op.add_column("inbound_orders", sa.Column("sale", JSONB(), nullable=True))
    op.add_column("inbound_orders", sa.Column("seen", JSONB(), nullable=True))
    for name in ("asking", "missed"):
        flag = sa.Column(name, sa.Boolean(), nullable=False, server_default="false")
        op.add_column("inbound_orders", flag)
    op.create_index(
        "ix_inbound_orders_missed",
        "inbound_orders",
        ["channel", "received_at"],
        postgresql_where=sa.text("missed"),
    )
    op.add_column("pulls", sa.Column("reconciled_at", sa.DateTime(timezone=True), nullable=True))
    op.add_column("skus", sa.Column("name", sa.Text(), nullable=False, server_default=""))
    op.add_column("skus", sa.Column("barcodes", JSONB(), nullable=False, server_default="[]"))
    op.add_column("skus", sa.Column("plain", sa.Text(), nullable=False, server_default=""))
    op.execute("update skus set plain = lower(regexp_replace(sku, '[^A-Za-z0-9]', '', 'g'))")
    op.create_index("ix_skus_plain", "skus", ["plain"], postgresql_ops={"plain": "text_pattern_ops"})
    op.create_index("ix_skus_barcodes", "skus", ["barcodes"], postgresql_using="gin")


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_skus_barcodes", table_name="skus")
    op.drop_index("ix_skus_plain", table_name="skus")
    op.drop_column("skus", "plain")
    op.drop_column("skus", "barcodes")
    op.drop_column("skus", "name")
    op.drop_column("pulls", "reconciled_at")
    op.drop_index("ix_inbound_orders_missed", table_name="inbound_orders")
    for name in ("missed", "asking", "seen", "sale"):
        op.drop_column("inbound_orders", name)
