"""What can be asked of returns?"""

from collections.abc import Sequence

import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.orm import Session

from chassis.errors import NotFound
from chassis.keeping import read, read_one
from contracts import returns as said
from services.returns.domain.return_order import LIFE, ReturnOrder, State
from services.returns.tables import current_policy, returns, sales

MANY = 200
ACTIONS = {
    "approve": State.APPROVED,
    "decline": State.DECLINED,
    "cancel": State.CANCELED,
    "receive": State.RECEIVED,
    "inspect": State.INSPECTED,
}


def get_return(session: Session, asked: said.ReturnRef) -> said.Return:
    """Show a return."""
    order = read_one(session, ReturnOrder, asked.return_id)
    if order is None:
        raise NotFound("return", asked.return_id, "return_id")
    return _shown(session, [order])[0]


def of_order(session: Session, asked: said.ReturnsOf) -> said.ReturnPage:
    """List the returns of an order."""
    query = sa.select(returns).where(returns.c.order_id == asked.order_id)
    found = read(session, ReturnOrder, query.order_by(returns.c.return_id).limit(MANY))
    return said.ReturnPage(returns=_shown(session, found))


def find_returns(session: Session, asked: said.FindReturns) -> said.ReturnPage:
    """List returns, newest first."""
    query = sa.select(returns).order_by(returns.c.return_id.desc()).limit(asked.limit + 1)
    if asked.status:
        query = query.where(returns.c.state == asked.status)
    if asked.warehouses is not None:
        # what has not arrived anywhere yet may arrive with any of them
        query = query.where(returns.c.warehouse_id.in_([*asked.warehouses, ""]))
    if asked.after:
        query = query.where(returns.c.return_id < asked.after)
    found = read(session, ReturnOrder, query)
    page = _shown(session, found[: asked.limit])
    return said.ReturnPage(
        returns=page, next=page[-1].return_id if len(found) > asked.limit else ""
    )


def _shown(session: Session, orders: Sequence[ReturnOrder]) -> tuple[said.Return, ...]:
    """Show returns with the numbers of their orders, by which people call them."""
    query = sa.select(sales.c.order_id, sales.c.number)
    mine = sales.c.order_id.in_({order.order_id for order in orders})
    numbers = {row.order_id: row.number for row in session.execute(query.where(mine))}
    return tuple(replace(view(one), number=numbers.get(one.order_id, 0)) for one in orders)


def get_policy(session: Session, _asked: said.GetPolicy) -> said.PolicyView:
    """Show the policy that new orders get."""
    return current_policy(session)


def view(order: ReturnOrder) -> said.Return:
    """Show a return as others see it."""
    return said.Return(
        return_id=order.return_id,
        order_id=order.order_id,
        status=order.state,
        currency=order.currency,
        lines=order.lines,
        refund=order.refund,
        refunded=order.refunded,
        opened_at=order.opened_at,
        warehouse_id=order.warehouse_id,
        tracking_number=order.tracking_number,
        label_shipment_id=order.label_shipment_id,
        reason=order.reason,
        problem=order.problem,
        allowed=(
            *(name for name, to in ACTIONS.items() if LIFE.allows(State(order.state), to)),
            *order.decisions,
        ),
        version=order.version,
        note=order.note,
    )
