"""Which carrier gets the parcels? All who may are asked side by side, and the reason is kept.

Only prices in the currency of the shipment are compared: we know no rates of exchange. Offers in
another currency count where there is none in its own, and the reason says so.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from threading import Thread

from chassis.outside import Declined, Pending
from contracts.values import Money
from services.shipping.carriers.carrier import Carrier, Consignment, Offer

WAIT_SECONDS = 8.0
EXPRESS_DAYS = 2
OUR_LEVELS = frozenset({"standard", "express"})
REASON_LETTERS = 200


@dataclass(frozen=True, slots=True)
class Stall:
    """A carrier with what its account says of it: where it delivers, what fulfills which level."""

    carrier: Carrier
    countries: frozenset[str] = frozenset()
    levels: tuple[tuple[str, frozenset[str]], ...] = ()

    def delivers_to(self, country: str) -> bool:
        """Tell whether the account may be used for this country."""
        return not self.countries or country in self.countries

    def fulfills(self, offer: Offer, wanted: str) -> bool:
        """Tell whether an offer is what the customer has chosen: as said, by name, or by days."""
        if said := dict(self.levels).get(wanted):
            return offer.service in said
        if offer.service == wanted:
            return True
        if offer.service in OUR_LEVELS:
            return False
        return wanted == "standard" or (wanted == "express" and 0 < offer.days <= EXPRESS_DAYS)


@dataclass(frozen=True, slots=True)
class Market:
    """What carriers offer: offers with who made them, and who made none and why."""

    offers: Sequence[tuple[Offer, Stall]]
    failed: Sequence[tuple[str, str]]


def ask(stalls: Sequence[Stall], consignment: Consignment, wait: float = WAIT_SECONDS) -> Market:
    """Ask all carriers at once; who has not answered when the time is over is left out."""
    country = consignment.ship_to.country
    offers: dict[str, list[Offer]] = {}
    failed: dict[str, str] = {}

    def ask_one(stall: Stall) -> None:
        name = stall.carrier.name
        try:
            offers[name] = stall.carrier.offers(consignment)
        except Declined as no:
            failed[name] = no.reason[:REASON_LETTERS]
        except Pending as later:
            failed[name] = f"no answer: {later.reason}"
        except Exception as error:  # noqa: BLE001 - one carrier's trouble is not the others'
            failed[name] = f"no answer: {type(error).__name__}: {error}"[:REASON_LETTERS]

    asked = [stall for stall in stalls if stall.delivers_to(country)]
    _side_by_side([lambda stall=stall: ask_one(stall) for stall in asked], wait)  # type: ignore[misc]
    silent = [s for s in asked if s.carrier.name not in offers and s.carrier.name not in failed]
    answered = [(offer, s) for s in asked for offer in offers.get(s.carrier.name, ())]
    told = [(name, why) for name, why in failed.items() if name not in offers]
    told += [(s.carrier.name, f"no answer within {wait:g} seconds") for s in silent]
    return Market(answered, told)


def choose(
    wanted: str, market: Market, consignment: Consignment, today: date, deliver_by: date | None
) -> tuple[Offer, Carrier, str]:
    """Choose the cheapest that keeps the promise; raise Declined where nobody offers it."""
    country, currency = consignment.ship_to.country, consignment.currency
    fitting = [(offer, s) for offer, s in market.offers if s.fulfills(offer, wanted)]
    missing = "".join(f"; {name}: {why}" for name, why in market.failed)
    if not fitting:
        if any(why.startswith("no answer") for _, why in market.failed):
            raise ConnectionError(f"no carrier offers {wanted} to {country} now{missing}")
        raise Declined("no_service", f"No carrier offers {wanted} to {country}{missing}."[:255])
    ours = [pair for pair in fitting if pair[0].currency == currency]
    others = len(fitting) - len(ours)
    compared = ours or _of_one_currency(fitting)
    in_time = [p for p in compared if deliver_by and _arrives(p[0], today, deliver_by)]
    late = bool(deliver_by and not in_time)
    by = _speed if late else _price
    offer, stall = min(in_time or compared, key=by)
    return offer, stall.carrier, _reason(
        offer, wanted, len(in_time or compared), deliver_by, late=late,
        others=others if ours else len(fitting) - len(compared), missing=missing,
    )  # fmt: skip


def priced(offer: Offer) -> str:
    """Name an offer and its price."""
    price = Money(amount=offer.price, currency=offer.currency)
    return f"{offer.carrier} {offer.service} for {price}"


def _reason(  # noqa: PLR0913 - all that a reason consists of
    offer: Offer, wanted: str, count: int, deliver_by: date | None, *,
    late: bool, others: int, missing: str,
) -> str:  # fmt: skip
    which = "cheapest" if not late else "fastest"
    why = f"the {which} of {count} offers" if count > 1 else "the only offer"
    by = f" by {deliver_by}" if deliver_by and not late else ""
    reason = f"{priced(offer)}: {why} for {wanted}{by}"
    if late:
        reason += f"; none arrives by {deliver_by}"
    if others:
        reason += f"; {others} in other currencies not compared"
    return (reason + missing)[:4000]


def _arrives(offer: Offer, today: date, deliver_by: date) -> bool:
    return offer.days > 0 and today + timedelta(days=offer.days) <= deliver_by


def _price(pair: tuple[Offer, Stall]) -> tuple[int, int, str]:
    offer, _ = pair
    return offer.price, offer.days, offer.carrier


def _speed(pair: tuple[Offer, Stall]) -> tuple[bool, int, int, str]:
    offer, _ = pair
    return offer.days <= 0, offer.days, offer.price, offer.carrier


def _of_one_currency(pairs: Sequence[tuple[Offer, Stall]]) -> list[tuple[Offer, Stall]]:
    """Take those in the currency in which most are: prices compare only within one."""
    currencies = sorted(pair[0].currency for pair in pairs)
    most = max(currencies, key=currencies.count)
    return [pair for pair in pairs if pair[0].currency == most]


def _side_by_side(jobs: Sequence[Callable[[], None]], wait: float) -> None:
    """Do all at once and wait so long at most; in a service these are green threads."""
    if len(jobs) == 1 and wait == WAIT_SECONDS:
        jobs[0]()  # nobody else waits, and its own timeouts bound it
        return
    until = time.monotonic() + wait
    threads = [Thread(target=job, daemon=True) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(max(0.0, until - time.monotonic()))
