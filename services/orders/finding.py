"""How are orders listed, found by their words, and counted, as fast among a million as among ten?

Every filter has an index that is in the order of the list, so a page is read off it and nothing is
sorted. Words have one that is not (GIN); but it is in order of the weeks in which orders were
placed (see words.py). So the newest weeks are looked at first, then ever more of the older ones,
until a page is full: a word of many orders is found in the first weeks, a word of few ends soon.

A count stops at `MOST_COUNTED`: nobody reads the difference between 10,000 orders and more, and
to know it everything would have to be counted.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.errors import Refused
from contracts import orders as said
from contracts.values import Money
from services.orders.tables import orders, search
from services.orders.words import asked_for, query_for, week_of

MOST_COUNTED = 10_000
FIRST_WEEKS, WIDER = 2, 4
ROW = (
    "order_id", "number", "state", "payment_status", "fulfillment_status", "channel",
    "channel_order_id", "customer_name", "total", "currency", "tags", "placed_at",
)  # fmt: skip
SHOWN = [orders.c[name] for name in ROW]
Cursor = tuple[datetime, str]


def find_orders(session: Session, asked: said.FindOrders) -> said.OrderPage:
    """List orders, newest first, by keyset."""
    wanted = asked.limit + 1
    before = _cursor(asked.after) if asked.after else None
    if words := asked_for(asked.text, asked.tag):
        rows: list[Any] = []
        for weeks in _windows(*_span(session, asked, before)):
            query = _worded(asked, query_for(words, weeks), before)
            rows += session.execute(query.limit(wanted - len(rows)))
            if len(rows) == wanted:
                break
    else:
        rows = list(session.execute(_listed(asked, before).limit(wanted)))
    page = tuple(_row(row) for row in rows[: asked.limit])
    more = len(rows) > asked.limit
    return said.OrderPage(
        orders=page, next=f"{page[-1].placed_at.isoformat()}|{page[-1].order_id}" if more else ""
    )


def count_orders(session: Session, asked: said.CountOrders) -> said.OrderCounts:
    """Count the orders of several views, each no further than `MOST_COUNTED`."""
    return said.OrderCounts(counts=tuple(_count(session, view) for view in asked.views))


def _count(session: Session, view: said.OrderFilter) -> said.OrderCount:
    if words := asked_for(view.text, view.tag):
        newest, oldest = _span(session, view, None)
        query = _worded(view, query_for(words, range(oldest, newest + 1)), None)
    else:
        query = _listed(view, None)
    ones = query.with_only_columns(sa.literal(1), maintain_column_froms=True).order_by(None)
    some = ones.limit(MOST_COUNTED + 1).subquery()
    found = session.scalar(sa.select(sa.func.count()).select_from(some)) or 0
    return said.OrderCount(count=min(found, MOST_COUNTED), more=found > MOST_COUNTED)


def _listed(asked: said.OrderFilter, before: Cursor | None) -> sa.Select[Any]:
    """Orders by what they are, newest first."""
    query = sa.select(*SHOWN).where(*_statuses(asked), *_times(orders, asked, before))
    return query.order_by(orders.c.placed_at.desc(), orders.c.order_id.desc())


def _worded(asked: said.OrderFilter, words: str, before: Cursor | None) -> sa.Select[Any]:
    """Orders by their words and tags, newest first; read only as far as they are wanted."""
    matches = sa.text("terms @@ cast(:words as tsquery)").bindparams(words=words)
    together = sa.join(search, orders, search.c.order_id == orders.c.order_id)
    query = sa.select(*SHOWN).select_from(together)
    query = query.where(matches, *_statuses(asked), *_times(search, asked, before))
    return query.order_by(search.c.placed_at.desc(), search.c.order_id.desc())


def _statuses(asked: said.OrderFilter) -> list[Any]:
    wishes = (
        (orders.c.state, asked.status),
        (orders.c.payment_status, asked.payment_status),
        (orders.c.fulfillment_status, asked.fulfillment_status),
        (orders.c.channel, asked.channel),
    )
    return [column == wanted for column, wanted in wishes if wanted]


def _times(table: sa.Table, asked: said.OrderFilter, before: Cursor | None) -> list[Any]:
    conditions: list[Any] = []
    if asked.placed_from:
        conditions.append(table.c.placed_at >= asked.placed_from)
    if asked.placed_to:
        conditions.append(table.c.placed_at < asked.placed_to)
    if before:
        at, order_id = sa.literal(before[0]), sa.literal(before[1])
        conditions.append(sa.tuple_(table.c.placed_at, table.c.order_id) < sa.tuple_(at, order_id))
    return conditions


def _span(session: Session, asked: said.OrderFilter, before: Cursor | None) -> tuple[int, int]:
    """The newest and the oldest week that can have what is asked for."""
    first = sa.select(sa.func.min(orders.c.placed_at)).scalar_subquery()
    last = sa.select(sa.func.max(orders.c.placed_at)).scalar_subquery()
    oldest, newest = session.execute(sa.select(first, last)).one()
    if oldest is None:
        return 0, 0
    upper = [at for at in (newest, asked.placed_to, before and before[0]) if at]
    lower = [at for at in (oldest, asked.placed_from) if at]
    return week_of(min(upper)), week_of(max(lower))


def _windows(newest: int, oldest: int) -> Iterator[Sequence[int]]:
    """The weeks from the newest to the oldest, few at first and then ever more at a time."""
    size = FIRST_WEEKS
    while newest >= oldest:
        yield range(newest, max(newest - size, oldest - 1), -1)
        newest, size = newest - size, size * WIDER


def _cursor(after: str) -> Cursor:
    at, _, order_id = after.partition("|")
    try:
        return datetime.fromisoformat(at), order_id
    except ValueError:
        raise Refused("bad_cursor", "This is not the `next` of a page.", "after") from None


def _row(row: Any) -> said.OrderRow:
    return said.OrderRow(
        order_id=row.order_id,
        number=row.number,
        status=row.state,
        payment_status=row.payment_status,
        fulfillment_status=row.fulfillment_status,
        channel=row.channel,
        channel_order_id=row.channel_order_id,
        customer=row.customer_name,
        total=Money(amount=row.total, currency=row.currency),
        tags=row.tags,
        placed_at=row.placed_at,
    )
