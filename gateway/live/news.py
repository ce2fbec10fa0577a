"""What does a message on the bus mean to somebody who looks at a list? That this has changed.

What a message names has changed: the order, the fulfillment order, the return. Nothing more is
told than which; whoever needs to know what, asks, and gets what they may see.
"""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

TOPICS: Mapping[str, str] = {
    "orders": "orders.read",
    "fulfillments": "picking.read",
    "returns": "returns.read",
    "exceptions": "exceptions.read",
    "imports": "channels.read",
}
EXCEPTIONS = frozenset(
    {
        "channels.listing_unmapped.v1",
        "channels.push_failed.v1",
        "inventory.commit_refused.v1",
        "payments.capture_failed.v1",
        "payments.refund_failed.v1",
        "shipping.label_failed.v1",
        "shipping.return_label_failed.v1",
        "shipping.void_refused.v1",
        "warehouse.routing_failed.v1",
    }
)
IMPORTS = frozenset({"channels.received.v1", "orders.imported.v1"})


class News(msgspec.Struct, frozen=True, omit_defaults=True):
    """Something has changed: which, of which order; without an id it may be any of the topic."""

    topic: str
    type: str = ""
    id: str = ""
    order_id: str = ""

    def without_ids(self) -> "News":
        """Say it to somebody who may see but a part of the topic."""
        return News(self.topic)


class _Named(msgspec.Struct):
    """What a message may name; all else in it is passed over."""

    order_id: str = ""
    fulfillment_order_id: str = ""
    return_id: str = ""
    push_id: str = ""
    channel: str = ""
    fulfillments: list["_Named"] = []
    orders: list["_Named"] = []


_read = msgspec.json.Decoder(_Named).decode


def news_of(wire: str, body: bytes) -> list[News]:
    """Tell what a message changes; nothing, if it cannot be read: somebody else will park it."""
    try:
        named = _read(body)
    except msgspec.MsgspecError:
        return []
    return list(_told(wire, named))


def _told(wire: str, named: _Named) -> Iterator[News]:
    type_, order = wire.rpartition(".")[0], named.order_id
    if order:
        yield News("orders", type_, order, order)
    for part in (named, *named.fulfillments):
        if part.fulfillment_order_id:
            yield News("fulfillments", type_, part.fulfillment_order_id, order)
    if named.return_id:
        yield News("returns", type_, named.return_id, order)
    if wire in EXCEPTIONS:
        yield News("exceptions", type_, named.push_id or order, order)
    if wire in IMPORTS:
        channels = {one.channel for one in (named, *named.orders)} - {""}
        yield from (News("imports", type_, channel) for channel in sorted(channels))


def as_text(news: Any) -> str:
    """Write it as JSON, on one line as server-sent events need it."""
    return msgspec.json.encode(news).decode()
