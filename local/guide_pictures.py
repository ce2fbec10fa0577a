"""Which pictures do the guides show? Small ones, of what a person has before them at that step."""

from local.browser import DESK, PHONE, Browser, Person
from local.processes import ROOT

FOLDER = ROOT / "docs" / "guides" / "pictures"
GUIDE_DESK = (1320, 840)
# name: address with an example of it, on a phone or at a desk
PICTURES = {
    "dashboard": ("", False),
    "orders": ("orders", False),
    "order": ("orders/{orderId}", False),
    "held-order": ("orders/{heldId}", False),
    "exceptions": ("exceptions", False),
    "pick-lists": ("picking", True),
    "pick-list": ("picking/{pickId}", True),
    "packing-bench": ("packing", False),
    "packing": ("packing/{fulfillmentOrderId}", False),
    "shipping": ("shipping", False),
    "shipment": ("shipping/{shipmentId}", False),
    "returns": ("returns", False),
    "return": ("returns/{returnId}", False),
    "stock": ("inventory", False),
    "article": ("inventory/MUG-RED", False),
    "channels": ("channels", False),
    "settings": ("settings", False),
}


def take_guides(browser: Browser, me: Person, examples: dict[str, str]) -> None:
    """Take them all, in English and light."""
    browser.size(*DESK)
    browser.go()
    browser.keep(language="en", **{"mantine-color-scheme-value": "light"})
    browser.enter(me)
    for name, (address, on_phone) in PICTURES.items():
        browser.size(*(PHONE if on_phone else GUIDE_DESK))
        browser.go(address.format_map(examples))
        browser.settled()
        browser.picture(FOLDER / f"{name}.webp", whole=False)
