"""What happens when another service has told something? The facts change, then the runs go on."""

from collections.abc import Callable, Iterable
from typing import Any

import msgspec

from chassis.errors import NotYet
from chassis.saga import Moved, Phase, Saga
from chassis.saga_store import Run, Runs
from chassis.work import Work
from contracts.channels import ChannelPushFailed
from contracts.inventory import CommitRefused, StockReserved, StockShort
from contracts.message import Message
from contracts.payments import PaymentFailed
from contracts.values import SkuQuantity
from contracts.warehouse import FulfillmentPacked, PickShort
from services.orders.domain.facts import Change, apply
from services.orders.domain.order import Order, Sending
from services.orders.ports import Orders
from services.orders.sagas.order_journey import (
    FULFILLMENT_JOURNEY,
    ORDER_JOURNEY,
    SAGAS,
    SHORTAGE_JOURNEY,
)
from services.orders.sagas.subject import Subject

Move = Callable[[Saga[Subject], Subject], Moved]


def on_told(message: Any, work: Work, orders: Orders, runs: Runs) -> None:
    """Take what another service has told about an order: facts first, then its runs."""
    order = orders.get(message.order_id)
    if order is None:
        raise NotYet(f"order {message.order_id} is not here yet")
    for change in apply(order, message):
        orders.tell(order, work, change)
    reason = str(getattr(message, "reason", "") or getattr(message, "code", ""))
    if isinstance(message, StockShort):
        reason = "out of stock: " + ", ".join(line.sku for line in message.lines)
    for run in list(runs.of_subject(order.order_id)):
        if run.is_open and _is_about(run, message):
            _learn(run, message)
            _advance(
                run,
                order,
                work,
                orders,
                runs,
                lambda saga, s, run=run: saga.receive(run.progress, message, s, work.now, reason),
            )
    if isinstance(message, PickShort):
        _travel_again(message, order, work, orders, runs)
    _settle(order, work, orders)


def begin(order: Order, work: Work, orders: Orders, runs: Runs) -> None:
    """Send a placed order on its journey."""
    _start(ORDER_JOURNEY, order.order_id, {"round": 1, "attempt": 1}, order, work, orders, runs)


def wake(order_id: str, work: Work, orders: Orders, runs: Runs) -> None:
    """Take up the runs of an order whose deadline has passed, and holds that have run out."""
    order = orders.get(order_id)
    if order is None:
        return
    for run in list(runs.of_subject(order_id)):
        if run.is_open and run.deadline and run.deadline <= work.now:
            _advance(
                run,
                order,
                work,
                orders,
                runs,
                lambda saga, s, run=run: saga.overdue(run.progress, s, work.now),
            )
            if run.problem:
                orders.tell(order, work, Change("overdue", run.step, reason=run.problem))
    _settle(order, work, orders)


def go_on(order: Order, work: Work, orders: Orders, runs: Runs) -> None:
    """Look again whether gates have opened, after a hold was released."""
    for run in list(runs.of_subject(order.order_id)):
        if run.is_open:
            _advance(
                run,
                order,
                work,
                orders,
                runs,
                lambda saga, s, run=run: saga.poke(run.progress, s, work.now),
            )
    _settle(order, work, orders)


def turn_back(order: Order, reason: str, work: Work, orders: Orders, runs: Runs) -> None:
    """Give everything back: first what warehouses and carriers have, then goods and money."""
    order.canceling = reason
    all_runs = list(runs.of_subject(order.order_id))
    for run in all_runs:
        if run.saga != ORDER_JOURNEY.name and run.is_open:
            _compensate(run, order, reason, work, orders, runs)
    _turn_back_order(order, work, orders, runs)


def resolve(  # noqa: PLR0913 - a decision and all that it touches
    run: Run, decision: Any, reason: str, order: Order, work: Work, orders: Orders, runs: Runs
) -> None:
    """Do what a person decided about a run that cannot go on by itself."""
    _advance(
        run,
        order,
        work,
        orders,
        runs,
        lambda saga, s: saga.resolve(run.progress, decision, s, work.now, reason),
    )
    _settle(order, work, orders)


def _is_about(run: Run, message: Any) -> bool:
    if isinstance(message, ChannelPushFailed):
        return bool(run.data.get("fulfillment_order_id") == message.subject)
    if (which := getattr(message, "fulfillment_order_id", None)) and run.saga == "fulfillment":
        return bool(run.data["fulfillment_order_id"] == which)
    if which and run.saga == "order":
        return False
    if (turn := getattr(message, "round", None)) is not None:
        return run.saga != "fulfillment" and run.data.get("round") == turn
    if (capture_id := getattr(message, "capture_id", None)) is not None:
        return run.data.get("fulfillment_order_id") == capture_id
    return True


def _learn(run: Run, message: Message) -> None:
    match message:
        case StockReserved(placements=placements, levels=levels):
            run.data = run.data | {
                "placements": msgspec.to_builtins(placements),
                "levels": msgspec.to_builtins(levels),
            }
        case CommitRefused(placements=placements, levels=levels):
            run.data = run.data | {
                "placements": msgspec.to_builtins(placements),
                "levels": msgspec.to_builtins(levels),
                "attempt": run.data.get("attempt", 1) + 1,
            }
        case FulfillmentPacked(packages=packages, ship_from=ship_from):
            run.data = run.data | {
                "packages": msgspec.to_builtins(packages),
                "ship_from": msgspec.to_builtins(ship_from),
            }
        case PaymentFailed(code="expired"):
            run.data = run.data | {"expired": True}


