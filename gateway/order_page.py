"""What is on an order's page? All that seven services know of it, in one answer.

The services are asked at the same time. A part whose service does not answer is null and named in
`missing`; only without the order itself there is no page.
"""

from typing import Any

from chassis.ask import Unavailable
from chassis.errors import Refused
from contracts import orders, payments, returns, shipping, warehouse
from contracts.message import Question, Wire
from contracts.payments import Payment
from contracts.returns import Return
from contracts.shipping import Shipment
from contracts.values import HistoryLine
from contracts.warehouse import Fulfillment
from gateway.ports import Asks

SECONDS = 3.0


class WholeOrder(Wire, frozen=True, kw_only=True):
    """An order with its money, fulfillments, parcels, returns and history.

    A part whose service does not answer just now is null and named in `missing`.
    """

    order: orders.Order
    version: int
    history: tuple[HistoryLine, ...] | None = None
    payments: tuple[Payment, ...] | None = None
    fulfillments: tuple[Fulfillment, ...] | None = None
    shipments: tuple[Shipment, ...] | None = None
    returns: tuple[Return, ...] | None = None
    missing: tuple[str, ...] = ()


ORDER_PAGE = Question("orders.page", orders.OrderRef, WholeOrder)


def ask_order_page(asker: Asks, asked: orders.OrderRef, actor: str) -> WholeOrder:
    """Ask all services about an order at once."""
    order_id = asked.order_id
    order, history, *rest = asker.ask_all(
        [
            (orders.GET, asked),
            (orders.HISTORY, orders.GetHistory(order_id=order_id)),
            (payments.GET, payments.PaymentsOf(order_id=order_id)),
            (warehouse.OF_ORDER, warehouse.FulfillmentsOf(order_id=order_id)),
            (shipping.OF_ORDER, shipping.ShipmentsOf(order_id=order_id)),
            (returns.OF_ORDER, returns.ReturnsOf(order_id=order_id)),
        ],
        actor=actor,
        timeout=SECONDS,
    )
    if isinstance(order, Refused | Unavailable):
        raise order
    parts: dict[str, Any] = {"history": _part(history, "lines")}
    names = ("payments", "fulfillments", "shipments", "returns")
    parts |= {name: _part(answer, name) for name, answer in zip(names, rest, strict=True)}
    missing = tuple(name for name, part in parts.items() if part is None)
    return WholeOrder(order=order, version=order.version, missing=missing, **parts)


def _part(answer: Any, name: str) -> Any:
    return None if isinstance(answer, Refused | Unavailable) else getattr(answer, name)
