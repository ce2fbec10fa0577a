"""Does a provider settle what we think it moved? Its report is compared, line by line and in sums.

A report is about a time, and may know less of an order than we do. What it must not know is more:
money that was moved and is not known here. Charges and refunds name the payment, and so the order;
what names none is told, too. Fees and payouts only count in the sums.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.errors import Refused
from contracts.currencies import CURRENCIES, decimals
from contracts.settlements import (
    MatchSettlement,
    SettlementDifference,
    SettlementMatch,
    SettlementSum,
)
from contracts.values import Money
from services.payments import asks
from services.payments.tables import payments, references

MOST, MOST_TOLD = 20_000, 100
NEEDED = ("reporting_category", "currency", "gross", "fee", "net")
NAMES = ("payment_intent_id", "source_id", "charge_id")
MOVED = {"charge": "captured", "charge_failure": "captured", "refund": "refunded"}


class Line(NamedTuple):
    """A line of a report: `what` it moved, and the names by which the provider calls it."""

    what: str
    names: tuple[str, ...]
    currency: str
    gross: int
    fee: int
    net: int


def match(asked: MatchSettlement, session: Session) -> SettlementMatch:
    """Compare a report with what is known of the account's payments."""
    lines = list(_lines(asked.content))
    sums: dict[str, list[int]] = defaultdict(lambda: [0, 0, 0])
    for line in lines:
        for i, amount in enumerate((line.gross, line.fee, line.net)):
            sums[line.currency][i] += amount
    orders = _orders_of(session, asked.account, {name for one in lines for name in one.names})
    there: dict[tuple[str, str, str], int] = defaultdict(int)
    unknown, matched = [], 0
    for line in lines:
        if not line.what:
            continue
        order = next((orders[name] for name in line.names if name in orders), "")
        if not order:
            unknown.append(next(iter(line.names), "?"))
            continue
        matched += 1
        there[order, line.what, line.currency] += abs(line.gross)
    return SettlementMatch(
        lines=len(lines),
        matched=matched,
        sums=tuple(_sum(currency, *sums[currency]) for currency in sorted(sums)),
        differences=tuple(_differences(session, asked.account, there))[:MOST_TOLD],
        unknown=tuple(unknown[:MOST_TOLD]),
    )


def _differences(
    session: Session, account: str, there: Mapping[tuple[str, str, str], int]
) -> Iterator[SettlementDifference]:
    query = sa.select(payments).where(
        payments.c.order_id.in_({order for order, _, _ in there}), payments.c.account == account
    )
    known: dict[tuple[str, str, str], int] = defaultdict(int)
    for row in session.execute(query):
        known[row.order_id, "captured", row.currency] += row.captured
        known[row.order_id, "refunded", row.currency] += row.refunded
    for (order, what, currency), amount in sorted(there.items()):
        here = known[order, what, currency]
        if amount > here:
            yield SettlementDifference(
                order_id=order,
                what=what,  # type: ignore[arg-type]
                here=Money(amount=here, currency=currency),
                there=Money(amount=amount, currency=currency),
            )


def _orders_of(session: Session, account: str, names: set[str]) -> dict[str, str]:
    query = sa.select(references.c.reference, references.c.authorization_key).where(
        references.c.account == account, references.c.reference.in_(names)
    )
    return {name: asks.order_of(key) for name, key in session.execute(query)}


def _sum(currency: str, *amounts: int) -> SettlementSum:
    gross, fees, net = (Money(amount=amount, currency=currency) for amount in amounts)
    return SettlementSum(currency=currency, gross=gross, fees=fees, net=net)


def _lines(content: str) -> Iterator[Line]:
    reader = csv.DictReader(io.StringIO(content.removeprefix("\ufeff"), newline=""))
    if missing := [name for name in NEEDED if name not in (reader.fieldnames or ())]:
        raise Refused("malformed", f"The column {missing[0]} is missing.", "content")
    try:
        for row in reader:
            if reader.line_num > MOST:
                reason = f"It has more than {MOST} lines; send it in parts."
                raise Refused("too_large", reason, "content")
            yield _line(row, reader.line_num)
    except csv.Error as fault:
        raise Refused("malformed", f"The CSV cannot be read: {fault}.", "content") from None


def _line(row: Mapping[str, Any], number: int) -> Line:
    currency = (row["currency"] or "").strip().upper()
    if currency not in CURRENCIES:
        raise Refused("malformed", f"Line {number}: {currency[:10]!r} is no currency.", "content")
    gross, fee, net = (_amount(row[name], currency, number) for name in NEEDED[2:])
    names = tuple(name for column in NAMES if (name := (row.get(column) or "").strip()))
    return Line(MOVED.get(row["reporting_category"] or "", ""), names, currency, gross, fee, net)


def _amount(written: Any, currency: str, number: int) -> int:
    try:
        return int(Decimal(str(written)).scaleb(decimals(currency)))
    except (InvalidOperation, ValueError, OverflowError):
        told = f"Line {number}: {str(written)[:40]!r} is no amount."
        raise Refused("malformed", told, "content") from None
