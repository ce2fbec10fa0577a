"""How does Shippo write parcels, goods, rates and errors?"""

from decimal import Decimal
from typing import Any

from contracts.currencies import decimals
from services.shipping.carriers.amounts import minor
from services.shipping.carriers.carrier import Consignment, Offer, ParcelWish


def parcel(wish: ParcelWish) -> dict[str, str]:
    """Write a parcel in centimeters and grams, exactly."""
    size = wish.dimensions
    return {
        "length": _centimeters(size.length_mm), "width": _centimeters(size.width_mm),
        "height": _centimeters(size.height_mm), "distance_unit": "cm",
        "weight": str(max(wish.weight_g, 1)), "mass_unit": "g",
    }  # fmt: skip


def customs(consignment: Consignment, signer: str) -> dict[str, Any]:
    """Declare the goods; Shippo wants value and weight of all pieces together."""
    currency = consignment.currency
    items = [
        {
            "description": item.description or item.sku,
            "quantity": item.quantity,
            "net_weight": str(item.weight_g * item.quantity),
            "mass_unit": "g",
            "value_amount": str(Decimal(item.value * item.quantity).scaleb(-decimals(currency))),
            "value_currency": currency,
            "origin_country": item.origin_country,
            "tariff_number": item.hs_code.replace(".", ""),
            "sku_code": item.sku,
        }
        for item in consignment.customs
    ]
    return {
        "certify": True,
        "certify_signer": signer,
        "contents_type": "MERCHANDISE",
        "non_delivery_option": "RETURN",
        "eel_pfc": "NOEEI_30_37_a",
        "items": items,
    }


def offer_of(account: str, rate: Any) -> Offer:
    """Read a rate."""
    service = f"{rate['provider']} {rate['servicelevel']['name']}"
    days = int(rate.get("estimated_days") or rate.get("days") or 0)
    price = minor(rate["amount"], rate["currency"])
    return Offer(account, service, price, rate["currency"], days)


def fault_of(told: Any) -> tuple[str, str]:
    """Read an error: Shippo has no codes, and says in words what is wrong with which field."""
    if not isinstance(told, dict):
        return "", str(told or "")
    faults = []
    for field, words in told.items():
        said = ", ".join(map(str, words)) if isinstance(words, list) else str(words)
        faults.append(said if field == "detail" else f"{field}: {said}")
    return "", " ".join(faults)


def messages_of(told: Any) -> str:
    """What carriers behind Shippo said, why there is no rate or label."""
    words = [f"{one.get('source') or ''} {one.get('text') or ''}".strip()
             for one in told.get("messages") or () if isinstance(one, dict)]  # fmt: skip
    return "; ".join(word for word in words if word) or "no reason given"


def _centimeters(millimeters: int) -> str:
    return f"{Decimal(millimeters) / 10:.1f}"
