"""Is the ledger what the balances say, and how is that known without reading all of it each time?

Of each SKU a closing is kept: the sums of its movements up to one of them, at each warehouse. The
audit adds only what came later. Whoever writes movements of a SKU has its balances locked until the
commit, and movements are numbered while they are written; so if one can be seen, all of the SKU
with lower numbers can, and a closing misses none. It is made only where ledger and balance agree.

A movement that was closed is not looked at again by the audit. So all of them are read again in
the background, one SKU after the other; a closing that is not their sum is thrown away, and from
then on the audit tells of the difference.

Movements that are older than an installation keeps them are carried: added up into the last one.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa

CLOSED_AT_ONCE, READ_AT_ONCE, CARRIED_AT_ONCE = 20, 1, 2_000
ALONE = sa.text("select pg_try_advisory_xact_lock(hashtextextended('ledger', 0))")
ADDED = (
    "sum(on_hand) as on_hand, sum(reserved) as reserved, sum(allocated) as allocated,"
    " sum(unavailable) as unavailable"
)
PARTS = "on_hand, reserved, allocated, unavailable"
SAME = "({0}.on_hand, {0}.reserved, {0}.allocated, {0}.unavailable)"
DIFFER = f"{SAME.format('s')} is distinct from {SAME.format('m')}"

UNTRUE_BALANCES = sa.text(
    "with closed as (select sku, max(movement_id) as upto from stock_closings"  # noqa: S608
    " where not :whole group by sku)"
    " select coalesce(s.sku, m.sku) as sku, coalesce(s.warehouse_id, m.warehouse_id)"
    f" as warehouse_id from stock s full join (select sku, warehouse_id, {ADDED} from ("
    f"   select sku, warehouse_id, {PARTS} from stock_closings where not :whole"
    "   union all"
    f"  select k.sku, n.warehouse_id, {PARTS} from skus k left join closed c on c.sku = k.sku"
    "   cross join lateral (select * from stock_movements x where x.sku = k.sku"
    "     and x.movement_id > coalesce(c.upto, 0)) n"
    " ) parts group by sku, warehouse_id) m"
    " on m.sku = s.sku and m.warehouse_id = s.warehouse_id"
    f" where {DIFFER} order by 1, 2 limit 100"
)
CLOSE = sa.text(
    "with closed as (select coalesce(max(movement_id), 0) as upto from stock_closings"  # noqa: S608
    " where sku = :sku),"
    " later as (select * from stock_movements, closed"
    "   where sku = :sku and movement_id > closed.upto),"
    f" m as (select warehouse_id, {ADDED} from ("
    f"   select warehouse_id, {PARTS} from stock_closings where sku = :sku"
    f"   union all select warehouse_id, {PARTS} from later) parts group by warehouse_id),"
    " untrue as (select 1 from (select * from stock where sku = :sku) s"
    f"   full join m on m.warehouse_id = s.warehouse_id where {DIFFER})"
    f" insert into stock_closings (sku, warehouse_id, movement_id, {PARTS}, closed_at, read_at)"
    f" select :sku, warehouse_id, greatest((select max(movement_id) from later), closed.upto),"
    f" {PARTS}, :now, :now from m, closed where not exists (select from untrue)"
    " on conflict (sku, warehouse_id) do update set movement_id = excluded.movement_id,"
    " on_hand = excluded.on_hand, reserved = excluded.reserved, allocated = excluded.allocated,"
    " unavailable = excluded.unavailable, closed_at = excluded.closed_at"
)
READ = sa.text(
    "with s as (select * from stock_closings where sku = :sku),"  # noqa: S608
    f" m as (select warehouse_id, {ADDED} from stock_movements where sku = :sku"
    "   and movement_id <= (select max(movement_id) from s) group by warehouse_id)"
    " select count(*) from s full join m on m.warehouse_id = s.warehouse_id"
    f" where {DIFFER}"
)
CARRY = sa.text(
    "with old as (select * from (select * from stock_movements where sku = :sku"  # noqa: S608
    "   and movement_id <= (select max(movement_id) from stock_closings where sku = :sku)"
    "   order by movement_id limit :page) first where at < :before),"
    f" last as (select warehouse_id, max(movement_id) as movement_id, {ADDED} from old"
    "   group by warehouse_id having count(*) > 1),"
    " gone as (delete from stock_movements m using old, last where m.movement_id = old.movement_id"
    "   and old.warehouse_id = last.warehouse_id and old.movement_id <> last.movement_id)"
    " update stock_movements m set kind = 'carried', cause = '', actor = 'timer', reason = '',"
    " on_hand = last.on_hand, reserved = last.reserved, allocated = last.allocated,"
    " unavailable = last.unavailable from last where m.movement_id = last.movement_id"
)
NEVER = sa.text(  # in any order: one that cannot be closed must not be in the way of the others
    "select sku from skus k where not exists (select from stock_closings c where c.sku = k.sku)"
    " and exists (select from stock_movements m where m.sku = k.sku) order by random() limit :limit"
)
LONG_AGO = sa.text(
    "select sku from stock_closings group by sku order by min(closed_at), sku limit :limit"
)
READ_LONG_AGO = sa.text(
    "select sku from stock_closings group by sku order by min(read_at), sku limit :limit"
)
OLD = sa.text(
    "select k.sku from skus k cross join lateral (select at from stock_movements m"
    " where m.sku = k.sku order by movement_id offset 1 limit 1) second"
    " where second.at < :before order by k.sku"
)


def close(engine: sa.Engine, now: datetime) -> None:
    """Close the ledger of SKUs that never were closed, and of those that were longest ago."""
    never = _skus(engine, NEVER, limit=CLOSED_AT_ONCE)
    for sku in [*never, *_skus(engine, LONG_AGO, limit=CLOSED_AT_ONCE)]:
        with engine.begin() as connection:
            if not connection.scalar(ALONE):
                return  # another replica is at it
            connection.execute(CLOSE, {"sku": sku, "now": now})
            mark = sa.text("update stock_closings set closed_at = :now where sku = :sku")
            connection.execute(mark, {"sku": sku, "now": now})


def read_again(engine: sa.Engine, now: datetime) -> Sequence[str]:
    """Read all closed movements of the SKUs that were not read for longest; return the untrue."""
    untrue: list[str] = []
    for sku in _skus(engine, READ_LONG_AGO, limit=READ_AT_ONCE):
        with engine.begin() as connection:
            if not connection.scalar(ALONE):
                return untrue
            if connection.scalar(READ, {"sku": sku}):
                untrue.append(sku)
                change = "delete from stock_closings where sku = :sku"
            else:
                change = "update stock_closings set read_at = :now where sku = :sku"
            connection.execute(sa.text(change), {"sku": sku, "now": now})
    return untrue


def carry(engine: sa.Engine, before: datetime) -> int:
    """Add up movements that are older, of each SKU no more than a page; return how many were."""
    carried = 0
    for sku in _skus(engine, OLD, before=before):
        with engine.begin() as connection:
            if not connection.scalar(ALONE):
                return carried
            wanted = {"sku": sku, "before": before, "page": CARRIED_AT_ONCE}
            carried += connection.execute(CARRY, wanted).rowcount
    return carried


def _skus(engine: sa.Engine, query: sa.TextClause, **wanted: Any) -> Sequence[str]:
    with engine.connect() as connection:
        found: Sequence[str] = connection.scalars(query, wanted).all()
    return found
