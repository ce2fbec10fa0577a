"""What is a line of an order's history?"""

from collections.abc import Iterable
from typing import NamedTuple

from contracts.values import Placement, SkuQuantity


class Change(NamedTuple):
    """A line of the history, but for its time and number."""

    action: str
    subject: str = ""
    before: str = ""
    after: str = ""
    reason: str = ""
    actor: str = ""


Told = list[Change]


def listed(items: Iterable[SkuQuantity | Placement]) -> str:
    """Name goods as people do, such as `2 × MUG-RED, 1 × TEE-BLUE`."""
    return ", ".join(f"{item.quantity} × {item.sku}" for item in items)
