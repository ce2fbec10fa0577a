"""What must a shop hear of our stock?"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Level:
    """How many of a SKU can be sold, over all warehouses; a later version is a newer truth."""

    sku: str
    available: int
    version: int


@dataclass(frozen=True, slots=True)
class Due:
    """A listing whose shop is to be told of the stock of its SKU, as of a version."""

    channel: str
    listing: str
    sku: str
    version: int
