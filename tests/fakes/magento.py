"""What does a shop at Magento 2 answer? One with products, orders, shipments and credit memos."""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

from tests.fakes.serving import Answer, Moods, served

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
NOT_FOUND = 404, {"message": "The entity that was requested doesn't exist."}, {}
ONE = "searchCriteria[filter_groups][0][filters][0]"


class FakeMagento(Moods):
    """The state of the shop. It refuses what Magento refuses, and keeps a clock of its own."""

    def __init__(self) -> None:
        super().__init__()
        self.token, self.now = "integration-token", BEGAN
        self.orders: dict[int, Any] = {}
        self.invoices: list[Any] = []
        self.shipments: list[Any] = []
        self.memos: list[Any] = []
        self.products = [
            {"id": 9001, "sku": "MUG-1"}, {"id": 9002, "sku": "SHIRT-M"},
            {"id": 9003, "sku": "mug-1"},
        ]  # fmt: skip
        self.stock: dict[tuple[str, str], int] = {}
        self.added_back: list[str] = []
        self.numbers = iter(range(5000, 10**6))

    def sell(self, *items: Any, order_id: int = 4711, paid: bool = True, **changes: Any) -> Any:
        """Sell something; the shop adds up what it costs, and takes the money unless told not."""
        rows = list(items) or [an_item()]
        order = {
            "entity_id": order_id, "increment_id": f"{order_id:09}", "state": "processing",
            "order_currency_code": "EUR", "created_at": "2026-03-01 10:00:00",
            "customer_email": "ann@example.com", "billing_address": an_address(),
            "shipping_amount": 0, "shipping_tax_amount": 0, "items": rows,
            "payment": {"method": "stripe"},
            "extension_attributes": {
                "shipping_assignments": [{"shipping": {"address": an_address()}}],
            },
            "grand_total": float(sum(costs(x) for x in rows)), **changes,
        }  # fmt: skip
        self.orders[order_id] = order
        self.changed(order)
        if paid:
            self.invoices.append({
                "entity_id": next(self.numbers), "order_id": order_id, "transaction_id": "ch_1",
                "grand_total": order["grand_total"],
                "items": [{"order_item_id": x["item_id"], "qty": x["qty_ordered"]} for x in rows],
            })  # fmt: skip
        return order

    def changed(self, order: Any) -> None:
        """Write down when an order changed; no two do at once."""
        self.now += timedelta(seconds=1)
        order["updated_at"] = self.now.strftime("%Y-%m-%d %H:%M:%S")

    def serve(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> Answer:  # noqa: PLR0911 - an answer for each address
        """Answer who shows the token."""
        if headers.get("Authorization") != f"Bearer {self.token}":
            return 401, {"message": "The consumer isn't authorized to access %resources."}, {}
        address, _, asked = path.partition("?")
        match method, address.strip("/").split("/"):
            case "GET", ["store", "storeViews"]:
                return 200, [{"id": 1, "code": "default"}], {}
            case "GET", ["orders" | "shipments" | "creditmemos" | "invoices" | "products" as what]:
                return 200, self.page(what, dict(parse_qsl(asked))), {}
            case "GET", ["orders", number] if order := self.orders.get(int(number)):
                return 200, copy.deepcopy(order), {}
            case "POST", ["orders", number, "cancel"]:
                return self.cancel(self.orders[int(number)])
            case "POST", ["order", number, "ship"]:
                return self.ship(self.orders[int(number)], body)
            case "POST", ["invoice", number, "refund"]:
                (invoice,) = [x for x in self.invoices if x["entity_id"] == int(number)]
                return self.refund(self.orders[invoice["order_id"]], invoice, body)
            case "POST", ["inventory", "source-items"]:
                for item in body["sourceItems"]:
                    self.stock[item["source_code"], item["sku"]] = item["quantity"]
                return 200, [], {}
        return NOT_FOUND

    def page(self, what: str, asked: Mapping[str, str]) -> Any:
        """List what fits; behind the last page the last one is shown again."""
        field, value, condition = (
            asked[f"{ONE}[{name}]"] for name in ("field", "value", "condition_type")
        )
        kept = {
            "orders": list(self.orders.values()), "shipments": self.shipments,
            "creditmemos": self.memos, "invoices": self.invoices,
            "products": [{"entity_id": x["id"], **x} for x in self.products],
        }[what]  # fmt: skip
        if condition == "gteq":
            found = [x for x in kept if x[field] >= value]
            found.sort(key=lambda x: (x[field], x["entity_id"]))
        else:  # the database compares without regard to case
            found = [x for x in kept if str(x[field]).lower() == value.lower()]
        size = int(asked["searchCriteria[pageSize]"])
        last = max(-(-len(found) // size), 1)
        number = min(int(asked.get("searchCriteria[currentPage]", 1)), last)
        shown = found[size * (number - 1) : size * number]
        return {"items": copy.deepcopy(shown) or None, "total_count": len(found)}

    def ship(self, order: Any, wish: Any) -> Answer:
        """Send pieces; no more of a row than are left."""
        rows = {str(x["item_id"]): x for x in order["items"]}
        for item in wish["items"]:
            row = rows[item["order_item_id"]]
            if row.get("qty_shipped", 0) + item["qty"] > row["qty_ordered"]:
                return 400, {"message": "Shipment Document Validation Error(s)"}, {}
        for item in wish["items"]:
            row = rows[item["order_item_id"]]
            row["qty_shipped"] = row.get("qty_shipped", 0) + item["qty"]
        self.shipments.append({
            "entity_id": next(self.numbers), "order_id": order["entity_id"],
            "tracks": wish["tracks"], "comments": [wish["comment"]],
        })  # fmt: skip
        if all(x.get("qty_shipped", 0) == x["qty_ordered"] for x in order["items"]):
            order["state"] = "complete"
        self.changed(order)
        return 200, str(self.shipments[-1]["entity_id"]), {}

    def refund(self, order: Any, invoice: Any, wish: Any) -> Answer:
        """Give money back: for the pieces named, or all that is left, delivery and all."""
        assert wish["isOnline"] is True
        said = wish["arguments"]
        rows = {str(x["item_id"]): x for x in order["items"]}
        if "items" in wish:
            amount = sum(
                (round(costs(rows[x["order_item_id"]]) * x["qty"] /
                       rows[x["order_item_id"]]["qty_ordered"], 2) for x in wish["items"]),
                Decimal(said.get("shipping_amount", 0)),
            )  # fmt: skip
        else:
            amount = Decimal(str(invoice["grand_total"]))
        amount += Decimal(said.get("adjustment_positive", 0))
        amount -= Decimal(said.get("adjustment_negative", 0))
        given = sum(Decimal(str(x["grand_total"])) for x in self.memos)
        named = wish.get("items", [])
        for item in named:
            row = rows[item["order_item_id"]]
            if row.get("qty_refunded", 0) + item["qty"] > row["qty_ordered"]:
                return 400, {"message": "The quantity to refund is more than was invoiced."}, {}
        if not 0 < amount <= Decimal(str(invoice["grand_total"])) - given:
            return 400, {"message": "The most money available to refund is less."}, {}
        self.memos.append({
            "entity_id": next(self.numbers), "order_id": order["entity_id"],
            "invoice_id": invoice["entity_id"], "grand_total": float(amount),
            "comments": [wish["comment"]],
        })  # fmt: skip
        for item in named:
            row = rows[item["order_item_id"]]
            row["qty_refunded"] = row.get("qty_refunded", 0) + item["qty"]
        self.added_back += said["extension_attributes"]["return_to_stock_items"]
        if amount + given == Decimal(str(order["grand_total"])):
            order["state"] = "closed"
        self.changed(order)
        return 200, str(self.memos[-1]["entity_id"]), {}

    def cancel(self, order: Any) -> Answer:
        """Cancel what is not paid."""
        if any(x["order_id"] == order["entity_id"] for x in self.invoices):
            return 200, False, {}
        order["state"] = "canceled"
        self.changed(order)
        return 200, True, {}


def costs(item: Any) -> Decimal:
    """What is paid for a row."""
    amounts = [Decimal(str(item.get(x) or 0)) for x in
               ("row_total", "tax_amount", "discount_tax_compensation_amount")]  # fmt: skip
    return sum(amounts, -Decimal(str(item.get("discount_amount") or 0)))


def an_item(sku: str = "MUG-1", quantity: int = 1, row_total: Any = 10, **more: Any) -> Any:
    """A row of an order."""
    return {
        "item_id": 11, "product_type": "simple", "sku": sku, "name": "Blue mug",
        "product_id": 9001, "qty_ordered": quantity, "row_total": row_total,
        "discount_amount": 0, "tax_amount": 0, **more,
    }  # fmt: skip


def an_address(**changes: Any) -> Any:
    """An address."""
    return {
        "firstname": "Ann", "lastname": "Smith", "street": ["Main Street 1", "2nd floor"],
        "city": "Berlin", "postcode": "10115", "country_id": "DE", "telephone": "030 1", **changes,
    }  # fmt: skip


@contextmanager
def a_magento() -> Iterator[FakeMagento]:
    """Open the shop on a port of its own."""
    shop = FakeMagento()
    with served(shop, shop.serve, "/rest/default/V1"):
        yield shop
