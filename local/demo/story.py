"""Which orders come in, and what happens to each? Twelve, by three channels.

#1001                            Shopify: wrong sums first, then right; comes back
#1002-CA #1002-P #1002-X -N      Shopify: unmapped · unpaid first · canceled there · no address
M-501 … M-505                    a marketplace's file: card, transfer, invoice, unmapped, bad row
A-1 A-2                          the API: a card, one of three comes back; a declined card
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import requests

from local.client import Client, Refusal
from local.demo.board import Board
from local.demo.shop import PAYLOADS, Shop
from local.demo.traveler import Guest, Traveler
from local.journey import Stuck, order_body, until

Say = Callable[[str], None]
STAFF = 4
BUYER = "einkauf@example.com"
UNKNOWN = {"shop": ("IPOD2009BLACK", "IPOD2008BLACK"), "file": ("RED-MUG-OLD-NAME", "MUG-RED")}


class Story:
    """The demo, in the order in which it happens."""

    def __init__(self, api: Client, shop: Shop, say: Say) -> None:
        self._api, self._shop, self._say = api, shop, say
        self._file = shop.channel.replace("shop", "file", 1)
        self.guests: list[Guest] = []

    def connect(self) -> None:
        """Connect a shop and a channel that sends files; agree on terms with a company."""
        connection = {
            "kind": "shopify", "name": "Demo shop", "base_url": self._shop.url,
            "access_token": self._shop.token, "webhook_secret": self._shop.secret,
        }  # fmt: skip
        self._api.put(f"/channels/{self._shop.channel}", connection)
        self._api.put(f"/channels/{self._file}", {"kind": "csv", "name": "Marketplace's files"})
        terms = {"credit_limit": {"amount": 500_000, "currency": "EUR"}, "net_days": 30}
        self._api.put(f"/customers/{BUYER}/terms", terms)
        self._say(f"channel {self._shop.channel}: a Shopify shop; it signs its webhooks")
        self._say(f"channel {self._file}: CSV files of a marketplace")
        self._say(f"{BUYER} may buy on invoice: up to 5000.00 EUR, 30 days")

    def receive(self) -> None:
        """Take what the channels send: webhooks, a file, orders by the API."""
        self._hook("#1001", "1001-authorized.json", sends_back="IPOD2008RED")
        self._hook("#1002-CA", "1002-paid-canada.json")
        self._hook("#1002-P", "1002-pending.json")
        self._hook("#1002-X", "1002-pending-later-version.json", ends="canceled")
        self._hook("#1002-N", "1002-no-address.json", ends="refused")
        self._correct("#1001", "1001-changed.json")
        self._import()
        self._place(
            "A-1", "tok_ok", [("MUG-BLUE", 2, 1290), ("PAN-BLACK", 1, 6900)], back="MUG-BLUE"
        )
        self._place("A-2", "tok_decline", [("LAMP-RED", 1, 7900)], ends="canceled")

    def release(self) -> None:
        """Give what waits what it waits for: names of SKUs, and the customer's money."""
        for channel, kind in ((self._shop.channel, "shop"), (self._file, "file")):
            listing, sku = UNKNOWN[kind]
            done = self._api.put(f"/channels/{channel}/listings/{listing}", {"sku": sku})
            self._say(
                f"a person says that {listing} at {channel} is {sku}:"
                f" {done['released']} waiting {_orders(done['released'])} released"
            )
        for guest in self.guests:
            known = self._inbound(self._shop.channel).get(guest.channel_order_id)
            if known and known["state"] == "parked":
                self._say(f"{guest.name:<8} {_outcome('parked', known['reason'])}")
        for guest in self.guests:
            if guest.name in {"#1002-P", "#1002-X"}:
                order = self._shop.orders[guest.channel_order_id]
                order["financial_status"] = "paid"
                told = self._shop.tell(self._api, "orders/paid", guest.channel_order_id)
                self._say(f"{guest.name:<8} the shop has its money: {told['outcome']}")

    def travel(self, board: Board) -> None:
        """Take all orders through payment, warehouse and carrier, several at a time."""
        going = [guest for guest in self.guests if guest.ends != "refused"]
        for guest in going:
            board.put(guest.name, guest.channel, "received")
        with ThreadPoolExecutor(STAFF) as several:
            list(several.map(lambda guest: self._go(guest, board), going))

    def told_the_shop(self) -> str:
        """Say what the shop knows now."""
        parcels = sum(len(made) for made in self._shop.fulfillments.values())
        refunds = sum(len(made) for made in self._shop.refunds.values())
        return f"the shop was told of {parcels} parcels with tracking numbers and {refunds} refund"

    def _hook(self, name: str, payload: str, **more: str) -> None:
        guest = Guest(name, "shopify", channel_order_id=self._shop.sells(payload), **more)  # type: ignore[arg-type]
        self.guests.append(guest)
        try:
            told = self._shop.tell(self._api, "orders/create", guest.channel_order_id)
            said = _outcome(told["outcome"], told["reason"])
        except Refusal as refusal:
            said = _outcome("refused", _reason(refusal))
        if guest.ends == "refused":
            guest.problem = said
        self._say(f"{name:<8} {said}")

    def _correct(self, name: str, payload: str) -> None:
        """Let the shop send an order again whose sums were wrong, and that one twice."""
        guest = next(guest for guest in self.guests if guest.name == name)

        def decided() -> dict[str, Any] | None:
            mine = self._inbound(self._shop.channel)[guest.channel_order_id]
            return mine if mine["state"] != "handed_over" else None

        was = until(f"{name}: decided", decided)
        self._say(f"{name:<8} {_outcome(was['state'], was['reason'])}")
        self._shop.sells(payload)
        for event_id in (f"{self._shop.channel}-1", f"{self._shop.channel}-1"):
            told = self._shop.tell(self._api, "orders/updated", guest.channel_order_id, event_id)
            self._say(f"{name:<8} sent again by the shop: {told['outcome']}")

    def _inbound(self, channel: str) -> dict[str, dict[str, Any]]:
        found = self._api.get("/channel-orders", channel=channel)["orders"]
        return {one["channel_order_id"]: one for one in found}

    def _import(self) -> None:
        text = (PAYLOADS / "orders.csv").read_bytes()
        begun = self._api.post(
            f"/channels/{self._file}/imports", data=text, headers={"Content-Type": "text/csv"}
        )
        where = f"/imports/{begun['import_id']}"
        until("the file is taken in", lambda: self._api.get(where)["state"] == "completed")
        for one in self._api.get(f"{where}/orders")["orders"]:
            name = one["channel_order_id"]
            ends = "refused" if one["outcome"] == "refused" else "delivered"
            guest = Guest(name, "file", channel_order_id=name, ends=ends)
            guest.problem = f"refused: {one['reason']}" if ends == "refused" else ""
            guest.pays_later, guest.on_invoice = name == "M-502", name == "M-503"
            self.guests.append(guest)
            self._say(f"{name:<8} {_outcome(one['outcome'], one['reason'])}")

    def _place(
        self, name: str, token: str, lines: list[tuple[str, int, int]], *, back: str = "",
        ends: str = "delivered",
    ) -> None:  # fmt: skip
        payment = {"method": "card", "token": token}
        placed = self._api.post("/orders", order_body(lines, payment=payment))
        self.guests.append(Guest(name, "api", placed["order_id"], sends_back=back, ends=ends))
        self._say(f"{name:<8} accepted as order {placed['number']}")

    def _go(self, guest: Guest, board: Board) -> None:
        traveler = Traveler(copy_of(self._api), guest, self._shop, board)
        try:
            traveler.go({"shopify": self._shop.channel, "file": self._file}.get(guest.channel, ""))
        except (Refusal, Stuck, requests.RequestException) as error:
            guest.problem = str(error)
            board.put(guest.name, guest.channel, "stopped", guest.problem)


def copy_of(api: Client) -> Client:
    """Give a client with a line of its own, for another thread."""
    other = Client(api.url, "")
    other.session.headers.update(api.session.headers)
    return other


def _outcome(outcome: str, reason: str) -> str:
    word = {"parked": "waits"}.get(outcome, outcome)
    return f"{word}: {reason}" if reason else word


def _reason(refusal: Refusal) -> str:
    told = refusal.problem
    fields = "; ".join(f"{e['field']}: {e['detail']}" for e in told.get("errors", []))
    return fields or str(told.get("detail") or refusal)


def _orders(count: int) -> str:
    return "order is" if count == 1 else "orders are"
