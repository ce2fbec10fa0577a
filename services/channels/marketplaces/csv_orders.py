"""Files of orders: a row for each line, the rows of an order together.

Columns: order_id, sku, quantity, unit_price, name, line1, city, country are required;
email, phone, postcode, region, line2, company, line_name, discount, tax, taxes_included (yes/no),
delivery_price, delivery_tax, currency (EUR), service (standard), payment (external), token, note,
tags are not. Amounts are decimal. Separators are comma or semicolon.
"""

from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

from chassis.errors import Refused
from chassis.outside import Declined
from contracts.orders import NewLine, PlaceOrder
from services.channels.domain.news import News, Sold, Unacceptable
from services.channels.domain.pull import Cursor
from services.channels.marketplaces.amounts import minor_units
from services.channels.marketplaces.checked import checked
from services.channels.marketplaces.csv_rows import Sheet
from services.channels.marketplaces.marketplace import (
    Allowance,
    Can,
    Page,
    Setting,
    Shop,
    ToldNothing,
)

ADDRESS = (
    "name", "company", "line1", "line2", "city", "region", "postcode", "country", "phone", "email",
)  # fmt: skip
NAMED = {"channel_order_id": "order_id", "method": "payment"}
LARGEST_QUANTITY = 1_000_000
MOST_LINES = 500
YES, NO = frozenset({"yes", "true", "1"}), frozenset({"", "no", "false", "0"})
T = TypeVar("T")
Row = tuple[int, dict[str, str]]


class CsvOrders(ToldNothing):
    """The adapter to shops that send files: it reads, and nobody is there to be told."""

    kind = "csv"
    title = "Files (CSV)"
    settings: tuple[Setting, ...] = ()
    can = frozenset({Can.FILES})
    allowance = Allowance()

    def check(self, shop: Shop) -> None:
        """Nobody is there to be asked."""

    def verify(self, shop: Shop, body: str, signature: str) -> None:  # noqa: ARG002 - the Protocol
        """Refuse webhooks: a file is brought by somebody who has shown who they are."""
        raise Refused(
            "no_webhooks", f"Channel {shop.channel} takes files, not webhooks.", "channel"
        )

    def read(self, shop: Shop, topic: str, body: str) -> Sequence[News]:  # noqa: ARG002
        """Read a file: what it says of each order, or what is wrong with each bad row."""
        sheet = Sheet()
        groups: dict[str, list[Row]] = {}
        for number, values in sheet.cut(body, last=True):
            row = sheet.named(values)
            key = row["order_id"] or f"\nrow {number}"
            groups.setdefault(key, []).append((number, row))
        return [news for rows in groups.values() for news in read_order(rows, shop.channel)]

    def pull(self, shop: Shop, cursor: Cursor) -> Page:  # noqa: ARG002 - the Protocol
        """Nobody is there to be asked."""
        raise Declined("no_pull", f"Channel {shop.channel} takes files, it cannot be asked.")


def read_order(rows: list[Row], channel: str) -> Iterator[News]:
    """Read an order: whole, or not at all and a fault for each bad row."""
    order_id, first = rows[0][1]["order_id"], rows[0][0]
    if len(rows) > MOST_LINES:
        said = Unacceptable(f"Row {first}: An order has {MOST_LINES} lines at most.", "order_id")
        yield News(said, order_id, row=first)
        return
    currency = rows[0][1].get("currency") or "EUR"
    lines, faults = [], []
    for number, row in rows:
        try:
            lines.append(_line(number, row, currency))
        except Refused as refusal:
            said = Unacceptable(f"Row {number}: {refusal.message}", refusal.field)
            faults.append(News(said, order_id, row=number))
    if faults:
        yield from faults
        return
    try:
        order = _order(order_id, rows[0][1], lines, currency, channel)
    except Refused as refusal:
        said = Unacceptable(f"Row {first}: {refusal.message}", refusal.field)
        yield News(said, order_id, row=first)
    else:
        yield News(Sold(order), order_id, row=first)


def _order(
    order_id: str, head: dict[str, str], lines: list[NewLine], currency: str, channel: str
) -> PlaceOrder:
    included = head.get("taxes_included", "").lower()
    if included not in YES | NO:
        raise Refused("no_answer", f"{included!r} is neither yes nor no.", "taxes_included")
    price, tax = (_amount(head, name, currency) for name in ("delivery_price", "delivery_tax"))
    total = price + sum(x.unit_price * x.quantity - x.discount for x in lines)
    if included in NO:
        total += tax + sum(line.tax for line in lines)
    address = {name: head.get(name, "") for name in ADDRESS}
    wish = {
        "currency": currency,
        "lines": lines,
        "total": total,
        "payment": {"method": head.get("payment") or "external", "token": head.get("token", "")},
        "ship_to": address,
        "customer": {name: address[name] for name in ("email", "name", "phone")},
        "delivery": {"service": head.get("service") or "standard", "price": price, "tax": tax},
        "taxes_included": included in YES,
        "channel": channel,
        "channel_order_id": order_id,
        "tags": [tag.strip() for tag in head.get("tags", "").split("|") if tag.strip()],
        "note": head.get("note", ""),
    }
    return _checked(wish, PlaceOrder)


def _checked(wish: dict[str, Any], kind: type[T]) -> T:
    try:
        return checked(wish, kind)
    except Refused as refusal:
        name = refusal.field.rpartition(".")[2]
        name = NAMED.get(name, name) or "csv"
        raise Refused(refusal.code, f"{name}: {refusal.message}", name) from None


def _line(number: int, row: dict[str, str], currency: str) -> NewLine:
    if fault := row.get(""):
        raise Refused("malformed", f"The row has {fault}.", "csv")
    if not row["order_id"]:
        raise Refused("missing", "The row names no order.", "order_id")
    quantity = row["quantity"]
    if not quantity.isdecimal() or len(quantity) > len(str(LARGEST_QUANTITY)) or not (
        0 < int(quantity) <= LARGEST_QUANTITY
    ):  # fmt: skip
        told = f"{quantity[:40]!r} is no whole number from 1 to {LARGEST_QUANTITY}."
        raise Refused("no_quantity", told, "quantity")
    if not row["sku"]:
        raise Refused("missing", "The SKU is missing.", "sku")
    if not row["unit_price"]:
        raise Refused("missing", "The price is missing.", "unit_price")
    price, discount = (_amount(row, name, currency) for name in ("unit_price", "discount"))
    if discount > price * int(quantity):
        raise Refused("does_not_add_up", "The discount is more than the line costs.", "discount")
    line = {
        "sku": row["sku"],
        "quantity": int(quantity),
        "unit_price": price,
        "name": row.get("line_name", ""),
        "discount": discount,
        "tax": _amount(row, "tax", currency),
        "channel_line_id": f"row-{number}",
    }
    return _checked(line, NewLine)


def _amount(row: dict[str, str], name: str, currency: str) -> int:
    amount = minor_units(row.get(name) or 0, currency, name)
    if amount < 0:
        raise Refused("no_amount", f"{row[name]} is below zero.", name)
    return amount
