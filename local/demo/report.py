"""What became of the orders? Tables, and one order's history as a person reads it. No I/O here."""

import textwrap
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from contracts.values import Money

DASH = "–"
# a stage ends with the last history line of one of these names
ENDS = {
    "reserve": ("stock reserved",), "pay": ("payment authorized",),
    "allocate": ("stock allocated",), "pick": ("picked",), "pack": ("packed",),
    "label": ("label bought",), "ship": ("shipped",), "deliver": ("delivered",),
    "return": ("return completed",),
}  # fmt: skip
OUTCOME_HEADS = (
    "order", "channel", "payment", "state", "warehouse", "parcel", "tracking",
    "returned", "refunded",
)  # fmt: skip
WHO = {"key": "API key", "service": "service", "channel": "channel", "person": "", "rule": "rule"}
WIDTH = 100

Page = Mapping[str, Any]


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """Align rows under their heads; columns of numbers to the right."""
    body = [list(row) for row in rows]
    columns = list(zip(*body, strict=True)) if body else [() for _ in heads]
    numeric = [all(cell == DASH or _is_number(cell) for cell in column) for column in columns]
    widths = [
        max([len(head), *(len(cell) for cell in column)])
        for head, column in zip(heads, columns, strict=True)
    ]
    lines = []
    for cells in (heads, ["─" * width for width in widths], *body):
        padded = [
            cell.rjust(width) if right else cell.ljust(width)
            for cell, width, right in zip(cells, widths, numeric, strict=True)
        ]
        lines.append("  ".join(padded).rstrip())
    return lines


def outcome(name: str, channel: str, page: Page) -> list[str]:
    """Tell what became of one order: a row under OUTCOME_HEADS."""
    order = page["order"]
    shipments = [s for s in page["shipments"] or () if s["fulfillment_order_id"]]
    parcels = [parcel for shipment in shipments for parcel in shipment["parcels"]]
    boxes = [
        f"{box['carton']} {box['weight_g'] / 1000:.2f} kg"
        for fulfillment in page["fulfillments"] or ()
        for box in fulfillment["packages"]
    ]
    back = [
        f"{line['received']} × {line['sku']}"
        for one in page["returns"] or ()
        for line in one["lines"]
        if line["received"]
    ]
    return [
        name,
        channel,
        f"{order['payment_method'].replace('_', ' ')} {money(order['total'], order['currency'])}",
        order["status"],
        _joined(f["warehouse_id"] for f in order["fulfillments"] if f["status"] != "canceled"),
        _joined(boxes),
        _joined(parcel["tracking_number"] for parcel in parcels),
        _joined(back),
        money(order["refunded"], order["currency"]) if order["refunded"] else DASH,
    ]


def stage_heads() -> list[str]:
    """Name the columns of `stages`."""
    return ["order", "at channel", *ENDS, "whole"]


def stages(name: str, received_at: str, history: Sequence[Mapping[str, Any]]) -> list[str]:
    """Tell how many seconds an order spent in each stage, from its history; – for none."""
    placed = at = _time(history[0]["at"])
    began = _time(received_at) if received_at else placed
    cells = [name, _seconds(began, placed) if received_at else DASH]
    for actions in ENDS.values():
        ended = [_time(line["at"]) for line in history if line["action"] in actions]
        if not ended:
            cells.append(DASH)
            continue
        until = max(at, *ended)
        cells.append(_seconds(at, until))
        at = until
    return [*cells, _seconds(began, _time(history[-1]["at"]))]


def history(lines: Iterable[Mapping[str, Any]], width: int = WIDTH) -> list[str]:
    """Tell an order's history: when, who, what, before → after, why."""
    told = []
    for line in lines:
        when = f"{_time(line['at']).astimezone():%H:%M:%S.%f}"[:-3]
        what = " ".join(part for part in (line["action"], line["subject"]) if part)
        change = " → ".join(part for part in (line["before"], line["after"]) if part)
        text = f"{what}: {change}" if change else what
        if line["reason"]:
            text += f" ({line['reason']})"
        head = f"{when}  {who(line['actor']):<22}  "
        told += textwrap.wrap(
            text, width, initial_indent=head, subsequent_indent=" " * len(head),
            break_long_words=False, break_on_hyphens=False,
        )  # fmt: skip
    return told


def who(actor: str) -> str:
    """Say an actor in words: key:ann is API key ann."""
    kind, colon, name = actor.partition(":")
    return f"{WHO[kind]} {name}".strip() if colon and kind in WHO else actor


def money(amount: int, currency: str) -> str:
    """Say an amount of minor units in words: 12.90 EUR."""
    return str(Money(amount=amount, currency=currency))


def _joined(parts: Iterable[str]) -> str:
    return ", ".join(dict.fromkeys(parts)) or DASH


def _is_number(text: str) -> bool:
    return text.replace(".", "", 1).isdigit()


def _time(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _seconds(began: datetime, ended: datetime) -> str:
    return f"{(ended - began).total_seconds():.2f}"
