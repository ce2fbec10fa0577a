"""What does every service do beside its work? It takes up what waits, counts it, and prunes."""

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis import aside, clock, telemetry
from chassis.transaction import prune_inbox

if TYPE_CHECKING:
    from chassis.bus import Bus

PRUNED_AT_ONCE = 5000


def take_up_asides(bus: "Bus") -> None:
    """Handle again what was put aside and is due."""
    bus.batches.take_up_again()


def take_up_calls(bus: "Bus") -> None:
    """Make again the calls that are due."""
    if bus.callers:
        bus.caller.take_up_again()


def count_what_waits(bus: "Bus") -> None:
    """Set the gauges of outbox and messages put aside."""
    with Session(bus.engine) as session:
        waiting = session.scalar(sa.text("select count(*) from outbox"))
        telemetry.OUTBOX.labels(bus.source).set(waiting or 0)
        for state, count in aside.counts(session).items():
            telemetry.DEFERRED.labels(bus.source, state).set(count)


def prune(bus: "Bus") -> None:
    """Forget inbox rows so old that their messages cannot come again, all that there are.

    Each page is a transaction of its own: under load more of them come in half a minute than one
    page holds.
    """
    before, pruned = clock.now() - timedelta(seconds=bus.settings.inbox_kept), PRUNED_AT_ONCE
    while pruned == PRUNED_AT_ONCE and not bus.stopping:
        with Session(bus.engine) as session, session.begin():
            pruned = prune_inbox(session, before, PRUNED_AT_ONCE)


HOUSEKEEPING: dict[str, tuple[float, Callable[["Bus"], None]]] = {
    "take_up_asides": (1.0, take_up_asides),
    "take_up_calls": (1.0, take_up_calls),
    "count_what_waits": (10.0, count_what_waits),
    "prune": (30.0, prune),
}
