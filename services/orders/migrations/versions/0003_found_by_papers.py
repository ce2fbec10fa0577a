"""Find orders by their returns and invoices, and by the barcodes of their SKUs."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the change."""
    papers = sa.Column("papers", postgresql.JSONB(), server_default="[]", nullable=False)
    op.add_column("orders", papers)
    op.create_index(
        "ix_skus_barcodes", "skus", [sa.text("(data -> 'barcodes')")], postgresql_using="gin"
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_skus_barcodes", table_name="skus")
    op.drop_column("orders", "papers")
