"""Which webhooks do not go on, and what becomes of them when a person decides?

    paused      nothing came through to a subscription for so long that we have paused it
    given_up    deliveries to a subscription that were tried for days, in vain
    parked, unhandled, call    as at every service (chassis/stuck.py)

A subscription that a person has paused is no exception, and neither is one that we have paused and
a person has decided to leave so (`skip`). Deliveries that were given up are one exception for each
subscription: a receiver that is away for a week would fill the list with nothing else.
"""

from urllib.parse import urlsplit

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis import clock, stuck, telemetry
from chassis.errors import NotFound
from contracts.stuck import DecideStuck, Decision, FindStuck, Stuck, StuckPage
from contracts.values import Nothing
from gateway.webhooks.desk import COUNTED, RESUME

GATEWAY = "gateway"
PAUSED, GIVEN_UP = "paused", "given_up"
MOVES: dict[str, tuple[Decision, ...]] = {
    PAUSED: ("retry", "skip"),
    GIVEN_UP: ("retry", "skip"),
}
WRONG = f"""
select 'paused' as kind, s.subscription_id, s.url, s.why, 0 as number,
 coalesce(s.failing_since, s.created_at) as since
 from webhook_subscriptions s where s.state = 'paused' and s.why <> ''
union all
select 'given_up', s.subscription_id, s.url, dead.last, dead.number, dead.since
 from webhook_subscriptions s cross join lateral (
  select count(*) as number, min(coalesce(done_at, created_at)) as since,
   (array_agg(last order by delivery_id desc))[1] as last from (
   select delivery_id, last, done_at, created_at from webhook_deliveries d
    where d.subscription_id = s.subscription_id and d.state = 'dead'
    order by delivery_id limit {COUNTED}) few) dead
 where dead.number > 0
"""  # noqa: S608 - our own words
PAGE = sa.text(
    "select * from (select 'gateway:' || kind || ':' || subscription_id as id, w.*"  # noqa: S608
    f' from ({WRONG}) w) w where (since, id collate "C") > (:at, :after)'
    " and :only in ('', id)"
    ' order by since, id collate "C" limit :limit'
)
LEAVE = sa.text(
    "update webhook_subscriptions set why = '', version = version + 1"
    " where subscription_id = :id and state = 'paused' and why <> ''"
)
IS_PAUSED = sa.text(
    "select 1 from webhook_subscriptions"
    " where subscription_id = :id and state = 'paused' and why <> '' for update"
)
FEW = (
    "select delivery_id, subject from webhook_deliveries"  # noqa: S608 - our own words
    f" where subscription_id = :id and state = 'dead' order by delivery_id limit {COUNTED}"
)
AGAIN = sa.text(
    f"with few as ({FEW} for update), again as (update webhook_deliveries d"  # noqa: S608
    " set state = 'pending', done_at = null from few where d.delivery_id = few.delivery_id)"
    " insert into webhook_lanes (subscription_id, subject, due_at)"
    " select :id, subject, :now from (select distinct subject from few) s order by subject"
    " on conflict (subscription_id, subject)"
    " do update set due_at = excluded.due_at, tries = 0, since = null"
)
FORGET = sa.text(
    f"delete from webhook_deliveries where delivery_id in (select delivery_id from ({FEW}) few)"  # noqa: S608
)


class Troubles:
    """What does not go on in the gateway itself."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def find(self, asked: FindStuck) -> StuckPage:
        """List it, longest first."""
        at, after = stuck.position(asked)
        values = {"at": at, "after": after, "limit": asked.limit + 1, "only": asked.only}
        with Session(self._engine) as session:
            rows = session.execute(PAGE, values).all()
            here = [
                Stuck(
                    exception_id=row.id,
                    kind=row.kind,
                    subject=row.subscription_id,
                    since=row.since,
                    owner="people" if row.kind == PAUSED else "outside",
                    problem=_told(row),
                    allowed=MOVES[row.kind],
                )
                for row in rows
            ]
            return stuck.page(asked, [*stuck.waiting(session, GATEWAY, asked), *here])

    def decide(self, wish: DecideStuck, actor: str) -> Nothing:
        """Do what a person decided."""
        _, kind, subject = (*wish.exception_id.split(":", 2), "", "")[:3]
        now = clock.now()
        with Session(self._engine) as session, session.begin():
            if kind in stuck.MOVES:
                stuck.do(GATEWAY, wish, session, actor, now)
                return Nothing()
            if kind not in MOVES:
                raise NotFound("exception", wish.exception_id, "exception_id")
            stuck.check_allowed(wish, MOVES[kind])
            values = {"id": subject, "now": now}
            if kind == GIVEN_UP:
                change = AGAIN if wish.decision == "retry" else FORGET
                done = session.execute(change, values).rowcount  # type: ignore[attr-defined]
            elif wish.decision == "skip":
                done = session.execute(LEAVE, values).rowcount  # type: ignore[attr-defined]
            else:
                done = session.execute(IS_PAUSED, values).rowcount  # type: ignore[attr-defined]
                for statement in RESUME if done else ():
                    session.execute(statement, values)
            if not done:
                raise NotFound("exception", wish.exception_id, "exception_id")
        telemetry.get_log().info(
            "decided", exception=wish.exception_id, decision=wish.decision, by=actor,
            reason=wish.reason,
        )  # fmt: skip
        return Nothing()


def _told(row: sa.Row[tuple[object, ...]]) -> str:
    where = urlsplit(row.url).hostname or "its address"  # the rest of an address may be a secret
    if row.kind == PAUSED:
        return f"Webhooks to {where} are paused. {row.why}"
    number = f"{row.number} or more" if row.number >= COUNTED else str(row.number)
    return f"Webhooks to {where} that were given up: {number}. The last answer: {row.why or 'none'}"
