"""Which fields of Amazon's orders do we read, of both versions? Any of them may be missing."""

from decimal import Decimal

import msgspec

Text = str | None
Amount = Decimal | None


class OldMoney(msgspec.Struct, rename="pascal"):
    """An amount in version 0."""

    currency_code: Text = None
    amount: Amount = None


class OldWish(msgspec.Struct, rename="pascal"):
    """Whether the buyer wants an item no more."""

    is_buyer_requested_cancel: bool | str | None = None
    buyer_cancel_reason: Text = None


class OldGift(msgspec.Struct, rename="pascal"):
    """What wrapping costs."""

    gift_wrap_price: OldMoney | None = None
    gift_wrap_tax: OldMoney | None = None


class OldItem(msgspec.Struct, rename="pascal"):
    """An item of version 0; amounts are for all its pieces."""

    order_item_id: Text = None
    seller_sku: Text = msgspec.field(default=None, name="SellerSKU")
    asin: Text = msgspec.field(default=None, name="ASIN")
    title: Text = None
    quantity_ordered: Amount = None
    quantity_shipped: Amount = None
    item_price: OldMoney | None = None
    item_tax: OldMoney | None = None
    shipping_price: OldMoney | None = None
    shipping_tax: OldMoney | None = None
    shipping_discount: OldMoney | None = None
    shipping_discount_tax: OldMoney | None = None
    promotion_discount: OldMoney | None = None
    promotion_discount_tax: OldMoney | None = None
    cod_fee: OldMoney | None = msgspec.field(default=None, name="CODFee")
    cod_fee_discount: OldMoney | None = msgspec.field(default=None, name="CODFeeDiscount")
    buyer_info: OldGift | None = None
    buyer_requested_cancel: OldWish | None = None


class OldPlace(msgspec.Struct, rename="pascal"):
    """An address in version 0."""

    name: Text = None
    address_line1: Text = None
    address_line2: Text = None
    address_line3: Text = None
    city: Text = None
    county: Text = None
    district: Text = None
    state_or_region: Text = None
    postal_code: Text = None
    country_code: Text = None
    phone: Text = None


class OldBuyer(msgspec.Struct, rename="pascal"):
    """Who buys."""

    buyer_email: Text = None
    buyer_name: Text = None


class OldOrder(msgspec.Struct, rename="pascal"):
    """An order of version 0, with its items beside it."""

    amazon_order_id: Text = None
    order_status: Text = None
    fulfillment_channel: Text = None
    purchase_date: Text = None
    last_update_date: Text = None
    order_total: OldMoney | None = None
    shipment_service_level_category: Text = None
    shipping_address: OldPlace | None = None
    buyer_info: OldBuyer | None = None
    order_items: list[OldItem] | None = None


class Money(msgspec.Struct, rename="camel"):
    """An amount."""

    currency_code: Text = None
    amount: Amount = None


class Detail(msgspec.Struct, rename="camel"):
    """What a part of a breakdown is for."""

    subtype: Text = None
    value: Money | None = None


class Breakdown(msgspec.Struct, rename="camel"):
    """What was paid for what: goods, shipping, taxes, discounts."""

    type: Text = None
    subtotal: Money | None = None
    detailed_breakdowns: list[Detail] | None = None


class Proceeds(msgspec.Struct, rename="camel"):
    """What was paid, of an order or an item."""

    grand_total: Money | None = None
    breakdowns: list[Breakdown] | None = None


class Product(msgspec.Struct, rename="camel"):
    """What is sold."""

    seller_sku: Text = None
    asin: Text = None
    title: Text = None


class Fulfillment(msgspec.Struct, rename="camel"):
    """How far an order or an item is."""

    fulfillment_status: Text = None
    fulfilled_by: Text = None
    fulfillment_service_level: Text = None
    quantity_fulfilled: Amount = None


class Wish(msgspec.Struct, rename="camel"):
    """Why the buyer wants an item no more."""

    cancel_reason: Text = None


class Cancel(msgspec.Struct, rename="camel"):
    """Whether the buyer wants an item no more."""

    cancellation_request: Wish | None = None


class Item(msgspec.Struct, rename="camel"):
    """An item."""

    order_item_id: Text = None
    quantity_ordered: Amount = None
    product: Product | None = None
    proceeds: Proceeds | None = None
    fulfillment: Fulfillment | None = None
    cancellation: Cancel | None = None


class Place(msgspec.Struct, rename="camel"):
    """An address."""

    name: Text = None
    company_name: Text = None
    address_line1: Text = None
    address_line2: Text = None
    address_line3: Text = None
    city: Text = None
    municipality: Text = None
    district_or_county: Text = None
    state_or_region: Text = None
    postal_code: Text = None
    country_code: Text = None
    phone: Text = None


class Recipient(msgspec.Struct, rename="camel"):
    """Where the goods go."""

    delivery_address: Place | None = None


class Buyer(msgspec.Struct, rename="camel"):
    """Who buys."""

    buyer_name: Text = None
    buyer_email: Text = None


class NewOrder(msgspec.Struct, rename="camel"):
    """An order of 2026-01-01."""

    order_id: Text = None
    created_time: Text = None
    last_updated_time: Text = None
    fulfillment: Fulfillment | None = None
    proceeds: Proceeds | None = None
    recipient: Recipient | None = None
    buyer: Buyer | None = None
    order_items: list[Item] | None = None
