"""Which fields of an order of Square do we read? Amounts are whole minor units."""

from decimal import Decimal

import msgspec

Text = str | None
Amount = Decimal | None


class Money(msgspec.Struct):
    """An amount."""

    amount: int | None = None
    currency: Text = None


class LineItem(msgspec.Struct):
    """A line; `sku` is not Square's, but looked up in its catalog when the order is pulled."""

    uid: Text = None
    catalog_object_id: Text = None
    sku: Text = None
    name: Text = None
    variation_name: Text = None
    quantity: Amount = None
    item_type: Text = None
    gross_sales_money: Money | None = None
    base_price_money: Money | None = None
    total_discount_money: Money | None = None
    total_tax_money: Money | None = None
    total_money: Money | None = None


class Back(msgspec.Struct):
    """What was brought back to the counter at once."""

    return_line_items: list[LineItem] | None = None


class Place(msgspec.Struct):
    """An address."""

    address_line_1: Text = None
    address_line_2: Text = None
    address_line_3: Text = None
    locality: Text = None
    administrative_district_level_1: Text = None
    postal_code: Text = None
    country: Text = None
    organization: Text = None


class Recipient(msgspec.Struct):
    """Who gets it."""

    display_name: Text = None
    email_address: Text = None
    phone_number: Text = None
    address: Place | None = None


class Shipment(msgspec.Struct):
    """How it is sent."""

    recipient: Recipient | None = None
    shipping_type: Text = None
    shipping_note: Text = None


class Fulfillment(msgspec.Struct):
    """How the customer gets it: by post, or by coming for it."""

    uid: Text = None
    type: Text = None
    state: Text = None
    shipment_details: Shipment | None = None


class SquareOrder(msgspec.Struct):
    """An order, as far as it is of use; `warehouse_id` is ours."""

    id: Text = None
    location_id: Text = None
    state: Text = None
    created_at: Text = None
    updated_at: Text = None
    line_items: list[LineItem] | None = None
    returns: list[Back] | None = None
    fulfillments: list[Fulfillment] | None = None
    total_money: Money | None = None
    total_service_charge_money: Money | None = None
    total_tip_money: Money | None = None
    net_amount_due_money: Money | None = None


class Event(msgspec.Struct):
    """What is posted: that something has changed, and not what."""

    event_id: Text = None
    type: Text = None
    merchant_id: Text = None
