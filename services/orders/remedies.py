"""What may a person do about an order that does not go on: retry, skip or compensate?

`moves` tells what is possible now, and `remedy` does it; both read the same lines. Whoever is asked
again and has done it already only tells it again; whoever is told to give back what was never
taken answers that it is given back. So a run that was lost can be taken up again anywhere.
"""

from collections.abc import Sequence
from datetime import datetime

from chassis.saga import Phase
from chassis.saga_store import Run, Runs
from chassis.work import Work
from contracts.stuck import Decision
from services.orders.domain.history import Change
from services.orders.domain.order import Order
from services.orders.domain.states import State
from services.orders.handlers import release_run_out
from services.orders.journeys import Journeys
from services.orders.ports import Orders
from services.orders.sagas.hearing import EDIT, FULFILLMENT
from services.orders.sagas.neglect import FRONT, Neglected
from services.orders.sagas.order_journey import FULFILLMENT_JOURNEY, ORDER_JOURNEY, SAGAS
from services.orders.sagas.partly import SKIPPABLE

OF_A_RUN = frozenset({"run", "no_timer", "overdue"})
Moves = tuple[Decision, ...]


def moves_of_run(run: Run) -> Moves:
    """Tell what may be decided about a run that cannot go on by itself."""
    if not SAGAS[run.saga].knows(run.progress):
        return ()
    if run.phase == Phase.BACKWARD:
        return ("retry", "skip")
    if run.saga == EDIT:
        return ("retry",)  # what the warehouse has done stays unknown until it says so
    by_hand: Moves = ("skip",) if run.saga == FULFILLMENT and run.step in SKIPPABLE else ()
    back: Moves = ("compensate",) if SAGAS[run.saga].may_compensate(run.progress) else ()
    return ("retry", *by_hand, *back)


def moves(order: Order, runs: Sequence[Run], one: Neglected) -> Moves:
    """Tell what may be decided about an order that nobody moves."""
    back: Moves = ("compensate",) if order.may_cancel else ()
    front = _front(runs)
    match one.kind:
        case "no_timer" | "overdue":
            return moves_of_run(next(run for run in runs if run.run_id == one.subject))
        case "no_journey":
            return ("retry", *back) if order.state == State.PENDING else back
        case "journey_over":
            gone = front is not None and front.phase == Phase.COMPENSATED
            return back if gone else ("retry", *back)
        case "not_sent_out" | "not_completed":
            return ("retry", *back)
    return ("retry",)


def remedy(  # noqa: PLR0913 - a handler's ports, and what is to be done
    order: Order,
    one: Neglected,
    decision: Decision,
    reason: str,
    work: Work,
    orders: Orders,
    runs: Runs,
) -> None:
    """Do what was decided about an order that nobody moves; ask `moves` before."""
    travel = Journeys(order, work, orders, runs)
    front = _front(runs.of_subject(order.order_id))
    if decision == "compensate":
        _take_back(order, reason, travel, work, orders, runs)
    elif one.kind == "no_journey":
        travel.begin()
    elif one.kind == "journey_over" and front:
        travel.again(front, "stock" if order.state == State.PENDING else "routing")
    elif one.kind == "not_sent_out":
        travel.again(_followed(order, one.subject, work.now, runs), "packing")
    elif one.kind == "cancellation":
        _take_back(order, order.canceling, travel, work, orders, runs)
    elif one.kind == "hold":
        release_run_out(order.order_id, work, orders, runs)
    elif one.kind == "not_completed":
        travel.go_on()
    elif one.kind == "owed":
        for run in runs.of_subject(order.order_id):
            if run.saga == FULFILLMENT and run.phase == Phase.DONE and _has_left(order, run):
                travel.again(run, "capture")


def _take_back(  # noqa: PLR0913 - as above
    order: Order, reason: str, travel: Journeys, work: Work, orders: Orders, runs: Runs
) -> None:
    """Cancel the order: first what was sent out, then goods and money, whatever runs are there."""
    front = _front(runs.of_subject(order.order_id))
    if front and front.phase == Phase.COMPENSATED:
        before = order.state
        work.send(order.cancel(reason), correlation_id=order.order_id)
        orders.tell(order, work, Change("status", "", before, order.state, reason))
        return
    if front is None:
        runs.add(_at_end_of(ORDER_JOURNEY.steps[-1].name, order.order_id, order, work.now))
    for sending in order.sendings:
        run_id = f"{order.order_id}:{sending.fulfillment_order_id}"
        run = next((r for r in runs.of_subject(order.order_id) if r.run_id == run_id), None)
        if sending.is_open and sending.status != "planned" and not (run and run.is_open):
            lost = _followed(order, run_id, work.now, runs)
            # as if it waited for the carrier: labels and boxes are given back, if there are any
            lost.step, lost.phase, lost.attempts = "handover", Phase.FORWARD.value, 1
    travel.turn_back(reason)


def _followed(order: Order, run_id: str, now: datetime, runs: Runs) -> Run:
    """Find the run that follows a sending, or make the one that is missing."""
    if run := next((r for r in runs.of_subject(order.order_id) if r.run_id == run_id), None):
        return run
    which = run_id.partition(":")[2]
    data = {"fulfillment_order_id": which, "round": order.sending(which).round}
    lost = Run(run_id, FULFILLMENT_JOURNEY.name, order.order_id, now, now, "packing", data=data)
    runs.add(lost)
    return lost


def _at_end_of(step: str, run_id: str, order: Order, now: datetime) -> Run:
    done, data = Phase.DONE.value, {"round": 1, "attempt": 1}
    return Run(run_id, FRONT, order.order_id, now, now, step, done, data=data)


def _front(runs: Sequence[Run]) -> Run | None:
    return next((run for run in runs if run.saga == FRONT), None)


def _has_left(order: Order, run: Run) -> bool:
    return order.sending(run.data["fulfillment_order_id"]).has_left
