"""Which values do messages share: money, places, things and their limits?"""

from datetime import datetime
from decimal import Decimal
from typing import Annotated

from msgspec import Meta

from contracts.currencies import CURRENCIES, decimals
from contracts.message import Wire

Text = Annotated[str, Meta(max_length=255)]
LongText = Annotated[str, Meta(max_length=4000)]
Name = Annotated[str, Meta(min_length=1, max_length=255)]
Code = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:/#-]*$")]
Codes = Annotated[tuple[Code, ...], Meta(max_length=200)]
Sku = Annotated[str, Meta(min_length=1, max_length=64, pattern=r"^\S+( \S+)*$")]
Country = Annotated[str, Meta(pattern=r"^[A-Z]{2}$", description="ISO 3166-1 alpha-2")]
Currency = Annotated[
    str, Meta(pattern=r"^[A-Z]{3}$", description="ISO 4217", extra={"among": CURRENCIES})
]
MinorUnits = Annotated[
    int, Meta(ge=0, le=10**12, description="an amount in the currency's minor unit, such as cents")
]
SignedMinorUnits = Annotated[int, Meta(ge=-(10**12), le=10**12, description="may be negative")]
Quantity = Annotated[int, Meta(ge=1, le=1_000_000)]
Count = Annotated[int, Meta(ge=0, le=10**9)]
Limit = Annotated[int, Meta(ge=1, le=200, description="rows in one page")]
Millimetres = Annotated[int, Meta(ge=1, le=20_000)]
Instant = Annotated[datetime, Meta(tz=True, description="a moment, with its offset from UTC")]
Grams = Annotated[int, Meta(ge=0, le=10_000_000)]

OrderId = Annotated[str, Meta(pattern=r"^ord_[0-9A-Z]{26}$")]
LineId = Annotated[str, Meta(pattern=r"^lin_[0-9A-Z]{26}$")]
FulfillmentOrderId = Annotated[str, Meta(pattern=r"^ful_[0-9A-Z]{26}$")]
PackageId = Annotated[str, Meta(pattern=r"^pac_[0-9A-Z]{26}$")]
ShipmentId = Annotated[str, Meta(pattern=r"^shp_[0-9A-Z]{26}$")]
ReturnId = Annotated[str, Meta(pattern=r"^ret_[0-9A-Z]{26}$")]
PaymentId = Annotated[str, Meta(pattern=r"^pay_[0-9A-Z]{26}$")]
HoldId = Annotated[str, Meta(pattern=r"^hol_[0-9A-Z]{26}$")]
UserId = Annotated[str, Meta(pattern=r"^usr_[0-9A-Z]{26}$")]


class Nothing(Wire, frozen=True, kw_only=True):
    """Nothing is asked, or nothing needs to be said."""


class Money(Wire, frozen=True, kw_only=True):
    """An exact amount: whole minor units of one currency."""

    amount: SignedMinorUnits
    currency: Currency

    def __str__(self) -> str:
        """Show the amount as people write it, such as `12.50 EUR`."""
        places = decimals(self.currency)
        return f"{Decimal(self.amount).scaleb(-places):.{places}f} {self.currency}"


class Address(Wire, frozen=True, kw_only=True):
    """Where somebody lives or works."""

    name: Name
    line1: Name
    city: Name
    country: Country
    postcode: Annotated[str, Meta(max_length=32)] = ""
    line2: Text = ""
    region: Text = ""
    company: Text = ""
    phone: Annotated[str, Meta(max_length=64)] = ""
    email: Annotated[str, Meta(max_length=254)] = ""


class Customer(Wire, frozen=True, kw_only=True):
    """Who buys."""

    email: Annotated[str, Meta(max_length=254, pattern=r"^$|^[^@\s]+@[^@\s]+$")] = ""
    name: Text = ""
    phone: Annotated[str, Meta(max_length=64)] = ""


class Dimensions(Wire, frozen=True, kw_only=True):
    """How large something is, packed."""

    length_mm: Millimetres
    width_mm: Millimetres
    height_mm: Millimetres


class SkuQuantity(Wire, frozen=True, kw_only=True):
    """So many of one SKU, for one line of an order."""

    line_id: LineId
    sku: Sku
    quantity: Quantity


class Placement(Wire, frozen=True, kw_only=True):
    """So many of one SKU for one line, at one warehouse."""

    line_id: LineId
    sku: Sku
    warehouse_id: Code
    quantity: Quantity


class StockLevel(Wire, frozen=True, kw_only=True):
    """What one warehouse could still give of one SKU."""

    sku: Sku
    warehouse_id: Code
    available: Count


class HistoryLine(Wire, frozen=True, kw_only=True):
    """One fact in an order's history: who did what, when, to what, and why."""

    seq: int
    at: Instant
    actor: str
    action: str
    subject: str = ""
    before: str = ""
    after: str = ""
    reason: str = ""
