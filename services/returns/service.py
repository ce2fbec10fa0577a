"""Which ways lead into returns?"""

from datetime import timedelta
from typing import Any

from sqlalchemy.orm import Session

from chassis.bus import Bus
from chassis.keeping import flush
from chassis.saga_store import SqlRuns
from chassis.sparing import Sparing
from chassis.transaction import Unit
from chassis.wiring import answers, every, handles, performs
from contracts import inventory, orders, payments, returns, shipping, warehouse
from contracts.stuck import DecideStuck, FindStuck, StuckPage
from contracts.values import Nothing
from services.returns import exceptions, handlers, queries, tables
from services.returns.domain.return_order import ReturnOrder, State
from services.returns.tables import SqlReturns, runs_of

ARRIVES_WITHIN = timedelta(days=30)


class ReturnsService:
    """Knows what comes back, in what state, and what is paid for it."""

    name = "returns"
    bus = Bus(tables.metadata, prepare=tables.prepare)

    def __init__(self) -> None:
        self.sparing = Sparing()

    @handles(orders.OrderPlaced)
    def on_placed(self, event: orders.OrderPlaced, work: Unit) -> None:
        """Know a sale."""
        handlers.on_placed(event, SqlReturns(work.session))

    @handles(orders.OrderEdited)
    def on_edited(self, event: orders.OrderEdited, work: Unit) -> None:
        """Know what of a sale is sent now, and where to."""
        handlers.on_edited(event, SqlReturns(work.session))

    @handles(warehouse.FulfillmentPacked)
    def on_packed(self, event: warehouse.FulfillmentPacked, work: Unit) -> None:
        """Know what was packed."""
        handlers.on_packed(event, SqlReturns(work.session))

    @handles(shipping.ShipmentShipped)
    def on_shipped(self, event: shipping.ShipmentShipped, work: Unit) -> None:
        """Know what has left."""
        handlers.on_shipped(event, SqlReturns(work.session))

    @handles(shipping.ShipmentDelivered)
    def on_delivered(self, event: shipping.ShipmentDelivered, work: Unit) -> None:
        """Know when it has arrived."""
        handlers.on_delivered(event, SqlReturns(work.session))

    @handles(inventory.SkuSaved)
    def save_sku(self, event: inventory.SkuSaved, work: Unit) -> None:
        """Know a SKU."""
        SqlReturns(work.session).save_sku(event)

    @handles(shipping.ReturnLabelCreated)
    def on_label(self, event: shipping.ReturnLabelCreated, work: Unit) -> None:
        """There is a label."""
        handlers.on_label(event, work, *_ports(work))

    @handles(shipping.ReturnShipped)
    def on_return_shipped(self, event: shipping.ReturnShipped, work: Unit) -> None:
        """The goods are on their way."""
        handlers.on_return_shipped(event, SqlReturns(work.session))

    @handles(shipping.ReturnLabelFailed)
    @handles(inventory.StockRestocked)
    @handles(payments.PaymentRefunded)
    @handles(payments.RefundFailed)
    def on_told(self, event: Any, work: Unit) -> None:
        """A step of a return was answered."""
        handlers.on_told(event, work, *_ports(work))

    @performs(returns.OPEN)
    def open(self, wish: returns.OpenReturn, work: Unit) -> returns.Return:
        """Open a return."""
        return _view(work, handlers.open_return(wish, work, *_ports(work)))

    @performs(returns.APPROVE)
    def approve(self, wish: returns.DecideReturn, work: Unit) -> returns.Return:
        """Approve a return."""
        return _view(work, handlers.approve_return(wish, work, *_ports(work)))

    @performs(returns.DECLINE)
    def decline(self, wish: returns.DecideReturn, work: Unit) -> returns.Return:
        """Decline a return."""
        return _view(work, handlers.end_return(wish, State.DECLINED, work, *_ports(work)))

    @performs(returns.CANCEL)
    def cancel(self, wish: returns.DecideReturn, work: Unit) -> returns.Return:
        """Call a return off."""
        return _view(work, handlers.end_return(wish, State.CANCELED, work, *_ports(work)))

    @performs(returns.RECEIVE)
    def receive(self, wish: returns.ReceiveReturn, work: Unit) -> returns.Return:
        """Take in goods."""
        return _view(work, handlers.receive_return(wish, work, *_ports(work)))

    @performs(returns.INSPECT)
    def inspect(self, wish: returns.InspectReturn, work: Unit) -> returns.Return:
        """Grade what came back."""
        return _view(work, handlers.inspect_return(wish, work, *_ports(work)))

    @performs(returns.RESOLVE)
    def resolve(self, wish: returns.ResolveReturn, work: Unit) -> returns.Return:
        """Decide about a return that is stuck."""
        return _view(work, handlers.resolve_return(wish, work, *_ports(work)))

    @answers(returns.STUCK)
    def stuck(self, asked: FindStuck, session: Session) -> StuckPage:
        """List what does not go on by itself."""
        return exceptions.find_stuck(session, asked)

    @performs(returns.DECIDE)
    def decide(self, wish: DecideStuck, work: Unit) -> Nothing:
        """Decide about what does not go on."""
        exceptions.decide(wish, work, *_ports(work))
        return Nothing()

    @performs(returns.SET_POLICY)
    def set_policy(self, wish: returns.SetPolicy, work: Unit) -> returns.PolicyView:
        """Set the policy for new orders."""
        return SqlReturns(work.session).set_policy(wish, work.actor, work.now)

    @answers(returns.GET)
    def get(self, asked: returns.ReturnRef, session: Session) -> returns.Return:
        """Show a return."""
        return queries.get_return(session, asked)

    @answers(returns.OF_ORDER)
    def of_order(self, asked: returns.ReturnsOf, session: Session) -> returns.ReturnPage:
        """List an order's returns."""
        return queries.of_order(session, asked)

    @answers(returns.FIND)
    def find(self, asked: returns.FindReturns, session: Session) -> returns.ReturnPage:
        """List returns."""
        return queries.find_returns(session, asked)

    @answers(returns.GET_POLICY)
    def get_policy(self, asked: returns.GetPolicy, session: Session) -> returns.PolicyView:
        """Show the policy."""
        return queries.get_policy(session, asked)

    @every(seconds=1)
    def wake_runs(self, work: Unit) -> None:
        """Take up runs whose deadline has passed."""
        due = SqlReturns(work.session).due(work.now, self.sparing.spared())
        tables.load(work.session, due)
        tables.load_skus(work.session, due)
        for return_id in due:
            with self.sparing.about(return_id):
                handlers.wake_return(return_id, work, *_ports(work))

    @every(seconds=10)
    def count_stuck(self, work: Unit) -> None:
        """Count what does not go on."""
        exceptions.count(work.session)

    @every(seconds=60)
    def expire(self, work: Unit) -> None:
        """Give up on goods that never came."""
        kept, runs = _ports(work)
        for order in kept.overdue(work.now - ARRIVES_WITHIN, self.sparing.spared()):
            wish = returns.DecideReturn(return_id=order.return_id, reason="the goods never came")
            with self.sparing.about(order.return_id):
                handlers.end_return(wish, State.EXPIRED, work, kept, runs)


def _ports(work: Unit) -> tuple[SqlReturns, SqlRuns]:
    return SqlReturns(work.session), runs_of(work.session)


def _view(work: Unit, order: ReturnOrder) -> returns.Return:
    flush(work.session)
    return queries.view(order)
