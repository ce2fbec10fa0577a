"""A carrier for trying and testing, with a ledger of its own that survives every crash.

The ledger is kept in the schema `sandbox` through connections of its own, as if it were outside.
The name of the recipient makes it misbehave:

    TIMEOUT …   buys, then times out          FAILONCE …   fails once before it buys
    REFUSE …    does not take the address
"""

import msgspec
import sqlalchemy as sa

from chassis import clock
from chassis.outside import Declined
from services.shipping.carriers.carrier import Bought, Consignment, Offer, ParcelWish
from services.shipping.carriers.sandbox_webhook import read_webhook
from services.shipping.domain.parcel import TrackingNotice

WISH = sa.text(
    "insert into sandbox.carrier_ledger (key, customs, at)"
    " values (:key, cast(:customs as jsonb), :at)"
    " on conflict (key) do update set seen = carrier_ledger.seen + 1 returning sold, seen"
)
DRAW = sa.text("select nextval('sandbox.tracking_numbers') from generate_series(1, :count)")
SELL = sa.text("update sandbox.carrier_ledger set sold = cast(:sold as jsonb) where key = :key")
GET = sa.text("select sold from sandbox.carrier_ledger where key = :key")
VOID = sa.text(
    "update sandbox.carrier_ledger set voided_at = coalesce(voided_at, :at) where key = :key"
)
BASE, PER_KILO, ABROAD_FACTOR = {"standard": 420, "express": 990}, 85, 3
DAYS = {"standard": 3, "express": 1}
DAYS_MORE_ABROAD = 4
CUBIC_MM_PER_GRAM = 5000
WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


class Sandbox:
    """The sandbox carrier."""

    name = "sandbox"

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def offers(self, consignment: Consignment) -> list[Offer]:
        """Tell prices by weight or volume, whichever is more, and by distance."""
        abroad = consignment.ship_from.country != consignment.ship_to.country
        offers = []
        for service, base in BASE.items():
            price = sum(base + PER_KILO * _charged_grams(p) // 1000 for p in consignment.parcels)
            days = DAYS[service] + (DAYS_MORE_ABROAD if abroad else 0)
            total = price * (ABROAD_FACTOR if abroad else 1)
            offers.append(Offer(self.name, service, total, "EUR", days))
        return offers

    def buy(self, key: str, offer: Offer, consignment: Consignment) -> Bought:
        """Buy labels, as the recipient's name tells."""
        recipient = consignment.ship_to.name
        if recipient.startswith("REFUSE"):
            raise Declined("address", "The carrier does not deliver to this address.")
        with self._engine.begin() as connection:
            wish = {"key": key, "customs": _json(consignment.customs), "at": clock.now()}
            row = connection.execute(WISH, wish).one()
            first = row.seen == 1
            fails = first and recipient.startswith("FAILONCE")
            if row.sold is None and not fails:
                numbers = connection.scalars(DRAW, {"count": len(consignment.parcels)})
                bought = Bought(offer, tuple(_label(number) for number in numbers))
                connection.execute(SELL, {"key": key, "sold": _json(bought)})
            elif row.sold is not None:
                bought = msgspec.convert(row.sold, Bought)
        if fails:
            raise ConnectionError("the sandbox carrier answers 500 before it did anything")
        if first and recipient.startswith("TIMEOUT"):
            raise TimeoutError("the sandbox carrier timed out after it had sold the labels")
        return bought

    def look_up(self, key: str) -> Bought | None:
        """Tell what was bought under a key."""
        with self._engine.begin() as connection:
            sold = connection.scalar(GET, {"key": key})
        return None if sold is None else msgspec.convert(sold, Bought)

    def void(self, key: str) -> None:
        """Give labels back."""
        with self._engine.begin() as connection:
            connection.execute(VOID, {"key": key, "at": clock.now()})

    def read_webhook(self, body: str, signature: str) -> TrackingNotice:
        """Read what was posted in the carrier's name."""
        return read_webhook(body, signature)


def tracking_number(serial: int, service: str = "SB", country: str = "XX") -> str:
    """Make a number of the form of UPU S10: two letters, eight digits, a check digit, country."""
    digits = f"{serial % 10**8:08d}"
    rest = 11 - sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=True)) % 11
    check = {10: 0, 11: 5}.get(rest, rest)
    return f"{service}{digits}{check}{country}"


def _label(serial: int) -> tuple[str, str]:
    number = tracking_number(serial)
    return number, f"https://sandbox.example/track/{number}"


def _charged_grams(parcel: ParcelWish) -> int:
    size = parcel.dimensions
    volume = size.length_mm * size.width_mm * size.height_mm
    return max(parcel.weight_g, volume // CUBIC_MM_PER_GRAM)


def _json(thing: object) -> str:
    return msgspec.json.encode(thing).decode()
