"""Where do the handlers of returns find things? Ports, implemented in tables.py."""

from collections.abc import Mapping
from typing import Protocol

from chassis.errors import NotFound
from contracts.inventory import SkuData
from contracts.returns import Policy
from services.returns.domain.return_order import ReturnOrder
from services.returns.domain.sale import Sale


class Returns(Protocol):
    """Returns and the sales that they are of; all of it locked."""

    def sale(self, order_id: str) -> Sale | None:
        """Find a sale."""

    def add_sale(self, sale: Sale) -> None:
        """Keep a new sale."""

    def get(self, return_id: str) -> ReturnOrder | None:
        """Find a return."""

    def add(self, order: ReturnOrder) -> None:
        """Keep a new return."""

    def skus(self) -> Mapping[str, SkuData]:
        """What is known of the SKUs of returns that may be given a label now."""

    def policy(self) -> Policy:
        """The policy that new orders get."""


def found(returns: Returns, return_id: str) -> ReturnOrder:
    """Find a return, or raise NotFound."""
    order = returns.get(return_id)
    if order is None:
        raise NotFound("return", return_id, "return_id")
    return order
