"""What does an order look like in a test? Valid unless the test says otherwise."""

import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.work import Rehearsal
from contracts.inventory import SkuData
from contracts.message import Message
from contracts.orders import (
    CancelOrder,
    Delivery,
    EditOrder,
    LineQuantity,
    NewLine,
    PaymentChoice,
    PlaceHold,
    PlaceOrder,
    ReleaseHold,
    ResolveStep,
)
from contracts.values import Address, Customer, Dimensions
from services.orders import editing, handlers, journeys
from services.orders.domain.history import Change
from services.orders.domain.order import Order
from services.orders.memory import MemoryOrders, MemoryRuns

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MUG, SHIRT = "MUG-1", "SHIRT-M"


def an_address(name: str = "Ann Smith", postcode: str = "10115") -> Address:
    return Address(name=name, line1="Main Street 1", city="Berlin", country="DE", postcode=postcode)


def a_sku(sku: str) -> SkuData:
    size = Dimensions(length_mm=100, width_mm=80, height_mm=60)
    return SkuData(sku=sku, name=f"Name of {sku}", dimensions=size, weight_g=350, hs_code="6912.00")


def a_line(sku: str = MUG, quantity: int = 1, unit_price: int = 1000, **changes: Any) -> NewLine:
    return NewLine(sku=sku, quantity=quantity, unit_price=unit_price, **changes)


def a_wish(*lines: NewLine, **changes: Any) -> PlaceOrder:
    """A wish whose total adds up unless it is given."""
    lines = lines or (a_line(),)
    fields: dict[str, Any] = {
        "currency": "EUR",
        "lines": lines,
        "payment": PaymentChoice(method="card", token="tok_ok"),
        "ship_to": an_address(),
        "customer": Customer(email="ann@example.com", name="Ann Smith"),
        "delivery": Delivery(price=490),
        **changes,
    }
    delivery = fields["delivery"]
    taxes = 0 if fields.get("taxes_included") else delivery.tax + sum(i.tax for i in lines)
    goods = sum(i.unit_price * i.quantity - i.discount for i in lines)
    fields.setdefault("total", goods + delivery.price - delivery.discount + taxes)
    return PlaceOrder(**fields)


class Ids:
    """Ids that can be foretold, so that what happened once happens again."""

    def __init__(self) -> None:
        self._numbers = itertools.count(1)

    def new(self, prefix: str) -> str:
        return f"{prefix}_{next(self._numbers):026d}"


@dataclass(slots=True)
class Clerk(Rehearsal):
    """A rehearsal with such ids."""

    ids: Ids = field(default_factory=Ids)

    def new_id(self, prefix: str) -> str:
        return self.ids.new(prefix)


class Desk:
    """Orders at work: give it wishes and messages, look at what it says."""

    def __init__(self) -> None:
        skus = {sku: a_sku(sku) for sku in (MUG, SHIRT)}
        self.orders, self.runs = MemoryOrders(known_skus=skus), MemoryRuns()
        self.work = Clerk(NOW, actor="person:ann")

    def place(self, *lines: NewLine, **changes: Any) -> Order:
        placed = handlers.place_order(a_wish(*lines, **changes), self.work, self.orders, self.runs)
        return self.orders.orders[placed.order_id]

    def tell(self, *messages: Message) -> None:
        """Let another service tell something."""
        for message in messages:
            work = replace(self.work, actor="service:there", message_id=self.work.new_id("msg"))
            journeys.on_told(message, work, self.orders, self.runs)

    def heard(self) -> list[Message]:
        """What was said since somebody listened last."""
        said = self.work.sent[:]
        self.work.sent.clear()
        return said

    def heard_kinds(self) -> list[str]:
        return [type(message).__name__ for message in self.heard()]

    def wait(self, **time: float) -> None:
        """Let time pass, and wake whatever is overdue then."""
        self.work.now += timedelta(**time)
        for order_id in {run.subject_id for run in self.runs.runs.values()}:
            journeys.wake(order_id, self.work, self.orders, self.runs)

    def cancel(self, order: Order, reason: str = "changed my mind") -> None:
        wish = CancelOrder(order_id=order.order_id, reason=reason)
        handlers.cancel_order(wish, self.work, self.orders, self.runs)

    def edit(self, order: Order, **changes: Any) -> None:
        wish = EditOrder(order_id=order.order_id, **{"reason": "moved", **changes})
        editing.edit_order(wish, self.work, self.orders, self.runs)

    def edit_lines(self, order: Order, *quantities: int, **changes: Any) -> None:
        """Change how many of the first lines there shall be."""
        lines = tuple(
            LineQuantity(line_id=line.line_id, quantity=n)
            for line, n in zip(order.lines, quantities, strict=False)
        )
        self.edit(order, lines=lines, **changes)

    def hold(self, order: Order, **changes: Any) -> str:
        wish = PlaceHold(order_id=order.order_id, reason="address unclear", **changes)
        handlers.place_hold(wish, self.work, self.orders)
        return order.holds[-1].hold_id

    def release(self, order: Order, hold_id: str) -> None:
        wish = ReleaseHold(order_id=order.order_id, hold_id=hold_id, reason="it is right")
        handlers.release_hold(wish, self.work, self.orders, self.runs)

    def decide(self, order: Order, decision: str, run_id: str = "") -> None:
        wish = ResolveStep(
            order_id=order.order_id,
            run_id=run_id or order.order_id,
            decision=decision,  # type: ignore[arg-type]
            reason="I have looked at it",
        )
        handlers.resolve_step(wish, self.work, self.orders, self.runs)

    def runs_at(self, order: Order) -> list[tuple[str, str, str]]:
        """Where each run of an order stands: saga, step and phase."""
        runs = self.runs.of_subject(order.order_id)
        return [(run.saga, run.step, str(run.phase)) for run in runs]

    def history_of(self, order: Order) -> list[Change]:
        return [change for order_id, change in self.orders.history if order_id == order.order_id]

    def actions(self, order: Order) -> list[str]:
        return [change.action for change in self.history_of(order)]
