"""What does a stockroom look like in a test? Valid unless the test says otherwise."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from chassis.errors import Refused
from chassis.work import Rehearsal
from contracts import inventory as said
from contracts.values import Dimensions, Placement, SkuQuantity
from services.inventory import handlers, stockkeeping
from services.inventory.domain.reservation import Reservation
from services.inventory.domain.stock import Movement, Shelves
from services.inventory.memory import MemoryInventory

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
LATER = NOW + timedelta(days=7)
MUG, SHIRT = "MUG-1", "SHIRT-M"
BERLIN, HAMBURG = "BER", "HAM"
DOING: dict[type[Any], Any] = {
    said.ReserveStock: handlers.reserve_stock,
    said.ReplaceShortage: handlers.replace_shortage,
    said.CommitStock: handlers.commit_stock,
    said.ReleaseStock: handlers.release_stock,
    said.ReleaseRound: handlers.release_round,
    said.FulfillStock: handlers.fulfill_stock,
    said.RestockReturn: stockkeeping.restock_return,
    said.CountSale: stockkeeping.count_sale,
    said.PutSku: stockkeeping.put_sku,
    said.AdjustStock: stockkeeping.adjust_stock,
    said.ReceiveStock: stockkeeping.receive_stock,
}


def numbered(prefix: str, number: int) -> str:
    return f"{prefix}_{number:026d}"


ORDER, OTHER_ORDER = numbered("ord", 1), numbered("ord", 2)
FULFILLMENT, OTHER_FULFILLMENT = numbered("ful", 1), numbered("ful", 2)
RETURN = numbered("ret", 1)


def line(quantity: int = 1, sku: str = MUG, number: int = 1) -> SkuQuantity:
    return SkuQuantity(line_id=numbered("lin", number), sku=sku, quantity=quantity)


def at(warehouse_id: str, quantity: int = 1, sku: str = MUG, number: int = 1) -> Placement:
    return Placement(
        line_id=numbered("lin", number), sku=sku, warehouse_id=warehouse_id, quantity=quantity
    )


def a_sku(sku: str = MUG, **changes: Any) -> said.SkuData:
    size = Dimensions(length_mm=100, width_mm=80, height_mm=60)
    fields: dict[str, Any] = {
        "sku": sku, "name": f"Name of {sku}", "dimensions": size, "weight_g": 350,
    }  # fmt: skip
    return said.SkuData(**{**fields, **changes})


def put(sku: str = MUG, expected_version: int | None = None, **changes: Any) -> said.PutSku:
    return said.PutSku(data=a_sku(sku, **changes), expected_version=expected_version)


def receive(quantity: int, sku: str = MUG, at: str = BERLIN, **changes: Any) -> said.ReceiveStock:
    return said.ReceiveStock(sku=sku, warehouse_id=at, quantity=quantity, **changes)


def adjust(
    change: int, sku: str = MUG, at: str = BERLIN, reason: Any = "stock_take", note: str = ""
) -> said.AdjustStock:
    return said.AdjustStock(sku=sku, warehouse_id=at, change=change, reason=reason, note=note)


def reserve(
    *lines: SkuQuantity, order: str = ORDER, round_: int = 1, until: datetime = LATER
) -> said.ReserveStock:
    return said.ReserveStock(
        order_id=order, round=round_, lines=lines or (line(),), expires_at=until
    )


def commit(
    *placements: Placement, order: str = ORDER, round_: int = 1, attempt: int = 1
) -> said.CommitStock:
    return said.CommitStock(order_id=order, round=round_, placements=placements, attempt=attempt)


def release(*lines: Placement, order: str = ORDER, release_id: str = "") -> said.ReleaseStock:
    return said.ReleaseStock(
        order_id=order, reason="order canceled", release_id=release_id or order, lines=lines
    )


def release_round(round_: int) -> said.ReleaseRound:
    return said.ReleaseRound(
        order_id=ORDER, round=round_, release_id=f"{ORDER}:edit-1", reason="the edit was refused"
    )


def fulfill(
    *lines: Placement, order: str = ORDER, fulfillment: str = FULFILLMENT
) -> said.FulfillStock:
    return said.FulfillStock(order_id=order, fulfillment_order_id=fulfillment, lines=lines)


def replace(*missing: Placement, order: str = ORDER, round_: int = 2) -> said.ReplaceShortage:
    return said.ReplaceShortage(
        order_id=order,
        round=round_,
        fulfillment_order_id=FULFILLMENT,
        lines=missing,
        expires_at=LATER,
    )


def returned(
    quantity: int = 1, disposition: Any = "restock", sku: str = MUG, at: str = BERLIN
) -> said.ReturnedUnits:
    return said.ReturnedUnits(
        line_id=numbered("lin", 1),
        sku=sku,
        warehouse_id=at,
        quantity=quantity,
        disposition=disposition,
    )


def restock(*units: said.ReturnedUnits, return_id: str = RETURN) -> said.RestockReturn:
    return said.RestockReturn(return_id=return_id, order_id=ORDER, units=units)


def shelves_with(*received: tuple[str, str, int]) -> Shelves:
    """Shelves on which so many of a SKU lie at a warehouse."""
    shelves = Shelves()
    for sku, warehouse, quantity in received:
        shelves.post(Movement(sku, warehouse, "received", "delivery", on_hand=quantity))
    shelves.movements.clear()
    shelves.before.clear()
    return shelves


def a_reservation(*placements: Placement, round_: int = 1) -> Reservation:
    return Reservation(ORDER, round_, "active", placements, LATER)


def parts(shelves: Shelves, sku: str, warehouse: str) -> tuple[int, int, int, int]:
    """How many are on hand, reserved, allocated, unavailable."""
    s = shelves.at(sku, warehouse)
    return s.on_hand, s.reserved, s.allocated, s.unavailable


class Stockroom:
    """Inventory at work, in memory: tell it something, hear what it says."""

    def __init__(self) -> None:
        self.inventory = MemoryInventory()
        self.work = Rehearsal(NOW, actor="person:ann")

    def tell(self, *wishes: Any) -> Any:
        """Give what was said last, or else the answer; a refusal changes nothing."""
        answer = None
        for wish in wishes:
            before = deepcopy(self.inventory)
            self.work.sent.clear()
            try:
                answer = DOING[type(wish)](wish, self.work, self.inventory)
            except Refused:
                self.inventory = before
                raise
        for message in self.work.sent:
            msgspec.convert(msgspec.to_builtins(message), type(message))
        return self.work.sent[-1] if self.work.sent else answer

    def expire(self, after: timedelta = timedelta()) -> list[Any]:
        """Let time pass and the timer run; give what it says."""
        self.work.now += after
        self.work.sent.clear()
        for reservation in self.inventory.all_due(self.work.now):
            handlers.expire(reservation, self.work, self.inventory)
        return list(self.work.sent)

    def balances(self) -> dict[tuple[str, str], tuple[int, int, int, int]]:
        """On hand, reserved, allocated and unavailable, by SKU and warehouse."""
        return {
            (s.sku, s.warehouse_id): (s.on_hand, s.reserved, s.allocated, s.unavailable)
            for by_warehouse in self.inventory.stock.balances.values()
            for s in by_warehouse.values()
        }

    def ledger_sums(self) -> dict[tuple[str, str], tuple[int, int, int, int]]:
        """What the ledger says the balances are."""
        sums: dict[tuple[str, str], tuple[int, int, int, int]] = {}
        for m in self.inventory.stock.movements:
            was = sums.get((m.sku, m.warehouse_id), (0, 0, 0, 0))
            more = (m.on_hand, m.reserved, m.allocated, m.unavailable)
            sums[m.sku, m.warehouse_id] = tuple(map(sum, zip(was, more, strict=True)))  # type: ignore[assignment]
        return sums

    def reservations(self) -> list[Reservation]:
        """All reservations."""
        return list(self.inventory.kept.values())
