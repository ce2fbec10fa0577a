"""What do returns tell of an order's goods that come back?"""

from collections.abc import Callable
from typing import Any

from contracts import returns, shipping
from contracts.message import Message
from contracts.values import SkuQuantity
from services.orders.domain.history import Change, Told, listed
from services.orders.domain.order import Order


def _opened(order: Order, told: returns.ReturnOpened) -> Told:
    order.file(told.return_id)
    goods = listed(_goods(told.lines))
    return [Change("return opened", told.return_id, after=goods, reason=told.reason)]


def _approved(_: Order, told: returns.ReturnApproved) -> Told:
    return [Change("return approved", told.return_id, actor=told.by)]


def _declined(_: Order, told: returns.ReturnDeclined) -> Told:
    return [Change(f"return {told.status}", told.return_id, reason=told.reason)]


def _under_way(_: Order, told: shipping.ReturnShipped) -> Told:
    return [Change("return under way", told.return_id)]


def _received(_: Order, told: returns.ReturnReceived) -> Told:
    return [Change("return received", told.return_id, after=listed(_goods(told.lines)))]


def _inspected(_: Order, told: returns.ReturnInspected) -> Told:
    grades = ", ".join(f"{i.quantity} × {i.grade}: {i.disposition}" for i in told.lines)
    return [Change("return inspected", told.return_id, after=grades, reason=f"worth {told.refund}")]


def _completed(order: Order, told: returns.ReturnCompleted) -> Told:
    order.count(_goods(told.lines), "returned")
    return [Change("return completed", told.return_id, after=f"refunded {told.refunded}")]


def _goods(lines: tuple[returns.ReturnedLine, ...]) -> list[SkuQuantity]:
    return [SkuQuantity(line_id=i.line_id, sku=i.sku, quantity=i.quantity) for i in lines]


SENT_BACK: dict[type[Message], Callable[[Order, Any], Told]] = {
    returns.ReturnOpened: _opened,
    returns.ReturnApproved: _approved,
    returns.ReturnDeclined: _declined,
    shipping.ReturnShipped: _under_way,
    returns.ReturnReceived: _received,
    returns.ReturnInspected: _inspected,
    returns.ReturnCompleted: _completed,
}
