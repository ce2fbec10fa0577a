"""What does a file of orders look like? A row for each line of an order, with what the order is.

Amounts are decimals with as many digits as the currency has, times are in UTC.
"""

from collections.abc import Iterator
from datetime import UTC
from decimal import Decimal

from contracts.currencies import decimals
from contracts.orders import Order
from contracts.values import Address
from gateway.jobs.sheet import Cell

PLACE = ("name", "company", "line1", "line2", "postcode", "city", "region", "country", "phone")
COLUMNS = (
    "number", "order_id", "channel", "channel_order_id", "placed_at", "status", "payment_status",
    "fulfillment_status", "tags", "customer_name", "customer_email", "customer_phone",
    *(f"ship_{name}" for name in PLACE), *(f"bill_{name}" for name in PLACE),
    "sku", "line_name", "quantity", "unit_price", "line_discount", "line_tax", "line_total",
    "shipped", "canceled", "returned",
    "delivery_service", "delivery_price", "delivery_discount", "delivery_tax",
    "taxes_included", "currency", "total", "captured", "refunded", "owed", "payment_method",
    "tracking_numbers",
)  # fmt: skip


def rows(order: Order) -> Iterator[list[Cell]]:
    """Write an order."""
    places = decimals(order.currency)

    def amount(minor: int) -> Decimal:
        return Decimal(minor).scaleb(-places)

    customer, delivery = order.customer, order.delivery
    head: list[Cell] = [
        order.number, order.order_id, order.channel, order.channel_order_id,
        order.placed_at.astimezone(UTC).isoformat(timespec="seconds"),
        order.status, order.payment_status, order.fulfillment_status, "|".join(order.tags),
        customer.name, customer.email, customer.phone, *_place(order.ship_to),
        *_place(order.bill_to),
    ]  # fmt: skip
    foot: list[Cell] = [
        delivery.service, amount(delivery.price), amount(delivery.discount), amount(delivery.tax),
        "yes" if order.taxes_included else "no", order.currency, amount(order.total),
        amount(order.captured), amount(order.refunded), amount(order.owed), order.payment_method,
        " ".join(number for sent in order.fulfillments for number in sent.tracking_numbers),
    ]  # fmt: skip
    for line in order.lines:
        yield [
            *head, line.sku, line.name, line.ordered, amount(line.unit_price),
            amount(line.discount), amount(line.tax), amount(line.total), line.shipped,
            line.canceled, line.returned, *foot,
        ]  # fmt: skip


def _place(address: Address | None) -> list[Cell]:
    return [getattr(address, name) if address else None for name in PLACE]
