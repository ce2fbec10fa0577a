"""What does each step of an order's journeys ask for? One function for each command."""

from chassis.saga import Data
from contracts.channels import AcknowledgeShipment, ShippedLine
from contracts.inventory import (
    CommitStock,
    FulfillStock,
    ReleaseStock,
    ReplaceShortage,
    ReserveStock,
)
from contracts.orders import OrderConfirmed
from contracts.payments import AuthorizePayment, CapturePayment, VoidPayment
from contracts.shipping import CreateShipment, CustomsItem, VoidShipment
from contracts.values import Money, Placement
from contracts.warehouse import CancelFulfillment, OpenFulfillment, RouteLine, RouteOrder
from services.orders.domain.edited_lines import is_ours
from services.orders.domain.lines import share
from services.orders.sagas.subject import Subject


def has_channel(s: Subject) -> bool:
    """Tell whether a channel waits to hear what became of the order."""
    return not is_ours(s.order)


def not_held(s: Subject) -> bool:
    """Tell whether nothing holds the order."""
    return not s.order.held


def may_label(s: Subject) -> bool:
    """Tell whether nothing holds the order, and it is sure where it goes."""
    return not s.order.held and s.order.editing is None


def not_shipped(s: Subject) -> bool:
    """Tell whether the sending is still here."""
    return not s.sending.has_left


def not_delivered(s: Subject) -> bool:
    """Tell whether the sending is still under way."""
    return s.sending.status != "delivered"


def reserve(s: Subject, _: Data) -> ReserveStock:
    """Keep the goods."""
    return ReserveStock(
        order_id=s.order.order_id, round=s.round, lines=s.wanted, expires_at=s.reserved_until
    )


def release(s: Subject, _: Data) -> ReleaseStock:
    """Give all goods back."""
    order_id = s.order.order_id
    return ReleaseStock(order_id=order_id, reason="order canceled", release_id=order_id)


def authorize(s: Subject, _: Data) -> AuthorizePayment:
    """Make sure of the money."""
    return AuthorizePayment(
        order_id=s.order.order_id,
        amount=Money(amount=s.order.total, currency=s.order.currency),
        method=s.order.payment_method,  # type: ignore[arg-type]
        token=s.order.payment_token,
        customer=s.order.customer.email,
        until=s.pay_until,
        account=s.order.payment_account,
        number=str(s.order.number),
        name=s.order.customer.name or s.order.ship_to.name,
    )


def void_payment(s: Subject, _: Data) -> VoidPayment:
    """Give the money back."""
    return VoidPayment(order_id=s.order.order_id, reason="order canceled")


def confirm(s: Subject, _: Data) -> OrderConfirmed:
    """Take the order on for good."""
    return s.order.confirm()


def route(s: Subject, _: Data) -> RouteOrder:
    """Decide who sends what."""
    names = {line.line_id: line.name for line in s.order.lines}
    return RouteOrder(
        order_id=s.order.order_id,
        number=s.order.number,
        round=s.round,
        attempt=s.attempt,
        service=s.order.delivery.service,
        ship_to=s.order.ship_to,
        lines=tuple(
            RouteLine(line_id=i.line_id, sku=i.sku, quantity=i.quantity, name=names[i.line_id])
            for i in s.wanted
        ),
        levels=s.levels,
    )


def cancel_plan(s: Subject, _: Data) -> CancelFulfillment:
    """Forget the plan."""
    return CancelFulfillment(order_id=s.order.order_id, reason="order canceled")


def commit(s: Subject, _: Data) -> CommitStock:
    """Promise the goods where they will be picked."""
    return CommitStock(
        order_id=s.order.order_id,
        round=s.round,
        placements=tuple(
            Placement(
                line_id=item.line_id,
                sku=item.sku,
                warehouse_id=sending.warehouse_id,
                quantity=item.quantity,
            )
            for sending in s.order.sendings
            if sending.round == s.round and sending.is_open
            for item in sending.lines
        ),
        attempt=s.attempt,
    )


