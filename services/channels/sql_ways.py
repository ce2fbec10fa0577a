"""How many orders of channels are on their way: handed over, and not confirmed yet?

Files and pulls fill only the room that these leave. A batch's news are written at its end.
"""

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.keeping import flush
from chassis.writing import at_end, write
from services.channels.tables import under_way

# what is not confirmed by then is held by somebody, and does not wait for us
UNDER_WAY_AT_MOST = timedelta(minutes=2)
COUNT = sa.text(
    "select (select count(*) from (select 1 from inbound_orders where state = 'handed_over'"
    " limit :most) h) + (select count(*) from (select 1 from orders_under_way where at > :since"
    " limit :most) u)"
)


def set_out(session: Session, order_id: str, now: datetime) -> None:
    """Remember that orders has accepted an order."""
    _news(session)[0][order_id] = now


def arrived(session: Session, order_id: str) -> None:
    """Forget that an order is on its way, whether it was heard of or not."""
    _news(session)[1].add(order_id)


def on_their_way(session: Session, now: datetime, most: int) -> int:
    """Count orders that are on their way, up to `most` of each kind."""
    flush(session)
    gone, there = _news(session)
    found = session.scalar(COUNT, {"most": most, "since": now - UNDER_WAY_AT_MOST}) or 0
    return int(found) + len(gone.keys() - there)


def forget(session: Session, now: datetime) -> None:
    """Forget orders that have been on their way for too long to count."""
    old = under_way.c.at < now - UNDER_WAY_AT_MOST
    session.execute(sa.delete(under_way).where(old))


def _news(session: Session) -> tuple[dict[str, datetime], set[str]]:
    if "ways" not in session.info:
        session.info["ways"] = ({}, set())
        at_end(session, _write)
    return session.info["ways"]  # type: ignore[no-any-return]


def _write(session: Session) -> None:
    set_out, arrived = session.info.pop("ways")
    if gone := sorted(set_out.keys() - arrived):
        write(
            session,
            "insert into orders_under_way (order_id, at) select i, a from"
            " unnest(%s::text[], %s::timestamptz[]) as t(i, a) on conflict do nothing",
            (gone, [set_out[order_id] for order_id in gone]),
        )
    if arrived:
        write(session, "delete from orders_under_way where order_id = any(%s)", (sorted(arrived),))
