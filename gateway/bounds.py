"""What lies within the warehouses and channels of somebody? Owners of orders and goods are asked.

All ids of a page are asked about at once: one question for orders, one for fulfillment orders.
"""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar

import msgspec

from contracts import inventory, orders, warehouse
from contracts.message import Question, Wire
from contracts.stuck import Stuck, order_in
from gateway.people.roles import Scope
from gateway.ports import Asks

Row = TypeVar("Row", bound=Wire)
T = TypeVar("T", bound=Wire)


class Bounds:
    """The bounds of one caller, for one request."""

    def __init__(self, scope: Scope, asker: Asks, actor: str) -> None:
        self.scope, self._asker, self._actor = scope, asker, actor

    def ask(self, question: Question[Any, T], asked: Wire) -> T:
        """Ask a service in the name of the caller."""
        return self._asker.ask(question, asked, actor=self._actor)

    def has_warehouse(self, warehouse_id: str) -> bool:
        """Tell whether a warehouse lies within; what lies nowhere yet does."""
        within = self.scope.warehouses
        return within is None or not warehouse_id or warehouse_id in within

    def has_channel(self, channel: str) -> bool:
        """Tell whether a channel lies within."""
        return self.scope.channels is None or channel in self.scope.channels

    def orders(self, order_ids: Iterable[str]) -> set[str]:
        """Tell which of these orders are from channels that lie within."""
        ids = {order_id for order_id in order_ids if order_id}
        if self.scope.channels is None or not ids:
            return ids
        asked = orders.OriginsOf(order_ids=tuple(sorted(ids)))
        found = self.ask(orders.ORIGINS, asked).origins
        return {one.order_id for one in found if self.has_channel(one.channel)}

    def fulfillments(self, fulfillment_order_ids: Iterable[str]) -> set[str]:
        """Tell which of these lie in warehouses, and are for orders, that lie within."""
        ids = {identity for identity in fulfillment_order_ids if identity}
        if not ids:
            return ids
        asked = warehouse.PlacesOf(fulfillment_order_ids=tuple(sorted(ids)))
        found = self.ask(warehouse.PLACES, asked).places
        mine = self.orders(place.order_id for place in found)
        return {
            place.fulfillment_order_id
            for place in found
            if place.order_id in mine and self.has_warehouse(place.warehouse_id)
        }

    def keep(self, rows: Sequence[Row]) -> tuple[Row, ...]:
        """Keep the rows that lie within, in their order."""
        kept = [row for row in rows if self.has_warehouse(getattr(row, "warehouse_id", ""))]
        if self.scope.channels is not None:
            of_orders = [row for row in kept if hasattr(row, "order_id")]
            mine = self.orders(row.order_id for row in of_orders)
            kept = [row for row in kept if not hasattr(row, "order_id") or row.order_id in mine]
        if self.scope.warehouses is not None:
            away = {_sent_from(row) for row in kept}
            mine = self.fulfillments(away) | {""}
            kept = [row for row in kept if _sent_from(row) in mine]
        return tuple(self._decidable(row) for row in kept)

    def sku(self, view: inventory.SkuView) -> inventory.SkuView:
        """Show the stock within, and how much of it can be had."""
        if self.scope.warehouses is None:
            return view
        stock = tuple(one for one in view.stock if self.has_warehouse(one.warehouse_id))
        available = sum(one.available for one in stock)
        return msgspec.structs.replace(view, stock=stock, available=available)

    def _decidable(self, row: Any) -> Any:
        """Let nothing be decided about an exception that does not name its order."""
        if not isinstance(row, Stuck) or self.scope.channels is None:
            return row
        if order_in(row.exception_id):
            return row
        return msgspec.structs.replace(row, allowed=())


def _sent_from(row: Any) -> str:
    """The fulfillment order of a shipment, which alone tells where it was packed."""
    knows_itself = hasattr(row, "warehouse_id")
    return "" if knows_itself else getattr(row, "fulfillment_order_id", "")
