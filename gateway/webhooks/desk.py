"""What is answered about webhooks? Straight from the gateway's own database."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from chassis import clock
from chassis.errors import NotFound, Refused, check_version
from chassis.ids import new_id
from chassis.sealing import seal
from contracts.values import Nothing
from gateway.webhooks import questions as q
from gateway.webhooks import signing
from gateway.webhooks.addresses import why_not
from gateway.webhooks.bindings import Bindings
from gateway.webhooks.catalogue import CATALOGUE, TYPES, Told, make_event, names_nothing

MOST = 100
COUNTED = 1000
EXAMPLE_AT = datetime(2026, 3, 9, 8, 41, 12, tzinfo=UTC)
COUNT = (
    "(select count(*) from (select 1 from webhook_deliveries d"
    " where d.subscription_id = s.subscription_id and d.state = '{state}' limit {most}) few)"
)
SHOWN = (
    "select s.subscription_id, s.url, s.events, s.description, s.state, s.why, s.failing_since,"  # noqa: S608 - our own words
    " s.behind is not null and s.state = 'active' as catching_up,"
    f" {COUNT.format(state='pending', most=COUNTED)} as waiting,"
    f" {COUNT.format(state='dead', most=COUNTED)} as dead,"
    " case when s.old_secret_until > :now then s.old_secret_until end as secret_overlaps_until,"
    " s.created_by, s.created_at, s.version from webhook_subscriptions s"
)
ONE = sa.text(f"{SHOWN} where s.subscription_id = :id")
PAGE = sa.text(f"{SHOWN} where s.subscription_id > :after order by s.subscription_id limit :limit")
LOCK = sa.text(
    "select version, state, secret from webhook_subscriptions where subscription_id = :id"
    " for update"
)
ADD = sa.text(
    "insert into webhook_subscriptions (subscription_id, url, events, description, state, why,"
    " secret, old_secret, created_by, created_at) select :id, :url, cast(:events as jsonb),"
    " :description, 'active', '', :secret, '', :actor, :now"
    " where (select count(*) from webhook_subscriptions) < :most returning version"
)
CHANGE = sa.text(
    "update webhook_subscriptions set url = :url, events = cast(:events as jsonb),"
    " description = :description, version = version + 1 where subscription_id = :id"
)
PAUSE = sa.text(
    "update webhook_subscriptions set state = 'paused', why = '',"
    " behind = coalesce(behind, (select coalesce(max(seq), 0) from webhook_events))"
    " where subscription_id = :id"
)
RESUME = (
    sa.text(
        "update webhook_subscriptions set state = 'active', why = '', failing_since = null"
        " where subscription_id = :id"
    ),
    sa.text(
        "update webhook_lanes set due_at = :now, tries = 0, since = null"
        " where subscription_id = :id"
    ),
)
FORGET = tuple(
    sa.text(f"delete from {table} where subscription_id = :id")  # noqa: S608 - our own names
    for table in ("webhook_subscriptions", "webhook_lanes")
)
ROTATE = sa.text(
    "update webhook_subscriptions set old_secret = secret, old_secret_until = :until,"
    " secret = :secret, version = version + 1 where subscription_id = :id"
)
REPLAY = sa.text(
    "update webhook_subscriptions set version = version + 1,"
    " again_until = (select coalesce(max(seq), 0) from webhook_events),"
    " behind = least(behind, (select coalesce(min(seq) - 1, (select coalesce(max(seq), 0)"
    " from webhook_events)) from webhook_events where at >= :since))"
    " where subscription_id = :id"
)

Seen = q.ChangeSubscription | q.UseSubscription | q.RotateSecret | q.Replay


class Subscriptions:
    """Answers about subscriptions; `private` allows addresses of our own network, for trials."""

    def __init__(self, engine: sa.Engine, bindings: Bindings, *, private: bool) -> None:
        self._engine, self._bindings, self._private = engine, bindings, private

    def subscribe(self, asked: q.Subscribe, actor: str) -> q.MadeSubscription:
        """Add a subscription."""
        self._check(asked.url, asked.events)
        secret, identity = signing.new_secret(), new_id("whs")
        values = {
            **_wished(asked),
            "id": identity,
            "secret": seal(secret),
            "actor": actor,
            "most": MOST,
        }
        with self._changing(asked.events) as connection:
            version = connection.scalar(ADD, {**values, "now": clock.now()})
        if version is None:
            raise Refused("too_many", f"There are {MOST} subscriptions already; that is the most.")
        return q.MadeSubscription(subscription_id=identity, secret=secret, version=version)

    def find(self, asked: q.FindSubscriptions, _actor: str) -> q.WebhookSubscriptions:
        """List subscriptions."""
        wanted = {"after": asked.after, "limit": asked.limit + 1, "now": clock.now()}
        with self._engine.connect() as connection:
            found = [_shown(row) for row in connection.execute(PAGE, wanted).mappings()]
        page = tuple(found[: asked.limit])
        more = len(found) > asked.limit
        return q.WebhookSubscriptions(
            subscriptions=page, next=page[-1].subscription_id if more else ""
        )

    def get(self, asked: q.AboutSubscription, _actor: str) -> q.WebhookSubscription:
        """Show a subscription."""
        with self._engine.connect() as connection:
            return show(connection, asked.subscription_id)

    def change(self, asked: q.ChangeSubscription, _actor: str) -> q.WebhookSubscription:
        """Change a subscription; what was paused and is active again, is told what it missed."""
        self._check(asked.url, asked.events)
        values = {"id": asked.subscription_id, "now": clock.now()}
        with self._changing(asked.events) as connection:
            row = _locked(connection, asked)
            connection.execute(CHANGE, {**_wished(asked), **values})
            if asked.state != row.state:
                for statement in RESUME if asked.state == "active" else (PAUSE,):
                    connection.execute(statement, values)
            return show(connection, asked.subscription_id)

    def forget(self, asked: q.UseSubscription, _actor: str) -> Nothing:
        """End a subscription; nothing more is sent."""
        with self._changing() as connection:
            _locked(connection, asked)
            for statement in FORGET:
                connection.execute(statement, {"id": asked.subscription_id})
        return Nothing()

    def rotate(self, asked: q.RotateSecret, _actor: str) -> q.NewSecret:
        """Make a new secret."""
        secret = signing.new_secret()
        overlap = timedelta(hours=asked.overlap_hours)
        until = clock.now() + overlap if overlap else None
        with self._engine.begin() as connection:
            _locked(connection, asked)
            values = {"id": asked.subscription_id, "secret": seal(secret), "until": until}
            connection.execute(ROTATE, values)
        return q.NewSecret(
            subscription_id=asked.subscription_id, secret=secret, secret_overlaps_until=until
        )

    def replay(self, asked: q.Replay, _actor: str) -> q.WebhookSubscription:
        """Tell a subscription once more what happened since a time."""
        with self._engine.begin() as connection:
            _locked(connection, asked)
            values = {"id": asked.subscription_id, "since": asked.since}
            connection.execute(REPLAY, values)
            return show(connection, asked.subscription_id)

    def types(self, _asked: Nothing, _actor: str) -> q.WebhookEventTypes:
        """List what can be subscribed to."""
        return q.WebhookEventTypes(types=tuple(_type(told) for told in CATALOGUE))

    @contextmanager
    def _changing(self, patterns: Sequence[str] = ()) -> Iterator[sa.Connection]:
        """Change in a transaction what is wanted; the broker follows before there is an answer."""
        with (
            self._bindings.changing(self._engine, patterns),
            self._engine.begin() as connection,
        ):
            yield connection

    def _check(self, url: str, patterns: tuple[str, ...]) -> None:
        if wrong := why_not(url, private=self._private):
            raise Refused("bad_url", f"url {wrong}", "url")
        if unknown := names_nothing(patterns):
            known = ", ".join(TYPES[:3])
            told = f"There are no events {unknown}; there are {known} and so on."
            raise Refused("unknown_event", told, f"events[{patterns.index(unknown)}]")


def show(connection: sa.Connection, subscription_id: str) -> q.WebhookSubscription:
    """Show a subscription as it is now; raises NotFound."""
    row = connection.execute(ONE, {"id": subscription_id, "now": clock.now()}).mappings().first()
    if row is None:
        raise NotFound("webhook subscription", subscription_id, "subscription_id")
    return _shown(row)


def _shown(row: Mapping[Any, Any]) -> q.WebhookSubscription:
    return q.WebhookSubscription(**{**row, "events": tuple(row["events"])})


def _locked(connection: sa.Connection, asked: Seen) -> Any:
    identity = asked.subscription_id
    row = connection.execute(LOCK, {"id": identity}).first()
    if row is None:
        raise NotFound("webhook subscription", identity, "subscription_id")
    check_version("subscription", identity, asked.expected_version, row.version)
    return row


def _wished(asked: q.Subscribe | q.ChangeSubscription) -> dict[str, Any]:
    events = msgspec.json.encode(sorted(set(asked.events))).decode()
    return {"url": asked.url, "events": events, "description": asked.description}


def _type(told: Told) -> q.WebhookEventType:
    event = make_event("", told.type, "", EXAMPLE_AT, told.example)
    return q.WebhookEventType(type=told.type, about=told.about, example=event.body)
