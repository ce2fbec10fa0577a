"""How do the other services behave towards one order? Each acts once, and answers each time.

Commands wait until `obey` takes them; what is told waits in `told` until somebody delivers it.
What cannot be in the real world is an AssertionError here: goods that leave without having been
allocated, money that is given back but never was taken.
"""

from dataclasses import dataclass, field
from typing import Any

from contracts import channels, payments, shipping
from contracts.message import Message
from contracts.orders import (
    OrderCanceled,
    OrderCompleted,
    OrderConfirmed,
    OrderEdited,
    OrderPlaced,
)
from contracts.values import Money
from services.orders.tests.builders import NOW
from services.orders.tests.edited_goods import EditedGoods

EVENTS = OrderPlaced | OrderConfirmed | OrderEdited | OrderCanceled | OrderCompleted


@dataclass
class Neighbors(EditedGoods):
    """All other services: goods, money and parcels."""

    payment: str = ""
    amount: int = 0
    captured: int = 0
    refunded: int = 0
    captures: dict[str, int] = field(default_factory=dict)
    raises: dict[int, int] = field(default_factory=dict)
    lowered: dict[int, int] = field(default_factory=dict)
    shipments: dict[str, str] = field(default_factory=dict)

    def obey(self, command: Message) -> None:
        """Do what is asked, and tell of it."""
        if not isinstance(command, EVENTS):
            getattr(self, f"_{type(command).__name__}")(command)

    def _AuthorizePayment(self, c: Any) -> None:  # noqa: N802
        if not self.payment:
            self.amount = c.amount.amount
            self.payment = "failed" if self._refuses(c) else "authorized"
            if c.method == "external" and self.payment == "authorized":
                self.captured = self.amount
        if self.payment == "authorized":
            self.told.append(
                payments.PaymentAuthorized(
                    order_id=c.order_id,
                    payment_id=self.ids.new("pay"),
                    amount=c.amount,
                    captured=self.captured,
                )
            )
        else:
            self.told.append(
                payments.PaymentFailed(
                    order_id=c.order_id, code="declined", reason="The card was declined."
                )
            )

    def _VoidPayment(self, c: Any) -> None:  # noqa: N802
        assert not any("sent" in key for key in self.done), "the money of sent goods is given back"
        if self.payment != "failed":
            self.payment, self.refunded = "voided", self.captured
        self.told.append(payments.PaymentVoided(order_id=c.order_id, refunded=self.refunded))

    def _RaisePayment(self, c: Any) -> None:  # noqa: N802
        assert self.payment == "authorized", "raised without an authorization"
        if c.edit not in self.raises:
            self.raises[c.edit] = 0 if self._refuses(c) else c.amount.amount
            self.amount += self.raises[c.edit]
        which = {"order_id": c.order_id, "edit": c.edit}
        self.told.append(
            payments.PaymentRaised(**which, amount=c.amount)
            if self.raises[c.edit]
            else payments.RaiseRefused(**which, code="declined", reason="The card gives no more.")
        )

    def _CancelRaise(self, c: Any) -> None:  # noqa: N802
        self.amount -= self.raises.get(c.edit, 0)
        self.raises[c.edit] = 0
        self.told.append(payments.RaiseCanceled(order_id=c.order_id, edit=c.edit))

    def _LowerPayment(self, c: Any) -> None:  # noqa: N802
        if c.edit not in self.lowered:
            self.lowered[c.edit] = c.amount.amount
            self.amount -= c.amount.amount
            if (too_much := self.captured - self.refunded - self.amount) > 0:
                money = Money(amount=too_much, currency=c.amount.currency)
                self._RefundPayment(
                    payments.RefundPayment(
                        order_id=c.order_id, refund_id=f"edit-{c.edit}", amount=money, reason="less"
                    )
                )
        self.told.append(payments.PaymentLowered(order_id=c.order_id, edit=c.edit, amount=c.amount))

    def _CapturePayment(self, c: Any) -> None:  # noqa: N802
        assert self.payment == "authorized", "captured without an authorization"
        if c.capture_id not in self.captures and self._refuses(c):
            self.told.append(
                payments.CaptureFailed(
                    order_id=c.order_id, capture_id=c.capture_id, reason="The card has expired."
                )
            )
            return
        at_once = self.captured >= self.amount and not self.captures
        if c.capture_id not in self.captures and not at_once:
            self.captures[c.capture_id] = c.amount.amount
            self.captured += c.amount.amount
            assert self.captured <= self.amount, "more was captured than authorized"
        self.told.append(
            payments.PaymentCaptured(
                order_id=c.order_id,
                capture_id=c.capture_id,
                amount=c.amount,
                captured=self.captured,
            )
        )

    def _RefundPayment(self, c: Any) -> None:  # noqa: N802
        if c.refund_id not in self.done:
            self.done.add(c.refund_id)
            self.refunded += c.amount.amount
            assert self.refunded <= self.captured, "more was given back than taken"
        self.told.append(
            payments.PaymentRefunded(
                order_id=c.order_id,
                refund_id=c.refund_id,
                amount=c.amount,
                refunded=self.refunded,
            )
        )

    def _CreateShipment(self, c: Any) -> None:  # noqa: N802
        which = {"order_id": c.order_id, "fulfillment_order_id": c.fulfillment_order_id}
        state = self.shipments.get(c.fulfillment_order_id)
        if state == "voided":
            self.told.append(shipping.ShipmentVoided(**which))
        elif state is None and self._refuses(c):
            self.told.append(shipping.LabelFailed(**which, reason="Too heavy."))
        else:
            self.shipments.setdefault(c.fulfillment_order_id, "labeled")
            self.told.append(
                shipping.ShipmentLabeled(
                    **which, shipment_id=self.ids.new("shp"), carrier="post", service="standard",
                    cost=Money(amount=399, currency="EUR"),
                    parcels=(shipping.ParcelLabel(package_id=c.packages[0].package_id,
                                                  tracking_number="TRACK-1"),),
                )
            )  # fmt: skip

    def _VoidShipment(self, c: Any) -> None:  # noqa: N802
        which = {"order_id": c.order_id, "fulfillment_order_id": c.fulfillment_order_id}
        if self.shipments.get(c.fulfillment_order_id) in {"shipped", "delivered"}:
            self.told.append(shipping.VoidRefused(**which, reason="The carrier has it."))
        else:
            self.shipments[c.fulfillment_order_id] = "voided"
            self.told.append(shipping.ShipmentVoided(**which))

    def at_shipping(self, state: str) -> list[str]:
        return [i for i, now in self.shipments.items() if now == state]

    def hand_over(self, order_id: str, which: str) -> None:
        self.shipments[which] = "shipped"
        self.told.append(
            shipping.ShipmentShipped(
                order_id=order_id, fulfillment_order_id=which,
                shipment_id=self.ids.new("shp"), at=NOW, by="person:cy",
            )
        )  # fmt: skip

    def deliver(self, order_id: str, which: str) -> None:
        self.shipments[which] = "delivered"
        self.told.append(
            shipping.ShipmentDelivered(
                order_id=order_id,
                fulfillment_order_id=which,
                shipment_id=self.ids.new("shp"),
                at=NOW,
            )
        )

    def _AcknowledgeShipment(self, c: Any) -> None:  # noqa: N802
        if self._refuses(c):
            self.told.append(
                channels.ChannelPushFailed(
                    push_id="push-1", channel=c.channel, push_kind="acknowledge",
                    subject=c.fulfillment_order_id, reason="gone", order_id=c.order_id,
                )
            )  # fmt: skip
        else:
            self.told.append(
                channels.ShipmentAcknowledged(
                    order_id=c.order_id, fulfillment_order_id=c.fulfillment_order_id
                )
            )
