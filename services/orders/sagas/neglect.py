"""Which orders does nobody move, although they are not at their end?

What is open has a timer (the deadline of a run) or an owner: the people who hold it, or those who
are told that its run is stuck (`is_stuck`). What has neither is neglected. It should not happen;
if it does, through a fault of ours, nobody would ever come back to it.

    no_journey      an open order that no run is about
    journey_over    its run has ended, and yet it is neither confirmed, allocated nor canceled
    not_sent_out    goods are allocated, packed or shipped, and no run follows them
    no_timer        a run that nobody holds has no deadline
    overdue         a deadline is long past, and no timer takes it up
    cancellation    somebody has canceled it, and nothing is given back
    hold            a hold has run out and still holds
    owed            all has arrived, no run is left, and the customer still owes something
    not_completed   no run is left, nothing is owed, and it is still open
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from chassis.saga import Phase
from chassis.saga_store import OPEN_PHASES
from contracts.orders import Hold, OrderLine
from contracts.values import Money
from services.orders.domain.edit import Edit
from services.orders.domain.order import Order, Sending
from services.orders.domain.states import State
from services.orders.sagas.hearing import FULFILLMENT, is_going_back, is_stuck

LATE = timedelta(minutes=5)
OPEN_STATES = frozenset({State.PENDING, State.CONFIRMED})
FOLLOWED = frozenset({"allocated", "picking", "packed", "shipped"})
FRONT = "order"
KINDS = (
    "no_journey", "journey_over", "not_sent_out", "no_timer", "overdue", "cancellation", "hold",
    "owed", "not_completed",
)  # fmt: skip
LATER = frozenset({"invoice"})  # paid when it is due, weeks after the parcel has arrived


@dataclass(frozen=True, slots=True)
class Glimpse:
    """As much of an order as is looked at here."""

    order_id: str
    state: str
    accepted_at: datetime
    currency: str
    payment_method: str
    lines: tuple[OrderLine, ...]
    delivery_net: int
    captured: int
    holds: tuple[Hold, ...]
    hold_until: datetime | None
    sendings: tuple[Sending, ...]
    canceling: str
    editing: Edit | None

    @property
    def due(self) -> int:
        """What the customer has to pay, as the order itself reckons it."""
        return Order.due.fget(self)  # type: ignore[attr-defined, no-any-return]


class Neglected(NamedTuple):
    """Something of an order that nobody moves, since when, and what is wrong with it."""

    kind: str
    subject: str
    since: datetime
    problem: str
    step: str = ""

    @property
    def exception_id(self) -> str:
        """The name by which people speak of it."""
        return f"orders:{self.kind}:{self.subject}"


def neglected(order: Any, runs: Sequence[Any], now: datetime) -> list[Neglected]:
    """Find what nobody moves; `order` is one, or a glimpse of one."""
    found = [one for run in runs if (one := _of_run(order, run, now))]
    if order.hold_until and order.hold_until < now - LATE:
        problem = f"A hold ran out at {order.hold_until:%Y-%m-%d %H:%M} and was not lifted."
        found.append(Neglected("hold", order.order_id, order.hold_until, problem))
    if order.state in OPEN_STATES:
        found += _of_order(order, runs)
    return found


def is_neglected(order: Any, run: Any, now: datetime) -> bool:
    """Tell whether nobody moves this run of an order."""
    return _of_run(order, run, now) is not None


def _of_run(order: Any, run: Any, now: datetime) -> Neglected | None:
    if run.phase not in OPEN_PHASES or is_stuck(run):
        return None
    if run.deadline is None:
        before_a_gate = run.phase == Phase.FORWARD and run.attempts == 0
        if before_a_gate and (order.holds or order.editing):
            return None
        problem = f"{run.saga} stands at {run.step} with neither a deadline nor an owner."
        if before_a_gate:
            problem = f"{run.saga} stands before {run.step}, though nothing holds the order."
        return Neglected("no_timer", run.run_id, run.moved_at, problem, run.step)
    if run.deadline < now - LATE:
        problem = f"{run.step} was due at {run.deadline:%Y-%m-%d %H:%M}, and no timer took it up."
        return Neglected("overdue", run.run_id, run.deadline, problem, run.step)
    return None


def _of_order(order: Any, runs: Sequence[Any]) -> list[Neglected]:
    front = next((run for run in runs if run.saga == FRONT), None)
    if front is None:
        problem = "It is open, and no journey moves it."
        return [Neglected("no_journey", order.order_id, order.accepted_at, problem)]
    last = max(run.moved_at for run in runs)
    if order.canceling:
        if any(is_going_back(run) for run in runs):
            return []
        problem = f"It was canceled ({order.canceling}), and nothing is given back."
        return [Neglected("cancellation", order.order_id, last, problem)]
    if front.phase not in OPEN_PHASES and (problem := _over(order, front, runs)):
        return [Neglected("journey_over", front.run_id, front.moved_at, problem, front.step)]
    found = _lost_sendings(order, {run.run_id: run for run in runs}, last)
    if not found and all(run.phase not in OPEN_PHASES for run in runs):
        return _left_over(order, last)
    return found


def _over(order: Any, front: Any, runs: Sequence[Any]) -> str:
    if order.state == State.PENDING:
        return "Its journey has ended, and it is neither confirmed nor canceled."
    if front.phase == Phase.COMPENSATED:
        return "Everything was given back, and it is not canceled."
    searching = any(run.saga != FULFILLMENT and run.phase in OPEN_PHASES for run in runs)
    left = sum(line.open + line.backordered for line in order.lines)
    if left and not searching:
        return f"{left} pieces are neither allocated nor canceled, and nobody looks for them."
    return ""


def _lost_sendings(order: Any, runs: Mapping[str, Any], last: datetime) -> list[Neglected]:
    found = []
    for sending in order.sendings:
        run_id = f"{order.order_id}:{sending.fulfillment_order_id}"
        run = runs.get(run_id)
        if sending.status not in FOLLOWED or (run and run.phase in OPEN_PHASES):
            continue
        what = "has no journey" if run is None else "is followed no longer"
        problem = f"{sending.fulfillment_order_id} is {sending.status} and {what}."
        since = run.moved_at if run else last
        found.append(Neglected("not_sent_out", run_id, since, problem))
    return found


def _left_over(order: Any, last: datetime) -> list[Neglected]:
    owed = order.due - order.captured
    if owed > 0 and order.payment_method in LATER:
        return []
    if owed > 0:
        problem = f"All has ended, and {Money(amount=owed, currency=order.currency)} are owed."
        return [Neglected("owed", order.order_id, last, problem, "capture")]
    problem = "All its journeys have ended, and it is not completed."
    return [Neglected("not_completed", order.order_id, last, problem)]
