"""What became of each webhook, and what can be done about it? Deliveries, their tries, retries."""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis import clock
from chassis.errors import IllegalMove, NotFound, Refused, check_version
from chassis.ids import new_id
from gateway.webhooks import desk, intake
from gateway.webhooks import questions as q
from gateway.webhooks.catalogue import TEST, make_event

COLUMNS = (
    "select d.delivery_id, d.subscription_id, coalesce(e.event_id, '') as event_id, d.type,"
    " d.subject, d.state, d.attempts, d.last, d.created_at, d.done_at,"
    " case when d.state = 'pending' and not exists (select 1 from webhook_deliveries b"
    "   where b.subscription_id = d.subscription_id and b.subject = d.subject"
    "   and b.state = 'pending' and b.seq < d.seq) then l.due_at end as due_at"
)
SOURCE = (
    " from webhook_deliveries d left join webhook_events e on e.seq = d.seq"
    " left join webhook_lanes l"
    " on l.subscription_id = d.subscription_id and l.subject = d.subject"
)
ONE = sa.text(
    f"{COLUMNS}, coalesce(e.body, '') as body{SOURCE} where d.delivery_id = :id"  # noqa: S608
    " and exists (select 1 from webhook_subscriptions s"
    " where s.subscription_id = d.subscription_id)"
)
PAGE = sa.text(
    f"{COLUMNS}{SOURCE} where d.subscription_id = :id and (:state = '' or d.state = :state)"
    " and (:after = '' or d.delivery_id < :after) order by d.delivery_id desc limit :limit"
)
TRIES = sa.text(
    "select number, at, seconds, status, answer, error from webhook_attempts"
    " where delivery_id = :id order by number desc limit 100"
)
OPEN_LANE = sa.text(
    "insert into webhook_lanes (subscription_id, subject, due_at) values (:id, :subject, :now)"
    " on conflict (subscription_id, subject)"
    " do update set due_at = excluded.due_at, tries = 0, since = null"
)
AGAIN = sa.text(
    "update webhook_deliveries set state = 'pending', done_at = null"
    " where delivery_id = :id and state <> 'delivered' returning 1"
)
STATE = sa.text(
    "select state, version from webhook_subscriptions where subscription_id = :id for share"
)


class History:
    """Answers about deliveries."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def find(self, asked: q.FindDeliveries, _actor: str) -> q.WebhookDeliveries:
        """List a subscription's deliveries."""
        wanted = {
            "id": asked.subscription_id, "state": asked.state, "after": asked.after,
            "limit": asked.limit + 1,
        }  # fmt: skip
        with self._engine.connect() as connection:
            desk.show(connection, asked.subscription_id)
            found = [_shown(row) for row in connection.execute(PAGE, wanted).mappings()]
        page = tuple(found[: asked.limit])
        more = len(found) > asked.limit
        return q.WebhookDeliveries(deliveries=page, next=page[-1].delivery_id if more else "")

    def get(self, asked: q.AboutDelivery, _actor: str) -> q.WebhookDeliveryPage:
        """Show a delivery with each try."""
        with self._engine.connect() as connection:
            row = _one(connection, asked.delivery_id)
            tries = connection.execute(TRIES, {"id": asked.delivery_id}).mappings()
            return q.WebhookDeliveryPage(
                delivery=_shown(row),
                body=row["body"],
                tries=tuple(q.WebhookAttempt(**one) for one in tries),
            )

    def retry(self, asked: q.AboutDelivery, _actor: str) -> q.WebhookDelivery:
        """Let a dead delivery be tried for another three days, one that waits be tried at once."""
        with self._engine.begin() as connection:
            row = _one(connection, asked.delivery_id)
            values = {"id": row["subscription_id"], "subject": row["subject"], "now": clock.now()}
            connection.execute(OPEN_LANE, values)
            if connection.scalar(AGAIN, {"id": asked.delivery_id}) is None:
                raise IllegalMove("delivery", asked.delivery_id, "delivered", "pending")
            return _shown(_one(connection, asked.delivery_id))

    def test(self, asked: q.UseSubscription, actor: str) -> q.WebhookDelivery:
        """Send a subscription an event of the type webhook.test, whatever it listens to."""
        identity, now = asked.subscription_id, clock.now()
        with Session(self._engine) as session, session.begin():
            row = session.execute(STATE, {"id": identity}).first()
            if row is None:
                raise NotFound("webhook subscription", identity, "subscription_id")
            check_version("subscription", identity, asked.expected_version, row.version)
            if row.state == "paused":
                raise Refused("paused", f"Subscription {identity} is paused; make it active first.")
            data = {"subscription_id": identity, "by": actor}
            event = make_event(new_id("evt"), TEST, identity, now, data)
            (kept,) = intake.keep(session, [event])
            intake.queue(session, [(identity, kept)], now)
            found = session.connection().scalar(
                sa.text(
                    "select delivery_id from webhook_deliveries"
                    " where subscription_id = :id and seq = :seq"
                ),
                {"id": identity, "seq": kept.seq},
            )
            return _shown(_one(session.connection(), str(found)))


def _one(connection: sa.Connection, delivery_id: str) -> Mapping[Any, Any]:
    row = connection.execute(ONE, {"id": delivery_id}).mappings().first()
    if row is None:
        raise NotFound("webhook delivery", delivery_id, "delivery_id")
    return row


def _shown(row: Mapping[Any, Any]) -> q.WebhookDelivery:
    return q.WebhookDelivery(**{name: row[name] for name in q.WebhookDelivery.__struct_fields__})
