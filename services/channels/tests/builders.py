"""What does a shop say in a test, and what does it hear? Valid unless the test says otherwise."""

import base64
import copy
import hashlib
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from chassis.ids import new_id
from chassis.outside import Outcome, OutsideCall
from chassis.work import Call, Rehearsal
from contracts.channels import (
    AcknowledgeShipment,
    ChannelWebhook,
    Connection,
    MapListing,
    PushRefund,
    ShippedLine,
    WebhookTaken,
)
from contracts.imports import PART_CHARACTERS, BeginImport, EndUpload, ImportPart
from contracts.inventory import SkuData, SkuSaved
from contracts.orders import (
    ImportedOrder,
    ImportOrders,
    OrderCanceled,
    OrdersImported,
    PlaceOrder,
)
from contracts.values import Dimensions, Money
from services.channels import handlers, imports, pushes
from services.channels.domain.file_import import FileImport, Result
from services.channels.domain.inbound import Inbound
from services.channels.domain.news import News
from services.channels.marketplaces.marketplace import Shop
from services.channels.marketplaces.shopify import Shopify
from services.channels.memory import MemoryChannels, MemoryImports, MemoryPulls

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
SHOP, FILES, SECRET = "my-shop", "my-files", "hush"
PAYLOADS = Path(__file__).parent / "payloads"


def a_payload(name: str) -> Any:
    return json.loads((PAYLOADS / f"{name}.json").read_text())


def a_connection(channel: str = SHOP, kind: Any = "shopify", **changes: Any) -> Connection:
    fields = {
        "channel": channel, "kind": kind, "name": "My shop", "base_url": "https://shop.example",
        "access_token": "token", "webhook_secret": SECRET, "location_id": "77",
    }  # fmt: skip
    return Connection(**{**fields, **changes})


def an_item(sku: str | None = "MUG-1", quantity: int = 1, price: str = "10.00", **more: Any) -> Any:
    return {
        "id": 11, "sku": sku, "quantity": quantity, "price": price, "title": "Blue mug",
        "variant_id": 808, "requires_shipping": True, "gift_card": False, **more,
    }  # fmt: skip


def a_place(**changes: Any) -> Any:
    return {
        "name": "Ann Smith", "address1": "Main Street 1", "city": "Berlin", "zip": "10115",
        "country_code": "DE", **changes,
    }  # fmt: skip


def an_order(*items: Any, total: str = "10.00", **changes: Any) -> dict[str, Any]:
    """An order of one blue mug, paid, as the shop posts it."""
    return {
        "id": 4711, "currency": "EUR", "financial_status": "paid", "total_price": total,
        "taxes_included": False, "email": "ann@example.com", "created_at": "2026-03-01T10:00:00Z",
        "updated_at": "2026-03-01T10:00:00Z", "shipping_address": a_place(),
        "line_items": list(items) or [an_item()], **changes,
    }  # fmt: skip


def tax(price: str) -> Any:
    return [{"title": "VAT", "rate": 0.19, "price": price}]


def adds_up(order: PlaceOrder) -> bool:
    """Tell whether the amounts of an order give its total, as orders will check it."""
    lines, way = order.lines, order.delivery
    total = sum(x.unit_price * x.quantity - x.discount for x in lines) + way.price - way.discount
    if not order.taxes_included:
        total += sum(line.tax for line in lines) + way.tax
    fine = all(line.discount <= line.unit_price * line.quantity for line in lines)
    return fine and total == order.total and way.discount <= way.price


def signed(body: str, secret: str = SECRET) -> str:
    digest = hmac.new(secret.encode(), body.encode(), hashlib.sha256).digest()
    return base64.b64encode(digest).decode()


def read(order: Any, topic: str = "orders/create") -> News:
    """Let the adapter read an order."""
    (news,) = Shopify().read(Shop(SHOP), topic, json.dumps(order))
    return news


def sku_saved(sku: str, version: int = 1) -> SkuSaved:
    size = Dimensions(length_mm=1, width_mm=1, height_mm=1)
    data = SkuData(sku=sku, name=sku, dimensions=size, weight_g=1)
    return SkuSaved(sku=data, version=version)


def placed(inbound: Inbound) -> OrdersImported:
    told = ImportedOrder(
        channel=inbound.channel, channel_order_id=inbound.channel_order_id, order_id=new_id("ord")
    )
    return OrdersImported(orders=(told,))


def refused(inbound: Inbound, reason: str = "does not add up", field: str = "total") -> Any:
    told = ImportedOrder(
        channel=inbound.channel, channel_order_id=inbound.channel_order_id, code="x",
        reason=reason, field=field,
    )  # fmt: skip
    return OrdersImported(orders=(told,))


def shipped(channel: str = SHOP, *numbers: str, quantity: int = 1) -> AcknowledgeShipment:
    line = ShippedLine(
        line_id=new_id("lin"), channel_line_id="11", sku="MUG-1", quantity=quantity
    )  # fmt: skip
    return AcknowledgeShipment(
        order_id=new_id("ord"), channel=channel, channel_order_id="4711",
        fulfillment_order_id=new_id("ful"), carrier="DHL", tracking_numbers=numbers, lines=(line,),
    )  # fmt: skip


