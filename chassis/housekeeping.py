"""What does every service do beside its work? It takes up what waits, counts it, and prunes."""

import time
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING

import eventlet
import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis import aside, clock, stuck, telemetry
from chassis.retention import REST, forget, in_turn, rules
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
    """Set the gauges of outbox, messages put aside and what waits in vain."""
    with Session(bus.engine) as session:
        waiting = session.scalar(sa.text("select count(*) from outbox"))
        telemetry.OUTBOX.labels(bus.source).set(waiting or 0)
        for state, count in aside.counts(session).items():
            telemetry.DEFERRED.labels(bus.source, state).set(count)
        for kind, count in stuck.counts(session).items():
            telemetry.STUCK.labels(bus.source, kind).set(count)


def prune(bus: "Bus") -> None:
    """Forget inbox rows so old that their messages cannot come again, all that there are.

    Each page is a transaction of its own, with a rest behind it: under load more of them come
    between two ticks than one page holds.
    """
    before, pruned = clock.now() - timedelta(seconds=bus.settings.inbox_kept), PRUNED_AT_ONCE
    while pruned == PRUNED_AT_ONCE and not bus.stopping:
        began = time.monotonic()
        with Session(bus.engine) as session, session.begin():
            pruned = prune_inbox(session, before, PRUNED_AT_ONCE)
        eventlet.sleep(REST * (time.monotonic() - began))


def forget_old(bus: "Bus") -> None:
    """Forget the rows that are older than an installation wants to keep them."""
    now, tables = clock.now(), []
    for table, rule in rules(bus.metadata):
        if days := getattr(bus.settings, rule.setting):
            before = now - timedelta(days=days)
            tables.append(forget(bus.engine, table, rule, before, eventlet.sleep))
    for _ in in_turn(tables):
        if bus.stopping:
            return


HOUSEKEEPING: dict[str, tuple[float, Callable[["Bus"], None]]] = {
    "take_up_asides": (1.0, take_up_asides),
    "take_up_calls": (1.0, take_up_calls),
    "count_what_waits": (10.0, count_what_waits),
    "prune": (10.0, prune),  # often: a process that keeps dying has to come to it, too
    "forget_old": (60.0, forget_old),
}
