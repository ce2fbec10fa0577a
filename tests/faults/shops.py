"""How does a shop sell what we keep the stock of? It takes orders, and hears what can be sold."""

import time
from datetime import UTC, datetime
from typing import Any

from local.client import Client
from local.demo.shop import Shop


class Outlet(Shop):
    """A shop that sells one listing; it notes what stock it was told, and what was called off."""

    def __init__(self, channel: str, listing: str) -> None:
        super().__init__(channel)
        self.listing = listing
        self.stock: int | None = None
        self.stock_told = 0
        self.called_off: dict[str, list[float]] = {}

    def connect(self, api: Client, sku: str) -> None:
        """Be connected with the system, which tells this shop the stock of the SKU."""
        api.put(
            f"/channels/{self.channel}",
            {
                "kind": "shopify", "name": self.channel, "base_url": self.url,
                "access_token": self.token, "webhook_secret": self.secret, "location_id": "7",
                "push_stock": True,
            },
        )  # fmt: skip
        api.put(f"/channels/{self.channel}/listings/{self.listing}", {"sku": sku})

    def sell(self, order_id: str, quantities: list[int], cents: int) -> None:
        """Take a customer's order, with a line for each quantity."""
        now = datetime.now(UTC).isoformat()
        self.orders[order_id] = {
            "id": int(order_id), "currency": "EUR", "financial_status": "paid",
            "total_price": f"{sum(quantities) * cents / 100:.2f}", "taxes_included": False,
            "email": "ann@example.com", "created_at": now, "updated_at": now,
            "shipping_address": {
                "name": "Ann Smith", "address1": "Main Street 1", "city": "Berlin",
                "zip": "10115", "country_code": "DE",
            },
            "line_items": [
                {
                    "id": number, "sku": self.listing, "quantity": quantity, "variant_id": 808,
                    "price": f"{cents / 100:.2f}", "title": "A thing", "requires_shipping": True,
                }
                for number, quantity in enumerate(quantities, 1)
            ],
        }  # fmt: skip

    def take_back(self, order_id: str) -> None:
        """The customer takes the order back in the shop."""
        now = datetime.now(UTC).isoformat()
        changed = {"cancelled_at": now, "updated_at": now, "cancel_reason": "customer"}
        self.orders[order_id] = self.orders[order_id] | changed

    def get(self, order_id: str, what: str) -> dict[str, Any]:
        """Answer a question about an order."""
        if what.startswith("orders/"):
            known = self.orders[what.removeprefix("orders/")]
            return {"order": {"cancelled_at": known.get("cancelled_at")}}
        return super().get(order_id, what)

    def post(self, order_id: str, what: str, body: dict[str, Any]) -> dict[str, Any]:
        """Take what the shop is told: its stock, and orders that are off."""
        if what == "inventory_levels/set":
            self.stock, self.stock_told = body["available"], self.stock_told + 1
            return body
        if what != "graphql":
            return super().post(order_id, what, body)
        if "orderCancel(" not in body["query"]:
            node = {"id": "gid://shopify/InventoryItem/9", "sku": self.listing}
            return {"data": {"inventoryItems": {"nodes": [node]}}}
        off = body["variables"]["id"].rpartition("/")[2]
        self.called_off.setdefault(off, []).append(time.time())
        self.take_back(off)
        return {"data": {"orderCancel": {"orderCancelUserErrors": []}}}
