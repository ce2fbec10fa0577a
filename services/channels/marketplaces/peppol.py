"""Peppol: orders of companies in UBL, which an access point posts to us or lays down for us.

An order is taken; a cancellation keeps it out, or calls it off. A change restates the order: it is
taken like one as long as the order has not gone to orders. Everything else that is exchanged by
Peppol (responses, notices of dispatch, catalogues) is not for us, and nothing is told by it.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chassis.errors import Refused
from services.channels.domain.news import Cancellation, News, NotForUs, Unacceptable
from services.channels.domain.pull import Cursor
from services.channels.marketplaces import drop
from services.channels.marketplaces.marketplace import (
    Allowance,
    Can,
    Page,
    Setting,
    Shop,
    ToldNothing,
)
from services.channels.marketplaces.moments import in_gmt
from services.channels.marketplaces.peppol_order import number_of, read_order
from services.channels.marketplaces.peppol_reading import Element, each, name_of, root_of, text
from services.channels.marketplaces.signing import check_signature

OF_AN_ORDER = "OrderReference/ID"
ORDERS = {"Order": "ID", "OrderChange": OF_AN_ORDER}
CANCELLATION, TAKEN_OFF = "OrderCancellation", "2"


class Peppol(ToldNothing):
    """The adapter to orders in UBL."""

    kind = "peppol"
    title = "Peppol (UBL orders)"
    settings: tuple[Setting, ...] = (
        Setting(
            "payment",
            "Paid by",
            "`invoice` if we send the invoice; `external` if it is sent elsewhere, or left out.",
            form=r"invoice|external",
        ),
        Setting("webhook_secret", "Webhook secret",
                "Signs what is posted, in X-Channel-Signature: HMAC-SHA256 of the body in Base64.",
                secret=True),
        *drop.settings(required=False),
    )  # fmt: skip
    can = frozenset({Can.WEBHOOKS, Can.PULL})
    allowance = Allowance(at_once=10, a_second=5.0)

    def check(self, shop: Shop) -> None:
        """Look into the folder, if there is one."""
        if shop.settings.get("sftp_host"):
            drop.check(shop)

    def verify(self, shop: Shop, body: str, signature: str) -> None:
        """Refuse a document that is not signed with the secret."""
        check_signature(shop.webhook_secret, body, signature)

    def read(self, shop: Shop, topic: str, body: str) -> Sequence[News]:  # noqa: ARG002
        """Read a document that was posted, or one that was found as a file."""
        if body.startswith("{"):
            return drop.read(body, lambda text: _read(shop, text))
        return _read(shop, body)

    def pull(self, shop: Shop, cursor: Cursor) -> Page:
        """Read the next documents that were laid down in the folder."""
        return drop.pull(shop, cursor, ".xml")


def _read(shop: Shop, body: str) -> list[News]:
    document = root_of(body)
    kind = name_of(document)
    if kind not in {*ORDERS, CANCELLATION}:
        return [News(NotForUs(f"A document {kind[:40]} is not for us."))]
    path = ORDERS.get(kind, OF_AN_ORDER)
    order_id = number_of(document, path)
    if not order_id:
        raise Refused("no_id", "The document names no order.", path)
    said: Any
    if kind == CANCELLATION:
        why = text(document, "CancellationNote") or "no reason given"
        said = Cancellation(f"canceled by the buyer: {why}"[:255])
    elif any(text(x, "LineItem/LineStatusCode") == TAKEN_OFF for x in each(document, "OrderLine")):
        told = "A change takes lines off: a person must change the order."
        said = Unacceptable(told, "OrderLine.LineStatusCode")
    else:
        method = shop.settings.get("payment") or "external"
        said = read_order(document, order_id, shop.channel, method)
    return [News(said, order_id, _issued_at(document))]


def _issued_at(document: Element) -> datetime | None:
    """When it was written; of two on one day without a time, nobody knows which is the newer."""
    date, time = text(document, "IssueDate"), text(document, "IssueTime")
    return in_gmt(f"{date}T{time}") if time else None
