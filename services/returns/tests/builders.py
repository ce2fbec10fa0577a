"""What does a sale look like in a test, and what comes back of it?"""

from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.ids import new_id
from chassis.work import Rehearsal
from contracts.inventory import SkuData, StockRestocked
from contracts.orders import OrderPlaced, PlacedLine
from contracts.payments import PaymentRefunded, RefundFailed
from contracts.returns import (
    DecideReturn,
    InspectedLine,
    InspectReturn,
    OpenReturn,
    Policy,
    ReceivedLine,
    ReceiveReturn,
    ResolveReturn,
    ReturnRequestLine,
)
from contracts.shipping import (
    ReturnLabelCreated,
    ReturnLabelFailed,
    ReturnShipped,
    ShipmentDelivered,
    ShipmentShipped,
)
from contracts.values import Address, Customer, Dimensions, Money, SkuQuantity
from contracts.warehouse import FulfillmentPacked, PackedPackage
from services.returns import handlers
from services.returns.domain.return_order import ReturnOrder, State
from services.returns.domain.sale import Sale
from services.returns.memory import MemoryReturns, MemoryRuns

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
MUG, SHIRT = "MUG-1", "SHIRT-M"


def days(count: int) -> timedelta:
    return timedelta(days=count)


def an_address(name: str = "Ann Smith") -> Address:
    return Address(name=name, line1="Main Street 1", city="Berlin", country="DE", postcode="10115")


def a_line(sku: str = MUG, quantity: int = 1, paid: int = 1000) -> PlacedLine:
    return PlacedLine(
        line_id=new_id("lin"), sku=sku, name=f"Name of {sku}", quantity=quantity, paid=paid,
        channel_line_id=f"c-{sku}",
    )  # fmt: skip


def a_sku(sku: str = MUG, **changes: Any) -> SkuData:
    size = Dimensions(length_mm=120, width_mm=100, height_mm=100)
    fields: dict[str, Any] = {"name": f"Name of {sku}", "dimensions": size, "weight_g": 380}
    return SkuData(sku=sku, **{**fields, **changes})


def placed(*lines: PlacedLine, channel: str = "api", currency: str = "EUR") -> OrderPlaced:
    return OrderPlaced(
        order_id=new_id("ord"), number=1001, channel=channel,
        channel_order_id="" if channel == "api" else "4711", currency=currency,
        total=sum(line.paid for line in lines), customer=Customer(email="ann@example.com"),
        ship_to=an_address(), lines=lines, placed_at=NOW,
    )  # fmt: skip


def packed(order: OrderPlaced, items: dict[str, int] | None = None) -> FulfillmentPacked:
    """Everything of an order in one box, or the pieces that are named by line."""
    pieces = items if items is not None else {x.line_id: x.quantity for x in order.lines}
    skus = {line.line_id: line.sku for line in order.lines}
    box = PackedPackage(
        package_id=new_id("pac"), carton="S", weight_g=500,
        dimensions=Dimensions(length_mm=1, width_mm=1, height_mm=1),
        items=tuple(SkuQuantity(line_id=i, sku=skus[i], quantity=n) for i, n in pieces.items()),
    )  # fmt: skip
    return FulfillmentPacked(
        order_id=order.order_id, fulfillment_order_id=new_id("ful"), warehouse_id="BER",
        ship_from=an_address("Shop, BER"), packages=(box,), by="person:ann",
    )  # fmt: skip


def shipped(parcel: FulfillmentPacked, at: datetime = NOW) -> ShipmentShipped:
    return ShipmentShipped(
        order_id=parcel.order_id, fulfillment_order_id=parcel.fulfillment_order_id,
        shipment_id=new_id("shp"), at=at, by="person:ann",
    )  # fmt: skip


def delivered(parcel: FulfillmentPacked, at: datetime = NOW) -> ShipmentDelivered:
    return ShipmentDelivered(
        order_id=parcel.order_id, fulfillment_order_id=parcel.fulfillment_order_id,
        shipment_id=new_id("shp"), at=at,
    )  # fmt: skip


def a_wish(order: OrderPlaced, pieces: dict[str, int], reason: Any = "too_small") -> OpenReturn:
    return OpenReturn(
        order_id=order.order_id,
        lines=tuple(
            ReturnRequestLine(line_id=line_id, quantity=quantity, reason=reason)
            for line_id, quantity in pieces.items()
        ),
    )


def inspected(
    line_id: str, quantity: int, disposition: Any = "restock", grade: Any = "A"
) -> InspectedLine:
    return InspectedLine(line_id=line_id, quantity=quantity, grade=grade, disposition=disposition)


def a_label(order: ReturnOrder) -> ReturnLabelCreated:
    return ReturnLabelCreated(
        return_id=order.return_id, order_id=order.order_id, shipment_id=new_id("shp"),
        carrier="flat", tracking_number="R1",
    )  # fmt: skip


def no_label(order: ReturnOrder) -> ReturnLabelFailed:
    return ReturnLabelFailed(
        return_id=order.return_id, order_id=order.order_id, reason="no carrier goes there"
    )


