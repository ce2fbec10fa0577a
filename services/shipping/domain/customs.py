"""When must goods be declared, and which data does a customs office want?"""

import re
from collections.abc import Sequence

from contracts.shipping import CustomsItem
from contracts.values import Address

EUROPEAN_UNION = frozenset(
    "AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split()
)
HS_CODE = re.compile(r"[0-9]{6,10}")


def crosses_border(ship_from: Address, ship_to: Address) -> bool:
    """Tell whether parcels cross a customs border; the European Union has none inside."""
    here, there = ship_from.country, ship_to.country
    return here != there and not {here, there} <= EUROPEAN_UNION


def lacking(items: Sequence[CustomsItem]) -> str:
    """Say everything that a declaration of these goods would miss; empty if nothing."""
    if not items:
        return "Nothing is declared for customs."
    return " ".join(fault for item in items for fault in _faults(item))


def _faults(item: CustomsItem) -> list[str]:
    faults = []
    if not item.hs_code:
        faults.append(f"SKU {item.sku} has no HS code.")
    elif not HS_CODE.fullmatch(item.hs_code.replace(".", "")):
        faults.append(f"SKU {item.sku} has the HS code {item.hs_code}: 6 to 10 digits are wanted.")
    if not item.origin_country:
        faults.append(f"SKU {item.sku} has no country of origin.")
    if not item.weight_g:
        faults.append(f"SKU {item.sku} has no weight.")
    return faults
