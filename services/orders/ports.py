"""Where do the handlers of orders find things? Ports, implemented in tables.py."""

from collections.abc import Iterable, Mapping
from typing import Protocol

from chassis.errors import NotFound, Refused
from chassis.work import Work
from contracts.inventory import SkuData
from contracts.orders import NewLine
from services.orders.domain.history import Change
from services.orders.domain.order import Order


class Orders(Protocol):
    """All orders, with their history."""

    def get(self, order_id: str) -> Order | None:
        """Find an order and lock it."""

    def by_channel(self, channel: str, channel_order_id: str) -> str | None:
        """Find the id of an order by the id that its channel gave it."""

    def next_number(self) -> int:
        """Give the next order number."""

    def add(self, order: Order) -> None:
        """Keep a new order."""

    def skus(self) -> Mapping[str, SkuData]:
        """The SKUs that the messages of this batch name, as far as there are such."""

    def tell(self, order: Order, work: Work, change: Change) -> None:
        """Write a line into the order's history."""

    def find_by(self, order: Order) -> None:
        """Let the order be found by what is in it now."""

    def find_at(self, order: Order) -> None:
        """Let the order be found at the warehouses that send it."""


def check_skus(lines: Iterable[NewLine], where: str, orders: Orders) -> None:
    """Refuse lines of which nobody knows what they are."""
    known = orders.skus()
    for i, line in enumerate(lines):
        if line.sku not in known:
            raise Refused("unknown_sku", f"There is no SKU {line.sku}.", f"{where}[{i}].sku")


def found(orders: Orders, order_id: str) -> Order:
    """Find an order and lock it, or raise NotFound."""
    order = orders.get(order_id)
    if order is None:
        raise NotFound("order", order_id, "order_id")
    return order
