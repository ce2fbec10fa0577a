"""What can be wished of orders? One function for each request and command."""

from datetime import datetime

from msgspec.structs import replace

from chassis.errors import IllegalMove, NotFound, NotYet, Refused
from chassis.saga import Phase
from chassis.saga_store import Runs
from chassis.work import Work
from contracts.orders import (
    AddNote,
    CancelChannelOrder,
    CancelOrder,
    ChangeTags,
    Hold,
    ImportedOrder,
    ImportOrders,
    Note,
    OrderNoted,
    OrderPlaced,
    OrdersImported,
    PlacedOrder,
    PlaceHold,
    PlaceOrder,
    ReleaseHold,
    ResolveStep,
)
from services.orders.domain.history import Change
from services.orders.domain.lines import check_amounts, delivery_net, ordered, placed
from services.orders.domain.order import Order
from services.orders.journeys import Journeys
from services.orders.ports import Orders, check_skus, found
from services.orders.sagas.hearing import EDIT, is_stuck
from services.orders.sagas.neglect import is_neglected
from services.orders.sagas.order_journey import SAGAS


def place_order(wish: PlaceOrder, work: Work, orders: Orders, runs: Runs) -> PlacedOrder:
    """Keep a customer's order and send it on its journey; known already, it is only named."""
    if wish.channel_order_id and (known := orders.by_channel(wish.channel, wish.channel_order_id)):
        order = found(orders, known)
        return PlacedOrder(
            order_id=known, number=order.number, version=order.version, created=False
        )
    check_amounts(wish)
    check_skus(wish.lines, "lines", orders)
    _check_instant(wish.placed_at, "placed_at")
    order = _new_order(wish, work, orders)
    orders.add(order)
    orders.tell(order, work, Change("placed", wish.channel_order_id, after=wish.channel))
    work.send(_placed(order), correlation_id=order.order_id)
    Journeys(order, work, orders, runs).begin()
    return PlacedOrder(order_id=order.order_id, number=order.number, version=order.version)


def import_orders(command: ImportOrders, work: Work, orders: Orders, runs: Runs) -> None:
    """Keep the orders that a channel hands over, and tell it which, and why not the others."""
    work.send(OrdersImported(orders=tuple(_import(x, work, orders, runs) for x in command.orders)))


def _import(wish: PlaceOrder, work: Work, orders: Orders, runs: Runs) -> ImportedOrder:
    told = ImportedOrder(channel=wish.channel, channel_order_id=wish.channel_order_id)
    try:
        placed = place_order(wish, work, orders, runs)
    except Refused as no:
        return replace(told, code=no.code, reason=no.message[:255], field=no.field[:255])
    return replace(told, order_id=placed.order_id)


def cancel_order(wish: CancelOrder, work: Work, orders: Orders, runs: Runs) -> Order:
    """Take an order back, if nothing of it has left."""
    order = found(orders, wish.order_id)
    order.expect_version(wish.expected_version)
    if not order.may_cancel:
        state = "being canceled" if order.canceling else order.state
        if order.has_shipped:
            state = f"{state} and has shipped in part or whole"
        raise IllegalMove("order", order.order_id, state, "canceled")
    orders.tell(order, work, Change("cancellation asked for", reason=wish.reason))
    Journeys(order, work, orders, runs).turn_back(wish.reason)
    return order


def cancel_channel_order(
    command: CancelChannelOrder, work: Work, orders: Orders, runs: Runs
) -> None:
    """The customer took the order back on the channel."""
    order_id = orders.by_channel(command.channel, command.channel_order_id)
    order = orders.get(order_id) if order_id else None
    if order is None:
        which = f"order {command.channel_order_id} of channel {command.channel}"
        raise NotYet(f"{which} is not here yet")
    if order.may_cancel:
        reason = command.reason or "canceled on the channel"
        orders.tell(order, work, Change("cancellation asked for", reason=reason))
        Journeys(order, work, orders, runs).turn_back(reason)
    elif not order.is_off and not order.canceling:
        why = "It was canceled on the channel after some of it had left."
        orders.tell(order, work, Change("cancellation refused", reason=why))


def place_hold(wish: PlaceHold, work: Work, orders: Orders) -> Order:
    """Stop an order from going on."""
    order = found(orders, wish.order_id)
    order.expect_version(wish.expected_version)
    _check_instant(wish.until, "until")
    if wish.until and wish.until <= work.now:
        raise Refused("in_the_past", f"A hold cannot end at {wish.until}, it is past.", "until")
    order.hold(
        Hold(
            hold_id=work.new_id("hol"),
            reason=wish.reason,
            placed_by=work.actor,
            placed_at=work.now,
            until=wish.until,
            note=wish.note,
        )
    )
    order.derive()
    orders.tell(order, work, Change("held", wish.reason, reason=wish.note))
    return order


def release_hold(wish: ReleaseHold, work: Work, orders: Orders, runs: Runs) -> Order:
    """Let a held order go on."""
    order = found(orders, wish.order_id)
    order.expect_version(wish.expected_version)
    hold = order.release(wish.hold_id)
    orders.tell(order, work, Change("hold released", hold.reason, reason=wish.reason))
    Journeys(order, work, orders, runs).go_on()
    return order


