"""What happens to an order's runs when something is told, wished, or overdue?

The facts change first; then each run that is concerned moves one step; and when all have moved
it is seen what follows for the order as a whole: `_settle`.
"""

from dataclasses import replace
from typing import Any

from chassis.errors import NotYet
from chassis.saga import Decision, Moved, Phase, Saga
from chassis.saga_store import Run, Runs
from chassis.work import Work
from contracts.inventory import StockReserved
from contracts.shipping import ShipmentLabeled
from contracts.warehouse import OrderRouted, PickShort
from services.orders.domain import edits, facts
from services.orders.domain.edit import Edit
from services.orders.domain.history import Change
from services.orders.domain.order import Order
from services.orders.ports import Orders
from services.orders.sagas import edit_asks, partly
from services.orders.sagas.hearing import is_about, is_going_back, learn, why
from services.orders.sagas.order_journey import (
    ADDITION_JOURNEY,
    EDIT_JOURNEY,
    FULFILLMENT_JOURNEY,
    ORDER_JOURNEY,
    SAGAS,
    SHORTAGE_JOURNEY,
)
from services.orders.sagas.subject import Subject


def on_told(message: Any, work: Work, orders: Orders, runs: Runs) -> None:
    """Take what another service has told about an order."""
    order = orders.get(message.order_id)
    if order is None:
        raise NotYet(f"order {message.order_id} is not here yet")
    Journeys(order, work, orders, runs).hear(message)


def wake(order_id: str, work: Work, orders: Orders, runs: Runs) -> None:
    """Take up the runs of an order whose deadline has passed."""
    if order := orders.get(order_id):
        Journeys(order, work, orders, runs).wake()


