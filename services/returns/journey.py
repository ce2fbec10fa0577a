"""How does a return go on when another service has answered?"""

from collections.abc import Callable
from typing import Any

from chassis.saga import Moved, Phase
from chassis.saga_store import Run, Runs
from chassis.work import Work
from contracts.returns import ReturnCompleted, ReturnedLine, ReturnInspected
from contracts.values import Money
from services.returns.domain.return_order import ReturnOrder, State, pieces_back
from services.returns.domain.sale import Sale
from services.returns.sagas.asks import Subject
from services.returns.sagas.return_journey import RETURN_JOURNEY


def begin(order: ReturnOrder, sale: Sale, work: Work, runs: Runs) -> None:
    """Send an approved return on its journey."""
    run = Run(order.return_id, RETURN_JOURNEY.name, order.return_id, work.now, work.now)
    runs.add(run)
    _advance(run, order, sale, work, runs, lambda s: RETURN_JOURNEY.start(s, work.now))


def on_told(message: Any, order: ReturnOrder, sale: Sale, work: Work, runs: Runs) -> None:
    """Take an answer."""
    run = _run(order, runs)
    if run and run.is_open:
        reason = str(getattr(message, "reason", ""))
        _advance(
            run, order, sale, work, runs,
            lambda s: RETURN_JOURNEY.receive(run.progress, message, s, work.now, reason),
        )  # fmt: skip


def inspected(
    order: ReturnOrder, sale: Sale, told: ReturnInspected, work: Work, runs: Runs
) -> None:
    """People are done with the goods; a label that never came is not waited for any more."""
    run = _run(order, runs)
    if run and run.step == "label":
        _advance(
            run, order, sale, work, runs,
            lambda s: RETURN_JOURNEY.resolve(run.progress, "skip", s, work.now, ""),
        )  # fmt: skip
    on_told(told, order, sale, work, runs)


def wake(order: ReturnOrder, sale: Sale, work: Work, runs: Runs) -> None:
    """The deadline of a step has passed."""
    run = _run(order, runs)
    if run and run.is_open and run.deadline and run.deadline <= work.now:
        _advance(
            run, order, sale, work, runs,
            lambda s: RETURN_JOURNEY.overdue(run.progress, s, work.now),
        )  # fmt: skip


def stop(order: ReturnOrder, runs: Runs) -> None:
    """The return is off: nothing is to come any more."""
    if (run := _run(order, runs)) and run.is_open:
        run.phase, run.deadline = Phase.DONE.value, None


def _run(order: ReturnOrder, runs: Runs) -> Run | None:
    return next(iter(runs.of_subject(order.return_id)), None)


def _advance(  # noqa: PLR0913 - a run and all that it touches
    run: Run, order: ReturnOrder, sale: Sale, work: Work, runs: Runs,
    move: Callable[[Subject], Moved],
) -> None:  # fmt: skip
    before = (run.step, run.phase)
    to, said = move(Subject(order, sale))
    run.move(to, work.now)
    for message in said:
        work.send(message, correlation_id=order.order_id)
    if (run.step, run.phase) == before:
        return
    runs.log(run, work.now, ", ".join(type(message).__name__ for message in said))
    order.problem = run.problem if run.phase == Phase.WAITING else ""
    if run.phase == Phase.DONE and order.state == State.INSPECTED:
        _complete(order, work)


def _complete(order: ReturnOrder, work: Work) -> None:
    order.move(State.COMPLETED)
    order.refunded = order.refund > 0
    work.send(
        ReturnCompleted(
            return_id=order.return_id,
            order_id=order.order_id,
            refunded=Money(amount=order.refund, currency=order.currency),
            lines=tuple(
                ReturnedLine(line_id=line.line_id, sku=line.sku, quantity=back)
                for line in order.lines
                if (back := pieces_back(line))
            ),
        ),
        correlation_id=order.order_id,
    )
