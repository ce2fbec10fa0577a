"""Which fields of a Shopify order do we read? Any of them may be missing or null."""

from decimal import Decimal

import msgspec

Id = int | str | None
Text = str | None
Amount = Decimal | None


class Charge(msgspec.Struct):
    """A tax, or a share of a discount."""

    price: Amount = None
    amount: Amount = None


class LineItem(msgspec.Struct):
    """A line as it was bought, and how many of it are left."""

    id: Id = None
    quantity: int | None = None
    current_quantity: int | None = None
    price: Amount = None
    variant_id: Id = None
    sku: Text = None
    name: Text = None
    title: Text = None
    gift_card: bool | None = None
    requires_shipping: bool | None = None
    tax_lines: list[Charge] | None = None
    discount_allocations: list[Charge] | None = None


class ShippingLine(msgspec.Struct):
    """What the delivery costs."""

    price: Amount = None
    discounted_price: Amount = None
    title: Text = None
    is_removed: bool | None = None
    tax_lines: list[Charge] | None = None
    discount_allocations: list[Charge] | None = None


class RefundedItem(msgspec.Struct):
    """So many of a line that were given back."""

    line_item_id: Id = None
    quantity: int | None = None


class Refund(msgspec.Struct):
    """What was given back at once."""

    refund_line_items: list[RefundedItem] | None = None


class Place(msgspec.Struct):
    """An address."""

    name: Text = None
    first_name: Text = None
    last_name: Text = None
    company: Text = None
    address1: Text = None
    address2: Text = None
    city: Text = None
    province: Text = None
    province_code: Text = None
    zip: Text = None
    country_code: Text = None
    phone: Text = None


class Buyer(msgspec.Struct):
    """Who bought."""

    email: Text = None
    first_name: Text = None
    last_name: Text = None
    phone: Text = None
    default_address: Place | None = None


class ShopifyOrder(msgspec.Struct):
    """An order, as far as it is of use."""

    id: Id = None
    currency: Text = None
    total_price: Amount = None
    total_discounts: Amount = None
    total_tax: Amount = None
    taxes_included: bool | None = None
    financial_status: Text = None
    created_at: Text = None
    email: Text = None
    phone: Text = None
    note: Text = None
    line_items: list[LineItem] | None = None
    shipping_lines: list[ShippingLine] | None = None
    refunds: list[Refund] | None = None
    shipping_address: Place | None = None
    billing_address: Place | None = None
    customer: Buyer | None = None
