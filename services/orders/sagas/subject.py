"""What is a run about? The order, and for some runs one sending or one round of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import msgspec

from contracts.values import Address, SkuQuantity, StockLevel
from contracts.warehouse import PackedPackage
from services.orders.domain.order import Order, Sending

PAYMENT_TIME = timedelta(days=7)
RESERVATION_SLACK = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Subject:
    """An order as a step's command makers see it."""

    order: Order
    now: datetime
    data: Mapping[str, Any]
    skus: Mapping[str, Any]

    @property
    def round(self) -> int:
        """Which round of reserving and routing: 1, and one more for each shortage."""
        return int(self.data.get("round", 1))

    @property
    def attempt(self) -> int:
        """How often this round was routed."""
        return int(self.data.get("attempt", 1))

    @property
    def sending(self) -> Sending:
        """The sending that a fulfillment run is about."""
        return self.order.sending(self.data["fulfillment_order_id"])

    @property
    def levels(self) -> tuple[StockLevel, ...]:
        """What each warehouse could give."""
        return msgspec.convert(self.data.get("levels", ()), tuple[StockLevel, ...])

    @property
    def packages(self) -> tuple[PackedPackage, ...]:
        """The closed boxes of a sending."""
        return msgspec.convert(self.data["packages"], tuple[PackedPackage, ...])

    @property
    def ship_from(self) -> Address:
        """Where the boxes are."""
        return msgspec.convert(self.data["ship_from"], Address)

    @property
    def wanted(self) -> tuple[SkuQuantity, ...]:
        """The goods of this round: the whole order's, or those that were short."""
        if "lines" in self.data:
            return msgspec.convert(self.data["lines"], tuple[SkuQuantity, ...])
        return tuple(
            SkuQuantity(line_id=line.line_id, sku=line.sku, quantity=line.ordered)
            for line in self.order.lines
        )

    @property
    def pay_until(self) -> datetime:
        """Until when the order may be paid."""
        return self.order.accepted_at + PAYMENT_TIME

    @property
    def reserved_until(self) -> datetime:
        """Until when unpaid goods are kept: longer than the payment may take."""
        return max(self.pay_until, self.now) + RESERVATION_SLACK
