"""Files of orders: a row for each line, the rows of an order together.

Columns: order_id, sku, quantity, unit_price, name, line1, city, country are required;
email, phone, postcode, region, line2, company, line_name, discount, tax, delivery_price,
delivery_tax, currency (EUR), service (standard), payment (external), token, note, tags are not.
Amounts are decimal. Separators are comma or semicolon.
"""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import msgspec

from chassis.errors import Refused
from contracts.orders import PlaceOrder
from services.channels.marketplaces.amounts import minor_units

REQUIRED = ("order_id", "sku", "quantity", "unit_price", "name", "line1", "city", "country")
OPTIONAL = (
    "email", "phone", "postcode", "region", "line2", "company", "line_name", "discount", "tax",
    "delivery_price", "delivery_tax", "currency", "service", "payment", "token", "note", "tags",
)  # fmt: skip
LARGEST_QUANTITY = 1_000_000


@dataclass(frozen=True, slots=True)
class CsvOrderRows:
    """An order of a file: where it begins, and the order or what is wrong with it."""

    row: int
    channel_order_id: str
    order: PlaceOrder | None
    refusal: Refused | None = None


def read_orders(text: str, channel: str) -> Iterator[CsvOrderRows]:
    """Read a file; each order comes with its own result, so one bad row spoils only its order."""
    sample = text[:2000]
    separator = ";" if sample.count(";") > sample.count(",") else ","
    reader = csv.DictReader(io.StringIO(text), delimiter=separator)
    columns = [name.strip() for name in reader.fieldnames or []]
    if missing := [name for name in REQUIRED if name not in columns]:
        raise Refused("no_column", f"The file lacks the columns {', '.join(missing)}.", "csv")
    if unknown := [name for name in columns if name not in {*REQUIRED, *OPTIONAL}]:
        raise Refused("unknown_column", f"The file has unknown columns {unknown}.", "csv")
    reader.fieldnames = columns
    groups: dict[str, list[tuple[int, dict[str, str]]]] = {}
    for number, row in enumerate(reader, 2):
        clean = {
            k: (v or "").strip()
            for k, v in row.items()
            if isinstance(k, str) and isinstance(v, str | None)
        }
        groups.setdefault(clean.get("order_id", ""), []).append((number, clean))
    for order_id, rows in groups.items():
        first = rows[0][0]
        try:
            yield CsvOrderRows(first, order_id, _order(order_id, rows, channel))
        except Refused as refusal:
            yield CsvOrderRows(first, order_id, None, refusal)


def _order(order_id: str, rows: list[tuple[int, dict[str, str]]], channel: str) -> PlaceOrder:
    if not order_id:
        raise Refused("missing", "The row names no order.", "order_id")
    head = rows[0][1]
    currency = head.get("currency") or "EUR"
    lines = [_line(number, row, currency) for number, row in rows]
    price = minor_units(head.get("delivery_price") or 0, currency, "delivery_price")
    tax = minor_units(head.get("delivery_tax") or 0, currency, "delivery_tax")
    worth = sum(x["unit_price"] * x["quantity"] - x["discount"] + x["tax"] for x in lines)
    address = {
        k: head.get(k, "")
        for k in (
            "line1",
            "line2",
            "city",
            "region",
            "postcode",
            "company",
            "phone",
            "email",
            "name",
            "country",
        )
    }
    data = {
        "currency": currency,
        "lines": lines,
        "total": worth + price + tax,
        "payment": {"method": head.get("payment") or "external", "token": head.get("token", "")},
        "ship_to": address,
        "customer": {"email": address["email"], "name": address["name"], "phone": address["phone"]},
        "delivery": {"service": head.get("service") or "standard", "price": price, "tax": tax},
        "channel": channel,
        "channel_order_id": order_id,
        "tags": [tag.strip() for tag in head.get("tags", "").split("|") if tag.strip()],
        "note": head.get("note", ""),
    }
    try:
        return msgspec.convert(data, PlaceOrder)
    except msgspec.ValidationError as error:
        text, _, field = str(error).partition(" - at `$.")
        name = field.rstrip("`").rpartition(".")[2]
        raise Refused("invalid", f"Row {rows[0][0]}: {name}: {text}", name) from None


def _line(number: int, row: dict[str, str], currency: str) -> dict[str, Any]:
    quantity = row.get("quantity", "")
    if not quantity.isdigit() or not 0 < int(quantity) <= LARGEST_QUANTITY:
        told = f"Row {number}: {quantity!r} is no whole number above 0."
        raise Refused("no_quantity", told, "quantity")
    if not row.get("sku"):
        raise Refused("missing", f"Row {number}: the SKU is missing.", "sku")
    return {
        "sku": row["sku"],
        "quantity": int(quantity),
        "unit_price": _positive(number, row, "unit_price", currency),
        "name": row.get("line_name", ""),
        "discount": _positive(number, row, "discount", currency),
        "tax": _positive(number, row, "tax", currency),
        "channel_line_id": f"row-{number}",
    }


def _positive(number: int, row: dict[str, str], name: str, currency: str) -> int:
    try:
        amount = minor_units(row.get(name) or 0, currency, name)
    except Refused as refusal:
        raise Refused(refusal.code, f"Row {number}: {refusal.message}", refusal.field) from None
    if amount < 0:
        raise Refused("no_amount", f"Row {number}: {row[name]} is below zero.", name)
    return amount
