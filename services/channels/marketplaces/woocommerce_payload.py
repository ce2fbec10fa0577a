"""Which fields of a WooCommerce order do we read? Any of them may be missing or null."""

from decimal import Decimal
from typing import Any

import msgspec

Id = int | str | None
Text = str | None
Amount = Decimal | None
REFUNDED = "_refunded_item_id"  # where a refund's item says whose it is


class Row(msgspec.Struct):
    """A fee, or a way of shipping: its amount without tax, and its tax."""

    name: Text = None
    method_title: Text = None
    total: Amount = None
    total_tax: Amount = None


class LineItem(msgspec.Struct):
    """A line: `subtotal` before discounts, `total` after them, both without tax."""

    id: Id = None
    name: Text = None
    sku: Text = None
    product_id: Id = None
    variation_id: Id = None
    quantity: Amount = None
    subtotal: Amount = None
    total: Amount = None
    total_tax: Amount = None
    bundled_by: Id = None


class Meta(msgspec.Struct):
    """Something that is kept beside."""

    key: Text = None
    value: Any = None


class RefundedItem(msgspec.Struct):
    """So many of a line (which stands beside it) that were given back, below zero."""

    meta_data: list[Meta] | None = None
    quantity: Amount = None


class Refund(msgspec.Struct):
    """What was given back at once; an order by itself does not name the lines."""

    line_items: list[RefundedItem] | None = None


class Place(msgspec.Struct):
    """An address."""

    first_name: Text = None
    last_name: Text = None
    company: Text = None
    address_1: Text = None
    address_2: Text = None
    city: Text = None
    state: Text = None
    postcode: Text = None
    country: Text = None
    email: Text = None
    phone: Text = None


class WooOrder(msgspec.Struct):
    """An order, as far as it is of use."""

    id: Id = None
    currency: Text = None
    total: Amount = None
    total_tax: Amount = None
    date_created_gmt: Text = None
    customer_note: Text = None
    billing: Place | None = None
    shipping: Place | None = None
    line_items: list[LineItem] | None = None
    shipping_lines: list[Row] | None = None
    fee_lines: list[Row] | None = None
    refunds: list[Refund] | None = None
