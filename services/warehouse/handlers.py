"""What does the warehouse do when told something? It plans, guides the picker, closes boxes."""

from collections.abc import Iterable

from msgspec.structs import replace

from chassis.errors import check_version
from chassis.work import Work
from contracts.inventory import SkuSaved
from contracts.message import Message
from contracts.warehouse import (
    CancelFulfillment,
    Fulfillment,
    FulfillmentCanceled,
    OpenFulfillment,
    OrderRouted,
    Pack,
    PlannedFulfillment,
    ReportShort,
    RouteOrder,
    RoutingFailed,
    ScanPick,
    StartPicking,
)
from services.warehouse.domain import pick_list, sourcing, verification
from services.warehouse.domain.building import CountTask
from services.warehouse.domain.fulfillment_order import FulfillmentOrder, Line, Status
from services.warehouse.domain.routing import Decided, Routing
from services.warehouse.domain.sku import SkuFacts
from services.warehouse.domain.verification import Shelves
from services.warehouse.ports import Floor, Fulfillments, Locate, found


def route_order(
    command: RouteOrder, work: Work, fulfillments: Fulfillments, floor: Floor, locate: Locate
) -> None:
    """Plan who sends what of a round; an attempt that was planned gets the same answer again.

    An attempt that failed is thought over when it is asked again: a warehouse may have opened.
    """
    routing = routing_of(command.order_id, fulfillments)
    before = routing.of(command.round)
    if routing.canceled:
        work.send(_failed(command, "The order was canceled before it was routed."))
        return
    if before and before.attempt > command.attempt:
        return  # overtaken by a later attempt: whoever asked waits for that one's answer
    if before and before.attempt == command.attempt and before.decision:
        work.send(_routed(command, before, fulfillments))
        return
    planned = [fulfillments.get(i) for i in before.fulfillment_order_ids] if before else []
    if any(order.is_begun for order in planned if order):
        work.send(_failed(command, f"Round {command.round} is being picked already."))
        return
    for order in planned:
        if order:
            order.cancel()
    command = replace(command, ship_to=routing.ship_to or command.ship_to)
    plan = sourcing.plan(command.lines, command.levels, floor.warehouses(), locate(command.ship_to))
    if isinstance(plan, sourcing.Shortfall):
        routing.decide(Decided(command.round, command.attempt))
        work.send(_failed(command, plan.reason))
        return
    decided = routing.decide(_planned(command, plan, work, fulfillments))
    work.send(_routed(command, decided, fulfillments))


def routing_of(order_id: str, fulfillments: Fulfillments) -> Routing:
    """Find what was decided for an order; nothing yet, if nobody has asked."""
    routing = fulfillments.routing(order_id)
    if routing is None:
        routing = Routing(order_id)
        fulfillments.add(routing)
    return routing


def _planned(
    command: RouteOrder, plan: sourcing.Plan, work: Work, fulfillments: Fulfillments
) -> Decided:
    names = {line.line_id: line.name for line in command.lines}
    made = []
    for parcel in plan.parcels:
        order = FulfillmentOrder(
            fulfillment_order_id=work.new_id("ful"),
            order_id=command.order_id,
            number=command.number,
            warehouse_id=parcel.warehouse_id,
            round=command.round,
            attempt=command.attempt,
            ship_to=command.ship_to,
            decision=plan.decision,
            lines=tuple(
                Line(line.line_id, line.sku, names[line.line_id], line.quantity)
                for line in parcel.lines
            ),
            created_at=work.now,
        )
        fulfillments.add(order)
        made.append(order.fulfillment_order_id)
    return Decided(command.round, command.attempt, plan.decision, tuple(made))


def _routed(command: RouteOrder, decided: Decided, fulfillments: Fulfillments) -> OrderRouted:
    known = map(fulfillments.get, decided.fulfillment_order_ids)
    return OrderRouted(
        order_id=command.order_id,
        round=decided.round,
        attempt=decided.attempt,
        fulfillments=tuple(
            PlannedFulfillment(
                fulfillment_order_id=order.fulfillment_order_id,
                warehouse_id=order.warehouse_id,
                lines=order.planned,
            )
            for order in known
            if order
        ),
        decision=decided.decision,
    )


def _failed(command: RouteOrder, reason: str) -> RoutingFailed:
    return RoutingFailed(
        order_id=command.order_id, round=command.round, attempt=command.attempt, reason=reason
    )


