"""What becomes of goods that are called off, or sent by hand, while the rest of the order goes on?

Part of an order may have left already when somebody cancels it or gives a step up. What has left
stays sold; the other pieces are canceled, their stock goes back, and so does money that was taken
for them. Nobody waits for the answers: each command is obeyed once, whenever it arrives.
"""

from collections.abc import Iterable
from typing import Any, NamedTuple

import msgspec
from msgspec.structs import replace

from chassis.errors import IllegalMove
from chassis.saga_store import Run
from contracts.inventory import ReleaseStock, StockReserved
from contracts.message import Message
from contracts.payments import RefundPayment
from contracts.values import Money, Placement, SkuQuantity
from contracts.warehouse import CancelFulfillment, OrderRouted, PickShort
from services.orders.domain.history import Change, Told, listed
from services.orders.domain.lines import Where
from services.orders.domain.order import (
    NOT_FOUND_YET,
    PACKED_FIRST,
    PICKED_FIRST,
    Order,
    Sending,
)
from services.orders.sagas.hearing import FULFILLMENT

SKIPPABLE = frozenset({"handover", "goods", "capture", "channel", "delivery"})


class GivenUp(NamedTuple):
    """What has to be said and written down."""

    said: list[Message]
    change: Change


def give_up(order: Order, run: Run) -> GivenUp:
    """Cancel the pieces that a run was about."""
    goods: tuple[SkuQuantity, ...]
    source: tuple[Where, ...]
    said: list[Message] = []
    if run.saga == FULFILLMENT:
        sending = order.sending(run.data["fulfillment_order_id"])
        order.put(replace(sending, status="canceled"))
        goods, source = sending.lines, PACKED_FIRST if "packages" in run.data else PICKED_FIRST
        kept = _at(sending)
    else:
        goods, source = msgspec.convert(run.data["lines"], tuple[SkuQuantity, ...]), NOT_FOUND_YET
        planned = [s for s in order.sendings if s.round == run.data["round"] and s.is_open]
        said += [_stopped(order, sending) for sending in planned]
        kept = [p for sending in planned for p in _at(sending)] or _reserved(run)
    too_much = order.give_up(goods, source)
    if kept:
        said.append(_release(order, run, kept))
    if too_much:
        said.append(
            RefundPayment(
                order_id=order.order_id,
                refund_id=f"given-up-{run.run_id}",
                amount=Money(amount=too_much, currency=order.currency),
                reason="part of the order was canceled",
            )
        )
    return GivenUp(said, Change("canceled in part", listed(goods), reason=run.problem))


def missing(order: Order, told: PickShort) -> dict[str, Any]:
    """Tell what a run has to know that looks elsewhere for what a picker did not find."""
    lines = [SkuQuantity(line_id=p.line_id, sku=p.sku, quantity=p.quantity) for p in told.lines]
    return {
        "round": order.rounds,
        "attempt": 1,
        "lines": msgspec.to_builtins(lines),
        "warehouse_id": told.lines[0].warehouse_id,
        "fulfillment_order_id": told.fulfillment_order_id,
    }


def give_back_late(order: Order, run: Run, message: StockReserved | OrderRouted) -> list[Message]:
    """Give back what was found for a run only after it was given up."""
    if isinstance(message, StockReserved):
        return [_release(order, run, message.placements)]
    late = {planned.fulfillment_order_id for planned in message.fulfillments}
    return [
        _stopped(order, sending)
        for sending in order.sendings
        if sending.is_open and sending.fulfillment_order_id in late
    ]


def done_by_hand(order: Order, run: Run, reason: str) -> Told:
    """Take note that people have done what a step waits for; refuse what later steps build on."""
    if run.saga != FULFILLMENT or run.step not in SKIPPABLE:
        wish = "skipped: later steps build on it"
        raise IllegalMove("step", f"{run.saga}.{run.step}", run.phase, wish)
    which = run.data["fulfillment_order_id"]
    sending = order.sending(which)
    if run.step == "handover" and not sending.has_left:
        order.ship(which)
        return [Change("shipped", listed(sending.lines), reason=reason)]
    if run.step == "delivery" and sending.status == "shipped":
        order.deliver(which)
        return [Change("delivered", ", ".join(sending.tracking_numbers), reason=reason)]
    return []


def _stopped(order: Order, sending: Sending) -> CancelFulfillment:
    order.put(replace(sending, status="canceled"))
    return CancelFulfillment(
        order_id=order.order_id,
        fulfillment_order_id=sending.fulfillment_order_id,
        reason="canceled in part",
    )


def _release(order: Order, run: Run, kept: Iterable[Placement]) -> ReleaseStock:
    return ReleaseStock(
        order_id=order.order_id,
        reason="canceled in part",
        release_id=f"{run.run_id}:given-up",
        lines=tuple(kept),
    )


def _reserved(run: Run) -> list[Placement]:
    return msgspec.convert(run.data.get("placements", ()), list[Placement])


def _at(sending: Sending) -> list[Placement]:
    return [
        Placement(
            line_id=item.line_id,
            sku=item.sku,
            warehouse_id=sending.warehouse_id,
            quantity=item.quantity,
        )
        for item in sending.lines
    ]
