"""Every way into the deliveries: what is heard on the bus, and the clock."""

import random
from typing import Any

import eventlet
import sqlalchemy as sa
from nameko.extensions import DependencyProvider
from prometheus_client import Gauge

from chassis import clock
from chassis.bus import Bus
from chassis.config import read_settings
from chassis.transaction import Unit
from chassis.wiring import handles, tends
from contracts.orders import OrderNoted
from gateway.jobs.ledger import Ledger
from gateway.jobs.running import Working
from gateway.people import mentions
from gateway.tables import metadata
from gateway.webhooks import intake, outbox
from gateway.webhooks.bindings import Bindings, BrokerLine
from gateway.webhooks.catalogue import CATALOGUE
from gateway.webhooks.post import Post
from gateway.webhooks.sender import Sender

IDLE_SECONDS, AWAY_SECONDS = 0.3, 2
FINISH_SECONDS = 12
BINDINGS = Bindings(BrokerLine())
JOBS_LATE = Gauge("oms_job_late_seconds", "Seconds for which a job is due and not taken up")
LATE = Gauge("oms_webhook_late_seconds", "Seconds for which a delivery is due and not tried")


class Sending(DependencyProvider):  # type: ignore[misc]
    """Sends what is due while the service runs."""

    def start(self) -> None:
        """Called when everything is set up: send until `stop`."""
        bus = next(d for d in self.container.dependencies if isinstance(d, Bus))
        post = Post(private=bool(read_settings().webhooks_allow_private))
        self._sender = Sender(bus.engine, post)
        self._bus = bus
        eventlet.spawn(self._run)

    def stop(self) -> None:
        """Begin nothing more; what is under way may end."""
        self._sender.stopping = True
        with eventlet.Timeout(FINISH_SECONDS, exception=False):
            while self._sender.in_hand:
                eventlet.sleep(0.05)

    def _run(self) -> None:
        while not self._sender.stopping:
            pause: float = IDLE_SECONDS
            try:
                if self._bus.ready and self._sender.send_due():
                    pause = 0.01
            except Exception as error:  # noqa: BLE001 - the next round tries again
                self._bus.log.warning("nothing can be sent", error=type(error).__name__)
                pause = AWAY_SECONDS
            eventlet.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311 - no lock-step


def _handles_all(method: Any) -> Any:
    """Let a method handle every message of the catalogue."""
    for told in CATALOGUE:
        method = handles(told.message)(method)
    return method


class Deliveries:
    """Takes the public events from the bus into the gateway's database, sends them; does jobs."""

    name = "gateway"
    bus = Bus(metadata, finish=intake.keep_heard, binds=BINDINGS.settle)
    sending = Sending()
    working = Working()

    @_handles_all
    def hear(self, message: Any, work: Any) -> None:
        """Keep an event for those who subscribed to it."""
        intake.hear(message, work)

    @handles(OrderNoted)
    def keep_mentions(self, event: OrderNoted, work: Unit) -> None:
        """Keep for people where they were mentioned."""
        mentions.keep(event, work.session, work.now)

    @tends(seconds=10)
    def look_what_is_late(self, engine: sa.Engine) -> None:
        """Set the gauges of what is due and is not tried."""
        JOBS_LATE.set(Ledger(engine).late(clock.now()))
        with engine.connect() as connection:
            LATE.set(outbox.late(connection, clock.now()))

    @tends(seconds=3)
    def mend_bindings(self, engine: sa.Engine) -> None:
        """Bind and unbind what somebody died over."""
        BINDINGS.mend(engine)

    @tends(seconds=1)
    def catch_up(self, engine: sa.Engine) -> None:
        """Queue what happened while a subscription was paused, or what it wants once more."""
        while intake.catch_up(engine, clock.now()):
            eventlet.sleep(0)
