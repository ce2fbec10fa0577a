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
from contracts.values import Address
from services.shipping.carriers.carrier import Bought, Offer, ParcelWish

PUT = sa.text(
    "insert into sandbox.carrier_ledger (key, operation, parcels, at, fails)"
    " values (:key, :operation, cast(:parcels as jsonb), :at, :fails)"
    " on conflict (key) do update set seen = carrier_ledger.seen + 1"
    " returning parcels, seen, fails, voided_at"
)
GET = sa.text("select parcels, fails, voided_at from sandbox.carrier_ledger where key = :key")
VOID = sa.text(
    "update sandbox.carrier_ledger set voided_at = coalesce(voided_at, :at) where key = :key"
)
DRAW = sa.text("select nextval('sandbox.tracking_numbers') from generate_series(1, :count)")
BASE, PER_KILO, ABROAD_FACTOR = {"standard": 420, "express": 990}, 85, 3
DAYS = {"standard": 3, "express": 1}
CUBIC_MM_PER_GRAM = 5000
WEIGHTS = (8, 6, 4, 2, 3, 5, 9, 7)


class Sandbox:
    """The sandbox carrier."""

    name = "sandbox"

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine

    def offers(
        self, ship_from: Address, ship_to: Address, parcels: list[ParcelWish]
    ) -> list[Offer]:
        """Tell prices by weight or volume, whichever is more, and by distance."""
        abroad = ship_from.country != ship_to.country
        offers = []
        for service, base in BASE.items():
            price = sum(base + PER_KILO * _charged_grams(p) // 1000 for p in parcels)
            days = DAYS[service] + (4 if abroad else 0)
            total = price * (ABROAD_FACTOR if abroad else 1)
            offers.append(Offer(self.name, service, total, "EUR", days))
        return sorted(offers, key=lambda offer: offer.price)

    def buy(
        self,
        key: str,
        offer: Offer,
        ship_from: Address,
        ship_to: Address,
        parcels: list[ParcelWish],
    ) -> Bought:
        """Buy labels, as the recipient's name tells."""
        del offer, ship_from
        if ship_to.name.startswith("REFUSE"):
            raise Declined("address", "The carrier does not deliver to this address.")
        fails = ship_to.name.startswith("FAILONCE")
        with self._engine.begin() as connection:
            known = connection.execute(GET, {"key": key}).first()
            if known and not known.fails:
                return _bought(key, known.parcels)
            numbers = [row[0] for row in connection.execute(DRAW, {"count": len(parcels)})]
            made = [tracking_number(number) for number in numbers]
            row = connection.execute(
                PUT,
                {
                    "key": key, "operation": "buy", "at": clock.now(), "fails": fails,
                    "parcels": msgspec.json.encode(made).decode(),
                },
            ).one()  # fmt: skip
            if row.seen > 1:
                connection.execute(
                    sa.text("update sandbox.carrier_ledger set fails = false where key = :key"),
                    {"key": key},
                )
        if fails and row.seen == 1:
            raise ConnectionError("the sandbox carrier answers 500 before it did anything")
        if ship_to.name.startswith("TIMEOUT") and row.seen == 1:
            raise TimeoutError("the sandbox carrier timed out after it had sold the labels")
        return _bought(key, row.parcels)

    def look_up(self, key: str) -> Bought | None:
        """Tell what was bought under a key."""
        with self._engine.begin() as connection:
            row = connection.execute(GET, {"key": key}).first()
        return None if row is None or row.fails else _bought(key, row.parcels)

    def void(self, key: str) -> None:
        """Give labels back."""
        with self._engine.begin() as connection:
            connection.execute(VOID, {"key": key, "at": clock.now()})


def tracking_number(serial: int) -> str:
    """Make a number of the form of UPU S10: two letters, eight digits, a check digit, country."""
    digits = f"{serial % 10**8:08d}"
    rest = 11 - sum(int(d) * w for d, w in zip(digits, WEIGHTS, strict=True)) % 11
    check = {10: 0, 11: 5}.get(rest, rest)
    return f"SB{digits}{check}XX"


def _bought(key: str, numbers: list[str]) -> Bought:
    return Bought(key, tuple((n, f"https://sandbox.example/track/{n}") for n in numbers))


def _charged_grams(parcel: ParcelWish) -> int:
    size = parcel.dimensions
    volume = size.length_mm * size.width_mm * size.height_mm
    return max(parcel.weight_g, volume // CUBIC_MM_PER_GRAM)
