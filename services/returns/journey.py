"""How does a return go on when another service has answered?"""

from collections.abc import Callable
from typing import Any

from chassis.saga import Decision, Moved, Phase
from chassis.saga_store import Run, Runs
from chassis.work import Work
from contracts.returns import ReturnCompleted, ReturnedLine
from services.returns.domain.return_order import ReturnOrder, State, pieces_back
from services.returns.sagas.asks import Subject
from services.returns.sagas.return_journey import RETURN_JOURNEY


def begin(subject: Subject, work: Work, runs: Runs) -> None:
    """Send an approved return on its journey."""
    return_id = subject.order.return_id
    run = Run(return_id, RETURN_JOURNEY.name, return_id, work.now, work.now)
    runs.add(run)
    _advance(run, subject, work, runs, lambda: RETURN_JOURNEY.start(subject, work.now))


def on_told(message: Any, subject: Subject, work: Work, runs: Runs) -> None:
    """Take an answer."""
    run = _run(subject.order, runs)
    if run and run.is_open:
        reason = str(getattr(message, "reason", ""))
        _advance(
            run, subject, work, runs,
            lambda: RETURN_JOURNEY.receive(run.progress, message, subject, work.now, reason),
        )  # fmt: skip


def arrived(subject: Subject, work: Work, runs: Runs) -> None:
    """Goods are here: a label that never came is not waited for any more."""
    run = _run(subject.order, runs)
    if run and run.is_open and run.step == "label":
        _decide(run, "skip", subject, work, runs)


def resolve(decision: Decision, reason: str, subject: Subject, work: Work, runs: Runs) -> None:
    """Do what a person decided about the step that is stuck."""
    if run := _run(subject.order, runs):
        runs.log(run, work.now, f"{decision} by {work.actor}: {reason}")
        _decide(run, decision, subject, work, runs)


def wake(subject: Subject, work: Work, runs: Runs) -> None:
    """The deadline of a step has passed."""
    run = _run(subject.order, runs)
    if run and run.is_open and run.deadline and run.deadline <= work.now:
        _advance(
            run, subject, work, runs,
            lambda: RETURN_JOURNEY.overdue(run.progress, subject, work.now),
        )  # fmt: skip


def stop(order: ReturnOrder, runs: Runs) -> None:
    """The return is off: nothing is to come any more."""
    if (run := _run(order, runs)) and run.is_open:
        run.phase, run.deadline, run.problem = Phase.DONE.value, None, ""
    order.problem = order.stuck = ""


def _run(order: ReturnOrder, runs: Runs) -> Run | None:
    return next(iter(runs.of_subject(order.return_id)), None)


def _decide(run: Run, decision: Decision, subject: Subject, work: Work, runs: Runs) -> None:
    _advance(
        run, subject, work, runs,
        lambda: RETURN_JOURNEY.resolve(run.progress, decision, subject, work.now, ""),
    )  # fmt: skip


def _advance(run: Run, subject: Subject, work: Work, runs: Runs, move: Callable[[], Moved]) -> None:
    before, order = (run.step, run.phase), subject.order
    to, said = move()
    run.move(to, work.now)
    for message in said:
        work.send(message, correlation_id=order.order_id)
    if (run.step, run.phase) != before:
        runs.log(run, work.now, ", ".join(type(message).__name__ for message in said))
    order.problem = run.problem
    order.stuck = run.step if run.problem else ""
    if run.phase == Phase.DONE and order.state == State.INSPECTED:
        _complete(order, work)


def _complete(order: ReturnOrder, work: Work) -> None:
    order.move(State.COMPLETED)
    work.send(
        ReturnCompleted(
            return_id=order.return_id,
            order_id=order.order_id,
            refunded=order.given_back,
            lines=tuple(
                ReturnedLine(line_id=line.line_id, sku=line.sku, quantity=back)
                for line in order.lines
                if (back := pieces_back(line))
            ),
        ),
        correlation_id=order.order_id,
    )
