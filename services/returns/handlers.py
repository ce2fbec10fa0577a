"""What does returns do? People's wishes, and what other services tell about sales."""

from collections.abc import Iterable
from typing import Any

from chassis.errors import NotFound, NotYet, Refused
from chassis.saga_store import Runs
from chassis.work import Work
from contracts.orders import OrderEdited, OrderPlaced, PlacedLine
from contracts.payments import PaymentRefunded
from contracts.returns import (
    DecideReturn,
    InspectReturn,
    OpenReturn,
    ReceiveReturn,
    ResolveReturn,
    ReturnApproved,
    ReturnDeclined,
    ReturnedLine,
    ReturnInspected,
    ReturnLine,
    ReturnOpened,
    ReturnReceived,
)
from contracts.shipping import (
    ReturnLabelCreated,
    ReturnShipped,
    ShipmentDelivered,
    ShipmentShipped,
)
from contracts.values import Money
from contracts.warehouse import FulfillmentPacked
from services.returns import journey
from services.returns.domain.return_order import ReturnOrder, State, pieces_back
from services.returns.domain.sale import Parcelled, Sale, SoldLine
from services.returns.ports import Returns, found
from services.returns.sagas.asks import Subject


def on_edited(event: OrderEdited, returns: Returns) -> None:
    """Know what of a sale is sent now and where to: so much may come back, and from there."""
    sale = returns.sale(event.order_id)
    if sale is None:
        raise NotYet(f"order {event.order_id} is not here yet")
    if event.edit > sale.edit:
        sale.edit, sale.ship_to = event.edit, event.ship_to
        if event.lines:
            sale.edit_lines(sold(event.lines))


def on_placed(event: OrderPlaced, returns: Returns) -> None:
    """Know a sale, with the policy that holds now."""
    if returns.sale(event.order_id):
        return
    returns.add_sale(
        Sale(
            order_id=event.order_id,
            number=event.number,
            channel=event.channel,
            channel_order_id=event.channel_order_id,
            currency=event.currency,
            customer=event.customer,
            ship_to=event.ship_to,
            placed_at=event.placed_at,
            lines=sold(event.lines),
            policy=returns.policy(),
        )
    )


def sold(lines: Iterable[PlacedLine]) -> tuple[SoldLine, ...]:
    """Take over lines as they were told."""
    return tuple(
        SoldLine(
            line_id=line.line_id,
            sku=line.sku,
            name=line.name,
            quantity=line.quantity,
            paid=line.paid,
            channel_line_id=line.channel_line_id,
        )
        for line in lines
    )


def on_packed(event: FulfillmentPacked, returns: Returns) -> None:
    """Know what was packed."""
    items: dict[str, int] = {}
    for package in event.packages:
        for item in package.items:
            items[item.line_id] = items.get(item.line_id, 0) + item.quantity
    _known(event.order_id, returns).pack(
        Parcelled(
            fulfillment_order_id=event.fulfillment_order_id,
            warehouse_id=event.warehouse_id,
            ship_from=event.ship_from,
            items=items,
        )
    )


def on_shipped(event: ShipmentShipped, returns: Returns) -> None:
    """Know what has left."""
    if not _known(event.order_id, returns).ship(event.fulfillment_order_id, event.at):
        raise NotYet(f"{event.fulfillment_order_id} is not known here yet")


def on_delivered(event: ShipmentDelivered, returns: Returns) -> None:
    """Know when it has arrived."""
    _known(event.order_id, returns).deliver(event.at)


def open_return(wish: OpenReturn, work: Work, returns: Returns, runs: Runs) -> ReturnOrder:
    """A customer wants to send goods back."""
    sale = returns.sale(wish.order_id)
    if sale is None:
        raise NotFound("order", wish.order_id, "order_id")
    if len({line.line_id for line in wish.lines}) < len(wish.lines):
        raise Refused("twice", "A line is named twice.", "lines")
    lines = []
    for i, asked in enumerate(wish.lines):
        line = sale.may_return(asked.line_id, asked.quantity, work.now, f"lines[{i}]")
        lines.append(
            ReturnLine(
                line_id=line.line_id, sku=line.sku, name=line.name, reason=asked.reason,
                requested=asked.quantity, received=0, note=asked.note,
            )
        )  # fmt: skip
    for asked in wish.lines:
        sale.take_back(asked.line_id, asked.quantity)
    order = ReturnOrder(
        work.new_id("ret"), wish.order_id, sale.currency, tuple(lines), work.now, wish.note
    )
    returns.add(order)
    work.send(
        ReturnOpened(
            return_id=order.return_id,
            order_id=order.order_id,
            lines=_goods(order, "requested"),
            reason=", ".join(dict.fromkeys(line.reason for line in lines)),
        ),
        correlation_id=order.order_id,
    )
    if sale.policy.approve_automatically:
        _approve(order, "rule:return-policy", work, returns, runs)
    return order


def approve_return(wish: DecideReturn, work: Work, returns: Returns, runs: Runs) -> ReturnOrder:
    """Somebody says yes."""
    order = found(returns, wish.return_id)
    order.expect_version(wish.expected_version)
    _approve(order, work.actor, work, returns, runs)
    return order


