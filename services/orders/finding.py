"""How are orders listed, found by their words, and counted, as fast among a million as among ten?

Every filter has an index that is in the order of the list and holds all other filters, too: a page
is read off it, and a row is looked up only if it is shown. Words have an index that is in no order
(GIN), but its words begin with the week in which the order was placed (words.py): it is asked
week by week from the newest on, until the page is full. A word of many orders is found in the first
week; one of few costs a look into every week, which is some microseconds each.

Words together with other filters may match nearly nothing among very many. So for one page no more
than `LOOKED_AT` orders with these words are looked at: it may be short, and yet have a next.
A count stops at `MOST_COUNTED`: to know how many more there are everything had to be counted.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, TSQUERY
from sqlalchemy.orm import Session

from chassis.errors import Refused
from contracts import orders as said
from contracts.values import Money
from services.orders.tables import orders, search, sent_from
from services.orders.words import Asked, asked_for, codes_in, queries_for, week_of

MOST_COUNTED = 10_000
FIRST_LOOK, LOOKED_AT = 4, 4_000
WITH_BARCODE = (
    "select code, s.sku from unnest(%s::text[]) as code"
    " cross join lateral (select sku from skus where data -> 'barcodes' ? code limit 20) s"
)
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
    goes_on: Cursor | None = None
    if words := _asked_for(session, asked):
        rows, goes_on = _with_words(session, words, asked, before)
    else:
        found = (
            _listed(asked, before, asked.channels)
            .order_by(*newest(_read_along(asked)))
            .limit(wanted)
            .subquery()
        )
        query = sa.select(*SHOWN).join(found, found.c.order_id == orders.c.order_id)
        rows = session.execute(query.order_by(*newest(orders))).all()
    page = tuple(_row(row) for row in rows[: asked.limit])
    if len(rows) > asked.limit:
        goes_on = (page[-1].placed_at, page[-1].order_id)
    return said.OrderPage(
        orders=page, next=f"{goes_on[0].isoformat()}|{goes_on[1]}" if goes_on else ""
    )


def _with_words(
    session: Session, words: Sequence[Asked], asked: said.FindOrders, before: Cursor | None
) -> tuple[Sequence[Any], Cursor | None]:
    """Orders with these words, and where to go on if there may be more of them."""
    wanted = asked.limit + 1
    statuses = [*_statuses(asked, asked.channels), *_at_warehouse(asked)]
    rows: Sequence[Any] = ()
    for most in (wanted * FIRST_LOOK, LOOKED_AT) if statuses else (wanted,):
        looked_at = session.execute(_worded(session, words, asked, before, most)).all()
        ids = sa.literal([row.order_id for row in looked_at], ARRAY(sa.Text))
        query = sa.select(*SHOWN).where(orders.c.order_id == sa.any_(ids), *statuses)
        rows = session.execute(query.order_by(*newest(orders)).limit(wanted)).all()
        if len(looked_at) < most:
            return rows, None
        if len(rows) == wanted:
            break
    return rows, (looked_at[-1].placed_at, looked_at[-1].order_id)


def _asked_for(session: Session, asked: said.OrderFilter) -> list[Asked]:
    """What is asked for by words; one that is a barcode is asked for by its SKUs, too."""
    coded: dict[str, list[str]] = {}
    if codes := codes_in(asked.text):
        for code, sku in session.connection().exec_driver_sql(WITH_BARCODE, (codes,)):
            coded.setdefault(code, []).append(sku)
    return asked_for(asked.text, asked.tag, coded)


def count_orders(session: Session, asked: said.CountOrders) -> said.OrderCounts:
    """Count the orders of several views, each no further than `MOST_COUNTED`."""
    return said.OrderCounts(
        counts=tuple(_count(session, view, asked.channels) for view in asked.views)
    )


def _count(
    session: Session, view: said.OrderFilter, channels: Sequence[str] | None
) -> said.OrderCount:
    most, statuses = MOST_COUNTED + 1, [*_statuses(view, channels), *_at_warehouse(view)]
    if words := _asked_for(session, view):
        some = _worded(session, words, view, None, most).subquery()
        query = sa.select(sa.func.count(), sa.func.count()).select_from(some)
        if statuses:
            each = sa.join(some, orders, orders.c.order_id == some.c.order_id, isouter=True)
            matching = sa.func.count().filter(*statuses)
            query = sa.select(matching, sa.func.count()).select_from(each)
    else:
        along = _read_along(view)
        # from the oldest on: what changes no more is counted without looking at its rows
        some = (
            _listed(view, None, channels)
            .order_by(along.c.placed_at, along.c.order_id)
            .limit(most)
            .subquery()
        )
        query = sa.select(sa.func.count(), sa.func.count()).select_from(some)
    found, looked_at = session.execute(query).one()
    return said.OrderCount(count=min(found, MOST_COUNTED), more=looked_at == most)


def newest(table: Any) -> tuple[Any, Any]:
    """The order of lists."""
    return table.c.placed_at.desc(), table.c.order_id.desc()


def _listed(
    asked: said.OrderFilter, before: Cursor | None, channels: Sequence[str] | None
) -> sa.Select[Any]:
    """Ids of orders by what they are, and where they are sent from."""
    along, statuses = _read_along(asked), _statuses(asked, channels)
    query = sa.select(along.c.order_id).where(*statuses, *_times(along, asked, before))
    if along is sent_from:
        query = query.where(along.c.warehouse_id == asked.warehouse_id)
        if statuses:
            query = query.join(orders, orders.c.order_id == along.c.order_id)
    return query


def _read_along(asked: said.OrderFilter) -> sa.Table:
    """What has the order of the list: of one warehouse, or of all."""
    return sent_from if asked.warehouse_id else orders


def _at_warehouse(asked: said.OrderFilter) -> list[Any]:
    """Look at an order that was found otherwise."""
    if not asked.warehouse_id:
        return []
    there = sa.select(sent_from.c.order_id).where(
        sent_from.c.warehouse_id == asked.warehouse_id,
        sent_from.c.placed_at == orders.c.placed_at,
        sent_from.c.order_id == orders.c.order_id,
    )
    return [there.exists()]


def _worded(
    session: Session,
    words: Sequence[Asked],
    asked: said.OrderFilter,
    before: Cursor | None,
    most: int,
) -> sa.Select[Any]:
    """Ids of orders by their words and tags, newest first; a week is read only if it is needed."""
    last, first = _span(session, asked, before)
    queries = sa.literal(queries_for(words, range(last, first - 1, -1)), ARRAY(sa.Text))
    each = sa.func.unnest(queries).table_valued("words", with_ordinality="nth", name="weeks")
    weeks = each.render_derived()
    matches = search.c.terms.bool_op("@@")(sa.cast(weeks.c.words, TSQUERY))
    found = sa.select(search.c.order_id, search.c.placed_at).where(
        matches, *_times(search, asked, before)
    )
    week = found.order_by(*newest(search)).limit(most).lateral("week")
    query = sa.select(week.c.order_id, week.c.placed_at).select_from(weeks.join(week, sa.true()))
    return query.order_by(weeks.c.nth, *newest(week)).limit(most)


def _statuses(asked: said.OrderFilter, channels: Sequence[str] | None) -> list[Any]:
    wishes = (
        (orders.c.state, asked.status),
        (orders.c.payment_status, asked.payment_status),
        (orders.c.fulfillment_status, asked.fulfillment_status),
        (orders.c.channel, asked.channel),
    )
    conditions: list[Any] = [column == wanted for column, wanted in wishes if wanted]
    if asked.total_from is not None:
        conditions.append(orders.c.total >= asked.total_from)
    if asked.total_to is not None:
        conditions.append(orders.c.total <= asked.total_to)
    if channels is not None:
        # of one channel the index is read in the order of the list, of several it is not
        one = len(channels) == 1
        conditions.append(
            orders.c.channel == channels[0] if one else orders.c.channel.in_(channels)
        )
    return conditions


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
