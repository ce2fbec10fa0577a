"""What may become of an order? One real order for each fate, taken there through the API.

Their rows are the patterns after which the databases are filled (see generate.py). Whatever must
differ between two orders has a value here that stands nowhere else, so that it can be replaced.
"""

import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.goods import SKUS, name_of
from local.client import Client
from local.journey import Staff, order_body, until

NAME, EMAIL, PHONE = "Patterna Mustermuster", "patterna@pattern.example", "+49 999 000111"
POSTCODE, STREET, CHANNEL, TAG = "10969", "Pattern Road 7", "pattern-shop", "pattern-tag"
EXTERNAL = "PATTERN-{:04}"
FIRST_NUMBER = 900_000_001  # no price and no quantity looks like it
HEADS = (
    "order_id", "sku", "quantity", "unit_price", "name", "email", "phone", "line1", "city",
    "postcode", "country",
)  # fmt: skip


@dataclass(frozen=True)
class Fate:
    """What becomes of an order, and how many of a thousand it becomes of."""

    name: str
    share: int
    lines: int
    take: Callable[["Clerk", str], Any]
    order: Mapping[str, Any]
    ended: bool = True


@dataclass(frozen=True)
class Made:
    """An order that was taken to its fate."""

    fate: str
    share: int
    ended: bool
    number: int
    external: str
    skus: tuple[str, ...]
    tracking: tuple[str, ...]
    tagged: bool


class Clerk:
    """Places orders and takes them where they shall go, one after the other."""

    def __init__(self, api: Client, patience: float = 120) -> None:
        self.api, self.staff, self._patience = api, Staff(api, patience), patience
        self._numbers, self._turn = itertools.count(1), 0

    def connect(self, channels: Sequence[str]) -> None:
        """Connect shops that send files."""
        for channel in channels:
            self.api.put(f"/channels/{channel}", {"kind": "csv", "name": channel})

    def take(self, fate: Fate) -> Made:
        """Place an order and wait until its fate is fulfilled."""
        chosen = [name_of((self._turn + i) % SKUS) for i in range(fate.lines)]
        self._turn += fate.lines
        external = EXTERNAL.format(next(self._numbers))
        placed = self._import if fate.order.get("channel") else self._place
        order_id = placed(chosen, external, dict(fate.order))
        fate.take(self, order_id)
        page = self.staff.whole(order_id)
        parcels = [p["tracking_number"] for s in page["shipments"] for p in s["parcels"]]
        tracking = tuple(dict.fromkeys(filter(None, parcels)))
        number, tags = page["order"]["number"], page["order"]["tags"]
        return Made(
            fate.name, fate.share, fate.ended, number, external, tuple(chosen), tracking, bool(tags)
        )

    def is_paid_by_nobody(self, order_id: str) -> None:
        """Wait until an order waits for its money."""
        self._until(order_id, lambda page: page["order"]["payment_status"] == "pending")

    def is_off(self, order_id: str) -> None:
        """Wait until an order is canceled."""
        self._until(order_id, lambda page: page["order"]["status"] == "canceled")

    def cancels(self, order_id: str) -> None:
        """Cancel an allocated order."""
        self.staff.allocated(order_id)
        self.api.post(f"/orders/{order_id}/cancellation", {"reason": "changed my mind"})
        self.is_off(order_id)

    def holds(self, order_id: str) -> None:
        """Hold an allocated order."""
        self.staff.allocated(order_id)
        self.api.post(f"/orders/{order_id}/holds", {"reason": "address"})
        self._until(order_id, lambda page: page["order"]["fulfillment_status"] == "on_hold")

    def picks(self, order_id: str) -> None:
        """Scan everything, but pack nothing."""
        for fulfillment in self.staff.allocated(order_id)["fulfillments"]:
            self.staff.pick(fulfillment)

    def ships(self, order_id: str) -> None:
        """Hand everything over to the carrier."""
        self.staff.pick_and_pack(order_id)
        self.staff.hand_over(order_id)

    def sends_back(self, order_id: str) -> None:
        """Get everything, and send one piece of the first line back."""
        self.staff.ship_whole(order_id)
        line = self.staff.page(order_id)["order"]["lines"][0]
        self.staff.send_back(order_id, [(line["line_id"], 1)])

    def _until(self, order_id: str, probe: Callable[[Any], bool]) -> None:
        self.staff.wait_for(order_id, "its fate", probe)

    def _place(self, chosen: Sequence[str], external: str, order: dict[str, Any]) -> str:
        body = order_body([(sku, 2, 1490) for sku in chosen], **order)
        body |= {"channel_order_id": external}
        body["customer"] = {"email": EMAIL, "name": NAME, "phone": PHONE}
        body["ship_to"] |= {"name": NAME, "line1": STREET, "postcode": POSTCODE, "phone": PHONE}
        return str(self.api.post("/orders", body)["order_id"])

    def _import(self, chosen: Sequence[str], external: str, order: dict[str, Any]) -> str:
        rows = [
            (external, sku, "2", "14.90", NAME, EMAIL, PHONE, STREET, "Berlin", POSTCODE, "DE")
            for sku in chosen
        ]
        text = "\n".join(",".join(row) for row in (HEADS, *rows))
        as_file = {"Content-Type": "text/csv"}
        path = f"/channels/{order['channel']}/imports"
        self.api.post(path, data=text.encode(), headers=as_file)

        def found() -> Any:
            return self.api.get("/orders", text=external)["orders"]

        return str(until("imported order", found, within=self._patience)[0]["order_id"])


def _delivered(clerk: Clerk, order_id: str) -> None:
    clerk.staff.ship_whole(order_id)


def _allocated(clerk: Clerk, order_id: str) -> None:
    clerk.staff.allocated(order_id)


def _packed(clerk: Clerk, order_id: str) -> None:
    clerk.staff.pick_and_pack(order_id)


CARD: Mapping[str, Any] = {}
TAGGED = {"tags": [TAG]}
SHOP = {"channel": CHANNEL}
DECLINES = {"payment": {"method": "card", "token": "tok_decline"}}
BANK = {"payment": {"method": "bank_transfer"}}
# fmt: off
FATES = (
    Fate("delivered, one line",    100, 1, _delivered, CARD),
    Fate("delivered, two lines",   240, 2, _delivered, CARD),
    Fate("delivered, tagged",      120, 3, _delivered, TAGGED),
    Fate("delivered, from a shop", 280, 4, _delivered, SHOP),
    Fate("delivered, five lines",  130, 5, _delivered, CARD),
    Fate("sent back",               60, 3, Clerk.sends_back, CARD),
    Fate("canceled",                30, 2, Clerk.cancels, CARD),
    Fate("declined",                20, 2, Clerk.is_off, DECLINES),
    Fate("allocated",                9, 3, _allocated, CARD, ended=False),
    Fate("picked",                   2, 3, Clerk.picks, CARD, ended=False),
    Fate("packed",                   2, 3, _packed, SHOP, ended=False),
    Fate("shipped",                  5, 3, Clerk.ships, CARD, ended=False),
    Fate("on hold",                  1, 3, Clerk.holds, TAGGED, ended=False),
    Fate("waits for money",          1, 3, Clerk.is_paid_by_nobody, BANK, ended=False),
)
# fmt: on
