"""What does each step of a return ask for? One function for each command."""

from collections.abc import Mapping
from dataclasses import dataclass

from chassis.saga import Data
from contracts.channels import PushRefund, ShippedLine
from contracts.inventory import RestockReturn, ReturnedUnits, SkuData
from contracts.payments import RefundPayment
from contracts.returns import ReturnLine
from contracts.shipping import CreateReturnLabel, CustomsItem
from contracts.values import Money
from services.returns.domain.return_order import ReturnOrder, pieces_back
from services.returns.domain.sale import Sale

OWN_CHANNELS = frozenset({"api", "manual"})
GRAMS_A_PIECE = 500


@dataclass(frozen=True, slots=True)
class Subject:
    """A return, the sale that it is of, and what is known of the SKUs."""

    order: ReturnOrder
    sale: Sale
    skus: Mapping[str, SkuData]


def not_received(s: Subject) -> bool:
    """Tell whether nothing has arrived yet, so that a label is of use."""
    return not s.order.receipts


def something_came(s: Subject) -> bool:
    """Tell whether there is anything to book in."""
    return any(line.inspected for line in s.order.lines)


def something_owed(s: Subject) -> bool:
    """Tell whether any money goes back."""
    return s.order.refund > 0


def channel_waits(s: Subject) -> bool:
    """Tell whether a channel waits to hear of it."""
    came_back = any(pieces_back(line) for line in s.order.lines)
    return came_back and s.sale.channel not in OWN_CHANNELS


def ask_label(s: Subject, _: Data) -> CreateReturnLabel:
    """Buy a label.

    What is inside is always named; shipping sees whether a customs border is crossed.
    """
    weights = [_weight(s, line.sku) or GRAMS_A_PIECE for line in s.order.lines]
    return CreateReturnLabel(
        return_id=s.order.return_id,
        order_id=s.order.order_id,
        ship_from=s.sale.ship_to,
        ship_to=s.sale.policy.return_to or s.sale.parcels[0].ship_from,
        weight_g=sum(w * x.requested for w, x in zip(weights, s.order.lines, strict=True)),
        email=s.sale.customer.email,
        items=tuple(_customs_item(s, line) for line in s.order.lines),
        currency=s.order.currency,
    )


def restock(s: Subject, _: Data) -> RestockReturn:
    """Book in what was inspected."""
    return RestockReturn(
        return_id=s.order.return_id,
        order_id=s.order.order_id,
        units=tuple(
            ReturnedUnits(
                line_id=line.line_id,
                sku=line.sku,
                warehouse_id=s.order.warehouse_id,
                quantity=item.quantity,
                disposition=item.disposition,
            )
            for line in s.order.lines
            for item in line.inspected
        ),
    )


def refund(s: Subject, _: Data) -> RefundPayment:
    """Give the money back."""
    return RefundPayment(
        order_id=s.order.order_id,
        refund_id=s.order.return_id,
        amount=Money(amount=s.order.refund, currency=s.order.currency),
        reason="return",
    )


def tell_channel(s: Subject, _: Data) -> PushRefund:
    """Tell the channel what came back.

    If a person gives the money in another way, the channel shall give none.
    """
    return PushRefund(
        order_id=s.order.order_id,
        channel=s.sale.channel,
        channel_order_id=s.sale.channel_order_id,
        return_id=s.order.return_id,
        amount=s.order.given_back,
        lines=tuple(
            ShippedLine(
                line_id=line.line_id,
                channel_line_id=s.sale.line(line.line_id).channel_line_id,
                sku=line.sku,
                quantity=back,
            )
            for line in s.order.lines
            if (back := pieces_back(line))
        ),
    )


def _customs_item(s: Subject, line: ReturnLine) -> CustomsItem:
    sold, known = s.sale.line(line.line_id), s.skus.get(line.sku)
    return CustomsItem(
        sku=line.sku,
        description=line.name,
        quantity=line.requested,
        value=sold.paid // sold.quantity,
        weight_g=_weight(s, line.sku),
        hs_code=known.hs_code if known else "",
        origin_country=known.origin_country if known else None,
    )


def _weight(s: Subject, sku: str) -> int:
    known = s.skus.get(sku)
    return known.weight_g if known else 0