class Journeys:
    """All runs of one order, and what a move of one of them touches."""

    def __init__(self, order: Order, work: Work, orders: Orders, runs: Runs) -> None:
        self.order = order
        self._work, self._orders, self._runs = work, orders, runs
        self._state = order.state

    def begin(self) -> None:
        """Send a placed order on its way."""
        self._start(ORDER_JOURNEY, self.order.order_id, {"round": 1, "attempt": 1})
        self._settle()

    def begin_edit(self, edit: Edit) -> None:
        """Ask others for what somebody wants to change."""
        self.order.editing = edit
        data = edit_asks.begin(self.order, edit)
        self._start(EDIT_JOURNEY, edit_asks.run_of(self.order, edit.number), data)
        self._settle()

    def edit_now(self, edit: Edit) -> None:
        """Change what nobody else has to agree with."""
        for change in edits.apply(self.order, edit):
            self._tell(change)
        self._edited(edit)
        self._settle()

    def hear(self, message: Any) -> None:
        """Take what another service has told: facts first, then the runs that wait for it."""
        before, papers = self.order.lines, self.order.papers
        edit = self.order.editing
        for change in facts.apply(self.order, message):
            self._tell(change)
        # a label repeats what was routed by a version that did not keep where
        if isinstance(message, OrderRouted | ShipmentLabeled):
            self._orders.find_at(self.order)
        if isinstance(message, ShipmentLabeled) or self.order.papers != papers:
            self._orders.find_by(self.order)
        made = edit if not self.order.editing else None
        for run in self._all():
            if not is_about(run, message):
                continue
            learn(run, message)
            if run.is_open:
                moved = SAGAS[run.saga].receive(
                    run.progress, message, self._subject(run), self._work.now, why(message)
                )
                self._go(run, moved)
            elif run.data.get("given_up") and isinstance(message, StockReserved | OrderRouted):
                self._say(partly.give_back_late(self.order, run, message))
        if made:
            self._edited(made)
        if isinstance(message, PickShort) and self.order.lines != before:
            self._travel_again(message)
        self._settle()

    def wake(self) -> None:
        """Take up what is overdue."""
        for run in self._all():
            if run.is_open and run.deadline and run.deadline <= self._work.now:
                known = run.problem
                moved = SAGAS[run.saga].overdue(run.progress, self._subject(run), self._work.now)
                self._go(run, moved)
                if run.problem != known:
                    self._tell(Change("overdue", run.step, reason=run.problem))
        self._settle()

    def go_on(self) -> None:
        """Look again whether gates have opened, after a hold was released."""
        self._look_at_gates()
        self._settle()

    def again(self, run: Run, step: str) -> None:
        """Walk a run again from a step, whatever became of it; what is done is told again."""
        there = replace(run.progress, step=step, phase=Phase.FORWARD, problem="")
        now = self._work.now
        self._go(run, SAGAS[run.saga].resolve(there, "retry", self._subject(run), now, ""))
        self._settle()

    def turn_back(self, reason: str) -> None:
        """Give everything back: first what warehouses and carriers have, then goods and money."""
        self.order.canceling = reason
        for run in self._all():
            if run.saga != ORDER_JOURNEY.name and run.is_open:
                self._compensate(run, reason)
        self._settle()

    def resolve(self, run: Run, decision: Decision, reason: str) -> None:
        """Do what a person decided about a run that cannot go on by itself."""
        if decision == "skip" and run.phase != Phase.BACKWARD:
            for change in partly.done_by_hand(self.order, run, reason):
                self._tell(change)
        moved = SAGAS[run.saga].resolve(
            run.progress, decision, self._subject(run), self._work.now, reason
        )
        self._go(run, moved)
        self._settle()

    def _look_at_gates(self) -> None:
        for run in self._all():
            if run.is_open:
                moved = SAGAS[run.saga].poke(run.progress, self._subject(run), self._work.now)
                self._go(run, moved)

    def _edited(self, edit: Edit) -> None:
        """Go on with what an edit has changed: parcels that are gone, goods that are new."""
        self._orders.find_by(self.order)
        self._say([edit_asks.edited(self.order, edit)])
        if run := self._runs.get(edit_asks.run_of(self.order, edit.number)):
            for which in edit_asks.emptied(self.order, run):
                self._end(f"{self.order.order_id}:{which}", "nothing of it is wanted")
            if data := edit_asks.addition(run):
                run_id = f"{self.order.order_id}:round-{data['round']}"
                self._start(ADDITION_JOURNEY, run_id, data)
        self._look_at_gates()

    def _all(self) -> list[Run]:
        return list(self._runs.of_subject(self.order.order_id))

    def _subject(self, run: Run) -> Subject:
        return Subject(self.order, self._work.now, run.data, self._orders.skus())

    def _tell(self, change: Change) -> None:
        self._orders.tell(self.order, self._work, change)

    def _say(self, said: Any) -> None:
        for message in said:
            self._work.send(message, correlation_id=self.order.order_id)

    def _start(self, saga: Saga[Subject], run_id: str, data: dict[str, Any]) -> Run:
        now = self._work.now
        run = Run(run_id, saga.name, self.order.order_id, now, now, data=data)
        self._runs.add(run)
        self._go(run, saga.start(self._subject(run), now, data))
        return run

    def _compensate(self, run: Run, reason: str) -> None:
        saga = SAGAS[run.saga]
        if saga.may_compensate(run.progress):
            moved = saga.compensate(run.progress, self._subject(run), self._work.now, reason)
            self._go(run, moved)

    def _go(self, run: Run, moved: Moved) -> None:
        """Take over where the engine says that a run stands, and say what it says."""
        before = run.step, run.phase
        to, said = moved
        run.move(to, self._work.now)
        if run.phase == Phase.FORWARD and run.step != before[0]:
            run.problem = ""  # it was the problem of a step that is behind it now
        self._say(said)
        if (run.step, run.phase) != before:
            self._runs.log(run, self._work.now, ", ".join(type(m).__name__ for m in said))
        if self.order.state != self._state:
            self._tell(Change("status", before=self._state, after=self.order.state))
            self._state = self.order.state
        if run.phase == before[1]:
            return
        if run.phase == Phase.WAITING:
            self._tell(Change("needs a person", run.step, reason=run.problem))
        elif run.phase == Phase.DONE and run.saga != FULFILLMENT_JOURNEY.name:
            self._send_out(run.data["round"])
        elif run.phase == Phase.COMPENSATED and run.saga == EDIT_JOURNEY.name:
            if self.order.editing:
                self._tell(edits.give_up(self.order, run.problem))
                self._look_at_gates()
        elif run.phase == Phase.COMPENSATED and run.saga == ORDER_JOURNEY.name:
            self._close(self.order.canceling or run.problem, expired=bool(run.data.get("expired")))

    def _close(self, reason: str, *, expired: bool) -> None:
        self._say([self.order.cancel(reason, expired=expired)])
        self._tell(Change("status", "", self._state, self.order.state, reason))
        self._state = self.order.state

    def _send_out(self, round_: int) -> None:
        known = {run.run_id for run in self._all()}
        for sending in self.order.sendings:
            which = sending.fulfillment_order_id
            run_id = f"{self.order.order_id}:{which}"
            if sending.round == round_ and sending.status == "allocated" and run_id not in known:
                data = {"fulfillment_order_id": which, "round": round_}
                self._start(FULFILLMENT_JOURNEY, run_id, data)

    def _travel_again(self, told: PickShort) -> None:
        """Find elsewhere what a picker did not find; it is written off even if nobody wants it."""
        self.order.rounds += 1
        data = partly.missing(self.order, told)
        run_id = f"{self.order.order_id}:round-{self.order.rounds}"
        shortage = self._start(SHORTAGE_JOURNEY, run_id, data)
        if self.order.canceling:
            self._compensate(shortage, self.order.canceling)
        elif self.order.sending(told.fulfillment_order_id).status == "incomplete":
            self._end(f"{self.order.order_id}:{told.fulfillment_order_id}", "nothing was found")

    def _end(self, run_id: str, why: str) -> None:
        """Nothing is left of what the run was to send."""
        if (run := self._runs.get(run_id)) and run.is_open:
            run.phase, run.deadline, run.problem = Phase.DONE.value, None, ""
            self._runs.log(run, self._work.now, why)

    def _settle(self) -> None:
        """See what follows for the whole order, now that its runs have moved."""
        if self.order.canceling:
            self._cancel_on()
        if not self.order.canceling and not self.order.is_off:
            for run in self._all():
                over = run.phase == Phase.COMPENSATED and run.saga != EDIT_JOURNEY.name
                if over and not run.data.get("given_up"):
                    self._give_up(run)
        self.order.derive()
        if completed := self.order.complete():
            self._say([completed])
            self._tell(Change("status", "", self._state, self.order.state))
            self._state = self.order.state

    def _cancel_on(self) -> None:
        """Once warehouses and carriers have answered: cancel the order, or keep what has left."""
        runs = self._all()
        if any(is_going_back(run) for run in runs):
            return
        goes_on = any(run.saga != ORDER_JOURNEY.name and run.is_open for run in runs)
        if goes_on or self.order.has_shipped:
            why_not = "Some of it has left; only the rest is canceled."
            self._tell(Change("cancellation refused", reason=why_not))
            self.order.canceling = ""
            return
        for run in runs:
            if run.saga == ORDER_JOURNEY.name:
                self._compensate(run, self.order.canceling)

    def _give_up(self, run: Run) -> None:
        """Cancel the pieces of a run that was turned back while the rest of the order goes on."""
        run.data = run.data | {"given_up": True}
        given = partly.give_up(self.order, run)
        self._say(given.said)
        self._tell(given.change)
