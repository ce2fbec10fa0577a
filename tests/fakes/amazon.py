"""What does Amazon answer? Tokens, orders in both versions, and listings of a seller."""

import copy
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote
from uuid import uuid4

from tests.fakes.serving import Answer, Moods, served

BEGAN = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MARKET = "A1PA6795UKMFR9"


class FakeAmazon(Moods):
    """The state of a seller's account. What it gives tokens for, it shows only with them."""

    def __init__(self) -> None:
        super().__init__()
        self.now = BEGAN
        app = f"amzn1.app.{uuid4().hex}"  # tokens are kept by it
        self.secrets = {"client_id": app, "client_secret": "hush", "refresh_token": "Atzr"}
        self.may_see_addresses = True
        self.tokens_made = 0
        self.orders: dict[str, Any] = {}
        self.old_orders: dict[str, Any] = {}
        self.stock: dict[str, Any] = {"MUG-1": None, "SHIRT M/2": None}
        self.bad_skus: set[str] = set()

    def sell(self, *items: Any, order_id: str = "4711", **changes: Any) -> Any:
        """Sell something in the words of 2026-01-01."""
        rows = list(items) or [an_item()]
        currency = rows[0]["proceeds"]["proceedsTotal"]["currencyCode"]
        total = sum(float(x["proceeds"]["proceedsTotal"]["amount"]) for x in rows)
        order = {
            "orderId": order_id, "createdTime": "2026-03-01T10:00:00Z",
            "fulfillment": {"fulfillmentStatus": "UNSHIPPED", "fulfilledBy": "MERCHANT",
                            "fulfillmentServiceLevel": "STANDARD"},
            "buyer": {"buyerName": "Ann Smith", "buyerEmail": "x1@marketplace.amazon.de"},
            "recipient": {"deliveryAddress": an_address()},
            "proceeds": {"grandTotal": money(f"{total:.2f}", currency)},
            "orderItems": rows, "packages": [], **changes,
        }  # fmt: skip
        self.orders[order_id] = order
        self.changed(order)
        return order

    def sell_v0(self, *items: Any, order_id: str = "4711", **changes: Any) -> Any:
        """Sell something in the words of version 0; taxes are in the prices."""
        rows = list(items) or [an_old_item()]
        total = sum(float(x["ItemPrice"]["Amount"]) for x in rows)
        order = {
            "AmazonOrderId": order_id, "OrderStatus": "Unshipped", "FulfillmentChannel": "MFN",
            "PurchaseDate": "2026-03-01T10:00:00Z", "OrderTotal": old_money(f"{total:.2f}"),
            "BuyerInfo": {"BuyerEmail": "x1@marketplace.amazon.de"},
            "ShippingAddress": an_old_address(), "OrderItems": rows, **changes,
        }  # fmt: skip
        self.old_orders[order_id] = order
        self.now += timedelta(seconds=1)
        order["LastUpdateDate"] = f"{self.now:%Y-%m-%dT%H:%M:%SZ}"
        return order

    def changed(self, order: Any) -> None:
        """Write down when an order changed; no two do at once."""
        self.now += timedelta(seconds=1)
        order["lastUpdatedTime"] = f"{self.now:%Y-%m-%dT%H:%M:%SZ}"

    def serve(self, method: str, path: str, headers: Mapping[str, str], body: Any) -> Answer:  # noqa: C901, PLR0911 - an answer for each address
        """Answer who shows a token that was given out."""
        address, _, asked = path.partition("?")
        query, token = dict(parse_qsl(asked)), headers.get("x-amz-access-token") or ""
        parts = [unquote(x) for x in address.strip("/").split("/")]
        if parts == ["auth", "o2", "token"]:
            if {**body, "grant_type": ""} != {**self.secrets, "grant_type": ""}:
                return 400, {"error": "invalid_grant"}, {}
            self.tokens_made += 1
            return 200, {"access_token": f"Atza|{self.tokens_made}", "expires_in": 3600}, {}
        if not token.startswith(("Atza|", "Atz.sprdt|")):
            return 403, {"errors": [{"code": "Unauthorized"}]}, {}
        match method, parts:
            case "GET", ["sellers", "v1", "marketplaceParticipations"]:
                return 200, {"payload": [{"marketplace": {"id": MARKET}}]}, {}
            case "POST", ["tokens", _, "restrictedDataToken"]:
                if not self.may_see_addresses:
                    return 403, {"errors": [{"code": "Unauthorized"}]}, {}
                return 200, {"restrictedDataToken": "Atz.sprdt|1", "expiresIn": 3600}, {}
            case "GET", ["orders", "v0", "orders"]:
                return 200, {"payload": self.old_page(query, shows=token.startswith("Atz."))}, {}
            case "GET", ["orders", "v0", "orders", number, "orderItems"]:
                return 200, {"payload": self.items_of(number, query)}, {}
            case "GET", ["orders", "2026-01-01", "orders"]:
                found, following = self.slice(self.orders, "lastUpdatedTime", {
                    "since": query["lastUpdatedAfter"], "size": query["maxResultsPerPage"],
                    "mark": query.get("paginationToken", ""),
                })  # fmt: skip
                more = {"pagination": {"nextToken": following}} if following else {}
                return 200, {"orders": found, **more}, {}
            case "GET", ["orders", "2026-01-01", "orders", number] if number in self.orders:
                return 200, {"order": copy.deepcopy(self.orders[number])}, {}
            case "POST", ["orders", "v0", "orders", number, "shipmentConfirmation"]:
                return self.confirm(self.orders[number], body["packageDetail"])
            case "PATCH", ["listings", _, "items", _, sku]:
                return self.patch(sku, body["patches"][0])
        return 404, {"errors": [{"code": "NotFound"}]}, {}

    def slice(self, kept: Any, changed: str, asked: Mapping[str, str]) -> tuple[list[Any], str]:
        """A page of what changed, and the mark of the next one, which holds for the same sweep."""
        found = sorted(kept.values(), key=lambda x: x[changed])
        found = [x for x in found if x[changed] >= asked["since"]]
        first, size = int(asked["mark"] or 0), int(asked["size"])
        last = first + size
        return copy.deepcopy(found[first:last]), str(last) if last < len(found) else ""

    def old_page(self, query: Mapping[str, str], *, shows: bool) -> Any:
        """Orders of version 0 without their items, and without addresses for a common token."""
        found, following = self.slice(self.old_orders, "LastUpdateDate", {
            "since": query.get("LastUpdatedAfter", ""), "size": query["MaxResultsPerPage"],
            "mark": query.get("NextToken", ""),
        })  # fmt: skip
        hidden = {"OrderItems"} if shows else {"OrderItems", "ShippingAddress", "BuyerInfo"}
        orders = [{k: v for k, v in x.items() if k not in hidden} for x in found]
        return {"Orders": orders, **({"NextToken": following} if following else {})}

    def items_of(self, number: str, query: Mapping[str, str]) -> Any:
        """The items of an order of version 0, two in a page."""
        first = int(query.get("NextToken", 0))
        rows = self.old_orders[number]["OrderItems"]
        more = {"NextToken": str(first + 2)} if first + 2 < len(rows) else {}
        return {"AmazonOrderId": number, "OrderItems": rows[first : first + 2], **more}

    def confirm(self, order: Any, package: Any) -> Answer:
        """Confirm a package; one with a number that is known is changed."""
        assert package["packageReferenceId"].isdigit()
        known = {x["packageReferenceId"]: x for x in order["packages"]}
        known[package["packageReferenceId"]] = package
        order["packages"] = list(known.values())
        rows = {x["orderItemId"]: x for x in order["orderItems"]}
        for row in rows.values():
            row["fulfillment"]["quantityFulfilled"] = sum(
                item["quantity"] for one in order["packages"] for item in one["orderItems"]
                if item["orderItemId"] == row["orderItemId"]
            )  # fmt: skip
        whole = all(
            x["fulfillment"]["quantityFulfilled"] >= x["quantityOrdered"] for x in rows.values()
        )
        order["fulfillment"]["fulfillmentStatus"] = "SHIPPED" if whole else "PARTIALLY_SHIPPED"
        self.changed(order)
        return 204, "", {}

    def patch(self, sku: str, patch: Any) -> Answer:
        """Change the quantity of a listing."""
        assert patch["path"] == "/attributes/fulfillment_availability"
        if sku not in self.stock:
            return 400, {"errors": [{"code": "BAD_REQUEST", "message": "Invalid input"}]}, {}
        if sku in self.bad_skus:
            issues = [{"code": "90000900", "message": "The attributes are invalid."}]
            return 200, {"sku": sku, "status": "INVALID", "issues": issues}, {}
        self.stock[sku] = patch["value"][0]["quantity"]
        return 200, {"sku": sku, "status": "ACCEPTED", "issues": []}, {}