def on_its_way(order: ReturnOrder, at: datetime = NOW) -> ReturnShipped:
    return ReturnShipped(return_id=order.return_id, order_id=order.order_id, at=at)


def restocked(order: ReturnOrder) -> StockRestocked:
    return StockRestocked(return_id=order.return_id, order_id=order.order_id)


def money_back(order: ReturnOrder) -> PaymentRefunded:
    return PaymentRefunded(
        order_id=order.order_id, refund_id=order.return_id,
        amount=Money(amount=order.refund, currency=order.currency), refunded=order.refund,
    )  # fmt: skip


def no_money(order: ReturnOrder) -> RefundFailed:
    return RefundFailed(
        order_id=order.order_id, refund_id=order.return_id, reason="the account is closed"
    )


class Desk:
    """The returns desk of a shop: give it messages and wishes, look at what it says."""

    def __init__(self, **policy: Any) -> None:
        self.returns, self.runs = MemoryReturns(), MemoryRuns()
        self.returns.rules = Policy(**policy)
        self.work = Rehearsal(NOW, actor="person:ann")

    @property
    def said(self) -> list[str]:
        return [type(message).__name__ for message in self.work.sent]

    def last(self, kind: Any) -> Any:
        """Give the last message of a kind."""
        return [message for message in self.work.sent if isinstance(message, kind)][-1]

    def sold(self, *lines: PlacedLine, at: datetime = NOW, **changes: Any) -> OrderPlaced:
        """Sell lines, and let all of it be delivered."""
        order = placed(*lines, **changes)
        parcel = packed(order)
        handlers.on_placed(order, self.returns)
        handlers.on_packed(parcel, self.returns)
        handlers.on_shipped(shipped(parcel, at), self.returns)
        handlers.on_delivered(delivered(parcel, at), self.returns)
        return order

    def knows(self, sku: SkuData) -> None:
        """Let inventory tell of a SKU."""
        self.returns.known_skus[sku.sku] = sku

    def sale(self, order: OrderPlaced) -> Sale:
        return self.returns.sales[order.order_id]

    def run(self, order: ReturnOrder) -> Any:
        return self.runs.runs[order.return_id]

    def open(self, order: OrderPlaced, pieces: dict[str, int], **changes: Any) -> ReturnOrder:
        wish = a_wish(order, pieces, **changes)
        return handlers.open_return(wish, self.work, self.returns, self.runs)

    def opened(self, *lines: PlacedLine, **changes: Any) -> ReturnOrder:
        """Sell lines and open a return of all pieces; forget what was said on the way."""
        order = self.sold(*lines, **changes)
        back = self.open(order, {line.line_id: line.quantity for line in lines})
        self.work.sent.clear()
        return back

    def approve(self, order: ReturnOrder) -> ReturnOrder:
        wish = DecideReturn(return_id=order.return_id)
        return handlers.approve_return(wish, self.work, self.returns, self.runs)

    def end(self, order: ReturnOrder, to: State = State.CANCELED, reason: str = "") -> ReturnOrder:
        wish = DecideReturn(return_id=order.return_id, reason=reason)
        return handlers.end_return(wish, to, self.work, self.returns, self.runs)

    def receive(
        self, order: ReturnOrder, pieces: dict[str, int], receipt: str = "", **changes: Any
    ) -> ReturnOrder:
        wish = ReceiveReturn(
            return_id=order.return_id,
            receipt_id=receipt or new_id("rec"),
            warehouse_id=changes.pop("warehouse_id", "BER"),
            lines=tuple(ReceivedLine(line_id=i, quantity=n) for i, n in pieces.items()),
            **changes,
        )
        return handlers.receive_return(wish, self.work, self.returns, self.runs)

    def inspect(self, order: ReturnOrder, *lines: InspectedLine) -> ReturnOrder:
        found = lines or tuple(inspected(x.line_id, x.received) for x in order.lines if x.received)
        wish = InspectReturn(return_id=order.return_id, lines=found)
        return handlers.inspect_return(wish, self.work, self.returns, self.runs)

    def resolve(
        self, order: ReturnOrder, decision: Any, reason: str = "as agreed", **changes: Any
    ) -> ReturnOrder:
        wish = ResolveReturn(return_id=order.return_id, decision=decision, reason=reason, **changes)
        return handlers.resolve_return(wish, self.work, self.returns, self.runs)

    def tell(self, event: Any) -> None:
        """Let another service tell something."""
        if isinstance(event, ReturnLabelCreated):
            handlers.on_label(event, self.work, self.returns, self.runs)
        elif isinstance(event, ReturnShipped):
            handlers.on_return_shipped(event, self.returns)
        else:
            handlers.on_told(event, self.work, self.returns, self.runs)

    def settle(self, order: ReturnOrder, *lines: InspectedLine) -> ReturnOrder:
        """Inspect what was received, and let stock and payments answer."""
        self.inspect(order, *lines)
        self.tell(restocked(order))
        self.tell(money_back(order))
        return order

    def wake(self, order: ReturnOrder, after: timedelta) -> None:
        """Let time pass and take up the run."""
        self.work.now += after
        handlers.wake_return(order.return_id, self.work, self.returns, self.runs)
