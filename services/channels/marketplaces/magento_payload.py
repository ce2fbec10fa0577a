"""Which fields of a Magento order do we read? Any of them may be missing or null."""

from decimal import Decimal

import msgspec

Id = int | str | None
Text = str | None
Amount = Decimal | None


class Item(msgspec.Struct):
    """A row: amounts are for the whole row, before discount and without tax."""

    item_id: Id = None
    parent_item_id: Id = None
    product_type: Text = None
    sku: Text = None
    name: Text = None
    product_id: Id = None
    is_virtual: Id = None
    qty_ordered: Amount = None
    qty_canceled: Amount = None
    qty_refunded: Amount = None
    qty_shipped: Amount = None
    row_total: Amount = None
    discount_amount: Amount = None
    discount_tax_compensation_amount: Amount = None
    tax_amount: Amount = None
    weee_tax_applied_row_amount: Amount = None


class Place(msgspec.Struct):
    """An address."""

    firstname: Text = None
    lastname: Text = None
    company: Text = None
    street: list[str] | None = None
    city: Text = None
    region: Text = None
    region_code: Text = None
    postcode: Text = None
    country_id: Text = None
    telephone: Text = None
    email: Text = None


class Shipping(msgspec.Struct):
    """How and where to."""

    address: Place | None = None


class Assignment(msgspec.Struct):
    """A shipping, of which there is one unless the customer had it sent to several places."""

    shipping: Shipping | None = None


class Extension(msgspec.Struct):
    """What extensions say: where to, and what was paid by other means than money."""

    shipping_assignments: list[Assignment] | None = None
    gift_cards_amount: Amount = None
    customer_balance_amount: Amount = None
    reward_currency_amount: Amount = None
    gw_price: Amount = None
    gw_items_price: Amount = None


class MagentoOrder(msgspec.Struct):
    """An order, as far as it is of use."""

    entity_id: Id = None
    created_at: Text = None
    order_currency_code: Text = None
    grand_total: Amount = None
    shipping_amount: Amount = None
    shipping_discount_amount: Amount = None
    shipping_discount_tax_compensation_amount: Amount = None
    shipping_tax_amount: Amount = None
    shipping_description: Text = None
    customer_email: Text = None
    customer_note: Text = None
    billing_address: Place | None = None
    items: list[Item] | None = None
    extension_attributes: Extension | None = None
