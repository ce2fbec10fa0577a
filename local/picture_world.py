"""What is to be seen on the pictures? A shop's ordinary morning, with work at every place.

The demo's twelve orders have gone all the way; others wait at each step of theirs.
"""

import json
from dataclasses import dataclass
from typing import Any

from local import catalogue
from local.client import Client
from local.demo.board import Board
from local.demo.shop import Shop
from local.demo.story import Story
from local.journey import Staff, order_body
from local.pages import make_examples
from local.supervisor import Say, System

# name, street, city, postcode
CUSTOMERS = (
    ("Lena Hofmann", "Kastanienallee 82", "Berlin", "10435"),
    ("Jonas Weber", "Schillerstr. 14", "Leipzig", "04315"),
    ("Camille Laurent", "Bergmannstr. 27", "Berlin", "10961"),
    ("Mehmet Özdemir", "Karl-Marx-Str. 141", "Berlin", "12043"),
    ("Greta Lindqvist", "Elbchaussee 9", "Hamburg", "22765"),
    ("Paul Achterberg", "Domstr. 3", "Köln", "50668"),
    ("Sofia Marković", "Lange Gasse 51", "Dresden", "01099"),
    ("Tom Baker", "Am Kanal 6", "Bremen", "28199"),
)
GOODS = (
    [("MUG-RED", 2, 1290), ("CANDLE-WHITE", 1, 1490)],
    [("LAMP-BLACK", 1, 7900)],
    [("TEE-BLUE", 3, 2490), ("BOOK-GREEN", 2, 890), ("TOWEL-YELLOW", 1, 2900)],
    [("PAN-BLACK", 1, 6900), ("CANDLE-RED", 4, 1490)],
    [("BOOK-BLUE", 5, 890)],
)
RARE = "LAMP-YELLOW"


@dataclass
class World:
    """Makes the morning, through the API alone."""

    api: Client
    staff: Staff
    made: int = 0

    def order(self, lines: Any = None, **more: Any) -> str:
        """Place an order of the next customer; give its id."""
        name, line1, city, postcode = CUSTOMERS[self.made % len(CUSTOMERS)]
        wanted = lines or GOODS[self.made % len(GOODS)]
        self.made += 1
        to = {"name": name, "line1": line1, "city": city, "postcode": postcode, "country": "DE"}
        email = f"{name.split()[0].lower()}@example.com"
        body = order_body(wanted, ship_to=to, customer={"email": email, "name": name}, **more)
        return str(self.api.post("/orders", body)["order_id"])

    def morning(self) -> dict[str, str]:
        """Bring orders to each step; give an example for each page."""
        examples = make_examples(self.api, self.staff)
        shipped, asked = self.order(), self.order()
        for order_id in (shipped, asked):
            self.staff.ship_whole(order_id)
        self._ask_back(asked)
        for _ in range(3):
            self.staff.pick_and_pack(self.order())
        moving = self.order()
        self.staff.pick_and_pack(moving)
        self.staff.hand_over(moving)
        waiting = [self.order() for _ in range(7)]
        for order_id in waiting:
            self.staff.allocated(order_id)
        self._start(waiting[0])
        held = self.order(tags=["vip"], note="Please ring twice.")
        self.staff.allocated(held)
        told = {"reason": "check address", "note": "The street has no number 82."}
        self.api.post(f"/orders/{held}/holds", told)
        self.order(payment={"method": "bank_transfer"})
        self.order([(RARE, 900, 7900)])
        stuck = self.order(payment={"method": "card", "token": "tok_capture_fails"})
        self.staff.pick_and_pack(stuck)
        for shipment in self.staff.whole(stuck)["shipments"]:
            self.api.post(f"/shipments/{shipment['shipment_id']}/handover")
        return {**examples, "heldId": held, "pickId": self._list(waiting[1])}

    def _list(self, order_id: str) -> str:
        return str(self.staff.page(order_id)["fulfillments"][0]["fulfillment_order_id"])

    def _start(self, order_id: str) -> None:
        found = self.staff.page(order_id)["fulfillments"][0]
        line = found["lines"][0]
        where = f"/fulfillments/{found['fulfillment_order_id']}"
        scan = {"barcode": line["barcodes"][0], "bin": line["bin"], "scan_id": "first"}
        self.api.post(f"{where}/scans", {**scan, "quantity": 1})

    def _ask_back(self, order_id: str) -> None:
        line = self.staff.page(order_id)["order"]["lines"][0]["line_id"]
        wish = {"line_id": line, "quantity": 1, "reason": "damaged", "note": "It came in shards."}
        self.api.post(f"/orders/{order_id}/returns", {"lines": [wish]})


def furnish(system: System, say: Say) -> dict[str, str]:
    """Fill a system that is empty; give an example for each page, the same each time."""
    kept = system.state / "examples.json"
    if not kept.exists():
        catalogue.load(system.gateway_url, system.api_key, say)
        api = Client(system.gateway_url, system.api_key)
        with Shop("webshop") as shop:
            story = Story(api, shop, say)
            story.connect()
            story.receive()
            story.release()
            story.travel(Board())
        kept.write_text(json.dumps(World(api, Staff(api, patience=90)).morning()))
    examples: dict[str, str] = json.loads(kept.read_text())
    return examples
