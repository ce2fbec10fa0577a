"""How do shops' decimal amounts become whole minor units, to the cent?"""

from decimal import Decimal, InvalidOperation
from typing import Any

from chassis.errors import Refused
from contracts.currencies import CURRENCIES, decimals


def minor_units(value: Any, currency: str, field: str) -> int:
    """Read an amount such as `12.50`; raise Refused that names the field if it is none."""
    if currency not in CURRENCIES:
        raise Refused("unknown_currency", f"{currency} is no currency that we know.", "currency")
    try:
        exact = Decimal(str(value)).scaleb(decimals(currency))
    except InvalidOperation:
        raise Refused("no_amount", f"{value!r} is no amount.", field) from None
    if not exact.is_finite() or exact != exact.to_integral_value():
        told = f"{value} is no exact amount of {currency}."
        raise Refused("no_amount", told, field)
    return int(exact)


def spread(amount: int, weights: list[int]) -> list[int]:
    """Spread an amount in proportion, to the last unit (largest remainder first)."""
    total = sum(weights)
    if not total:
        return [amount, *([0] * (len(weights) - 1))] if weights else []
    shares = [amount * weight // total for weight in weights]
    rest = amount - sum(shares)
    order = sorted(range(len(weights)), key=lambda i: -(amount * weights[i] % total))
    for i in order[:rest]:
        shares[i] += 1
    return shares
