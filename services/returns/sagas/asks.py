"""What does each step of a return ask for? One function for each command."""

from dataclasses import dataclass

from chassis.saga import Data
from contracts.channels import PushRefund, ShippedLine
from contracts.inventory import RestockReturn, ReturnedUnits
from contracts.payments import RefundPayment
from contracts.shipping import CreateReturnLabel
from contracts.values import Money
from services.returns.domain.return_order import ReturnOrder, pieces_back
from services.returns.domain.sale import Sale

OWN_CHANNELS = frozenset({"api", "manual"})
GRAMS_A_PIECE = 500


@dataclass(frozen=True, slots=True)
class Subject:
    """A return and the sale that it is of."""

    order: ReturnOrder
    sale: Sale


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
    """Buy a label."""
    return CreateReturnLabel(
        return_id=s.order.return_id,
        order_id=s.order.order_id,
        ship_from=s.sale.ship_to,
        ship_to=s.sale.policy.return_to or s.sale.parcels[0].ship_from,
        weight_g=GRAMS_A_PIECE * sum(line.requested for line in s.order.lines),
        email=s.sale.customer.email,
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
    """Tell the channel what came back."""
    return PushRefund(
        order_id=s.order.order_id,
        channel=s.sale.channel,
        channel_order_id=s.sale.channel_order_id,
        return_id=s.order.return_id,
        amount=Money(amount=s.order.refund, currency=s.order.currency),
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
