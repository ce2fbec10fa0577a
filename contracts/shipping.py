"""What is said to and by shipping, which buys labels and follows parcels to the door.

long because: all that is said to and by one service stands on one page.
"""

from typing import Annotated, Literal

from msgspec import Meta

from contracts.carriers import ACCOUNTS, KINDS, SAVE_ACCOUNT, TEST_ACCOUNT
from contracts.manifests import CLOSE, MANIFEST, MANIFESTS, OPEN_PARCELS, PAPER
from contracts.message import Message, Wire, command, event, question, request
from contracts.stuck import DecideStuck, FindStuck, StuckPage
from contracts.values import (
    Address,
    Code,
    Country,
    Currency,
    Dimensions,
    FulfillmentOrderId,
    Grams,
    Instant,
    Limit,
    LongText,
    MinorUnits,
    Money,
    Name,
    Nothing,
    OrderId,
    PackageId,
    Quantity,
    ReturnId,
    ShipmentId,
    Sku,
    Text,
)
from contracts.warehouse import Document, PackedPackage

TrackingStatus = Literal[
    "label_created",
    "in_transit",
    "out_for_delivery",
    "delivered",
    "exception",
    "returned_to_sender",
    "lost",
]


class CustomsItem(Wire, frozen=True, kw_only=True):
    """A thing in a parcel that crosses a border; `value` is for one piece."""

    sku: Sku
    description: Text
    quantity: Quantity
    value: MinorUnits
    weight_g: Grams
    hs_code: Text = ""
    origin_country: Country | None = None


@command("shipping.create.v1")
class CreateShipment(Message, frozen=True, kw_only=True):
    """Buy labels for the packed boxes of a fulfillment order; asked twice it buys once."""

    order_id: OrderId
    number: int
    fulfillment_order_id: FulfillmentOrderId
    service: Text
    ship_from: Address
    ship_to: Address
    email: Text
    currency: Currency
    packages: tuple[PackedPackage, ...]
    items: tuple[CustomsItem, ...]
    deliver_by: Instant | None = None
    warehouse_id: Text = ""


@command("shipping.void.v1")
class VoidShipment(Message, frozen=True, kw_only=True):
    """Give back the labels of a fulfillment order, even if none was ever bought."""

    order_id: OrderId
    fulfillment_order_id: FulfillmentOrderId
    reason: Text = ""


@command("shipping.return_label.v1")
class CreateReturnLabel(Message, frozen=True, kw_only=True):
    """Buy a label that brings a return back; asked twice it buys once."""

    return_id: ReturnId
    order_id: OrderId
    ship_from: Address
    ship_to: Address
    weight_g: Grams
    email: Text = ""
    items: tuple[CustomsItem, ...] = ()
    currency: Currency = "EUR"


class ParcelLabel(Wire, frozen=True, kw_only=True):
    """The label of one box."""

    package_id: PackageId
    tracking_number: Text


@event("shipping.labeled.v1")
class ShipmentLabeled(Message, frozen=True, kw_only=True):
    """Labels were bought for all boxes of a fulfillment order."""

    order_id: OrderId
    fulfillment_order_id: FulfillmentOrderId
    shipment_id: ShipmentId
    carrier: Text
    service: Text
    cost: Money
    parcels: tuple[ParcelLabel, ...]


@event("shipping.label_failed.v1")
class LabelFailed(Message, frozen=True, kw_only=True):
    """No carrier would take the boxes as they are; a person must decide."""

    order_id: OrderId
    fulfillment_order_id: FulfillmentOrderId
    reason: Text


@event("shipping.voided.v1")
class ShipmentVoided(Message, frozen=True, kw_only=True):
    """The labels of a fulfillment order are void, or there never were any."""

    order_id: OrderId
    fulfillment_order_id: FulfillmentOrderId


@event("shipping.void_refused.v1")
class VoidRefused(Message, frozen=True, kw_only=True):
    """The parcels have left already."""

    order_id: OrderId
    fulfillment_order_id: FulfillmentOrderId
    reason: Text


@event("shipping.shipped.v1")
class ShipmentShipped(Message, frozen=True, kw_only=True):
    """The carrier has all parcels of the shipment."""

    order_id: OrderId
    fulfillment_order_id: FulfillmentOrderId
    shipment_id: ShipmentId
    at: Instant
    by: str
    manifest_id: Text = ""


@event("shipping.tracked.v1")
class TrackingUpdated(Message, frozen=True, kw_only=True):
    """The carrier has told where a parcel is."""

    order_id: OrderId
    fulfillment_order_id: FulfillmentOrderId
    shipment_id: ShipmentId
    tracking_number: Text
    status: TrackingStatus
    at: Instant
    place: Text = ""
    detail: Text = ""
    by: Text = ""


@event("shipping.delivered.v1")
class ShipmentDelivered(Message, frozen=True, kw_only=True):
    """All parcels of the shipment are with the customer."""

    order_id: OrderId
    fulfillment_order_id: FulfillmentOrderId
    shipment_id: ShipmentId
    at: Instant


@event("shipping.return_labeled.v1")
class ReturnLabelCreated(Message, frozen=True, kw_only=True):
    """A label for a return was bought."""

    return_id: ReturnId
    order_id: OrderId
    shipment_id: ShipmentId
    carrier: Text
    tracking_number: Text


@event("shipping.return_label_failed.v1")
class ReturnLabelFailed(Message, frozen=True, kw_only=True):
    """No carrier would give a label for a return."""

    return_id: ReturnId
    order_id: OrderId
    reason: Text