def given_back(channel: str = SHOP, amount: int = 1000, currency: str = "EUR") -> PushRefund:
    line = ShippedLine(line_id=new_id("lin"), channel_line_id="11", sku="MUG-1", quantity=1)
    return PushRefund(
        order_id=new_id("ord"), channel=channel, channel_order_id="4711", return_id=new_id("ret"),
        amount=Money(amount=amount, currency=currency), lines=(line,),
    )  # fmt: skip


def canceled(
    channel: str = SHOP, channel_order_id: str = "4711", reason: str = "sold out"
) -> OrderCanceled:
    return OrderCanceled(
        order_id=new_id("ord"), channel=channel, channel_order_id=channel_order_id, reason=reason
    )


class Channel:
    """The channels service at work: post webhooks and files, look at what it says."""

    def __init__(self, *skus: str) -> None:
        self.kept = MemoryChannels(skus=set(skus))
        self.files, self.pulls = MemoryImports(self.kept), MemoryPulls()
        self.work = Rehearsal(NOW, actor=f"channel:{SHOP}")
        self.kept.put_connection(a_connection())
        self.kept.put_connection(a_connection(FILES, "csv", base_url=""))

    @property
    def said(self) -> list[str]:
        return [type(message).__name__ for message in self.work.sent]

    @property
    def handed_over(self) -> list[PlaceOrder]:
        bundles = [message for message in self.work.sent if isinstance(message, ImportOrders)]
        return [order for bundle in bundles for order in bundle.orders]

    def hear(self, event: OrdersImported) -> None:
        handlers.on_imported(event, self.work, self.kept)

    def last(self, kind: Any) -> Any:
        return [message for message in self.work.sent if isinstance(message, kind)][-1]

    def inbound(self, channel_order_id: str = "4711", channel: str = SHOP) -> Inbound:
        return self.kept.inbounds[channel, channel_order_id]

    def post(self, order: Any, topic: str = "orders/create", **changes: Any) -> WebhookTaken:
        """Let the shop post a webhook, signed."""
        body = order if isinstance(order, str) else json.dumps(order)
        wish = ChannelWebhook(
            channel=changes.get("channel", SHOP), topic=topic, body=body,
            event_id=changes.get("event_id", new_id("evt")),
            signature=changes.get("signature", signed(body)),
        )  # fmt: skip
        return handlers.take_webhook(wish, Shopify(), self.work, self.kept, self.pulls)

    def upload(self, text: str, key: str = "", size: int = PART_CHARACTERS) -> FileImport:
        """Bring a file, in parts of so many characters."""
        wish = BeginImport(channel=FILES, key=key or new_id("key"))
        run = imports.begin_import(wish, self.work, self.kept, self.files)
        parts = [text[first : first + size] for first in range(0, len(text), size)]
        digests = [hashlib.sha256(part.encode()).hexdigest() for part in parts]
        for number, part in enumerate(parts):
            if run.state == "uploading":
                told = ImportPart(import_id=run.import_id, number=number, text=part)
                imports.add_part(told, self.files)
        digest = imports.digest_of(digests)
        end = EndUpload(import_id=run.import_id, parts=len(parts), digest=digest)
        return imports.end_upload(end, self.work, self.files)

    def go_on(self, room: int = 200) -> None:
        self.work.now += timedelta(seconds=1)
        imports.go_on(self.work, self.kept, self.files, lambda: room)

    def file(self, text: str, **more: Any) -> list[Result]:
        """Bring a file and take it in; give what became of each order in it."""
        run = self.upload(text, **more)
        while run.state in {"reading", "taking"} and not self.is_taken(run):
            self.go_on()
        self.run = run
        return [self.files.results[key] for key in sorted(self.files.results)
                if key[0] == run.import_id]  # fmt: skip

    def is_taken(self, run: FileImport) -> bool:
        """Whether only the answers of orders are missing."""
        return run.state == "taking" and run.taken + run.duplicates + run.refused >= run.orders

    def map(self, listing: str, sku: str, channel: str = SHOP) -> int:
        wish = MapListing(channel=channel, listing=listing, sku=sku)
        return handlers.map_listing(wish, self.work, self.kept).released


def conclude(channel: Channel, call: Call, status: Any = "succeeded", **outcome: Any) -> None:
    """Let a stored call end."""
    request = dict(call.request)
    made = OutsideCall("call_1", call.kind, call.key, call.subject, request, 1, False, "timer", "")
    pushes.conclude_push(Outcome(made, status, **outcome), channel.work, channel.kept)


def later(order: Any, minutes: int = 1, **changes: Any) -> Any:
    """The same order, changed some minutes later."""
    newer = copy.deepcopy(order)
    at = datetime.fromisoformat(order["updated_at"]) + timedelta(minutes=minutes)
    return {**newer, "updated_at": at.isoformat(), **changes}
