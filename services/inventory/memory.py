"""What is the port of inventory in a test? Dictionaries that keep the same promises."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from contracts.inventory import SkuData
from services.inventory.domain.reservation import Reservation, State
from services.inventory.domain.sku import SkuRecord
from services.inventory.domain.stock import Shelves


@dataclass
class MemoryInventory:
    """Stock, reservations and SKUs in dictionaries."""

    stock: Shelves = field(default_factory=Shelves)
    kept: dict[tuple[str, int], Reservation] = field(default_factory=dict)
    done: set[str] = field(default_factory=set)
    skus: dict[str, SkuRecord] = field(default_factory=dict)
    barcodes: dict[str, str] = field(default_factory=dict)

    def shelves(self, skus: Iterable[str]) -> Shelves:  # noqa: ARG002 - all are at hand
        """The balances of all SKUs."""
        return self.stock

    def reservation(self, order_id: str, round_: int) -> Reservation | None:
        """Find the reservation of one round of an order."""
        return self.kept.get((order_id, round_))

    def reservations(self, order_id: str) -> Sequence[Reservation]:
        """Find all reservations of an order, by round."""
        return [r for (of, _), r in sorted(self.kept.items()) if of == order_id]

    def add(self, reservation: Reservation) -> None:
        """Keep a new reservation."""
        self.kept[reservation.order_id, reservation.round] = reservation

    def due(self, skus: Iterable[str], now: datetime) -> Sequence[Reservation]:
        """Find reservations of these SKUs whose time is up."""
        wanted = set(skus)
        return [r for r in self.all_due(now) if wanted & {p.sku for p in r.placements}]

    def all_due(self, now: datetime) -> Sequence[Reservation]:
        """Find reservations whose time is up."""
        active = [r for r in self.kept.values() if r.state == State.ACTIVE]
        return [r for r in active if r.expires_at <= now]

    def is_done(self, key: str) -> bool:
        """Tell whether something that must happen once has happened."""
        return key in self.done

    def mark_done(self, key: str, now: datetime) -> None:  # noqa: ARG002 - nothing is pruned here
        """Remember that it has happened."""
        self.done.add(key)

    def sku(self, sku: str) -> SkuRecord | None:
        """Find a SKU."""
        return self.skus.get(sku)

    def add_sku(self, record: SkuRecord) -> None:
        """Keep a new SKU."""
        self.skus[record.sku] = record

    def owners_of(self, barcodes: Iterable[str]) -> Mapping[str, str]:
        """Find out which SKU has each of these barcodes."""
        return {code: self.barcodes[code] for code in barcodes if code in self.barcodes}

    def keep_barcodes(self, data: SkuData) -> None:
        """Write down a SKU's barcodes in place of those it had."""
        others = {code: sku for code, sku in self.barcodes.items() if sku != data.sku}
        self.barcodes = others | dict.fromkeys(data.barcodes, data.sku)
