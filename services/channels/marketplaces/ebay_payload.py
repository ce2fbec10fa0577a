"""Which fields of an order of eBay do we read? Any of them may be missing."""

from decimal import Decimal

import msgspec

Text = str | None
Amount = Decimal | None


class Money(msgspec.Struct, rename="camel"):
    """An amount; what was converted for the seller says what the buyer pays."""

    value: Amount = None
    currency: Text = None
    converted_from_value: Amount = None
    converted_from_currency: Text = None


class Tax(msgspec.Struct, rename="camel"):
    """A tax that is part of the total; those that eBay collects are not."""

    amount: Money | None = None


class LineItem(msgspec.Struct, rename="camel"):
    """A line; its cost is for all pieces."""

    line_item_id: Text = None
    legacy_item_id: Text = None
    legacy_variation_id: Text = None
    sku: Text = None
    title: Text = None
    quantity: Amount = None
    line_item_cost: Money | None = None
    discounted_line_item_cost: Money | None = None
    taxes: list[Tax] | None = None
    line_item_fulfillment_status: Text = None


class Prices(msgspec.Struct, rename="camel"):
    """What the order costs; discounts are below zero."""

    price_discount: Money | None = None
    delivery_cost: Money | None = None
    delivery_discount: Money | None = None
    fee: Money | None = None
    adjustment: Money | None = None
    total: Money | None = None


class Phone(msgspec.Struct, rename="camel"):
    """A phone number."""

    phone_number: Text = None


class Place(msgspec.Struct, rename="camel"):
    """An address."""

    address_line1: Text = None
    address_line2: Text = None
    city: Text = None
    county: Text = None
    state_or_province: Text = None
    postal_code: Text = None
    country_code: Text = None


class Contact(msgspec.Struct, rename="camel"):
    """Who gets it, and where."""

    full_name: Text = None
    company_name: Text = None
    contact_address: Place | None = None
    primary_phone: Phone | None = None
    email: Text = None


class Step(msgspec.Struct, rename="camel"):
    """How it is shipped; a hub of eBay's knows a parcel by the reference."""

    ship_to: Contact | None = None
    ship_to_reference_id: Text = None
    shipping_service_code: Text = None


class Instruction(msgspec.Struct, rename="camel"):
    """How the buyer gets it."""

    fulfillment_instructions_type: Text = None
    shipping_step: Step | None = None


class Cancel(msgspec.Struct, rename="camel"):
    """Whether it is off."""

    cancel_state: Text = None


class EbayOrder(msgspec.Struct, rename="camel"):
    """An order, as far as it is of use."""

    order_id: Text = None
    creation_date: Text = None
    last_modified_date: Text = None
    order_fulfillment_status: Text = None
    order_payment_status: Text = None
    cancel_status: Cancel | None = None
    pricing_summary: Prices | None = None
    buyer_checkout_notes: Text = None
    fulfillment_start_instructions: list[Instruction] | None = None
    line_items: list[LineItem] | None = None
