"""Where does channels keep things? Connections, orders that came in, files, pulls, listings, stock.

A file of orders is kept in parts until all its rows are read, then order by order with what became
of each; so it survives every process, and any replica can go on with it.
"""

import sqlalchemy as sa

from chassis.keeping import keep
from chassis.store import Instant, Packed, new_metadata
from contracts.imports import RowFault
from contracts.inventory import CountSale
from contracts.mending import SeenThere
from contracts.orders import PlaceOrder
from services.channels.domain.file_import import FileImport
from services.channels.domain.inbound import Inbound
from services.channels.domain.pull import Cursor, Pull
from services.channels.sealed import SealedConnection

metadata = new_metadata()
connections = sa.Table(
    "connections",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("data", SealedConnection(), nullable=False),
    sa.Column("last_received_at", Instant),
    sa.Column("last_pushed_at", Instant),
    sa.Column("checked_at", Instant),
    sa.Column("check_problem", sa.Text, nullable=False, server_default=""),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
)
paces = sa.Table(
    "paces",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("free_at", Instant, nullable=False),
)
inbounds = sa.Table(
    "inbound_orders",
    metadata,
    sa.Column("inbound_id", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("channel_order_id", sa.Text, nullable=False),
    sa.Column("received_at", Instant, nullable=False),
    sa.Column("order", Packed(PlaceOrder)),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("unmapped", Packed(tuple[str, ...]), nullable=False),
    sa.Column("unpaid", sa.Boolean, nullable=False),
    sa.Column("order_id", sa.Text, nullable=False),
    sa.Column("canceled", sa.Boolean, nullable=False),
    sa.Column("changed_at", Instant),
    sa.Column("import_id", sa.Text, nullable=False, server_default=""),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("sale", Packed(CountSale)),
    sa.Column("missed", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("asking", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("seen", Packed(SeenThere)),
    sa.UniqueConstraint("channel", "channel_order_id"),
    sa.Index("ix_inbound_orders_state", "state", sa.text("inbound_id desc")),
    sa.Index(
        "ix_inbound_orders_unmapped",
        "unmapped",
        postgresql_using="gin",
        postgresql_where=sa.text("state = 'parked'"),
    ),
    sa.Index(
        "ix_inbound_orders_missed",
        "channel",
        "received_at",
        postgresql_where=sa.text("missed"),
    ),
    sa.Index(
        "ix_inbound_orders_import_id",
        "import_id",
        "state",
        postgresql_where=sa.text("import_id <> '' and state <> 'placed'"),
    ),
)
listings = sa.Table(
    "listings",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("listing", sa.Text, primary_key=True),
    sa.Column("sku", sa.Text, nullable=False, index=True),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
)
skus = sa.Table(
    "skus",
    metadata,
    sa.Column("sku", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("name", sa.Text, nullable=False, server_default=""),
    sa.Column("barcodes", Packed(tuple[str, ...]), nullable=False, server_default="[]"),
    sa.Column("plain", sa.Text, nullable=False, server_default=""),
    sa.Index("ix_skus_plain", "plain", postgresql_ops={"plain": "text_pattern_ops"}),
    sa.Index("ix_skus_barcodes", "barcodes", postgresql_using="gin"),
)
events = sa.Table(
    "channel_events",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("event_id", sa.Text, primary_key=True),
    sa.Column("at", Instant, nullable=False, index=True),
)
wanted_stock = sa.Table(
    "stock_to_push",
    metadata,
    sa.Column("sku", sa.Text, primary_key=True),
    sa.Column("available", sa.BigInteger, nullable=False),
    sa.Column("version", sa.BigInteger, nullable=False),
    sa.Column("pushed_version", sa.BigInteger, nullable=False),
    sa.Index("ix_stock_to_push_due", "sku", postgresql_where=sa.text("version > pushed_version")),
)
imports = sa.Table(
    "imports",
    metadata,
    sa.Column("import_id", sa.Text, primary_key=True),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("request_key", sa.Text, nullable=False, unique=True),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Column("created_at", Instant, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("ended_at", Instant),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("parts", sa.Integer, nullable=False),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("next_part", sa.Integer, nullable=False),
    sa.Column("sheet", sa.LargeBinary, nullable=False),
    sa.Column("rows", sa.Integer, nullable=False),
    sa.Column("orders", sa.Integer, nullable=False),
    sa.Column("last_row", sa.Integer, nullable=False),
    sa.Column("taken", sa.Integer, nullable=False),
    sa.Column("duplicates", sa.Integer, nullable=False),
    sa.Column("refused", sa.Integer, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("field", sa.Text, nullable=False),
    sa.Index(
        "ix_imports_due", "due_at", postgresql_where=sa.text("state in ('reading', 'taking')")
    ),
)
import_parts = sa.Table(
    "import_parts",
    metadata,
    sa.Column("import_id", sa.Text, primary_key=True),
    sa.Column("number", sa.Integer, primary_key=True),
    sa.Column("digest", sa.Text, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)
import_orders = sa.Table(
    "import_orders",
    metadata,
    sa.Column("import_id", sa.Text, primary_key=True),
    sa.Column("row", sa.Integer, primary_key=True),
    sa.Column("key", sa.Text, nullable=False),
    sa.Column("lines", sa.Integer, nullable=False),
    sa.Column("rows", sa.Text, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("faults", Packed(tuple[RowFault, ...]), nullable=False),
    sa.UniqueConstraint("import_id", "key"),
)
pulls = sa.Table(
    "pulls",
    metadata,
    sa.Column("channel", sa.Text, primary_key=True),
    sa.Column("pull_from", Instant, nullable=False),
    sa.Column("cursor", Packed(Cursor), nullable=False),
    sa.Column("call", sa.Text, nullable=False),
    sa.Column("due_at", Instant, nullable=False),
    sa.Column("last_at", Instant),
    sa.Column("problem", sa.Text, nullable=False),
    sa.Column("reconciled_at", Instant),
)
under_way = sa.Table(
    "orders_under_way",
    metadata,
    sa.Column("order_id", sa.Text, primary_key=True),
    sa.Column("at", Instant, nullable=False, index=True),
)
calls = metadata.tables["outside_calls"]
sa.Index(
    "ix_outside_calls_failed",
    calls.c.done_at,
    postgresql_where=sa.text("state in ('refused', 'failed')"),
)
keep(Inbound, inbounds)
keep(FileImport, imports)
keep(Pull, pulls)
