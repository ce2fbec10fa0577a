"""How does the Toy Shop speak in tests? With this the conformance suite checks its adapter."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from toyshop import ToyShop

from services.channels.marketplaces.marketplace import Shop
from services.channels.tests.speeches import Heard, Speech
from tests.fakes.serving import Answer, Moods, served


class FakeToyShop(Moods):
    def __init__(self) -> None:
        super().__init__()
        self.orders = {"4711": json.loads(an_order("10.00", "EUR", "DE"))}
        self.parcels: dict[str, Any] = {}
        self.stock: dict[str, Any] = {"MUG-1": None}

    def serve(self, method: str, path: str, headers: Any, body: Any) -> Answer:
        what = path.strip("/").split("/")
        match method, what:
            case "GET", ["orders", number] if number in self.orders:
                return 200, self.orders[number], {}
            case "PUT", ["orders", _, "parcels", key]:
                self.parcels[key] = body
                return 200, {}, {}
            case "GET", ["stock", sku] if sku in self.stock:
                return 200, {}, {}
            case "PUT", ["stock", sku]:
                self.stock[sku] = body["available"]
                return 200, {}, {}
        return 404, {}, {}


def an_order(price: str, currency: str, country: str) -> str:
    cost = str(2 * float(price)) if price.replace(".", "").isdigit() else price
    place = {"name": "Ann", "line1": "Main Street 1", "city": "Berlin", "country": country}
    return json.dumps({
        "id": "4711", "state": "paid", "changed_at": "2026-03-01T10:00:00Z",
        "currency": currency, "total": cost, "ship_to": place,
        "items": [[11, "MUG-1", 2, cost]],
    })  # fmt: skip


@contextmanager
def opened() -> Iterator[tuple[Shop, Heard]]:
    fake = FakeToyShop()
    with served(fake, fake.serve, ""):
        shop = Shop("my-channel", fake.url, "token")
        yield shop, lambda: (len(fake.parcels), 0, 0, fake.stock["MUG-1"])


SPEECH = Speech(ToyShop(), "", an_order, opened, hears=(1, 0, 0, 7))
