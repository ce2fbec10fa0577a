"""What can be done to many orders, what must one be allowed for it, and what is asked each time?

The whole of it is ACTIONS. What is asked of an order whose state decides what is asked (its holds,
its stuck steps) is settled by `look` before, and kept: asked a second time, it is the same.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from contracts import orders
from contracts.message import Question
from gateway.bounds import Bounds
from gateway.jobs.said import StartJob

Names = tuple[str, str]


def _orders_of(bounds: Bounds, rows: Sequence[Names]) -> set[Names]:
    mine = bounds.orders(order_id for order_id, _ in rows)
    return {row for row in rows if row[0] in mine}


@dataclass(frozen=True, slots=True)
class Action:
    """One kind of job: what is asked of each order, and who may.

    `needs` are the options of StartJob that must be given, `takes` those that may be. `make` makes
    the request for an order, and for a part of it if `look` tells that there are parts. `mine`
    tells which of (subject, label) somebody may change.
    """

    question: Question[Any, Any]
    permission: str
    make: Callable[[StartJob, str, str], Any]
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    look: Callable[[orders.Order], list[str]] | None = None
    mine: Callable[[Bounds, Sequence[Names]], set[Names]] = _orders_of


def _holds(order: orders.Order) -> list[str]:
    return [hold.hold_id for hold in order.holds]


def _stuck_runs(order: orders.Order) -> list[str]:
    return [
        run.run_id
        for run in order.journey
        if run.phase == "waiting" or (run.problem and run.phase in {"forward", "backward"})
    ]


ACTIONS: Mapping[str, Action] = {
    "hold": Action(
        orders.HOLD,
        "orders.write",
        lambda job, order_id, _: orders.PlaceHold(
            order_id=order_id, reason=job.reason, note=job.note, until=job.until
        ),
        needs=("reason",),
        takes=("note", "until"),
    ),
    "release": Action(
        orders.RELEASE,
        "orders.write",
        lambda job, order_id, hold_id: orders.ReleaseHold(
            order_id=order_id, hold_id=hold_id, reason=job.reason
        ),
        takes=("reason",),
        look=_holds,
    ),
    "cancel": Action(
        orders.CANCEL,
        "orders.write",
        lambda job, order_id, _: orders.CancelOrder(order_id=order_id, reason=job.reason),
        needs=("reason",),
    ),
    "tag": Action(
        orders.TAG,
        "orders.write",
        lambda job, order_id, _: orders.ChangeTags(order_id=order_id, add=job.tags),
        needs=("tags",),
    ),
    "untag": Action(
        orders.TAG,
        "orders.write",
        lambda job, order_id, _: orders.ChangeTags(order_id=order_id, remove=job.tags),
        needs=("tags",),
    ),
    "note": Action(
        orders.NOTE,
        "orders.write",
        lambda job, order_id, _: orders.AddNote(order_id=order_id, text=job.text),
        needs=("text",),
    ),
    "retry": Action(
        orders.RESOLVE,
        "exceptions.decide",
        lambda job, order_id, run_id: orders.ResolveStep(
            order_id=order_id, run_id=run_id, decision="retry", reason=job.reason
        ),
        needs=("reason",),
        look=_stuck_runs,
    ),
}