def open_fulfillment(
    command: OpenFulfillment, work: Work, fulfillments: Fulfillments, floor: Floor
) -> None:
    """Let people pick it; what is canceled or packed already is told again."""
    order = found(fulfillments, command.fulfillment_order_id)
    for event in order.open(lambda: floor.warehouses()[order.warehouse_id].address):
        work.send(event)


def cancel_fulfillment(command: CancelFulfillment, work: Work, fulfillments: Fulfillments) -> None:
    """Stop one fulfillment order, or all of an order's and whatever would be planned later."""
    if command.fulfillment_order_id:
        if order := fulfillments.get(command.fulfillment_order_id):
            order.cancel()
    else:
        routing = routing_of(command.order_id, fulfillments)
        routing.canceled = True
        for planned in map(fulfillments.get, routing.fulfillment_order_ids):
            if planned:
                planned.cancel()
    work.send(
        FulfillmentCanceled(
            order_id=command.order_id, fulfillment_order_id=command.fulfillment_order_id
        )
    )


def save_sku(event: SkuSaved, floor: Floor) -> None:
    """Keep what inventory tells of a SKU, unless something newer is known."""
    facts = floor.sku(event.sku.sku)
    if facts:
        facts.learn(event)
    else:
        floor.add(SkuFacts.told(event))


def start_picking(
    request: StartPicking, work: Work, fulfillments: Fulfillments, floor: Floor
) -> Fulfillment:
    """Give a fulfillment order to a picker and choose boxes for it."""
    order = _seen(request, fulfillments)
    shelves = floor.shelves(order)
    order.start(request.picker, work.actor)
    return _shown(order, fulfillments, floor, shelves)


def scan_pick(
    request: ScanPick, work: Work, fulfillments: Fulfillments, floor: Floor
) -> Fulfillment:
    """Take what was scanned; a scan that was sent before changes nothing."""
    order = _seen(request, fulfillments)
    shelves = floor.shelves(order)
    first = not request.scan_id or fulfillments.is_first_scan(
        order.fulfillment_order_id, request.scan_id, work.now
    )
    if first:
        sku, place = verification.identify(order, request, shelves)
        _say(order.scan(sku, request.quantity, place, work.actor, work.now), order, work)
    return _shown(order, fulfillments, floor, shelves)


def report_short(
    request: ReportShort, work: Work, fulfillments: Fulfillments, floor: Floor
) -> Fulfillment:
    """Go on without what was not found, and have its bins counted."""
    order = _seen(request, fulfillments)
    shelves = floor.shelves(order)
    events = order.report_short(request.sku, request.quantity, request.reason, work.actor)
    _say(events, order, work)
    bins = [place.bin for place in shelves.bins.get(request.sku, ())] or [""]
    for place in bins:
        floor.ask_for_count(
            CountTask(order.warehouse_id, place, request.sku, request.reason, work.now)
        )
    order.proposed_cartons = ()
    return _shown(order, fulfillments, floor, shelves)


def pack(request: Pack, work: Work, fulfillments: Fulfillments, floor: Floor) -> Fulfillment:
    """Close the boxes when every piece that was picked was scanned into one of them."""
    order = _seen(request, fulfillments)
    shelves = floor.shelves(order)
    packages = verification.packed(
        order, request.packages, shelves.facts, floor.cartons(), lambda: work.new_id("pac")
    )
    address = floor.warehouses()[order.warehouse_id].address
    _say(order.pack(packages, address, work.actor), order, work)
    return _shown(order, fulfillments, floor, shelves)


def _seen(
    request: StartPicking | ScanPick | ReportShort | Pack, fulfillments: Fulfillments
) -> FulfillmentOrder:
    """Find a fulfillment order, as whoever asks has seen it."""
    order = found(fulfillments, request.fulfillment_order_id)
    identity = order.fulfillment_order_id
    check_version("Fulfillment order", identity, request.expected_version, order.version)
    return order


def _say(events: Iterable[Message], order: FulfillmentOrder, work: Work) -> None:
    """Tell what people did; it belongs to the order's process, not to the person's request."""
    for event in events:
        work.send(event, correlation_id=order.order_id)


def _shown(
    order: FulfillmentOrder, fulfillments: Fulfillments, floor: Floor, shelves: Shelves
) -> Fulfillment:
    """Show it as it is now; boxes are chosen once, when picking begins, and after a short pick."""
    if order.status is Status.IN_PROGRESS and not order.proposed_cartons:
        order.proposed_cartons = pick_list.propose_cartons(order, shelves, floor.cartons().values())
    fulfillments.save(order)
    return pick_list.show(order, shelves)
