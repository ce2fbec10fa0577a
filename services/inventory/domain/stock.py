"""How does stock move? Every change of a balance is a movement in the ledger, and nothing else is.

on_hand = available + reserved + allocated + unavailable, and none of them below zero
"""

from collections.abc import Iterable
from dataclasses import dataclass, field

from chassis.errors import Refused
from contracts.inventory import WarehouseStock
from contracts.values import StockLevel


@dataclass
class Stock:
    """The balance of one SKU at one warehouse."""

    sku: str
    warehouse_id: str
    on_hand: int = 0
    reserved: int = 0
    allocated: int = 0
    unavailable: int = 0

    @property
    def available(self) -> int:
        """What can still be promised."""
        return self.on_hand - self.reserved - self.allocated - self.unavailable

    def told(self) -> WarehouseStock:
        """Show the balance."""
        return WarehouseStock(
            warehouse_id=self.warehouse_id,
            on_hand=self.on_hand,
            reserved=self.reserved,
            allocated=self.allocated,
            unavailable=self.unavailable,
            available=self.available,
        )


@dataclass(frozen=True, slots=True)
class Movement:
    """One entry of the ledger: what changed by how much, and because of what."""

    sku: str
    warehouse_id: str
    kind: str
    cause: str
    on_hand: int = 0
    reserved: int = 0
    allocated: int = 0
    unavailable: int = 0
    reason: str = ""


@dataclass
class Shelves:
    """All balances that a piece of work touches, and the movements it makes.

    `post` is the only writer of a balance.
    """

    balances: dict[str, dict[str, Stock]] = field(default_factory=dict)
    movements: list[Movement] = field(default_factory=list)
    before: dict[str, int] = field(default_factory=dict)

    def put(self, stock: Stock) -> None:
        """Take in a balance as it was loaded."""
        self.balances.setdefault(stock.sku, {})[stock.warehouse_id] = stock

    def of(self, sku: str) -> list[Stock]:
        """The balances of a SKU at all warehouses, by warehouse."""
        return [stock for _, stock in sorted(self.balances.get(sku, {}).items())]

    def at(self, sku: str, warehouse_id: str) -> Stock:
        """The balance of a SKU at one warehouse; all zero, and not kept, if it was never there."""
        return self.balances.get(sku, {}).get(warehouse_id) or Stock(sku, warehouse_id)

    def available(self, sku: str) -> int:
        """What can still be promised of a SKU over all warehouses."""
        return sum(stock.available for stock in self.of(sku))

    def post(self, movement: Movement) -> Stock:
        """Write a movement and change the balance by it; refuse what would go below zero."""
        stock = self.at(movement.sku, movement.warehouse_id)
        changed = Stock(
            stock.sku,
            stock.warehouse_id,
            stock.on_hand + movement.on_hand,
            stock.reserved + movement.reserved,
            stock.allocated + movement.allocated,
            stock.unavailable + movement.unavailable,
        )
        parts = (changed.on_hand, changed.reserved, changed.allocated, changed.unavailable)
        if min(*parts, changed.available) < 0:
            raise Refused(
                "not_enough",
                f"{movement.kind} of {movement.sku} at {movement.warehouse_id} is not possible: "
                f"{stock.on_hand} are on hand, {stock.reserved} reserved, {stock.allocated} "
                f"allocated and {stock.unavailable} unavailable.",
                "quantity",
            )
        self.before.setdefault(stock.sku, self.available(stock.sku))
        stock.on_hand, stock.reserved, stock.allocated, stock.unavailable = parts
        self.put(stock)
        self.movements.append(movement)
        return stock

    def changed(self) -> list[str]:
        """The SKUs of which more or less can be promised than before all movements."""
        return sorted(sku for sku, was in self.before.items() if self.available(sku) != was)

    def place(self, wanted: Iterable[tuple[str, str, int]]) -> list[tuple[str, str, str, int]]:
        """Choose warehouses for (line, SKU, quantity); empty if it cannot all be had.

        One warehouse that has everything if there is one; else the one that has most of it first,
        and of alike ones the fullest. Returns (line, SKU, warehouse, quantity).
        """
        wishes = list(wanted)
        left = {
            (stock.sku, stock.warehouse_id): stock.available
            for sku in {sku for _, sku, _ in wishes}
            for stock in self.of(sku)
            if stock.available > 0
        }
        needs: dict[str, int] = {}
        for _, sku, quantity in wishes:
            needs[sku] = needs.get(sku, 0) + quantity
        if any(sum(n for (s, _), n in left.items() if s == sku) < q for sku, q in needs.items()):
            return []
        order = sorted(
            {warehouse for _, warehouse in left},
            key=lambda w: (
                -sum(min(left.get((sku, w), 0), q) for sku, q in needs.items()),
                -sum(left.get((sku, w), 0) for sku in needs),
                w,
            ),
        )
        placed = []
        for line, sku, quantity in wishes:
            missing = quantity
            for warehouse in order:
                taken = min(missing, left.get((sku, warehouse), 0))
                if taken:
                    left[sku, warehouse] -= taken
                    missing -= taken
                    placed.append((line, sku, warehouse, taken))
        return placed

    def levels(self, skus: Iterable[str], own: dict[tuple[str, str], int]) -> list[StockLevel]:
        """What each warehouse could give of the SKUs, what the asker holds itself included."""
        return [
            StockLevel(
                sku=sku,
                warehouse_id=stock.warehouse_id,
                available=stock.available + own.get((sku, stock.warehouse_id), 0),
            )
            for sku in sorted(set(skus))
            for stock in self.of(sku)
        ]
