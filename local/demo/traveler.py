"""How does one order travel? From the channel to the doorstep, and back if the customer wants."""

from dataclasses import dataclass, field
from typing import Any

from local.client import Client
from local.demo.board import Board
from local.demo.report import money
from local.demo.shop import Shop
from local.journey import Staff, until


@dataclass
class Guest:
    """An order on its way through the demo."""

    name: str
    channel: str
    order_id: str = ""
    channel_order_id: str = ""
    received_at: str = ""
    pays_later: bool = False
    on_invoice: bool = False
    sends_back: str = ""
    ends: str = "delivered"
    page: dict[str, Any] = field(default_factory=dict)
    problem: str = ""


class Traveler:
    """Takes one order all the way; says each step on the board."""

    def __init__(self, api: Client, guest: Guest, shop: Shop, board: Board) -> None:
        self._api, self._guest, self._shop, self._board = api, guest, shop, board
        self._staff = Staff(api)

    def go(self, channel: str) -> None:
        """From the channel to the doorstep, and back if the customer wants."""
        guest = self._guest
        if not guest.order_id:
            self._find(channel)
        self._at("placed")
        if guest.ends == "canceled":
            self._end_early()
        else:
            self._pay()
            self._fulfill()
            if guest.sends_back:
                self._send_back()
        guest.page = self._staff.page(guest.order_id)

    def _find(self, channel: str) -> None:
        def placed() -> dict[str, Any] | None:
            found = self._api.get("/channel-orders", channel=channel)["orders"]
            mine = [x for x in found if x["channel_order_id"] == self._guest.channel_order_id]
            return next((x for x in mine if x["state"] == "placed"), None)

        known = until(f"{self._guest.name}: placed", placed)
        self._guest.order_id, self._guest.received_at = known["order_id"], known["received_at"]

    def _end_early(self) -> None:
        guest = self._guest
        if guest.channel == "shopify":
            self._staff.allocated(guest.order_id)
            self._at("allocated", "the customer takes the order back at the shop …")
            self._shop.tell(self._api, "orders/cancelled", guest.channel_order_id)
        page = self._staff.wait_for(
            guest.order_id, "canceled", lambda p: p["order"]["status"] == "canceled"
        )
        why = next((h["reason"] for h in page["history"][::-1] if h["reason"]), "")
        self._at("canceled", f"{why.rstrip('.')}; goods and money are given back")

    def _pay(self) -> None:
        guest = self._guest
        if guest.pays_later:
            page = self._staff.wait_for(
                guest.order_id, "pending", lambda p: p["order"]["payment_status"] == "pending"
            )
            order = page["order"]
            due = money(order["total"], order["currency"])
            self._at("placed", f"waits for a transfer of {due} …")
            self._transfer(order)
        page = self._staff.wait_for(
            guest.order_id, "paid", lambda p: p["order"]["status"] == "confirmed"
        )
        self._at("paid", f"{page['order']['payment_method'].replace('_', ' ')}")

    def _fulfill(self) -> None:
        order_id, staff = self._guest.order_id, self._staff
        page = staff.allocated(order_id)
        self._at("allocated", page["fulfillments"][0]["decision"])
        open_ = [f for f in page["fulfillments"] if f["status"] in {"open", "in_progress"}]
        picked = [staff.pick(one) for one in open_]
        bins = ", ".join(f"{x['picked']} × {x['sku']} from {x['bin']}" for x in picked[0]["lines"])
        self._at("picked", bins)
        packed = [staff.pack(one) for one in picked]
        boxes = [f"{b['carton']} of {b['weight_g']} g" for f in packed for b in f["packages"]]
        self._at("packed", ", ".join(boxes))
        page = staff.pick_and_pack(order_id)
        shipment = page["shipments"][0]
        numbers = ", ".join(x["tracking_number"] for x in shipment["parcels"])
        self._at("labeled", f"{numbers}, {shipment['carrier']} {shipment['service']}")
        self._hand_over(page["shipments"])
        self._at("shipped", numbers)
        self._deliver(page["shipments"])

    def _hand_over(self, shipments: list[dict[str, Any]]) -> None:
        for shipment in shipments:
            self._api.post(f"/shipments/{shipment['shipment_id']}/handover")
        self._staff.wait_for(
            self._guest.order_id, "shipped and captured",
            lambda p: any(h["action"] == "payment captured" for h in p["history"]),
        )  # fmt: skip

    def _deliver(self, shipments: list[dict[str, Any]]) -> None:
        guest, staff = self._guest, self._staff
        for parcel in (parcel for shipment in shipments for parcel in shipment["parcels"]):
            for status in ("in_transit", "out_for_delivery", "delivered"):
                staff.track(parcel["tracking_number"], status)
        page = staff.wait_for(
            guest.order_id, "delivered", lambda p: p["order"]["fulfillment_status"] == "delivered"
        )
        if guest.on_invoice:
            self._at("delivered", "the invoice is open …")
            self._transfer(page["order"])
        staff.wait_for(guest.order_id, "completed", lambda p: p["order"]["status"] == "completed")
        self._at("delivered", "and the invoice is paid" if guest.on_invoice else "")

    def _transfer(self, order: dict[str, Any]) -> None:
        total = {"amount": order["total"], "currency": order["currency"]}
        wish = {"amount": total, "method": "bank_transfer", "reference": order["order_id"]}
        self._api.post(f"/orders/{order['order_id']}/payments", wish)

    def _send_back(self) -> None:
        guest = self._guest
        lines = self._staff.page(guest.order_id)["order"]["lines"]
        line = next(x for x in lines if x["sku"] == guest.sends_back)
        self._at("delivered", f"the customer sends 1 × {guest.sends_back} back …")
        done = self._staff.send_back(guest.order_id, [(line["line_id"], 1)])
        self._staff.wait_for(
            guest.order_id, "return in history",
            lambda p: any(h["action"] == "return completed" for h in p["history"]),
        )  # fmt: skip
        if guest.channel == "shopify":
            key = guest.channel_order_id
            until("the shop hears of the refund", lambda: self._shop.refunds.get(key))
        back = money(done["refund"], done["currency"])
        self._at("returned", f"1 × {guest.sends_back}: grade A, restocked, {back} refunded")

    def _at(self, stage: str, told: str = "") -> None:
        self._board.put(self._guest.name, self._guest.channel, stage, told)
