"""Where do the handlers of inventory find things? One port, implemented in tables.py."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from contracts.inventory import SkuData
from services.inventory.domain.reservation import Reservation
from services.inventory.domain.sku import SkuRecord
from services.inventory.domain.stock import Shelves


class Inventory(Protocol):
    """Where stock, reservations and SKUs are found; all of it locked."""

    def shelves(self, skus: Iterable[str]) -> Shelves:
        """The balances of these SKUs, and of whatever else this batch touches."""

    def reservation(self, order_id: str, round_: int) -> Reservation | None:
        """Find the reservation of one round of an order."""

    def reservations(self, order_id: str) -> Sequence[Reservation]:
        """Find all reservations of an order, by round."""

    def add(self, reservation: Reservation) -> None:
        """Keep a new reservation."""

    def due(self, skus: Iterable[str], now: datetime) -> Sequence[Reservation]:
        """Find reservations of these SKUs whose time is up."""

    def is_done(self, key: str) -> bool:
        """Tell whether something that must happen once has happened."""

    def mark_done(self, key: str, now: datetime) -> None:
        """Remember that it has happened."""

    def sku(self, sku: str) -> SkuRecord | None:
        """Find a SKU and lock it."""

    def add_sku(self, record: SkuRecord) -> None:
        """Keep a new SKU."""

    def owners_of(self, barcodes: Iterable[str]) -> Mapping[str, str]:
        """Find out which SKU has each of these barcodes; those that none has are left out."""

    def keep_barcodes(self, data: SkuData) -> None:
        """Write down a SKU's barcodes in place of those it had."""
