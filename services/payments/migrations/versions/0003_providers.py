"""Keep what providers call things, disputes, transfers, gift cards, and who was asked again."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Make the change."""
    op.add_column(
        "payments", sa.Column("again", sa.Integer(), server_default="0", nullable=False)
    )
    op.add_column(
        "payments", sa.Column("number", sa.Text(), server_default="", nullable=False)
    )
    op.add_column("payments", sa.Column("name", sa.Text(), server_default="", nullable=False))
    op.create_index(
        "ix_payments_by_transfer",
        "payments",
        ["number"],
        postgresql_where=sa.text("method in ('bank_transfer', 'invoice')"),
    )
    op.create_table(
        "transfers",
        sa.Column("transfer_id", sa.Text(), nullable=False),
        sa.Column("bank_reference", sa.Text(), nullable=False),
        sa.Column("booked_on", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("payer", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("order_id", sa.Text(), nullable=False),
        sa.Column("booked", sa.BigInteger(), nullable=False),
        sa.Column("suggestions", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("remark", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.CheckConstraint("0 <= booked and booked <= amount", name=op.f("ck_transfers_booked")),
        sa.CheckConstraint(
            "state in ('booked', 'suggested', 'open', 'dismissed')",
            name=op.f("ck_transfers_state"),
        ),
        sa.PrimaryKeyConstraint("transfer_id", name=op.f("pk_transfers")),
        sa.UniqueConstraint("bank_reference", name=op.f("uq_transfers_bank_reference")),
    )
    op.create_index("ix_transfers_state", "transfers", ["state", sa.text("transfer_id desc")])
    op.create_table(
        "gift_cards",
        sa.Column("gift_card_id", sa.Text(), nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("ending", sa.Text(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("balance", sa.BigInteger(), nullable=False),
        sa.Column("held", sa.BigInteger(), nullable=False),
        sa.Column("customer", sa.Text(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("0 <= held and held <= balance", name=op.f("ck_gift_cards_held")),
        sa.PrimaryKeyConstraint("gift_card_id", name=op.f("pk_gift_cards")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_gift_cards_code_hash")),
    )
    op.create_table(
        "gift_card_movements",
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("gift_card_id", sa.Text(), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("held_by", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("amount >= 0", name=op.f("ck_gift_card_movements_not_negative")),
        sa.PrimaryKeyConstraint("key", name=op.f("pk_gift_card_movements")),
    )
    for table, column in (
        ("gift_cards", "ending"), ("gift_cards", "customer"),
        ("gift_card_movements", "gift_card_id"), ("gift_card_movements", "held_by"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])
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
    for table in ("gift_card_movements", "gift_cards", "transfers"):
        op.drop_table(table)
    op.drop_index("ix_payments_by_transfer", table_name="payments")
    for name in ("name", "number", "again"):
        op.drop_column("payments", name)
