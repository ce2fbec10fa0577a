"""Who sends? A pool of green threads: each takes a lane, and sends what is in it one by one.

No receiver can hold up the others: a slow one has but a few threads at a time.
"""

from collections import Counter
from typing import Protocol

import sqlalchemy as sa
from eventlet.greenpool import GreenPool
from prometheus_client import Counter as Counted
from prometheus_client import Histogram

from chassis import clock
from chassis.telemetry import get_log
from gateway.webhooks import outbox, signing
from gateway.webhooks.outbox import Delivery, Lane
from gateway.webhooks.patience import Attempt

AT_ONCE, EACH = 64, 8
IN_A_ROW = 50
ATTEMPTS = Counted("oms_webhook_attempts_total", "Tries to deliver a webhook", ["outcome"])
SECONDS = Histogram("oms_webhook_seconds", "Seconds until a receiver has answered")


class Sends(Protocol):
    """Sends a webhook; see gateway.webhooks.post.Post."""

    def send(self, url: str, headers: dict[str, str], body: bytes) -> Attempt:
        """Send it and tell what became of it; raises nothing."""


class Sender:
    """Sends what is due, until it is told to stop."""

    def __init__(self, engine: sa.Engine, post: Sends) -> None:
        self._engine, self._post = engine, post
        self._pool = GreenPool(AT_ONCE)
        self._busy: Counter[str] = Counter()
        self._log = get_log()
        self.stopping = False

    @property
    def in_hand(self) -> int:
        """How many lanes are being worked off."""
        return int(self._pool.running())

    def send_due(self) -> int:
        """Begin to send what is due; tell from how many lanes."""
        if (free := self._pool.free()) <= 0 or self.stopping:
            return 0
        full = [identity for identity, lanes in self._busy.items() if lanes >= EACH]
        with self._engine.begin() as connection:
            lanes = outbox.take_due(connection, clock.now(), free, EACH // 2, full)
        for lane in lanes:
            self._busy[lane.subscription_id] += 1
            self._pool.spawn_n(self._keep_count_of, lane)
        return len(lanes)

    def _keep_count_of(self, lane: Lane) -> None:
        try:
            self.work_off(lane)
        except Exception:  # noqa: BLE001 - a thread of the pool has nobody above it
            # the lane is taken up again when its lease is over
            self._log.exception("a lane broke", subscription=lane.subscription_id)
        finally:
            self._busy[lane.subscription_id] -= 1
            self._busy += Counter()  # forgets those that have none

    def work_off(self, lane: Lane) -> None:
        """Send what is in a lane, one after the other, as long as it goes well."""
        going = lane
        for _ in range(IN_A_ROW):
            if self.stopping:
                break
            with self._engine.begin() as connection:
                delivery = outbox.first_of(connection, going, clock.now())
            if delivery is None:
                return
            attempt = self._try(delivery)
            with self._engine.begin() as connection:
                now = clock.now()
                following = outbox.conclude(connection, going, delivery, attempt, now)
            self._take_note(going, delivery, attempt, over=following is not None)
            if following is None:
                return
            going = following
        with self._engine.begin() as connection:
            outbox.let_go(connection, going, clock.now())

    def _try(self, delivery: Delivery) -> Attempt:
        now = clock.now()
        if delivery.body is None:
            return Attempt(now, 0, error="The event is not kept any more.")
        body = delivery.body.encode()
        headers = signing.headers(delivery.secrets, delivery.event_id, now, body)
        return self._post.send(delivery.url, headers, body)

    def _take_note(self, lane: Lane, delivery: Delivery, attempt: Attempt, *, over: bool) -> None:
        outcome = "delivered" if attempt.delivered else "dead" if over else "failed"
        ATTEMPTS.labels(outcome).inc()
        SECONDS.observe(attempt.seconds)
        about = {"subscription": lane.subscription_id, "delivery": delivery.delivery_id}
        if not attempt.delivered:
            told = {"status": attempt.status, "error": attempt.error}
            self._log.warning("webhook not delivered", **about, outcome=outcome, **told)
        if attempt.delivered and not delivery.after_failures:
            return
        with self._engine.begin() as connection:
            paused = outbox.judge(connection, lane.subscription_id, attempt, clock.now())
        if paused:
            self._log.error("webhook subscription paused", subscription=lane.subscription_id)
