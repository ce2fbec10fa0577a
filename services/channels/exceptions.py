"""What do channels not hear, what do they sell that we do not know, and what may a person decide?

    push        a shop would not listen: a refund, a cancellation or a stock level it does not have
    unmapped    orders wait, because nobody has said which SKU a listing is
    parked, unhandled, call    as at every service (chassis/stuck.py)

A shipment that a shop does not hear of is not listed here: the order's journey waits for it, and is
listed by orders. A stock level is listed until the shop has heard a newer one of the same listing.
Listings are mapped, so there is nothing to decide about them here: what is mapped is gone.
"""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis import stuck, telemetry
from chassis.errors import NotFound
from chassis.outside import call_again
from chassis.transaction import Unit
from contracts.orders import WriteDown
from contracts.stuck import DecideStuck, Decision, FindStuck, Stuck, StuckPage, order_in

CHANNELS = "channels"
PUSH, UNMAPPED = "push", "unmapped"
MOVES: dict[str, tuple[Decision, ...]] = {PUSH: ("retry", "skip"), UNMAPPED: ()}
FAILED = "c.kind = 'channels.push' and c.state in ('refused', 'failed')"
WRONG = f"""
select 'push' as kind, c.id as subject, c.request->>'channel' as channel,
 c.request->>'action' as what, c.subject as about, c.error as why, 0 as number,
 coalesce(c.done_at, c.created_at) as since
 from outside_calls c where {FAILED} and c.request->>'action' <> 'acknowledge'
 and not exists (select 1 from outside_calls n where n.subject = c.subject and n.kind = c.kind
  and n.id > c.id and n.request->>'action' = 'stock' and c.request->>'action' = 'stock'
  and n.request->>'channel' = c.request->>'channel')
union all
select 'unmapped', i.channel || ':' || l.listing, i.channel, '', l.listing, '', count(*),
 min(i.received_at)
 from inbound_orders i cross join lateral jsonb_array_elements_text(i.unmapped) as l(listing)
 where i.state = 'parked' and i.unmapped <> '[]' group by i.channel, l.listing
"""  # noqa: S608 - our own words
PAGE = sa.text(
    "select * from (select 'channels:' || kind || ':' || left(subject, 360) as id, w.*"  # noqa: S608
    f' from ({WRONG}) w) w where (since, id collate "C") > (:at, :after)'
    " and :only in ('', id)"
    ' order by since, id collate "C" limit :limit'
)
DROP = sa.text(
    f"delete from outside_calls c where c.id = :id and {FAILED} returning c.correlation_id"  # noqa: S608
)
ABOUT = sa.text(
    f"select c.correlation_id from outside_calls c where c.id = :id and {FAILED} for update"  # noqa: S608
)


def find_stuck(session: Session, asked: FindStuck) -> StuckPage:
    """List what does not go on in channels, longest first."""
    at, after = stuck.position(asked)
    rows = session.execute(
        PAGE, {"at": at, "after": after, "limit": asked.limit + 1, "only": asked.only}
    )
    here = [_shown(row) for row in rows]
    return stuck.page(asked, [*stuck.waiting(session, CHANNELS, asked), *here])


def decide(wish: DecideStuck, work: Unit) -> None:
    """Do what a person decided about an exception."""
    _, kind, subject = (*wish.exception_id.split(":", 2), "", "")[:3]
    if kind not in MOVES:
        stuck.decide(CHANNELS, wish, work)
        return
    stuck.check_allowed(wish, MOVES[kind])
    retry = wish.decision == "retry"
    found = work.session.execute(ABOUT if retry else DROP, {"id": subject}).first()
    if found is None:
        raise NotFound("exception", wish.exception_id, "exception_id")
    if retry:
        call_again(work.session, subject, work.now)
    telemetry.get_log().info(
        "decided", exception=wish.exception_id, decision=wish.decision, by=work.actor,
        reason=wish.reason,
    )  # fmt: skip
    if order_id := order_in(found.correlation_id):
        work.send(
            WriteDown(
                order_id=order_id,
                action="call retried" if retry else "call dropped",
                subject=f"{CHANNELS}: {PUSH}",
                reason=wish.reason,
                by=work.actor,
            ),
            correlation_id=order_id,
        )


def _shown(row: Any) -> Stuck:
    if row.kind == UNMAPPED:
        orders = "1 order waits" if row.number == 1 else f"{row.number} orders wait"
        told = f"{orders}: nobody has said which SKU {row.about} of {row.channel} is."
        owner = "people"
    else:
        told = f"{row.channel} would not hear of {row.what} {row.about}: {row.why or 'no answer'}"
        owner = "outside"
    return Stuck(
        exception_id=row.id,
        kind=row.kind,
        subject=row.about[:255],
        since=row.since,
        owner=owner,
        problem=told[:2000],
        order_id=order_in(row.about) if row.kind == PUSH else "",
        step=row.what,
        allowed=MOVES[row.kind],
    )
