"""Keep what edits of an order cost more or less."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Make the change; an order may have a payment for each edit beside its first."""
    for name, kind in (("edit", sa.Integer()), ("raises", sa.Integer()), ("lowered", sa.BigInteger())):
        op.add_column("payments", sa.Column(name, kind, server_default="0", nullable=False))
    op.create_unique_constraint(op.f("uq_payments_order_id_edit"), "payments", ["order_id", "edit"])
    op.drop_constraint(op.f("uq_payments_order_id"), "payments")
    op.create_check_constraint(
        op.f("ck_payments_lowered"), "payments", "0 <= lowered and lowered <= amount"
    )


def downgrade() -> None:
    """Take the change back."""
    op.drop_constraint(op.f("ck_payments_lowered"), "payments")
    op.create_unique_constraint(op.f("uq_payments_order_id"), "payments", ["order_id"])
    op.drop_constraint(op.f("uq_payments_order_id_edit"), "payments")
    for name in ("lowered", "raises", "edit"):
        op.drop_column("payments", name)