def replace_shortage(s: Subject, _: Data) -> ReplaceShortage:
    """Find what was short elsewhere."""
    return ReplaceShortage(
        order_id=s.order.order_id,
        round=s.round,
        fulfillment_order_id=s.data["fulfillment_order_id"],
        lines=tuple(
            Placement(
                line_id=item.line_id,
                sku=item.sku,
                warehouse_id=s.data["warehouse_id"],
                quantity=item.quantity,
            )
            for item in s.wanted
        ),
        expires_at=s.reserved_until,
    )


def open_fulfillment(s: Subject, _: Data) -> OpenFulfillment:
    """Let the picking begin."""
    return OpenFulfillment(
        order_id=s.order.order_id, fulfillment_order_id=s.sending.fulfillment_order_id
    )


def cancel_one(s: Subject, _: Data) -> CancelFulfillment:
    """Stop the picking."""
    return CancelFulfillment(
        order_id=s.order.order_id,
        fulfillment_order_id=s.sending.fulfillment_order_id,
        reason="order canceled",
    )


def buy_label(s: Subject, _: Data) -> CreateShipment:
    """Buy labels for the packed boxes."""
    return CreateShipment(
        order_id=s.order.order_id,
        number=s.order.number,
        fulfillment_order_id=s.sending.fulfillment_order_id,
        service=s.order.delivery.service,
        ship_from=s.ship_from,
        ship_to=s.order.ship_to,
        email=s.order.customer.email,
        currency=s.order.currency,
        packages=s.packages,
        items=tuple(_customs_item(s, item.line_id, item.quantity) for item in s.sending.lines),
        warehouse_id=s.sending.warehouse_id,
        deliver_by=s.order.delivery.deliver_by,
    )


def void_label(s: Subject, _: Data) -> VoidShipment:
    """Give the labels back."""
    return VoidShipment(
        order_id=s.order.order_id,
        fulfillment_order_id=s.sending.fulfillment_order_id,
        reason="order canceled",
    )


def fulfill(s: Subject, _: Data) -> FulfillStock:
    """Take what has left off the books."""
    return FulfillStock(
        order_id=s.order.order_id,
        fulfillment_order_id=s.sending.fulfillment_order_id,
        lines=tuple(
            Placement(
                line_id=item.line_id,
                sku=item.sku,
                warehouse_id=s.sending.warehouse_id,
                quantity=item.quantity,
            )
            for item in s.sending.lines
        ),
    )


def capture(s: Subject, _: Data) -> CapturePayment:
    """Take the money for what has left."""
    return CapturePayment(
        order_id=s.order.order_id,
        capture_id=s.sending.fulfillment_order_id,
        amount=Money(amount=s.sending.worth, currency=s.order.currency),
    )


def acknowledge(s: Subject, _: Data) -> AcknowledgeShipment:
    """Tell the channel what has left."""
    return AcknowledgeShipment(
        order_id=s.order.order_id,
        channel=s.order.channel,
        channel_order_id=s.order.channel_order_id,
        fulfillment_order_id=s.sending.fulfillment_order_id,
        carrier=s.sending.carrier,
        tracking_numbers=s.sending.tracking_numbers,
        lines=tuple(
            ShippedLine(
                line_id=item.line_id,
                channel_line_id=s.order.line(item.line_id).channel_line_id,
                sku=item.sku,
                quantity=item.quantity,
            )
            for item in s.sending.lines
        ),
    )


def _customs_item(s: Subject, line_id: str, quantity: int) -> CustomsItem:
    line = s.order.line(line_id)
    known = s.skus.get(line.sku)
    return CustomsItem(
        sku=line.sku,
        description=line.name,
        quantity=quantity,
        value=share(line.total, line.ordered, 0, 1),
        weight_g=known.weight_g if known else 0,
        hs_code=known.hs_code if known else "",
        origin_country=known.origin_country if known else None,
    )
