"""What does a picker see? The fulfillment order in the order of the way through the building."""

from collections.abc import Iterable

from contracts.warehouse import Fulfillment, PickLine
from services.warehouse.domain.blocks import Item
from services.warehouse.domain.cartons import Carton, propose, size_of
from services.warehouse.domain.fulfillment_order import FulfillmentOrder, Line
from services.warehouse.domain.verification import Shelves

NO_BIN = 10**9


def show(order: FulfillmentOrder, shelves: Shelves) -> Fulfillment:
    """Show a fulfillment order with its pick list; what lies in no known bin comes last."""
    lines = sorted((_place(line, shelves), _line(line, shelves)) for line in order.lines)
    return Fulfillment(
        fulfillment_order_id=order.fulfillment_order_id,
        order_id=order.order_id,
        number=order.number,
        warehouse_id=order.warehouse_id,
        status=order.status.value,
        round=order.round,
        lines=tuple(line for _, line in lines),
        ship_to=order.ship_to,
        decision=order.decision,
        picker=order.picker,
        proposed_cartons=order.proposed_cartons,
        packages=order.packages,
        allowed=order.allowed,
        version=order.version,
    )


def _place(line: Line, shelves: Shelves) -> tuple[int, str, str]:
    place = shelves.first_bin(line.sku)
    return (place.sequence, place.bin, line.line_id) if place else (NO_BIN, "", line.line_id)


def _line(line: Line, shelves: Shelves) -> PickLine:
    place, facts = shelves.first_bin(line.sku), shelves.facts.get(line.sku)
    return PickLine(
        line_id=line.line_id,
        sku=line.sku,
        name=line.name or (facts.name if facts else ""),
        bin=place.bin if place else "",
        zone=place.zone if place else "",
        quantity=line.quantity,
        picked=line.picked,
        short=line.short,
        packed=line.packed,
        barcodes=shelves.codes(line.sku),
    )


def propose_cartons(
    order: FulfillmentOrder, shelves: Shelves, cartons: Iterable[Carton]
) -> tuple[str, ...]:
    """Choose boxes for what is to be packed; none if the size of something is not known."""
    items = []
    for sku in order.skus:
        if quantity := order.count(sku, lambda line: line.quantity - line.short):
            if (facts := shelves.facts.get(sku)) is None:
                return ()
            items.append(Item(sku, size_of(facts.dimensions), facts.weight_g, quantity))
    return tuple(box.carton for box in propose(items, cartons))
