"""What does a file of stock look like, and what does counting change?

`counted` is what lies there, and empty where nobody has counted. `on_hand` is what the file was
written with: if something has moved since, the count is refused, for nobody knows whether it was
taken before or after.
"""

from collections.abc import Iterator, Sequence

from chassis.errors import NotFound, Refused
from contracts.inventory import GET_SKUS, AdjustStock, SkusNamed, SkuView, WarehouseStock
from contracts.orders import ChangedField
from contracts.values import Nothing
from contracts.warehouse import WAREHOUSES
from gateway.jobs.columns import Column, Named, sku_in, whole
from gateway.jobs.plan import Ask, Plan
from gateway.jobs.sheet import Cell

COLUMNS = (
    Column("sku", required=True),
    Column("name", shown=True),
    Column("warehouse", required=True),
    Column("on_hand"),
    Column("reserved", shown=True),
    Column("allocated", shown=True),
    Column("unavailable", shown=True),
    Column("available", shown=True),
    Column("counted", required=True),
    Column("note"),
)
MOST_CHANGE, LONGEST_NOTE = 1_000_000, 255


def rows(view: SkuView) -> Iterator[list[Cell]]:
    """Write the stock of a SKU, a row for each warehouse."""
    for stock in view.stock:
        yield [
            view.data.sku, view.data.name, stock.warehouse_id, stock.on_hand, stock.reserved,
            stock.allocated, stock.unavailable, stock.available, None, None,
        ]  # fmt: skip


def subject(row: Named) -> tuple[str, str]:
    """Name the SKU that a row is about, and where."""
    if not (warehouse_id := row["warehouse"].strip()):
        raise Refused("missing", "warehouse is missing.", "warehouse")
    return sku_in(row), warehouse_id


class Known:
    """The stock that rows are about, as it is now."""

    def __init__(self, ask: Ask, rows: Sequence[Named]) -> None:
        found: Sequence[SkuView] = ask(
            GET_SKUS, SkusNamed(skus=tuple({subject(row)[0] for row in rows}))
        ).skus
        self._views = {view.data.sku: view for view in found}
        there = ask(WAREHOUSES, Nothing()).warehouses
        self._warehouses = {one.warehouse_id for one in there}

    def plan(self, row: Named) -> Plan:
        """Tell what a row changes; raises Refused if it cannot."""
        sku, warehouse_id = subject(row)
        if sku not in self._views:
            raise NotFound("SKU", sku, "sku")
        if warehouse_id not in self._warehouses:
            raise NotFound("warehouse", warehouse_id[:60], "warehouse")
        if not row["counted"].strip():
            return Plan()
        counted, now = whole(row, "counted"), self._stock(sku, warehouse_id)
        if row.get("on_hand", "").strip() and (written := whole(row, "on_hand")) != now.on_hand:
            moved = f"on_hand: {now.on_hand} are on hand by now, not {written}; count again."
            raise Refused("stale", moved, "on_hand")
        change = counted - now.on_hand
        if now.available + change < 0:
            kept = now.on_hand - now.available
            told = f"counted: {kept} are promised or blocked, so it cannot be {counted}."
            raise Refused("not_enough", told, "counted")
        if abs(change) > MOST_CHANGE:
            told = f"counted: stock changes by {MOST_CHANGE:,} at most, and this by {change:,}."
            raise Refused("too_many", told, "counted")
        if len(note := row.get("note", "").strip()) > LONGEST_NOTE:
            raise Refused("too_long", f"note has more than {LONGEST_NOTE} letters.", "note")
        if not change:
            return Plan()
        wish = AdjustStock(
            sku=sku, warehouse_id=warehouse_id, change=change, reason="stock_take", note=note,
            expected_on_hand=now.on_hand,
        )  # fmt: skip
        told_before, told_after = str(now.on_hand), str(counted)
        return Plan(wish, (ChangedField(field="on_hand", before=told_before, after=told_after),))

    def _stock(self, sku: str, warehouse_id: str) -> WarehouseStock:
        found = [one for one in self._views[sku].stock if one.warehouse_id == warehouse_id]
        none = {"on_hand": 0, "reserved": 0, "allocated": 0, "unavailable": 0, "available": 0}
        return found[0] if found else WarehouseStock(warehouse_id=warehouse_id, **none)