def money(amount: str, currency: str = "EUR") -> Any:
    """An amount of 2026-01-01."""
    return {"amount": amount, "currencyCode": currency}


def old_money(amount: str, currency: str = "EUR") -> Any:
    """An amount of version 0."""
    return {"Amount": amount, "CurrencyCode": currency}


def an_item(sku: str = "MUG-1", quantity: int = 1, price: str = "10.00", **more: Any) -> Any:
    """An item of 2026-01-01: a price for all its pieces, and whatever else is broken down."""
    currency = more.pop("currency", "EUR")
    rows = more.pop("breakdowns", [{"type": "ITEM", "subtotal": money(price, currency)}])
    total = more.pop("total", price)
    return {
        "orderItemId": "11", "quantityOrdered": quantity,
        "product": {"sellerSku": sku, "asin": "B000000001", "title": "Blue mug"},
        "proceeds": {"proceedsTotal": money(total, currency), "breakdowns": rows},
        "fulfillment": {"quantityFulfilled": 0}, **more,
    }  # fmt: skip


def an_old_item(sku: str = "MUG-1", quantity: int = 1, price: str = "10.00", **more: Any) -> Any:
    """An item of version 0."""
    return {
        "OrderItemId": "11", "SellerSKU": sku, "ASIN": "B000000001", "Title": "Blue mug",
        "QuantityOrdered": quantity, "QuantityShipped": 0, "ItemPrice": old_money(price), **more,
    }  # fmt: skip


def an_address(**changes: Any) -> Any:
    """An address of 2026-01-01."""
    return {
        "name": "Ann Smith", "addressLine1": "Main Street 1", "city": "Berlin",
        "postalCode": "10115", "countryCode": "DE", **changes,
    }  # fmt: skip


def an_old_address(**changes: Any) -> Any:
    """An address of version 0, whose first line may be empty."""
    return {
        "Name": "Ann Smith", "AddressLine1": "", "AddressLine2": "Main Street 1",
        "City": "Berlin", "PostalCode": "10115", "CountryCode": "DE", **changes,
    }  # fmt: skip


@contextmanager
def an_amazon() -> Iterator[FakeAmazon]:
    """Open it on a port of its own."""
    account = FakeAmazon()
    with served(account, account.serve, ""):
        yield account
