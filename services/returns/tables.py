"""Where are returns kept? With the sales that they are of, and the versions of the policy."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec
import sqlalchemy as sa
from msgspec import convert
from msgspec.structs import asdict
from sqlalchemy.orm import Session

from chassis.errors import check_version
from chassis.keeping import add, keep, load_locked, locked, take
from chassis.saga_store import SqlRuns, lock_overdue, saga_tables
from chassis.sparing import TAKEN_UP_AT_ONCE
from chassis.store import Instant, Packed, new_metadata
from contracts.inventory import SkuData, SkuSaved
from contracts.returns import (
    DecideReturn,
    OpenReturn,
    Policy,
    PolicyView,
    ResolveReturn,
    ReturnLine,
    SetPolicy,
)
from contracts.values import Address, Customer
from services.returns.domain.return_order import WAITED_FOR, ReturnOrder
from services.returns.domain.sale import Parcelled, Sale, SoldLine

OPEN = "state not in ('completed', 'declined', 'canceled', 'expired')"

metadata = new_metadata()
sales = sa.Table(
    "sales",
    metadata,
    sa.Column("order_id", sa.Text, primary_key=True),
    sa.Column("number", sa.BigInteger, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("channel_order_id", sa.Text, nullable=False),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("customer", Packed(Customer), nullable=False),
    sa.Column("ship_to", Packed(Address), nullable=False),
    sa.Column("placed_at", Instant, nullable=False),
    sa.Column("lines", Packed(tuple[SoldLine, ...]), nullable=False),
    sa.Column("policy", Packed(Policy), nullable=False),
    sa.Column("parcels", Packed(tuple[Parcelled, ...]), nullable=False),
    sa.Column("shipped_at", Instant),
    sa.Column("delivered_at", Instant),
    sa.Column("paid", sa.BigInteger, nullable=False),
    sa.Column("refunded", sa.BigInteger, nullable=False),
    sa.Column("edit", sa.Integer, nullable=False, server_default="0"),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("refunded between 0 and paid", name="never_above_paid"),
)
returns = sa.Table(
    "returns",
    metadata,
    sa.Column("return_id", sa.Text, primary_key=True),
    sa.Column("order_id", sa.Text, nullable=False, index=True),
    sa.Column("currency", sa.Text, nullable=False),
    sa.Column("lines", Packed(tuple[ReturnLine, ...]), nullable=False),
    sa.Column("opened_at", Instant, nullable=False),
    sa.Column("note", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("receipts", Packed(tuple[str, ...]), nullable=False),
    sa.Column("warehouse_id", sa.Text, nullable=False),
    sa.Column("refund", sa.BigInteger, nullable=False),
    sa.Column("refunded", sa.Boolean, nullable=False),
    sa.Column("tracking_number", sa.Text, nullable=False),
    sa.Column("label_shipment_id", sa.Text, nullable=False),
    sa.Column("reason", sa.Text, nullable=False),
    sa.Column("problem", sa.Text, nullable=False),
    sa.Column("stuck", sa.Text, nullable=False),
    sa.Column("approved_at", Instant),
    sa.Column("version", sa.Integer, nullable=False),
    sa.CheckConstraint("refund >= 0", name="refund"),
    sa.Index("ix_returns_state", "state", sa.text("return_id desc")),
    sa.Index("ix_returns_open", "return_id", postgresql_where=sa.text(OPEN)),
)
policies = sa.Table(
    "policies",
    metadata,
    sa.Column("number", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("policy", Packed(Policy), nullable=False),
    sa.Column("at", Instant, nullable=False),
    sa.Column("actor", sa.Text, nullable=False),
)
skus = sa.Table(
    "skus",
    metadata,
    sa.Column("sku", sa.Text, primary_key=True),
    sa.Column("version", sa.Integer, nullable=False),
    sa.Column("data", Packed(SkuData), nullable=False),
)
saga_runs, saga_steps = saga_tables(metadata)
keep(Sale, sales)
keep(ReturnOrder, returns)


def runs_of(session: Session) -> SqlRuns:
    """Give the runs of this session's sagas."""
    return SqlRuns(session, saga_steps)


