"""How does an amount become minor units?"""

from decimal import ROUND_UP, Decimal

from contracts.currencies import decimals


def minor(amount: str, currency: str) -> int:
    """Read an amount, up to the next minor unit."""
    return int(Decimal(amount).scaleb(decimals(currency)).to_integral_value(ROUND_UP))
