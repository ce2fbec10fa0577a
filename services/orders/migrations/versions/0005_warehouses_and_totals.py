"""Find orders by the warehouses that send them, and by their totals."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Make the change; orders that were routed before are found as well."""
    op.create_table(
        "order_warehouses",
        sa.Column("warehouse_id", sa.Text(), nullable=False),
        sa.Column("placed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("warehouse_id", "placed_at", "order_id", name="pk_order_warehouses"),
    )
    op.execute(
        "insert into order_warehouses (warehouse_id, placed_at, order_id)"
        " select distinct one ->> 'warehouse_id', placed_at, order_id"
        " from orders cross join lateral jsonb_array_elements(sendings) one"
    )
    op.create_index("ix_orders_total", "orders", ["total"])


def downgrade() -> None:
    """Take the change back."""
    op.drop_index("ix_orders_total", table_name="orders")
    op.drop_table("order_warehouses")