class SqlReturns:
    """Returns in PostgreSQL."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def sale(self, order_id: str) -> Sale | None:
        """Find a sale."""
        return locked(self._session, Sale, order_id)

    def add_sale(self, sale: Sale) -> None:
        """Keep a new sale."""
        add(self._session, sale)

    def get(self, return_id: str) -> ReturnOrder | None:
        """Find a return."""
        return locked(self._session, ReturnOrder, return_id)

    def add(self, order: ReturnOrder) -> None:
        """Keep a new return."""
        add(self._session, order)

    def skus(self) -> Mapping[str, SkuData]:
        """The SKUs of the returns that this batch may send on their way."""
        return self._session.info.get("skus", {})  # type: ignore[no-any-return]

    def save_sku(self, saved: SkuSaved) -> None:
        """Keep what inventory says of a SKU, unless something newer is known."""
        self._session.connection().exec_driver_sql(
            "insert into skus (sku, version, data) values (%s, %s, %s) on conflict (sku) do update"
            " set version = excluded.version, data = excluded.data"
            " where skus.version < excluded.version",
            (saved.sku.sku, saved.version, msgspec.json.encode(saved.sku).decode()),
        )

    def policy(self) -> Policy:
        """The policy that new orders get."""
        if "policy" not in self._session.info:
            kept = current_policy(self._session)
            self._session.info["policy"] = convert(kept, Policy, from_attributes=True)
        return self._session.info["policy"]  # type: ignore[no-any-return]

    def set_policy(self, wish: SetPolicy, actor: str, now: datetime) -> PolicyView:
        """Keep a new version of the policy."""
        self._session.execute(
            sa.text("select pg_advisory_xact_lock(hashtextextended('policy', 0))")
        )
        before = current_policy(self._session)
        check_version("The policy", "for new orders", wish.expected_version, before.version)
        policy = convert(wish, Policy, from_attributes=True)
        self._session.info.pop("policy", None)
        if policy != convert(before, Policy, from_attributes=True):
            row = {"policy": policy, "at": now, "actor": actor}
            self._session.execute(sa.insert(policies).values(row))
        return current_policy(self._session)

    def overdue(self, before: datetime, spared: Sequence[str] = ()) -> Sequence[ReturnOrder]:
        """Find returns that were approved before then and have not arrived."""
        query = (
            sa.select(returns)
            .where(
                returns.c.state.in_([s.value for s in WAITED_FOR]),
                returns.c.approved_at < before,
                returns.c.return_id.not_in(spared),
            )
            .order_by(returns.c.return_id)
            .limit(TAKEN_UP_AT_ONCE)
            .with_for_update(skip_locked=True)
        )
        return take(self._session, ReturnOrder, query)

    def due(self, now: datetime, spared: Sequence[str] = ()) -> Sequence[str]:
        """Find returns with a run whose deadline has passed, and lock them."""
        return lock_overdue(self._session, saga_runs, returns.c.return_id, now, spared)


def current_policy(session: Session) -> PolicyView:
    """The newest version of the policy, or the one that we start with."""
    query = sa.select(policies.c.policy, policies.c.number).order_by(policies.c.number.desc())
    row = session.execute(query.limit(1)).first()
    return PolicyView(**asdict(row.policy), version=row.number + 1) if row else PolicyView()


def load(session: Session, return_ids: Iterable[str], order_ids: Iterable[str] = ()) -> None:
    """Load and lock returns with their runs, and sales."""
    found = load_locked(session, ReturnOrder, return_ids)
    load_locked(session, Sale, {*order_ids, *(order.order_id for order in found)})
    runs_of(session).prepare(sorted(order.return_id for order in found))


def load_skus(session: Session, return_ids: Iterable[str], order_ids: Iterable[str] = ()) -> None:
    """Load what is known of the SKUs of returns, and of orders that returns are opened for."""
    of_returns = (locked(session, ReturnOrder, return_id) for return_id in return_ids)
    of_sales = (locked(session, Sale, order_id) for order_id in order_ids)
    wanted = {line.sku for known in (*of_returns, *of_sales) if known for line in known.lines}
    if wanted:
        rows = session.execute(sa.select(skus.c.sku, skus.c.data).where(skus.c.sku.in_(wanted)))
        session.info.setdefault("skus", {}).update({row.sku: row.data for row in rows})


def prepare(session: Session, bodies: Sequence[Any]) -> None:
    """Load and lock what a batch will touch, and the SKUs of what may be given a label."""
    ids = {
        value
        for b in bodies
        for name in ("return_id", "refund_id")
        if (value := getattr(b, name, "")).startswith("ret_")
    }
    load(session, ids, {value for b in bodies if (value := getattr(b, "order_id", ""))})
    deciding = [b.return_id for b in bodies if isinstance(b, DecideReturn | ResolveReturn)]
    load_skus(session, deciding, [b.order_id for b in bodies if isinstance(b, OpenReturn)])
