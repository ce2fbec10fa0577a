"""Which ways lead into orders?"""

from typing import Any

from sqlalchemy.orm import Session

from chassis.bus import Bus
from chassis.keeping import flush
from chassis.saga_store import SqlRuns
from chassis.sparing import Sparing
from chassis.transaction import Unit
from chassis.wiring import answers, every, handles, performs
from contracts import channels, inventory, orders, payments, returns, shipping, warehouse
from contracts.stuck import DecideStuck, FindStuck, StuckPage
from contracts.values import Nothing
from services.orders import (
    editing,
    exceptions,
    finding,
    handlers,
    journeys,
    queries,
    sql_orders,
    tables,
    watchdog,
)
from services.orders.domain.order import Order
from services.orders.sql_orders import SqlOrders, runs_of


class OrdersService:
    """Keeps each customer's order and moves it from placement to the doorstep and back."""

    name = "orders"
    bus = Bus(tables.metadata, prepare=sql_orders.prepare)

    def __init__(self) -> None:
        self.sparing = Sparing()

    @performs(orders.PLACE)
    def place(self, wish: orders.PlaceOrder, work: Unit) -> orders.PlacedOrder:
        """Place an order."""
        return handlers.place_order(wish, work, *_ports(work))

    @performs(orders.TAG)
    def tag(self, wish: orders.ChangeTags, work: Unit) -> orders.Order:
        """Change tags."""
        return _view(work, handlers.change_tags(wish, work, SqlOrders(work.session)))

    @performs(orders.NOTE)
    def note(self, wish: orders.AddNote, work: Unit) -> orders.Order:
        """Add a note."""
        return _view(work, handlers.add_note(wish, work, SqlOrders(work.session)))

    @performs(orders.HOLD)
    def hold(self, wish: orders.PlaceHold, work: Unit) -> orders.Order:
        """Hold an order."""
        return _view(work, handlers.place_hold(wish, work, SqlOrders(work.session)))

    @performs(orders.RELEASE)
    def release(self, wish: orders.ReleaseHold, work: Unit) -> orders.Order:
        """Release a hold."""
        return _view(work, handlers.release_hold(wish, work, *_ports(work)))

    @performs(orders.CANCEL)
    def cancel(self, wish: orders.CancelOrder, work: Unit) -> orders.Order:
        """Cancel an order."""
        return _view(work, handlers.cancel_order(wish, work, *_ports(work)))

    @performs(orders.EDIT)
    def edit(self, wish: orders.EditOrder, work: Unit) -> orders.Order:
        """Change an order before it is picked."""
        return _view(work, editing.edit_order(wish, work, *_ports(work)))

    @answers(orders.PREVIEW_EDIT)
    def preview_edit(self, asked: orders.EditOrder, session: Session) -> orders.EditPreview:
        """Tell what an edit would do."""
        return queries.preview_edit(session, asked)

    @performs(orders.RESOLVE)
    def resolve(self, wish: orders.ResolveStep, work: Unit) -> Nothing:
        """Decide about a run that is stuck."""
        handlers.resolve_step(wish, work, *_ports(work))
        return Nothing()

    @performs(orders.TELL_OWNER)
    def tell_owner(self, wish: orders.TellOwner, work: Unit) -> Nothing:
        """Write down who takes care of an exception."""
        exceptions.tell_owner(wish, work, SqlOrders(work.session))
        return Nothing()

    @answers(orders.GET)
    def get(self, asked: orders.OrderRef, session: Session) -> orders.Order:
        """Show an order."""
        return queries.get_order(session, asked)

    @answers(orders.GET_MANY)
    def get_many(self, asked: orders.OrdersNamed, session: Session) -> orders.Orders:
        """Show several orders."""
        return queries.get_orders(session, asked)

    @answers(orders.FIND)
    def find(self, asked: orders.FindOrders, session: Session) -> orders.OrderPage:
        """List orders."""
        return finding.find_orders(session, asked)

    @answers(orders.COUNT)
    def count(self, asked: orders.CountOrders, session: Session) -> orders.OrderCounts:
        """Count the orders of several views."""
        return finding.count_orders(session, asked)

    @answers(orders.ORIGINS)
    def origins(self, asked: orders.OriginsOf, session: Session) -> orders.Origins:
        """Tell from which channels orders are."""
        return queries.get_origins(session, asked)

    @answers(orders.HISTORY)
    def history(self, asked: orders.GetHistory, session: Session) -> orders.History:
        """Tell an order's history."""
        return queries.get_history(session, asked)

    @answers(orders.STUCK)
    def stuck(self, asked: FindStuck, session: Session) -> StuckPage:
        """List what does not go on by itself."""
        return exceptions.find_stuck(session, asked)

    @performs(orders.DECIDE)
    def decide(self, wish: DecideStuck, work: Unit) -> Nothing:
        """Decide about what does not go on."""
        exceptions.decide(wish, work, *_ports(work))
        return Nothing()

    @handles(orders.WriteDown)
    def write_down(self, command: orders.WriteDown, work: Unit) -> None:
        """Keep what a person decided elsewhere."""
        exceptions.write_down(command, work, SqlOrders(work.session))

    @handles(orders.ImportOrders)
    def import_orders(self, command: orders.ImportOrders, work: Unit) -> None:
        """Place orders that a channel hands over."""
        handlers.import_orders(command, work, *_ports(work))

    @handles(orders.CancelChannelOrder)
    def cancel_channel_order(self, command: orders.CancelChannelOrder, work: Unit) -> None:
        """Cancel an order that was canceled on its channel."""
        handlers.cancel_channel_order(command, work, *_ports(work))

    @handles(inventory.SkuSaved)
    def save_sku(self, event: inventory.SkuSaved, work: Unit) -> None:
        """Know a SKU."""
        SqlOrders(work.session).save_sku(event)

    @handles(inventory.StockReserved)
    @handles(inventory.StockShort)
    @handles(inventory.StockCommitted)
    @handles(inventory.CommitRefused)
    @handles(inventory.StockReleased)
    @handles(inventory.StockFulfilled)
    @handles(inventory.StockRestocked)
    @handles(payments.PaymentPending)
    @handles(payments.PaymentAuthorized)
    @handles(payments.PaymentFailed)
    @handles(payments.PaymentRaised)
    @handles(payments.RaiseRefused)
    @handles(payments.RaiseCanceled)
    @handles(payments.PaymentLowered)
    @handles(payments.PaymentCaptured)
    @handles(payments.CaptureFailed)
    @handles(payments.PaymentVoided)
    @handles(payments.PaymentRefunded)
    @handles(payments.RefundFailed)
    @handles(payments.PaymentDisputed)
    @handles(warehouse.OrderRouted)
    @handles(warehouse.RoutingFailed)
    @handles(warehouse.OrderReaddressed)
    @handles(warehouse.PlanEdited)
    @handles(warehouse.ReaddressRefused)
    @handles(warehouse.ItemPicked)
    @handles(warehouse.PickShort)
    @handles(warehouse.FulfillmentPacked)
    @handles(warehouse.FulfillmentCanceled)
    @handles(shipping.ShipmentLabeled)
    @handles(shipping.LabelFailed)
    @handles(shipping.ShipmentVoided)
    @handles(shipping.VoidRefused)
    @handles(shipping.ShipmentShipped)
    @handles(shipping.TrackingUpdated)
    @handles(shipping.ShipmentDelivered)
    @handles(shipping.ReturnShipped)
    @handles(channels.ShipmentAcknowledged)
    @handles(channels.ChannelPushFailed)
    @handles(returns.ReturnOpened)
    @handles(returns.ReturnApproved)
    @handles(returns.ReturnDeclined)
    @handles(returns.ReturnReceived)
    @handles(returns.ReturnInspected)
    @handles(returns.ReturnCompleted)
    def on_told(self, event: Any, work: Unit) -> None:
        """Take what another service tells about an order."""
        if event.order_id:
            journeys.on_told(event, work, *_ports(work))

    @every(seconds=1)
    def wake_runs(self, work: Unit) -> None:
        """Take up runs whose deadline has passed."""
        due = SqlOrders(work.session).overdue(work.now, self.sparing.spared())
        sql_orders.load_orders(work.session, due)
        for order_id in due:
            with self.sparing.about(order_id):
                journeys.wake(order_id, work, *_ports(work))

    @every(seconds=2)
    def watch(self, work: Unit) -> None:
        """Look for orders that nobody moves."""
        watchdog.look(work, *_ports(work))

    @every(seconds=5)
    def release_holds(self, work: Unit) -> None:
        """Release holds whose time has run out."""
        due = SqlOrders(work.session).held_too_long(work.now, self.sparing.spared())
        for order_id in due:
            with self.sparing.about(order_id):
                handlers.release_run_out(order_id, work, *_ports(work))


def _ports(work: Unit) -> tuple[SqlOrders, SqlRuns]:
    return SqlOrders(work.session), runs_of(work.session)


def _view(work: Unit, order: Order) -> orders.Order:
    flush(work.session)
    return queries.view(work.session, order)
