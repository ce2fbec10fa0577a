"""What does each step of an edit ask for? One function for each command.

Until the warehouse has agreed the edit stands with the order, and what was kept for it can be given
back; afterwards the run knows by itself what is left to do.
"""

from typing import Any

import msgspec

from chassis.saga import Data
from chassis.saga_store import Run
from contracts.inventory import ReleaseRound, ReleaseStock
from contracts.orders import OrderEdited
from contracts.payments import CancelRaise, LowerPayment, RaisePayment
from contracts.values import Money, Placement
from contracts.warehouse import EditPlan, PlannedFulfillment, ReaddressOrder
from services.orders.domain import edited_lines
from services.orders.domain.edit import Edit
from services.orders.domain.lines import placed
from services.orders.domain.order import Order
from services.orders.sagas.subject import Subject


def begin(order: Order, edit: Edit) -> dict[str, Any]:
    """Tell what the run of an edit has to know; what it wants more is a round of its own."""
    data: dict[str, Any] = {"edit": edit.number, "round": 0}
    if more := edited_lines.more(order, edit) if edit.has_lines else ():
        order.rounds += 1
        data |= {"round": order.rounds, "lines": msgspec.to_builtins(more)}
    if difference := edited_lines.difference(order, edit):
        data["difference"] = difference
    return data


def is_unsure(s: Subject) -> bool:
    """Tell whether the edit can still be refused."""
    return s.order.editing is not None and s.order.editing.number == s.data["edit"]


def wants_more(s: Subject) -> bool:
    """Tell whether goods are kept for the edit, or shall be."""
    return is_unsure(s) and "lines" in s.data


def costs_more(s: Subject) -> bool:
    """Tell whether money is held for the edit, or shall be."""
    return is_unsure(s) and s.data.get("difference", 0) > 0


def costs_less(s: Subject) -> bool:
    """Tell whether less money is to be taken."""
    return int(s.data.get("difference", 0)) < 0


def has_taken(s: Subject) -> bool:
    """Tell whether the warehouse has taken goods off its plan."""
    return bool(s.data.get("taken"))


def release_round(s: Subject, _: Data) -> ReleaseRound:
    """Give back the goods that were kept for the edit."""
    order_id = s.order.order_id
    return ReleaseRound(
        order_id=order_id, round=s.round, release_id=_run_id(s), reason="the edit was refused"
    )


def raise_payment(s: Subject, _: Data) -> RaisePayment:
    """Make sure of what it costs more."""
    return RaisePayment(
        order_id=s.order.order_id,
        edit=s.data["edit"],
        amount=_money(s, s.data["difference"]),
        account=s.order.payment_account,
    )


def cancel_raise(s: Subject, _: Data) -> CancelRaise:
    """Let go of what it would have cost more."""
    return CancelRaise(order_id=s.order.order_id, edit=s.data["edit"])


def ask_warehouse(s: Subject, _: Data) -> EditPlan | ReaddressOrder | None:
    """Ask the warehouse to send it elsewhere, or less of it."""
    order, edit = s.order, s.order.editing
    if edit is None:
        return None
    if not edit.has_lines:
        ship_to = edit.ship_to or order.ship_to
        return ReaddressOrder(order_id=order.order_id, edit=edit.number, ship_to=ship_to)
    fewer = edited_lines.fewer(order, edit)
    return EditPlan(order_id=order.order_id, edit=edit.number, fewer=fewer, ship_to=edit.ship_to)


def release_taken(s: Subject, _: Data) -> ReleaseStock:
    """Give back the goods that are not sent any more."""
    taken = msgspec.convert(s.data["taken"], tuple[PlannedFulfillment, ...])
    return ReleaseStock(
        order_id=s.order.order_id,
        reason="the order was edited",
        release_id=_run_id(s),
        lines=tuple(
            Placement(
                line_id=item.line_id,
                sku=item.sku,
                warehouse_id=part.warehouse_id,
                quantity=item.quantity,
            )
            for part in taken
            for item in part.lines
        ),
    )


def lower_payment(s: Subject, _: Data) -> LowerPayment:
    """Take less money, or give some back."""
    return LowerPayment(
        order_id=s.order.order_id,
        edit=s.data["edit"],
        amount=_money(s, -s.data["difference"]),
    )


def edited(order: Order, edit: Edit) -> OrderEdited:
    """Tell others what the order is now."""
    return OrderEdited(
        order_id=order.order_id,
        edit=edit.number,
        ship_to=order.ship_to,
        bill_to=order.bill_to,
        lines=placed(order.lines),
        total=order.total,
    )


def emptied(order: Order, run: Run) -> tuple[str, ...]:
    """Tell of which fulfillment orders the edit has left nothing."""
    taken = {part["fulfillment_order_id"] for part in run.data.get("taken", ())}
    return tuple(
        sending.fulfillment_order_id
        for sending in order.sendings
        if sending.status == "canceled" and sending.fulfillment_order_id in taken
    )


def addition(run: Run) -> dict[str, Any]:
    """Tell what a run has to know that plans the goods of an edit; nothing if there are none."""
    if "lines" not in run.data:
        return {}
    kept = ("round", "lines", "placements", "levels")
    return {"attempt": 1} | {name: run.data[name] for name in kept}


def run_of(order: Order, number: int) -> str:
    """How the run of an edit is called."""
    return f"{order.order_id}:edit-{number}"


def _run_id(s: Subject) -> str:
    return run_of(s.order, s.data["edit"])


def _money(s: Subject, amount: int) -> Money:
    return Money(amount=amount, currency=s.order.currency)