@event("shipping.return_shipped.v1")
class ReturnShipped(Message, frozen=True, kw_only=True):
    """The customer has sent the goods of a return on their way."""

    return_id: ReturnId
    order_id: OrderId
    at: Instant


class GetRates(Wire, frozen=True, kw_only=True):
    """What would carriers charge for a parcel."""

    ship_from: Address
    ship_to: Address
    weight_g: Grams
    dimensions: Dimensions


class Rate(Wire, frozen=True, kw_only=True):
    """What one carrier charges for one service, and how long it takes."""

    carrier: Text
    service: Text
    price: Money
    days: int


class NoRate(Wire, frozen=True, kw_only=True):
    """Why an account at a carrier made no offer."""

    carrier: Text
    reason: Text


class Rates(Wire, frozen=True, kw_only=True):
    """Offers, cheapest first within each currency; and who made none, and why."""

    rates: tuple[Rate, ...]
    failed: tuple[NoRate, ...] = ()


class TrackingEvent(Wire, frozen=True, kw_only=True):
    """One thing that a carrier told about a parcel."""

    at: Instant
    status: TrackingStatus
    place: Text = ""
    detail: Text = ""


class Parcel(Wire, frozen=True, kw_only=True):
    """One box on its way."""

    package_id: PackageId
    tracking_number: Text
    status: Text
    weight_g: Grams
    tracking_url: Text = ""
    events: tuple[TrackingEvent, ...] = ()


class Shipment(Wire, frozen=True, kw_only=True):
    """The parcels of one fulfillment order, or of one return, with one carrier.

    `choice` tells why this carrier and service were taken; `number` is the order's, and 0
    for a return.
    """

    shipment_id: ShipmentId
    order_id: OrderId
    fulfillment_order_id: Text
    return_id: Text
    state: str
    carrier: Text
    service: Text
    cost: Money
    parcels: tuple[Parcel, ...]
    customs: tuple[CustomsItem, ...] = ()
    problem: Text = ""
    shipped_at: Instant | None = None
    delivered_at: Instant | None = None
    allowed: tuple[str, ...] = ()
    version: int = 1
    choice: LongText = ""
    number: int = 0
    manifest_id: Text = ""
    address_check: Text = ""


class ShipmentRef(Wire, frozen=True, kw_only=True):
    """One shipment."""

    shipment_id: ShipmentId


class ShipmentsOf(Wire, frozen=True, kw_only=True):
    """The shipments of one order, its returns' included."""

    order_id: OrderId


class FindShipments(Wire, frozen=True, kw_only=True):
    """Which shipments to list, oldest first."""

    state: Text = ""
    after: Text = ""
    limit: Limit = 50


class ShipmentPage(Wire, frozen=True, kw_only=True):
    """A page of shipments; `next` is empty on the last."""

    shipments: tuple[Shipment, ...]
    next: str = ""


class HandOver(Wire, frozen=True, kw_only=True):
    """The carrier has taken the parcels of a shipment along."""

    shipment_id: ShipmentId
    expected_version: int | None = None


class RecordScan(Wire, frozen=True, kw_only=True):
    """Somebody knows where a parcel is, and the carrier does not tell; `at` is now if left out."""

    shipment_id: ShipmentId
    tracking_number: Text
    status: Annotated[TrackingStatus, Meta(description="where it is, or what happened to it")]
    at: Instant | None = None
    place: Text = ""
    detail: Text = ""


class CarrierWebhook(Wire, frozen=True, kw_only=True):
    """What a carrier posted to us: the raw body and its signature, under one of two names."""

    carrier: Code
    body: Annotated[str, Meta(max_length=65_536)]
    signature: Text = ""
    hmac_signature: Text = ""


class Label(Wire, frozen=True, kw_only=True):
    """All labels of a shipment in one paper: the carrier's own, or 4 × 6 inches for each parcel."""

    shipment_id: ShipmentId
    document: Document


class Mail(Wire, frozen=True, kw_only=True):
    """One e-mail to a customer and whether it went out."""

    kind: Name
    to: Text
    subject: Text
    state: str
    attempts: int
    at: Instant


class Mails(Wire, frozen=True, kw_only=True):
    """The e-mails about one order."""

    mails: tuple[Mail, ...]


OF_CARRIERS = (KINDS, ACCOUNTS, SAVE_ACCOUNT, TEST_ACCOUNT)
OF_MANIFESTS = (OPEN_PARCELS, CLOSE, MANIFEST, MANIFESTS, PAPER)
RATES = question("shipping.rates", GetRates, Rates)
GET = question("shipping.get", ShipmentRef, Shipment)
OF_ORDER = question("shipping.of_order", ShipmentsOf, ShipmentPage)
FIND = question("shipping.find", FindShipments, ShipmentPage)
LABEL = question("shipping.label", ShipmentRef, Label)
LABEL_QR = question("shipping.label_qr", ShipmentRef, Label)
LABEL_ZPL = question("shipping.label_zpl", ShipmentRef, Label)
HAND_OVER = request("shipping.hand_over", HandOver, Shipment)
RECORD_SCAN = request("shipping.record_scan", RecordScan, Shipment)
WEBHOOK = request("shipping.webhook", CarrierWebhook, Nothing)
MAILS = question("shipping.mails", ShipmentsOf, Mails)
STUCK = question("shipping.stuck", FindStuck, StuckPage)
DECIDE = request("shipping.decide", DecideStuck, Nothing)
