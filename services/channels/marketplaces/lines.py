"""How do the sums that a shop states become an order whose amounts add up to the cent?

Shops state a line by its sums. A sum that its quantity does not divide becomes the next higher
price and a discount. Shops round taxes in different ways: what the lines' taxes lack to make up
the total, a unit for each row at most, is added to them. More does not add up, and is refused.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

import msgspec

from chassis.errors import Refused
from contracts.orders import PlaceOrder
from services.channels.domain.news import NotForUs, Sold, Unacceptable
from services.channels.marketplaces.amounts import in_decimals, minor_units, spread
from services.channels.marketplaces.checked import checked, invalid
from services.channels.marketplaces.signing import as_bytes

LONGEST_SKU, LARGEST_QUANTITY = 64, 1_000_000
T = TypeVar("T")


@dataclass(slots=True)
class SoldLine:
    """A line in minor units: what its pieces cost, what is paid for them, and the tax."""

    listing: str
    line_id: str
    quantity: int
    worth: int
    net: int
    tax: int
    name: str = ""
    part_of: str = ""

    def of(self, left: int) -> "SoldLine":
        """The same for what is left of it, rounded down."""
        left = max(left, 0)
        worth, net, tax = (x * left // self.quantity for x in (self.worth, self.net, self.tax))
        return SoldLine(
            self.listing, self.line_id, left, worth, net, tax, self.name, self.part_of
        )  # fmt: skip

    def as_line(self) -> dict[str, Any]:
        """As orders take it: a price for a piece, and what is off the whole line."""
        price = -(-self.worth // self.quantity)
        return {
            "sku": self.listing,
            "quantity": self.quantity,
            "unit_price": price,
            "name": self.name[:255],
            "discount": price * self.quantity - self.net,
            "tax": self.tax,
            "channel_line_id": self.line_id,
        }


def as_sold(
    wish_of: Callable[[], dict[str, Any]], *, unpaid: bool = False
) -> Sold | NotForUs | Unacceptable:
    """Read an order; one that cannot be accepted names the field at fault, in the shop's words."""
    try:
        wish = wish_of()
        if not wish["lines"]:
            return NotForUs("Nothing of it is left for us to send.")
        order = checked(wish, PlaceOrder)
    except (msgspec.ValidationError, Refused) as error:
        refusal = error if isinstance(error, Refused) else invalid(error)
        return Unacceptable(refusal.message, refusal.field or "body")
    return Sold(order, unpaid=unpaid)


def body_of(body: str | bytes, kind: type[T]) -> T:
    """Read a body that must be an object in JSON; raise Refused that names the field, or all."""
    try:
        return msgspec.json.decode(
            as_bytes(body) if isinstance(body, str) else body, type=kind, strict=False
        )
    except msgspec.ValidationError as error:
        refusal = invalid(error)
        if refusal.field:
            raise refusal from None
        raise Refused("malformed", "The body is no order in JSON.", "body") from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Refused("malformed", "The body is no order in JSON.", "body") from None


def id_of(value: Any, field: str) -> str:
    """Read the id of an order, or raise Refused."""
    if not value or "\0" in str(value):
        raise Refused("no_id", "The order has no id.", field)
    return str(value)[:255]


def by_sku(sku: str | None) -> str:
    """Name what is sold by its SKU, if that can be one of ours."""
    plain = " ".join((sku or "").split())
    return plain if len(plain) <= LONGEST_SKU else ""


def by_title(title: str) -> str:
    """Name what is sold by what was typed."""
    return f"title:{' '.join((title or '-').split())}"[:LONGEST_SKU].rstrip()


def pieces(value: Decimal | None, field: str) -> int:
    """Read a quantity, or raise Refused that names the field."""
    quantity = Decimal(0) if value is None else value
    if not quantity.is_finite() or quantity != int(quantity) or not (
        0 < quantity <= LARGEST_QUANTITY
    ):  # fmt: skip
        told = f"{str(quantity)[:40]} is no whole number from 1 to {LARGEST_QUANTITY}."
        raise Refused("no_quantity", told, field)
    return int(quantity)


def paid(value: Decimal | str | None, currency: str, field: str) -> int:
    """Read an amount that must be said and not be below zero."""
    amount = minor_units("-" if value is None else value, currency, field)
    if amount < 0:
        raise Refused("no_amount", f"{value} is below zero.", field)
    return amount


def into_parts(lines: Sequence[SoldLine]) -> list[SoldLine]:
    """Give what a bundle costs to the lines that are in it: it is they that are sent."""
    kept = []
    for line in lines:
        inside = [x for x in lines if x.part_of and x.part_of == line.line_id]
        if not inside:
            kept.append(line)
            continue
        weights = [x.worth for x in inside]
        weights = weights if sum(weights) else [x.quantity for x in inside]
        for name in ("worth", "net", "tax"):
            shares = spread(getattr(line, name), weights)
            for part, share in zip(inside, shares, strict=True):
                setattr(part, name, getattr(part, name) + share)
        for part in inside:
            part.worth = max(part.worth, part.net)
    return kept


def take_off(lines: Sequence[SoldLine], amount: int, field: str) -> None:
    """Take a discount for the whole order off its lines."""
    room = [line.net for line in lines]
    if amount > sum(room):
        raise Refused("does_not_add_up", "The discounts are more than the goods cost.", field)
    for line, share in zip(lines, spread(amount, room), strict=True):
        line.net -= share


def settle(  # noqa: PLR0913 - what a total consists of
    lines: Sequence[SoldLine], delivery: int, delivery_tax: int, total: int, currency: str,
    *, rows: int, off_tax: int = 0,
) -> None:  # fmt: skip
    """Let the lines' taxes make up the total, where rounding explains what they lack."""
    tax = total - sum(line.net for line in lines) - delivery - delivery_tax
    missing = tax - off_tax - sum(line.tax for line in lines)
    if tax < 0 or abs(missing) > rows:
        made, stated = (in_decimals(x, currency) for x in (total - missing, total))
        told = f"Lines, delivery, fees and taxes make {made}, the total is {stated}."
        raise Refused("does_not_add_up", told, "total")
    if tax != sum(line.tax for line in lines):
        taxes = [line.tax for line in lines]
        weights = taxes if sum(taxes) else [max(line.net, 1) for line in lines]
        for line, share in zip(lines, spread(tax, weights), strict=True):
            line.tax = share


def left_to_pay(lines: Sequence[SoldLine], delivery: int, delivery_tax: int) -> int:
    """What the lines that are left cost, with their taxes and the delivery."""
    return sum(line.net + line.tax for line in lines) + delivery + delivery_tax
