"""Toy Shop: the smallest adapter that is whole. docs/guides/add-a-channel.md goes through it."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from chassis.outside import Declined
from services.channels.domain.news import Cancellation, News, Unacceptable
from services.channels.domain.pull import Cursor
from services.channels.marketplaces.asking import ask, json_of
from services.channels.marketplaces.lines import SoldLine, as_sold, body_of, id_of, paid, pieces
from services.channels.marketplaces.marketplace import (
    Allowance,
    Can,
    Page,
    Setting,
    Shop,
    ToldNothing,
)
from services.channels.marketplaces.moments import moment
from services.channels.marketplaces.signing import no_webhooks


class Head(msgspec.Struct):
    id: str = ""
    state: str = ""
    changed_at: str = ""


class Order(Head, kw_only=True):
    currency: str
    total: Decimal
    items: list[tuple[int, str, Decimal, Decimal]]  # id, SKU, count, cost
    ship_to: dict[str, str]


class ToyShop(ToldNothing):
    kind, title = "toyshop", "Toy Shop"
    settings = (
        Setting("base_url", "Address of the shop", required=True, form=r"https?://[^\s/?#]+"),
        Setting("access_token", "Access token", secret=True, required=True),
    )
    can = frozenset({Can.PULL, Can.LOOK_UP, Can.STOCK, Can.ACKNOWLEDGE})
    allowance = Allowance(at_once=5, a_second=2.0)

    def check(self, shop: Shop) -> None:
        if call(shop, "GET", "/shop") is None:
            raise Declined("no_shop", "There is no Toy Shop at this address.")

    def verify(self, shop: Shop, body: str, signature: str) -> None:
        no_webhooks(shop.channel)

    def read(self, shop: Shop, topic: str, body: str) -> Sequence[News]:
        head = body_of(body, Head)
        said: Any = as_sold(lambda: wish_of(msgspec.json.decode(body, type=Order), shop.channel))
        if head.state == "canceled":
            said = Cancellation("canceled at the Toy Shop")
        elif head.state != "paid":
            said = Unacceptable(f"{head.state!r} is not known.", "state")
        return [News(said, id_of(head.id, "id"), moment(head.changed_at))]

    def pull(self, shop: Shop, cursor: Cursor) -> Page:
        since, page = f"{cursor.since:%Y-%m-%dT%H:%M:%SZ}", cursor.page or 1
        found = call(shop, "GET", f"/orders?since={since}&page={page}")
        newest = max((moment(order["changed_at"]) for order in found["orders"]), default=None)
        texts = [msgspec.json.encode(order).decode() for order in found["orders"]]
        return Page(texts, found.get("next", ""), newest)

    def look_up(self, shop: Shop, channel_order_id: str) -> str:
        found = call(shop, "GET", f"/orders/{channel_order_id}")
        return msgspec.json.encode(found).decode() if found else ""

    def acknowledge(self, shop: Shop, key: str, told: Mapping[str, Any]) -> None:
        parcel = {"numbers": told["tracking_numbers"], "lines": told["lines"]}
        call(shop, "PUT", f"/orders/{told['channel_order_id']}/parcels/{key}", parcel)

    def push_stock(self, shop: Shop, told: Mapping[str, Any]) -> None:
        if call(shop, "GET", f"/stock/{told['listing']}") is None:
            raise Declined("not_listed", f"The Toy Shop does not sell {told['listing']}.")
        call(shop, "PUT", f"/stock/{told['listing']}", {"available": told["available"]})


def wish_of(order: Order, channel: str) -> dict[str, Any]:
    lines = []
    for i, (number, sku, quantity, price) in enumerate(order.items):
        cost, count = paid(price, order.currency, f"[{i}].cost"), pieces(quantity, f"[{i}].count")
        lines.append(SoldLine(sku, str(number), count, cost, cost, 0))
    return {
        "currency": order.currency, "lines": [line.as_line() for line in lines],
        "total": paid(order.total, order.currency, "total"), "payment": {"method": "external"},
        "ship_to": order.ship_to, "channel": channel, "channel_order_id": order.id,
    }  # fmt: skip


def call(shop: Shop, method: str, path: str, body: Any = None) -> Any:
    key, url = {"Authorization": f"Bearer {shop.access_token}"}, f"{shop.base_url}{path}"
    return json_of(ask(shop, "Toy Shop", method, url, body=body, headers=key), "Toy Shop")
