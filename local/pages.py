"""Which pages has the console, and what can be looked at on each?

The pages are read from its router, so that none is forgotten: one without an example raises.
"""

import re
from dataclasses import dataclass

from local import console
from local.client import Client
from local.journey import Staff, order_body, until

ROUTER = console.CONSOLE / "src" / "shell" / "App.tsx"
UNMAPPED = (
    b"order_id,sku,quantity,unit_price,name,line1,city,country\n"
    b"F-1,mug red,1,12.90,Ada Reader,Main Street 1,Berlin,DE\n"
)
PARAMETER = re.compile(r":(\w+)")


@dataclass(frozen=True)
class Page:
    """A page: how the router writes it, and an address of it with something on it."""

    path: str
    address: str

    @property
    def name(self) -> str:
        """What a file about it may be called."""
        return re.sub(r"\W+", "-", self.path.replace(":", "").replace("*", "all")).strip("-") or (
            "home"
        )


def _parked(api: Client) -> str:
    found = api.get("/channel-orders", channel="files", state="parked")["orders"]
    return str(found[0]["inbound_id"]) if found else ""


def all_pages(examples: dict[str, str]) -> list[Page]:
    """Every page of the router, with an example of what it shows."""
    paths = ["", *re.findall(r"path: '/?([^']+)'", ROUTER.read_text())]
    return [Page(path, _address(path, examples)) for path in paths]


def _address(path: str, examples: dict[str, str]) -> str:
    if path.endswith("*"):
        return examples[path]
    return PARAMETER.sub(lambda found: examples[found[1]], path)


def make_examples(api: Client, staff: Staff) -> dict[str, str]:
    """Make something for each page: an order that came back, one to pack, a parcel, a file."""
    api.put("/channels/files", {"kind": "csv", "name": "Files"})
    came_back = api.post("/orders", order_body([("MUG-RED", 2, 1290), ("TEE-BLUE", 1, 2490)]))
    page = staff.ship_whole(came_back["order_id"])
    line = page["order"]["lines"][0]["line_id"]
    back = staff.send_back(came_back["order_id"], [(line, 1)])
    to_pack = api.post("/orders", order_body([("PAN-BLACK", 1, 6900)]))["order_id"]
    picked = staff.pick(staff.allocated(to_pack)["fulfillments"][0])
    leaves, waits = (
        api.post("/orders", order_body([("MUG-RED", 1, 1290)]))["order_id"] for _ in range(2)
    )
    for order_id in (leaves, waits):
        staff.pick_and_pack(order_id)
    begun = api.post(
        "/channels/files/imports", data=b"nothing,of\nany,use\n",
        headers={"Content-Type": "text/csv"},
    )  # fmt: skip
    api.post(
        "/channels/files/imports", data=UNMAPPED, headers={"Content-Type": "text/csv"},
    )  # fmt: skip
    parked = until("an order that waits for its listing", lambda: _parked(api))
    noted = {"kind": "note", "text": "Seen", "order_ids": [came_back["order_id"]]}
    return {
        "token": "no-such-token",
        "orderId": came_back["order_id"],
        "fulfillmentOrderId": picked["fulfillment_order_id"],
        "shipmentId": page["shipments"][0]["shipment_id"],
        "manifestId": staff.close_manifest(leaves)["manifest_id"],
        "returnId": back["return_id"],
        "importId": begun["import_id"],
        "channel": "files",
        "inboundId": parked,
        "jobId": api.post("/jobs", noted)["job_id"],
        "inventory/*": "inventory/MUG-RED",
        "*": "no-such-page",
    }
