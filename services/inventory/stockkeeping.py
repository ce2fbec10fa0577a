"""What do people tell inventory of SKUs and stock? New SKUs, receipts, corrections, returns."""

from chassis.errors import NotFound, Refused, Stale
from chassis.work import Work
from contracts.inventory import (
    AdjustStock,
    CountSale,
    PutSku,
    ReceiveStock,
    RestockReturn,
    SkuSaved,
    StockRestocked,
    WarehouseStock,
)
from services.inventory.domain.sku import SkuRecord
from services.inventory.domain.stock import Movement
from services.inventory.ports import Inventory

UNSELLABLE = frozenset({"restock_as_b_grade", "refurbish", "return_to_vendor", "quarantine"})
GONE = frozenset({"scrap", "missing"})


def put_sku(wish: PutSku, work: Work, inventory: Inventory) -> SkuRecord:
    """Make a SKU, or change it."""
    data = wish.data
    owners = inventory.owners_of(data.barcodes)
    for i, barcode in enumerate(data.barcodes):
        if owners.get(barcode, data.sku) != data.sku:
            raise Refused(
                "taken", f"SKU {owners[barcode]} has barcode {barcode}.", f"barcodes[{i}]"
            )
    record = inventory.sku(data.sku)
    if record is None:
        if wish.expected_version:
            raise NotFound("SKU", data.sku, "sku")
        record = SkuRecord(data.sku, data)
        inventory.add_sku(record)
    elif wish.expected_version not in {None, record.version}:
        raise Stale("SKU", record.sku, wish.expected_version or 0, record.version)
    elif record.data == data:
        return record
    else:
        record.change(data)
    inventory.keep_barcodes(data)
    work.send(SkuSaved(sku=data, version=record.version), correlation_id=record.sku)
    return record


def adjust_stock(wish: AdjustStock, work: Work, inventory: Inventory) -> WarehouseStock:
    """Correct what is on hand, never below what is promised."""
    _known(wish.sku, "sku", inventory)
    if wish.change == 0:
        raise Refused("no_change", "A change of 0 changes nothing.", "change")
    shelves = inventory.shelves([wish.sku])
    stock = shelves.at(wish.sku, wish.warehouse_id)
    if wish.expected_on_hand not in {None, stock.on_hand}:
        raise Refused(
            "stale",
            f"{stock.on_hand} of {wish.sku} are on hand at {wish.warehouse_id} by now, and not "
            f"{wish.expected_on_hand}.",
            "expected_on_hand",
        )
    if stock.available + wish.change < 0:
        raise Refused(
            "not_enough",
            f"Only {stock.available} of {wish.sku} at {wish.warehouse_id} are not promised; "
            f"{-wish.change} cannot be taken away.",
            "change",
        )
    reason = f"{wish.reason}: {wish.note}" if wish.note else wish.reason
    cause = work.message_id or "adjustment"
    movement = Movement(
        wish.sku, wish.warehouse_id, "adjusted", cause, on_hand=wish.change, reason=reason
    )
    return shelves.post(movement).told()


def receive_stock(wish: ReceiveStock, work: Work, inventory: Inventory) -> WarehouseStock:
    """Take in goods from a supplier."""
    _known(wish.sku, "sku", inventory)
    shelves = inventory.shelves([wish.sku])
    cause = wish.reference or work.message_id or "receipt"
    movement = Movement(wish.sku, wish.warehouse_id, "received", cause, on_hand=wish.quantity)
    return shelves.post(movement).told()


def restock_return(command: RestockReturn, work: Work, inventory: Inventory) -> None:
    """Book returned units in, sellable or not, once for each return."""
    key = f"restocked:{command.return_id}"
    again = inventory.is_done(key)
    if not again:
        inventory.mark_done(key, work.now)
        shelves = inventory.shelves(unit.sku for unit in command.units)
        for i, unit in enumerate(command.units):
            _known(unit.sku, f"units[{i}].sku", inventory)
            back = 0 if unit.disposition in GONE else unit.quantity
            aside = back if unit.disposition in UNSELLABLE else 0
            shelves.post(
                Movement(
                    unit.sku, unit.warehouse_id, "restocked", command.return_id,
                    on_hand=back, unavailable=aside, reason=unit.disposition,
                )
            )  # fmt: skip
    told = StockRestocked(return_id=command.return_id, order_id=command.order_id, again=again)
    work.send(told)


def count_sale(command: CountSale, work: Work, inventory: Inventory) -> None:
    """Take off the books what went over a counter, and on them what came back, once."""
    key = f"sold:{command.sale_id}"
    if inventory.is_done(key):
        return
    inventory.mark_done(key, work.now)
    shelves = inventory.shelves(unit.sku for unit in command.units)
    for i, unit in enumerate(command.units):
        _known(unit.sku, f"units[{i}].sku", inventory)
        shelves.post(
            Movement(
                unit.sku, command.warehouse_id, "sold" if unit.change < 0 else "restocked",
                command.sale_id, on_hand=unit.change,
            )
        )  # fmt: skip


def _known(sku: str, field: str, inventory: Inventory) -> None:
    if inventory.sku(sku) is None:
        raise NotFound("SKU", sku, field)
