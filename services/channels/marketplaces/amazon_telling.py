"""What is Amazon told? What has left, package by package, and what can be sold.

A package has a number of ours within its order: told again, it is the same package.
"""

import hashlib
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote, urlencode

from chassis import clock
from chassis.outside import Declined
from services.channels.marketplaces.amazon_asking import call
from services.channels.marketplaces.marketplace import Shop

CARRIERS = {
    name.lower(): name
    for name in ("DHL", "UPS", "USPS", "FedEx", "DPD", "GLS", "Hermes", "Royal Mail", "Chronopost",
                 "Correos", "Poste Italiane", "PostNL", "TNT", "Yamato", "Sagawa")
}  # fmt: skip
OPEN = frozenset({"UNSHIPPED", "PARTIALLY_SHIPPED"})


def acknowledge(shop: Shop, key: str, told: Mapping[str, Any]) -> None:
    """Confirm a package, unless Amazon knows it already."""
    order_id = told["channel_order_id"]
    number = str(int(hashlib.sha256(key.encode()).hexdigest()[:12], 16) or 1)
    found = call(shop, "GET", f"/orders/2026-01-01/orders/{order_id}?includedData=PACKAGES")
    if not found:
        raise Declined("no_order", "Amazon has no such order any more.")
    order = found["order"]
    if any(str(x.get("packageReferenceId")) == number for x in order.get("packages") or ()):
        return
    if order["fulfillment"]["fulfillmentStatus"] not in OPEN:
        status = order["fulfillment"]["fulfillmentStatus"]
        raise Declined("nothing_open", f"The order is {status} at Amazon.")
    carrier = str(told["carrier"])
    package: dict[str, Any] = {
        "packageReferenceId": number,
        "carrierCode": CARRIERS.get(carrier.lower(), "Other"),
        "carrierName": carrier,
        "trackingNumber": ", ".join(told["tracking_numbers"]),
        "shipDate": clock.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
        "orderItems": [
            {"orderItemId": line["channel_line_id"], "quantity": line["quantity"]}
            for line in told["lines"]
        ],
    }
    wish = {"marketplaceId": _first_market(shop), "packageDetail": package}
    call(shop, "POST", f"/orders/v0/orders/{order_id}/shipmentConfirmation", wish)


def push_stock(shop: Shop, told: Mapping[str, Any]) -> None:
    """Set the quantity that we send ourselves; what is Amazon's to name has no stock here."""
    listing = str(told["listing"])
    if listing.startswith("title:"):
        return
    if listing.startswith("asin:"):
        raise Declined("not_listed", f"{listing} has no SKU of ours at Amazon.")
    value = [{"fulfillment_channel_code": "DEFAULT", "quantity": told["available"]}]
    patch = {"op": "replace", "path": "/attributes/fulfillment_availability", "value": value}
    seller = shop.settings.get("seller_id", "")
    asked = urlencode({"marketplaceIds": shop.settings.get("marketplace_ids", "")})
    path = f"/listings/2021-08-01/items/{seller}/{quote(listing, safe='')}?{asked}"
    try:
        answer = call(shop, "PATCH", path, {"productType": "PRODUCT", "patches": [patch]})
    except Declined as no:
        if no.code not in {"http_400", "http_404"}:
            raise
        answer = None
    if not answer:
        raise Declined("not_listed", f"Amazon does not know {listing} as one of ours.")
    if answer.get("status") == "INVALID":
        faults = [str(x.get("message", "")) for x in answer.get("issues") or ()]
        raise Declined("not_taken", f"Amazon does not take it: {' '.join(faults)}"[:255])


def _first_market(shop: Shop) -> str:
    return shop.settings.get("marketplace_ids", "").partition(",")[0]
