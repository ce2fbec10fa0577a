"""A carrier for trying and testing, with a ledger of its own that survives every crash.

The ledger is kept in the schema `sandbox` through connections of its own, as if it were outside.
The customer's name makes it misbehave, on the way there and on the way back:

    TIMEOUT …    does everything, but times out instead of saying so
    LATE …       does everything at once, but says so five seconds later
    SLUGGISH …   takes a second for every answer
    FAILONCE …   fails once before it sells
    OUTAGE …     for a minute answers 500 to each call, having done nothing
    REFUSE …     does not take the address
    DOUBT …      finds the address doubtful, where addresses are checked
"""

import time
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from chassis import clock
from chassis.config import read_settings
from chassis.outside import Declined
from contracts.carriers import CarrierKind
from contracts.values import Address
from services.shipping.carriers.carrier import (
    Account,
    AddressCheck,
    Bought,
    Carrier,
    Consignment,
    Offer,
)
from services.shipping.carriers.s10 import tracking_number
from services.shipping.carriers.signed_scan import read_scan
from services.shipping.domain.parcel import TrackingNotice

WISH = sa.text(
    "insert into sandbox.carrier_ledger (key, way, customs, at)"
    " values (:key, :way, cast(:customs as jsonb), :at)"
    " on conflict (key) do update set seen = carrier_ledger.seen + 1"
    " returning sold, seen, at, way"
)
DRAW = sa.text("select nextval('sandbox.tracking_numbers') from generate_series(1, :count)")
SELL = sa.text("update sandbox.carrier_ledger set sold = cast(:sold as jsonb) where key = :key")
GET = sa.text("select sold, at, way from sandbox.carrier_ledger where key = :key")
VOID = sa.text(
    "update sandbox.carrier_ledger set voided_at = coalesce(voided_at, :at) where key = :key"
    " returning at, way, voided_at = :at as first"
)
TIMES_OUT, FAILS_ONCE, REFUSES, DOUBTS = "TIMEOUT", "FAILONCE", "REFUSE", "DOUBT"
OUTAGES = {"OUTAGE": timedelta(minutes=1)}
LATE_SECONDS = {"SLUGGISH": 1.0, "LATE": 5.0}
WAYS = {TIMES_OUT, FAILS_ONCE, REFUSES, *OUTAGES, *LATE_SECONDS}
BASE, PER_KILO, ABROAD_FACTOR = {"standard": 420, "express": 990}, 85, 3
DAYS = {"standard": 3, "express": 1}
DAYS_MORE_ABROAD = 4
CUBIC_MM_PER_GRAM = 5000


KIND = CarrierKind(
    kind="sandbox",
    name="Sandbox",
    about="For trying: sells labels of no use, and misbehaves on demand",
    configuration=(),
    capabilities=("rates", "multi_parcel", "customs", "returns", "void", "webhook"),
)


class Sandbox(Carrier):
    """The sandbox carrier; all its accounts share one ledger."""

    def __init__(self, engine: sa.Engine, account: Account | None = None) -> None:
        self.name = account.name if account else KIND.kind
        self._engine = engine

    def test(self) -> None:
        """It lets everybody in."""
        with self._engine.begin() as connection:
            connection.execute(GET, {"key": ""})

    def offers(self, consignment: Consignment) -> list[Offer]:
        """Tell prices by weight or volume, whichever is more, and by distance."""
        abroad = consignment.ship_from.country != consignment.ship_to.country
        offers = []
        for service, base in BASE.items():
            price = sum(
                base + PER_KILO * parcel.charged_grams(CUBIC_MM_PER_GRAM) // 1000
                for parcel in consignment.parcels
            )
            days = DAYS[service] + (DAYS_MORE_ABROAD if abroad else 0)
            total = price * (ABROAD_FACTOR if abroad else 1)
            offers.append(Offer(self.name, service, total, "EUR", days))
        return offers

    def buy(self, key: str, offer: Offer, consignment: Consignment) -> Bought:
        """Buy labels, as the customer's name tells."""
        way = _way(consignment)
        if way == REFUSES:
            raise Declined("address", "The carrier does not deliver to this address.")
        with self._engine.begin() as connection:
            wish = {"key": key, "way": way, "at": clock.now()}
            row = connection.execute(WISH, wish | {"customs": _json(consignment.customs)}).one()
            first = row.seen == 1
            fails = (first and way == FAILS_ONCE) or _is_away(row)
            bought = None if row.sold is None else msgspec.convert(row.sold, Bought)
            if bought is None and not fails:
                numbers = connection.scalars(DRAW, {"count": len(consignment.parcels)})
                bought = Bought(offer, tuple(_label(number) for number in numbers))
                connection.execute(SELL, {"key": key, "sold": _json(bought)})
        _take_time(way)
        if bought is None:
            raise ConnectionError("the sandbox carrier answers 500 before it did anything")
        if first and way == TIMES_OUT:
            raise TimeoutError("the sandbox carrier timed out after it had sold the labels")
        return bought

    def look_up(self, key: str) -> Bought | None:
        """Tell what was bought under a key."""
        with self._engine.begin() as connection:
            row = connection.execute(GET, {"key": key}).first()
        if row is None:
            return None
        _take_time(row.way)
        if row.sold is None and _is_away(row):
            raise ConnectionError("the sandbox carrier answers 500")
        return None if row.sold is None else msgspec.convert(row.sold, Bought)

    def void(self, key: str) -> None:
        """Give labels back."""
        with self._engine.begin() as connection:
            row = connection.execute(VOID, {"key": key, "at": clock.now()}).first()
        if row is None:
            return
        _take_time(row.way)
        if row.first and row.way == TIMES_OUT:
            raise TimeoutError("the sandbox carrier timed out after it had taken the labels back")

    def check_address(self, address: Address) -> AddressCheck | None:
        """It doubts where somebody called DOUBT lives, and is sure of the others."""
        doubts = address.name.startswith(DOUBTS)
        return AddressCheck(not doubts, "There is no such house." if doubts else "")

    def read_webhook(self, body: str, signature: str) -> Sequence[TrackingNotice]:
        """Read what was posted in the carrier's name."""
        return [read_scan(body, signature, read_settings().sandbox_carrier_secret)]


def _way(consignment: Consignment) -> str:
    """How it behaves to this customer, who lives at either end."""
    names = (consignment.ship_to.name, consignment.ship_from.name)
    words = (name.partition(" ")[0] for name in names)
    return next((word for word in words if word in WAYS), "")


def _is_away(row: Any) -> bool:
    return row.way in OUTAGES and clock.now() < row.at + OUTAGES[row.way]


def _take_time(way: str) -> None:
    """Answer after the ledger has been written: whoever looks into it knows before."""
    if way in LATE_SECONDS:
        time.sleep(LATE_SECONDS[way])


def _label(serial: int) -> tuple[str, str]:
    number = tracking_number(serial, "SB")
    return number, f"https://sandbox.example/track/{number}"


def _json(thing: object) -> str:
    return msgspec.json.encode(thing).decode()
