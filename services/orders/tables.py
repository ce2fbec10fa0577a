"""Where are orders kept? One row an order, with what belongs to it as JSONB; history beside it."""

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import TSVECTOR

from chassis.keeping import keep
from chassis.retention import kept
from chassis.saga_store import saga_tables
from chassis.store import Instant, Packed, new_metadata
from contracts.inventory import SkuData
from contracts.orders import (
    Delivery,
    Hold,
    Note,
    OrderLine,
)
from contracts.values import Address, Customer
from services.orders.domain.edit import Edit
from services.orders.domain.order import Order, Sending
from services.orders.watch_tables import watch_tables

NEWEST = (sa.text("placed_at desc"), sa.text("order_id desc"))  # the order of lists
FILTERS = ("state", "payment_status", "fulfillment_status", "channel")


def _list_index(*first: str) -> sa.Index:
    """An index in the order of lists that has all that lists are filtered by."""
    name = f"ix_orders_{first[0] if first else 'newest'}"
    others = [column for column in FILTERS if column not in first]
    return sa.Index(name, *first, *NEWEST, postgresql_include=others)


metadata = new_metadata()
order_numbers = sa.Sequence("order_numbers", start=1001, metadata=metadata)

orders = sa.Table(
    "orders",
    metadata,
    sa.Column("order_id", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False, unique=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("channel_order_id", sa.Text, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("total", sa.BigInteger, nullable=False),
    sa.Column("taxes_included", sa.Boolean, nullable=False),
    sa.Column("payment_method", sa.Text, nullable=False),
    sa.Column("payment_token", sa.Text, nullable=False),
    sa.Column("payment_account", sa.Text, nullable=False, server_default=""),
    sa.Column("customer", Packed(Customer), nullable=False),
    sa.Column("customer_name", sa.Text, nullable=False),
    sa.Column("ship_to", Packed(Address), nullable=False),
    sa.Column("bill_to", Packed(Address)),
    sa.Column("delivery", Packed(Delivery), nullable=False),
    sa.Column("delivery_net", sa.BigInteger, nullable=False),
    sa.Column("lines", Packed(tuple[OrderLine, ...]), nullable=False),
    sa.Column("placed_at", Instant, nullable=False),
    sa.Column("accepted_at", Instant, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("payment_told", sa.Text, nullable=False),
    sa.Column("captured", sa.BigInteger, nullable=False),
    sa.Column("refunded", sa.BigInteger, nullable=False),
    sa.Column("holds", Packed(tuple[Hold, ...]), nullable=False),
    sa.Column("hold_until", Instant),
    sa.Column("tags", Packed(tuple[str, ...]), nullable=False),
    sa.Column("notes", Packed(tuple[Note, ...]), nullable=False),
    sa.Column("sendings", Packed(tuple[Sending, ...]), nullable=False),
    sa.Column("papers", Packed(tuple[str, ...]), nullable=False, server_default="[]"),
    sa.Column("canceling", sa.Text, nullable=False),
    sa.Column("rounds", sa.Integer, nullable=False),
    sa.Column("edits", sa.Integer, nullable=False, server_default="0"),
    sa.Column("editing", Packed(Edit)),
    sa.Column("seq", sa.Integer, nullable=False),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("payment_status", sa.Text, nullable=False),
    sa.Column("fulfillment_status", sa.Text, nullable=False),
    sa.CheckConstraint("total >= 0 and captured >= 0 and refunded >= 0", name="money"),
    sa.CheckConstraint("refunded <= captured", name="refunded"),
    _list_index(),
    *(_list_index(column) for column in FILTERS),
    sa.Index(
        "uq_orders_channel_order",
        "channel",
        "channel_order_id",
        unique=True,
        postgresql_where=sa.text("channel_order_id <> ''"),
    ),
    sa.Index("ix_orders_total", "total"),
    sa.Index("ix_orders_hold", "hold_until", postgresql_where=sa.text("hold_until is not null")),
)
history = sa.Table(
    "order_history",
    metadata,
    sa.Column("order_id", sa.Text, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
    sa.Column("action", sa.Text, nullable=False),
    sa.Column("subject", sa.Text, nullable=False),
    sa.Column("before", sa.Text, nullable=False),
    sa.Column("after", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("message_id", sa.Text, nullable=False),
    info=kept("history_kept_days", "ord_"),
)
search = sa.Table(
    "order_search",
    metadata,
    sa.Column("order_id", sa.Text, primary_key=True),
    sa.Column("placed_at", Instant, nullable=False),
    sa.Column("terms", TSVECTOR, nullable=False),
    sa.Index(
        "ix_order_search_terms",
        "terms",
        postgresql_using="gin",
        # what waits to be sorted in is read by every search, for every week: keep it short
        postgresql_with={"gin_pending_list_limit": 64},
    ),
)
sent_from = sa.Table(
    "order_warehouses",
    metadata,
    sa.Column("warehouse_id", sa.Text, nullable=False),
    sa.Column("placed_at", Instant, nullable=False),
    sa.Column("order_id", sa.Text, nullable=False),
    sa.PrimaryKeyConstraint("warehouse_id", "placed_at", "order_id"),  # read from behind by lists
)
skus = sa.Table(
    "skus",
    metadata,
    sa.Column("sku", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("data", Packed(SkuData), nullable=False),
    sa.Index("ix_skus_barcodes", sa.text("(data -> 'barcodes')"), postgresql_using="gin"),
)
saga_runs, saga_steps = saga_tables(metadata)
exceptions, rounds = watch_tables(metadata)
keep(Order, orders)
