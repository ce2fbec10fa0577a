"""How is a parcel numbered that nobody else numbers? By S10 of the postal union.

Two letters, eight digits, a check digit, a country; XX is nobody's.
"""

WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


def tracking_number(serial: int, service: str, country: str = "XX") -> str:
    """Make the number of one parcel."""
    digits = f"{serial % 10**8:08d}"
    rest = 11 - sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=True)) % 11
    check = {10: 0, 11: 5}.get(rest, rest)
    return f"{service}{digits}{check}{country}"
