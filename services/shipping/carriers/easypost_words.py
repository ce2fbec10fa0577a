"""How does EasyPost write parcels, rates and errors?"""

from collections.abc import Sequence
from decimal import ROUND_UP, Decimal
from typing import Any

from contracts.currencies import decimals
from contracts.shipping import CustomsItem
from contracts.values import Address
from services.shipping.carriers.carrier import ParcelWish

GRAMS_PER_OUNCE, MM_PER_INCH = Decimal("28.349523125"), Decimal("25.4")
SHORT = Decimal("0.01")


def fault_of(told: Any) -> tuple[str, str]:
    """Read an error: its code, and in words what is wrong with which field."""
    error = told.get("error") if isinstance(told, dict) else None
    if not isinstance(error, dict):
        return "", str(error or "")
    faults = []
    for fault in error.get("errors") or []:
        if isinstance(fault, dict):
            faults.append(f"{fault.get('field') or ''} {fault.get('message') or ''}".strip())
        else:
            faults.append(str(fault))
    words = ". ".join([str(error.get("message") or "").rstrip("."), *faults])
    return str(error.get("code") or ""), words


def messages_of(made: Any) -> str:
    """What carriers behind EasyPost said, why they offer nothing."""
    told = [m.get("message") for one in (made, *parcels_of(made)) for m in one.get("messages", [])]
    return "; ".join(str(words) for words in told) or "no reason given"


def parcels_of(made: Any) -> list[Any]:
    """The shipments of an order; a shipment is one of its own."""
    return list(made["shipments"]) if "shipments" in made else [made]


def address_of(of: Address) -> dict[str, str]:
    """Write an address as EasyPost wants it."""
    return {
        "name": of.name, "company": of.company, "street1": of.line1, "street2": of.line2,
        "city": of.city, "state": of.region, "zip": of.postcode, "country": of.country,
        "phone": of.phone, "email": of.email,
    }  # fmt: skip


def parcel(wish: ParcelWish) -> dict[str, float]:
    """Write a parcel in inches and ounces, never less than it is."""
    size = wish.dimensions
    return {
        "length": _up(size.length_mm / MM_PER_INCH),
        "width": _up(size.width_mm / MM_PER_INCH),
        "height": _up(size.height_mm / MM_PER_INCH),
        "weight": _up(wish.weight_g / GRAMS_PER_OUNCE),
    }


def customs_item(item: CustomsItem, currency: str) -> dict[str, Any]:
    """Write what is declared; EasyPost wants value and weight of all pieces together."""
    value = Decimal(item.value * item.quantity).scaleb(-decimals(currency))
    return {
        "description": item.description or item.sku,
        "quantity": item.quantity,
        "value": str(value),
        "currency": currency,
        "weight": _up(item.weight_g * item.quantity / GRAMS_PER_OUNCE),
        "hs_tariff_number": item.hs_code.replace(".", ""),
        "origin_country": item.origin_country,
        "code": item.sku,
    }


def _up(number: Decimal) -> float:
    return float(max(number, SHORT).quantize(SHORT, ROUND_UP))


def same(rate: Any, among: Sequence[Any]) -> Any:
    """The rate of another parcel for the same service."""
    wanted = (rate["carrier"], rate["service"], rate["currency"])
    return next((r for r in among if (r["carrier"], r["service"], r["currency"]) == wanted), None)


def days(rate: Any) -> int:
    """How long a service takes; 0 if that is not known."""
    return int(rate.get("delivery_days") or rate.get("est_delivery_days") or 0)