def _subject(run: Run, order: Order, work: Work, orders: Orders) -> Subject:
    return Subject(order, work.now, run.data, orders.skus())


def _start(  # noqa: PLR0913 - a run and all that it touches
    saga: Saga[Subject],
    run_id: str,
    data: dict[str, Any],
    order: Order,
    work: Work,
    orders: Orders,
    runs: Runs,
) -> None:
    run = Run(run_id, saga.name, order.order_id, work.now, work.now, data=data)
    runs.add(run)
    _advance(run, order, work, orders, runs, lambda s, subject: s.start(subject, work.now, data))


def _advance(  # noqa: PLR0913 - a run and all that it touches
    run: Run, order: Order, work: Work, orders: Orders, runs: Runs, move: Move
) -> None:
    before = (run.step, run.phase)
    was_pending = order.state
    to, said = move(SAGAS[run.saga], _subject(run, order, work, orders))
    run.move(to, work.now)
    for message in said:
        work.send(message, correlation_id=order.order_id)
    if (run.step, run.phase) != before:
        runs.log(run, work.now, ", ".join(type(message).__name__ for message in said))
    if order.state != was_pending:
        orders.tell(order, work, Change("status", before=was_pending, after=order.state))
    if run.phase == before[1]:
        return
    if run.phase == Phase.DONE and run.saga != FULFILLMENT_JOURNEY.name:
        _send_out(run.data["round"], order, work, orders, runs)
    if run.phase == Phase.WAITING:
        orders.tell(order, work, Change("needs a person", run.step, reason=run.problem))
    if run.phase in {Phase.COMPENSATED, Phase.FORWARD}:
        _turned(run, order, work, orders, runs)


def _turned(run: Run, order: Order, work: Work, orders: Orders, runs: Runs) -> None:
    if run.saga == ORDER_JOURNEY.name and run.phase == Phase.COMPENSATED:
        reason = order.canceling or run.problem
        before = order.state
        work.send(order.cancel(reason, expired=bool(run.data.get("expired"))))
        order.canceling = ""
        orders.tell(order, work, Change("status", "", before, order.state, reason))
    elif order.canceling:
        _turn_back_order(order, work, orders, runs)


def _turn_back_order(order: Order, work: Work, orders: Orders, runs: Runs) -> None:
    all_runs = list(runs.of_subject(order.order_id))
    if any(run.phase == Phase.BACKWARD for run in all_runs):
        return
    main = next(run for run in all_runs if run.saga == ORDER_JOURNEY.name)
    if any(run.saga != ORDER_JOURNEY.name and run.is_open for run in all_runs):
        orders.tell(order, work, Change("cancellation refused", reason="Some of it has left."))
        order.canceling = ""
        return
    _compensate(main, order, order.canceling, work, orders, runs)


def _compensate(  # noqa: PLR0913 - a run and all that it touches
    run: Run, order: Order, reason: str, work: Work, orders: Orders, runs: Runs
) -> None:
    if SAGAS[run.saga].may_compensate(run.progress):
        _advance(
            run,
            order,
            work,
            orders,
            runs,
            lambda saga, s: saga.compensate(run.progress, s, work.now, reason),
        )


def _send_out(round_: int, order: Order, work: Work, orders: Orders, runs: Runs) -> None:
    for sending in _of_round(order, round_):
        _start(
            FULFILLMENT_JOURNEY,
            f"{order.order_id}:{sending.fulfillment_order_id}",
            {"fulfillment_order_id": sending.fulfillment_order_id, "round": round_},
            order,
            work,
            orders,
            runs,
        )


def _of_round(order: Order, round_: int) -> Iterable[Sending]:
    return [s for s in order.sendings if s.round == round_ and s.status == "allocated"]


def _travel_again(told: PickShort, order: Order, work: Work, orders: Orders, runs: Runs) -> None:
    if order.is_off or order.canceling:
        return
    order.rounds += 1
    missing = tuple(
        SkuQuantity(line_id=p.line_id, sku=p.sku, quantity=p.quantity) for p in told.lines
    )
    _start(
        SHORTAGE_JOURNEY,
        f"{order.order_id}:round-{order.rounds}",
        {
            "round": order.rounds,
            "attempt": 1,
            "lines": msgspec.to_builtins(missing),
            "warehouse_id": told.lines[0].warehouse_id,
            "fulfillment_order_id": told.fulfillment_order_id,
        },
        order,
        work,
        orders,
        runs,
    )
    if not told.left:
        for run in runs.of_subject(order.order_id):
            if run.data.get("fulfillment_order_id") == told.fulfillment_order_id and (
                run.saga == FULFILLMENT_JOURNEY.name
            ):
                run.phase, run.deadline = Phase.DONE.value, None


def _settle(order: Order, work: Work, orders: Orders) -> None:
    order.derive()
    before = order.state
    if completed := order.complete():
        work.send(completed)
        orders.tell(order, work, Change("status", "", before, order.state))
