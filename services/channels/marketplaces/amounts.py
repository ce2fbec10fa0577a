"""How do shops' decimal amounts become whole minor units and decimals again, to the cent?"""

from decimal import Context, Decimal, DecimalException, Inexact, InvalidOperation, Overflow
from typing import Any

from chassis.errors import Refused
from contracts.currencies import CURRENCIES, decimals

LARGEST = 10**12
EXACTLY = Context(prec=34, traps=[InvalidOperation, Inexact, Overflow])


def minor_units(value: Any, currency: str, field: str) -> int:
    """Read an amount such as `12.50`; raise Refused that names the field if it is none."""
    if currency not in CURRENCIES:
        raise Refused("unknown_currency", f"{currency!r} is no currency that we know.", "currency")
    try:
        exact = Decimal(str(value)).scaleb(decimals(currency), EXACTLY)
    except DecimalException:
        raise Refused("no_amount", f"{str(value)[:40]!r} is no amount.", field) from None
    if not exact.is_finite() or abs(exact) > LARGEST or exact != int(exact):
        told = f"{str(value)[:40]} is no exact amount of {currency}."
        raise Refused("no_amount", told, field)
    return int(exact)


def in_decimals(amount: int, currency: str) -> str:
    """Write minor units as shops read them, such as `12.50`."""
    places = decimals(currency)
    return f"{Decimal(amount).scaleb(-places):.{places}f}"


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