def end_return(
    wish: DecideReturn, to: State, work: Work, returns: Returns, runs: Runs
) -> ReturnOrder:
    """Somebody says no, or calls it off, or the goods never came."""
    order = found(returns, wish.return_id)
    order.expect_version(wish.expected_version)
    order.move(to)
    order.reason = wish.reason
    sale = _known(order.order_id, returns)
    for line in order.lines:
        sale.take_back(line.line_id, -line.requested)
    journey.stop(order, runs)
    work.send(
        ReturnDeclined(
            return_id=order.return_id,
            order_id=order.order_id,
            status=to.value,  # type: ignore[arg-type]
            reason=wish.reason,
        ),
        correlation_id=order.order_id,
    )
    return order


def receive_return(wish: ReceiveReturn, work: Work, returns: Returns, runs: Runs) -> ReturnOrder:
    """Goods have arrived, all or some."""
    order = found(returns, wish.return_id)
    if wish.receipt_id in order.receipts:
        return order
    order.expect_version(wish.expected_version)
    order.receive(wish.receipt_id, wish.warehouse_id, wish.lines)
    skus = {line.line_id: line.sku for line in order.lines}
    work.send(
        ReturnReceived(
            return_id=order.return_id,
            order_id=order.order_id,
            receipt_id=wish.receipt_id,
            lines=tuple(
                ReturnedLine(line_id=x.line_id, sku=skus[x.line_id], quantity=x.quantity)
                for x in wish.lines
            ),
            complete=order.state == State.RECEIVED,
        ),
        correlation_id=order.order_id,
    )
    journey.arrived(_subject(order, returns), work, runs)
    return order


def inspect_return(wish: InspectReturn, work: Work, returns: Returns, runs: Runs) -> ReturnOrder:
    """What arrived was looked at: it is booked in and paid back, and nothing else is."""
    order = found(returns, wish.return_id)
    order.expect_version(wish.expected_version)
    sale = _known(order.order_id, returns)
    order.inspect(wish.lines)
    worths = {}
    for line in order.lines:
        back = pieces_back(line)
        worths[line.line_id] = sale.refund_units(line.line_id, back)
        sale.take_back(line.line_id, back - line.requested)
    order.settle(worths)
    told = ReturnInspected(
        return_id=order.return_id,
        order_id=order.order_id,
        lines=wish.lines,
        refund=Money(amount=order.refund, currency=order.currency),
    )
    work.send(told, correlation_id=order.order_id)
    journey.on_told(told, _subject(order, returns), work, runs)
    return order


def resolve_return(wish: ResolveReturn, work: Work, returns: Returns, runs: Runs) -> ReturnOrder:
    """Do what a person decided about a step that cannot go on by itself."""
    order = found(returns, wish.return_id)
    order.expect_version(wish.expected_version)
    if wish.decision not in order.decisions:
        stuck = f"stuck at {order.stuck}" if order.stuck else "not stuck"
        able = ", ".join(order.decisions) or "nothing"
        told = f"Return {order.return_id} is {order.state} and {stuck}; to decide is: {able}."
        raise Refused("illegal_move", told, "decision")
    if wish.decision == "compensate":
        off = DecideReturn(return_id=order.return_id, reason=wish.reason)
        return end_return(off, State.CANCELED, work, returns, runs)
    journey.resolve(wish.decision, wish.reason, _subject(order, returns), work, runs)
    return order


def on_label(event: ReturnLabelCreated, work: Work, returns: Returns, runs: Runs) -> None:
    """There is a label for a return."""
    order = found(returns, event.return_id)
    order.tracking_number, order.label_shipment_id = event.tracking_number, event.shipment_id
    if order.state == State.APPROVED:
        order.move(State.LABEL_ISSUED)
    journey.on_told(event, _subject(order, returns), work, runs)


def on_return_shipped(event: ReturnShipped, returns: Returns) -> None:
    """The customer has sent the goods."""
    found(returns, event.return_id).leave()


def on_told(event: Any, work: Work, returns: Returns, runs: Runs) -> None:
    """Another service has answered a step of a return."""
    return_id = getattr(event, "return_id", "") or getattr(event, "refund_id", "")
    order = returns.get(return_id)
    if order is not None:
        if isinstance(event, PaymentRefunded) and order.refund:
            order.refunded = True
        journey.on_told(event, _subject(order, returns), work, runs)


def wake_return(return_id: str, work: Work, returns: Returns, runs: Runs) -> None:
    """The deadline of a step has passed."""
    journey.wake(_subject(found(returns, return_id), returns), work, runs)


def _approve(order: ReturnOrder, by: str, work: Work, returns: Returns, runs: Runs) -> None:
    order.move(State.APPROVED)
    order.approved_at = work.now
    approved = ReturnApproved(return_id=order.return_id, order_id=order.order_id, by=by)
    work.send(approved, correlation_id=order.order_id)
    journey.begin(_subject(order, returns), work, runs)


def _subject(order: ReturnOrder, returns: Returns) -> Subject:
    return Subject(order, _known(order.order_id, returns), returns.skus())


def _known(order_id: str, returns: Returns) -> Sale:
    sale = returns.sale(order_id)
    if sale is None:
        raise NotYet(f"order {order_id} is not here yet")
    return sale


def _goods(order: ReturnOrder, which: str) -> tuple[ReturnedLine, ...]:
    return tuple(
        ReturnedLine(line_id=line.line_id, sku=line.sku, quantity=getattr(line, which))
        for line in order.lines
        if getattr(line, which)
    )
