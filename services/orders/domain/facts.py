"""What does each thing that another service tells change about an order, and how is it told?

One function for each message; each changes the order and returns lines for its history.
A message that comes late changes nothing any more, but its line is written all the same.
One that comes before what it builds on is NotYet, and comes again.
"""

from collections.abc import Callable
from typing import Any

from contracts.message import Message
from services.orders.domain.edits import EDITS
from services.orders.domain.goods import GOODS
from services.orders.domain.history import Told
from services.orders.domain.money import MONEY
from services.orders.domain.order import Order
from services.orders.domain.parcels import PARCELS
from services.orders.domain.sent_back import SENT_BACK

FACTS: dict[type[Message], Callable[[Order, Any], Told]] = {
    **GOODS,
    **MONEY,
    **PARCELS,
    **SENT_BACK,
    **EDITS,
}


def apply(order: Order, told: Message) -> Told:
    """Change the order by what was told."""
    changes = FACTS[type(told)](order, told)
    order.derive()
    return changes
