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
from gateway.bounds import Bounds
from gateway.caller import Caller
from gateway.ports import Asks

SECONDS = 3.0


class WholeOrder(Wire, frozen=True, kw_only=True):
    """An order with its money, fulfillments, parcels, returns and history.

    A part whose service does not answer just now is null and named in `missing`; one that you may
    not see is null and named in `hidden`.
    """

    order: orders.Order
    version: int
    history: tuple[HistoryLine, ...] | None = None
    payments: tuple[Payment, ...] | None = None
    fulfillments: tuple[Fulfillment, ...] | None = None
    shipments: tuple[Shipment, ...] | None = None
    returns: tuple[Return, ...] | None = None
    missing: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()


ORDER_PAGE = Question("orders.page", orders.OrderRef, WholeOrder)
PARTS = {
    "history": "orders.read",
    "payments": "money.read",
    "fulfillments": "picking.read",
    "shipments": "shipping.read",
    "returns": "returns.read",
}


def ask_order_page(asker: Asks, asked: orders.OrderRef, caller: Caller) -> WholeOrder:
    """Ask all services about an order at once; what the caller may not see is not asked for."""
    order_id = asked.order_id
    questions: dict[str, tuple[Question[Any, Any], Any]] = {
        "history": (orders.HISTORY, orders.GetHistory(order_id=order_id)),
        "payments": (payments.GET, payments.PaymentsOf(order_id=order_id)),
        "fulfillments": (warehouse.OF_ORDER, warehouse.FulfillmentsOf(order_id=order_id)),
        "shipments": (shipping.OF_ORDER, shipping.ShipmentsOf(order_id=order_id)),
        "returns": (returns.OF_ORDER, returns.ReturnsOf(order_id=order_id)),
    }
    seen = [name for name, needed in PARTS.items() if caller.may(needed)]
    order, *rest = asker.ask_all(
        [(orders.GET, asked), *(questions[name] for name in seen)],
        actor=caller.actor,
        timeout=SECONDS,
    )
    if isinstance(order, Refused | Unavailable):
        raise order
    names = {"history": "lines"}
    parts: dict[str, Any] = {
        name: _part(answer, names.get(name, name)) for name, answer in zip(seen, rest, strict=True)
    }
    for name, part in parts.items():
        scope = caller.scope(PARTS[name])
        if part and name != "history" and scope.is_limited:
            parts[name] = Bounds(scope, asker, caller.actor).keep(part)
    return WholeOrder(
        order=order,
        version=order.version,
        missing=tuple(name for name in seen if parts[name] is None),
        hidden=tuple(name for name in PARTS if name not in seen),
        **parts,
    )


def _part(answer: Any, name: str) -> Any:
    return None if isinstance(answer, Refused | Unavailable) else getattr(answer, name)
