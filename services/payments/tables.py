"""Where is money written down? Payments, facts, captures, refunds, terms, accounts.

What must never be is refused here too: refunded ≤ captured ≤ authorized ≤ amount.
"""

from enum import StrEnum
from typing import get_args

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB

from chassis.keeping import keep
from chassis.sealing import Sealed
from chassis.store import Instant, Packed, new_metadata
from contracts.orders import PaymentMethod
from services.payments.domain.attempt import AttemptState, Capture, Refund
from services.payments.domain.dispute import Dispute
from services.payments.domain.payment import Payment, State
from services.payments.domain.terms import CreditTerms
from services.payments.domain.transfer import Transfer, TransferState

metadata = new_metadata()


def _among(column: str, allowed: type[StrEnum] | tuple[str, ...]) -> sa.CheckConstraint:
    values = ", ".join(f"'{value}'" for value in allowed)
    return sa.CheckConstraint(f"{column} in ({values})", name=column)


payments = sa.Table(
    "payments",
    metadata,
    sa.Column("payment_id", sa.Text, primary_key=True),
    sa.Column("order_id", sa.Text, nullable=False),
    sa.Column("method", sa.Text, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False, server_default="sandbox"),
    sa.Column("customer", sa.Text, nullable=False),
    sa.Column("until", Instant, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("authorized", sa.BigInteger, nullable=False),
    sa.Column("captured", sa.BigInteger, nullable=False),
    sa.Column("refunded", sa.BigInteger, nullable=False),
    sa.Column("claimed", sa.BigInteger, nullable=False),
    sa.Column("refunding", sa.BigInteger, nullable=False),
    sa.Column("void_asked", sa.Boolean, nullable=False),
    sa.Column("voiding", sa.Boolean, nullable=False),
    sa.Column("void_tries", sa.Integer, nullable=False),
    sa.Column("action_url", sa.Text, nullable=False),
    sa.Column("code", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("again", sa.Integer, nullable=False, server_default="0"),
    sa.Column("edit", sa.Integer, nullable=False, server_default="0"),
    sa.Column("raises", sa.Integer, nullable=False, server_default="0"),
    sa.Column("lowered", sa.BigInteger, nullable=False, server_default="0"),
    sa.Column("number", sa.Text, nullable=False, server_default=""),
    sa.Column("name", sa.Text, nullable=False, server_default=""),
    sa.Column("version", sa.Integer, nullable=False),
    sa.UniqueConstraint("order_id", "edit"),
    sa.CheckConstraint("0 <= lowered and lowered <= amount", name="lowered"),
    sa.CheckConstraint("0 <= refunded and refunded <= captured", name="refunded"),
    sa.CheckConstraint("captured <= authorized and authorized <= amount", name="captured"),
    sa.CheckConstraint("0 <= refunding and refunded + refunding <= captured", name="refunding"),
    sa.CheckConstraint("0 <= claimed and claimed <= amount", name="claimed"),
    _among("state", State),
    _among("method", get_args(PaymentMethod)),
    sa.Index(
        "ix_payments_waiting",
        "until",
        postgresql_where=sa.text("state in ('pending', 'requires_action') and not void_asked"),
    ),
    sa.Index("ix_payments_state", "state", sa.text("payment_id desc")),
    sa.Index(
        "ix_payments_by_transfer",
        "number",
        postgresql_where=sa.text("method in ('bank_transfer', 'invoice')"),
    ),
)
facts = sa.Table(
    "payment_facts",
    metadata,
    sa.Column("payment_id", sa.Text, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.UniqueConstraint("payment_id", "key"),
    sa.CheckConstraint("amount >= 0", name="not_negative"),
)
captures = sa.Table(
    "captures",
    metadata,
    sa.Column("order_id", sa.Text, primary_key=True),
    sa.Column("capture_id", sa.Text, primary_key=True),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("amount >= 0", name="not_negative"),
    _among("state", AttemptState),
)
refunds = sa.Table(
    "refunds",
    metadata,
    sa.Column("order_id", sa.Text, primary_key=True),
    sa.Column("refund_id", sa.Text, primary_key=True),
    sa.Column("payment_id", sa.Text, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("tries", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("amount > 0", name="positive"),
    _among("state", AttemptState),
)
terms = sa.Table(
    "credit_terms",
    metadata,
    sa.Column("customer", sa.Text, primary_key=True),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("credit_limit", sa.BigInteger, nullable=False),
    sa.Column("net_days", sa.Integer, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("exposure", sa.BigInteger, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("exposure >= 0", name="exposure"),
    sa.CheckConstraint("credit_limit >= 0", name="credit_limit"),
)
invoices = sa.Table(
    "invoices",
    metadata,
    sa.Column("number", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("payment_id", sa.Text, nullable=False, index=True),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("paid", sa.BigInteger, nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("canceled_at", Instant),
    sa.CheckConstraint("0 <= paid and paid <= amount", name="paid"),
)
counters = sa.Table(
    "counters",
    metadata,
    sa.Column("name", sa.Text, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)
voided = sa.Table(
    "voided_orders",
    metadata,
    sa.Column("order_id", sa.Text, primary_key=True),
    sa.Column("at", Instant, nullable=False),
)
accounts = sa.Table(
    "provider_accounts",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("mode", sa.Text, nullable=False),
    sa.Column("currencies", JSONB, nullable=False),
    sa.Column("settings", JSONB, nullable=False),
    sa.Column("secrets", Sealed, nullable=False),
    sa.Column("active", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("mode in ('test', 'live')", name="mode"),
)
transfers = sa.Table(
    "transfers",
    metadata,
    sa.Column("transfer_id", sa.Text, primary_key=True),
    sa.Column("bank_reference", sa.Text, nullable=False, unique=True),
    sa.Column("booked_on", sa.Date, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("payer", sa.Text, nullable=False),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("imported_at", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("order_id", sa.Text, nullable=False),
    sa.Column("booked", sa.BigInteger, nullable=False),
    sa.Column("suggestions", Packed(tuple[str, ...]), nullable=False),
    sa.Column("remark", sa.Text, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("0 <= booked and booked <= amount", name="booked"),
    _among("state", TransferState),
    sa.Index("ix_transfers_state", "state", sa.text("transfer_id desc")),
)
gift_cards = sa.Table(
    "gift_cards",
    metadata,
    sa.Column("gift_card_id", sa.Text, primary_key=True),
    sa.Column("code_hash", sa.Text, nullable=False, unique=True),
    sa.Column("ending", sa.Text, nullable=False, index=True),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("balance", sa.BigInteger, nullable=False),
    sa.Column("held", sa.BigInteger, nullable=False),
    sa.Column("customer", sa.Text, nullable=False, index=True),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("issued_at", Instant, nullable=False),
    sa.CheckConstraint("0 <= held and held <= balance", name="held"),
)
gift_card_movements = sa.Table(
    "gift_card_movements",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("gift_card_id", sa.Text, nullable=False, index=True),
    sa.Column("what", sa.Text, nullable=False),
    sa.Column("held_by", sa.Text, nullable=False, index=True),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.CheckConstraint("amount >= 0", name="not_negative"),
)
disputes = sa.Table(
    "disputes",
    metadata,
    sa.Column("payment_id", sa.Text, primary_key=True),
    sa.Column("dispute_id", sa.Text, primary_key=True),
    sa.Column("order_id", sa.Text, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("respond_by", Instant),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("seen", sa.Boolean, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Index(
        "ix_disputes_open", "opened_at", postgresql_where=sa.text("status = 'open' and not seen")
    ),
)
references = sa.Table(
    "provider_references",
    metadata,
    sa.Column("account", sa.Text, primary_key=True),
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("authorization_key", sa.Text, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Index("ix_provider_references_reference", "account", "reference"),
    sa.Index("ix_provider_references_authorization", "account", "authorization_key"),
)
sandbox = sa.Table(
    "provider_ledger",
    metadata,
    sa.Column("key", sa.Text, primary_key=True),
    sa.Column("operation", sa.Text, nullable=False),
    sa.Column("held_by", sa.Text, nullable=False, index=True),
    sa.Column("token", sa.Text, nullable=False),
    sa.Column("amount", sa.BigInteger, nullable=False),
    sa.Column("status", sa.Text, nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("fails", sa.Boolean, nullable=False),
    sa.Column("seen", sa.Integer, nullable=False, server_default="1"),
    schema="sandbox",
)
for _cls, _table in (
    (Payment, payments), (Capture, captures), (Refund, refunds), (CreditTerms, terms),
    (Dispute, disputes), (Transfer, transfers),
):  # fmt: skip
    keep(_cls, _table)