def release_run_out(order_id: str, work: Work, orders: Orders, runs: Runs) -> None:
    """Release the holds of an order whose time has run out."""
    order = found(orders, order_id)
    for hold in order.holds:
        if hold.until and hold.until <= work.now:
            order.release(hold.hold_id)
            orders.tell(order, work, Change("hold released", hold.reason, reason="its time is up"))
    Journeys(order, work, orders, runs).go_on()


def change_tags(wish: ChangeTags, work: Work, orders: Orders) -> Order:
    """Put tags on an order and take others off."""
    order = found(orders, wish.order_id)
    order.expect_version(wish.expected_version)
    before = order.tags
    kept = [tag for tag in dict.fromkeys((*before, *wish.add)) if tag not in wish.remove]
    order.tags = tuple(kept)
    if order.tags != before:
        orders.tell(order, work, Change("tags", "", ", ".join(before), ", ".join(kept)))
        orders.find_by(order)
    return order


def add_note(wish: AddNote, work: Work, orders: Orders) -> Order:
    """Write on an order."""
    order = found(orders, wish.order_id)
    order.expect_version(wish.expected_version)
    named = tuple(dict.fromkeys(wish.mentions))
    note = Note(text=wish.text, by=work.actor, at=work.now, mentions=named)
    order.notes = (*order.notes, note)
    orders.tell(order, work, Change("note", after=wish.text))
    if named:
        work.send(_noted(order, note), correlation_id=order.order_id)
    return order


def resolve_step(wish: ResolveStep, work: Work, orders: Orders, runs: Runs) -> None:
    """Do what a person decided about a run that cannot go on by itself."""
    order = found(orders, wish.order_id)
    order.expect_version(wish.expected_version)
    run = next((r for r in runs.of_subject(order.order_id) if r.run_id == wish.run_id), None)
    if run is None:
        raise NotFound("run", wish.run_id, "run_id")
    if not run.is_open or not (is_stuck(run) or is_neglected(order, run, work.now)):
        raise IllegalMove("run", run.run_id, f"{run.phase} and not stuck", wish.decision)
    if run.saga == EDIT and wish.decision != "retry":
        raise IllegalMove(
            "run", run.run_id, "an edit that must be answered", wish.decision
        )
    back = wish.decision == "compensate" and run.phase != Phase.BACKWARD
    if back and not SAGAS[run.saga].may_compensate(run.progress):
        raise IllegalMove("run", run.run_id, f"at {run.step}", "compensated: the goods have left")
    change = Change(f"step {wish.decision}", f"{run.saga}: {run.step}", reason=wish.reason)
    orders.tell(order, work, change)
    travel = Journeys(order, work, orders, runs)
    if back and order.may_cancel:
        travel.turn_back(wish.reason)
    else:
        travel.resolve(run, wish.decision, wish.reason)


def _check_instant(at: datetime | None, field: str) -> None:
    if at is not None and at.tzinfo is None:
        raise Refused("no_time_zone", f"{at.isoformat()} needs a time zone, such as Z.", field)


def _new_order(wish: PlaceOrder, work: Work, orders: Orders) -> Order:
    skus = orders.skus()
    lines = tuple(
        ordered(line, work.new_id("lin"), skus[line.sku].name, taxes_included=wish.taxes_included)
        for line in wish.lines
    )
    note = (Note(text=wish.note, by=work.actor, at=work.now),) if wish.note else ()
    return Order(
        order_id=work.new_id("ord"),
        number=orders.next_number(),
        channel=wish.channel,
        channel_order_id=wish.channel_order_id,
        currency=wish.currency,
        total=wish.total,
        taxes_included=wish.taxes_included,
        payment_method=wish.payment.method,
        payment_token=wish.payment.token,
        payment_account=wish.payment.account,
        customer=wish.customer,
        customer_name=wish.customer.name or wish.ship_to.name,
        ship_to=wish.ship_to,
        bill_to=wish.bill_to,
        delivery=wish.delivery,
        delivery_net=delivery_net(wish),
        lines=lines,
        placed_at=min(wish.placed_at or work.now, work.now),
        accepted_at=work.now,
        tags=tuple(dict.fromkeys(wish.tags)),
        notes=note,
    )


def _noted(order: Order, note: Note) -> OrderNoted:
    return OrderNoted(
        order_id=order.order_id,
        number=order.number,
        channel=order.channel,
        text=note.text,
        by=note.by,
        mentions=note.mentions,
    )


def _placed(order: Order) -> OrderPlaced:
    return OrderPlaced(
        order_id=order.order_id,
        number=order.number,
        channel=order.channel,
        channel_order_id=order.channel_order_id,
        currency=order.currency,
        total=order.total,
        customer=order.customer,
        ship_to=order.ship_to,
        lines=placed(order.lines),
        placed_at=order.placed_at,
    )
