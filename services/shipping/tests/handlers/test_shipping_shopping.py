"""All carriers are asked side by side; the cheapest that keeps the promise is taken, and why."""

import time
from datetime import date
from threading import Event
from typing import Any

import pytest

from chassis.outside import Declined
from services.shipping.carriers.carrier import Consignment, Offer, ParcelWish
from services.shipping.shopping import Market, Stall, ask, choose
from services.shipping.tests.builders import (
    a_size,
    an_address,
)
from services.shipping.tests.carriers import (
    PricedCarrier,
    stalls,
)

TODAY = date(2026, 3, 2)
FRIDAY = date(2026, 3, 6)
WISH = Consignment(an_address(), an_address("FR"), (ParcelWish(a_size(), 500),), currency="EUR")


def a_market(*offers: tuple[str, int, str, int], failed: Any = (), **levels: Any) -> Market:
    """Offers as (service, price, currency, days), each by a carrier of its own."""
    told = []
    for number, (service, price, currency, days) in enumerate(offers):
        name = f"c{number}"
        stall = Stall(PricedCarrier(name, price), levels=tuple(levels.items()))
        told.append((Offer(name, service, price, currency, days), stall))
    return Market(told, failed)


def chosen(market: Market, wanted: str = "standard", by: date | None = None) -> tuple[str, str]:
    offer, carrier, reason = choose(wanted, market, WISH, TODAY, by)
    assert carrier.name == offer.carrier
    return offer.carrier, reason.partition(": ")[2]


def test_the_cheapest_that_arrives_in_time_is_taken() -> None:
    market = a_market(("standard", 400, "EUR", 6), ("standard", 700, "EUR", 4),
                      ("standard", 900, "EUR", 1))  # fmt: skip

    assert chosen(market) == ("c0", "the cheapest of 3 offers for standard")
    assert chosen(market, by=FRIDAY) == (
        "c1", "the cheapest of 2 offers for standard by 2026-03-06",
    )  # fmt: skip


def test_where_none_arrives_in_time_the_fastest_is_taken_and_it_is_said() -> None:
    market = a_market(("standard", 400, "EUR", 9), ("standard", 700, "EUR", 6),
                      ("standard", 100, "EUR", 0))  # fmt: skip

    assert chosen(market, by=FRIDAY) == (
        "c1", "the fastest of 3 offers for standard; none arrives by 2026-03-06",
    )  # fmt: skip


def test_prices_in_other_currencies_are_not_compared_and_it_is_said() -> None:
    market = a_market(("standard", 900, "EUR", 3), ("standard", 100, "JPY", 3))

    assert chosen(market) == (
        "c0", "the only offer for standard; 1 in other currencies not compared",
    )  # fmt: skip


def test_without_an_offer_in_our_currency_those_of_one_other_are_compared() -> None:
    market = a_market(("standard", 1, "JPY", 3), ("standard", 900, "USD", 3),
                      ("standard", 800, "USD", 3))  # fmt: skip

    assert chosen(market) == (
        "c2", "the cheapest of 2 offers for standard; 1 in other currencies not compared",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("wanted", "service", "days", "fits"),
    [
        ("standard", "USPS Ground", 5, True),
        ("express", "USPS Priority", 2, True),
        ("express", "USPS Ground", 3, False),
        ("express", "USPS Slow", 0, False),
        ("standard", "express", 1, False),
        ("express", "express", 5, True),
        ("overnight", "USPS Express", 1, False),
    ],
)
def test_a_service_counts_by_its_name_or_else_by_its_days(
    wanted: str, service: str, days: int, fits: bool
) -> None:
    offer = Offer("c", service, 1, "EUR", days)
    assert Stall(PricedCarrier("c", 1)).fulfills(offer, wanted) == fits


def test_what_an_account_says_of_its_services_counts_before_all() -> None:
    stall = Stall(PricedCarrier("c", 1), levels=(("express", frozenset({"Flash"})),))

    assert stall.fulfills(Offer("c", "Flash", 1, "EUR", 9), "express")
    assert not stall.fulfills(Offer("c", "express", 1, "EUR", 1), "express")


def test_a_carrier_that_fails_or_is_silent_blocks_nobody_and_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    silent, broken, refusing = (PricedCarrier(n, 1) for n in ("silent", "broken", "refusing"))
    over = Event()

    def break_down(_: Any) -> Any:
        raise ConnectionError("away")

    def refuse(_: Any) -> Any:
        raise Declined("no", "Not to France.")

    monkeypatch.setattr(silent, "offers", lambda _: over.wait(20) or [])
    monkeypatch.setattr(broken, "offers", break_down)
    monkeypatch.setattr(refusing, "offers", refuse)
    began = time.monotonic()

    market = ask(stalls(silent, broken, refusing, PricedCarrier("swift", 400)), WISH, wait=0.5)
    over.set()

    assert time.monotonic() - began < 5
    assert [offer.carrier for offer, _ in market.offers] == ["swift"]
    assert dict(market.failed) == {
        "silent": "no answer within 0.5 seconds",
        "broken": "no answer: ConnectionError: away",
        "refusing": "Not to France.",
    }
    _, reason = chosen(market)
    assert "broken: no answer" in reason


def test_an_account_that_may_not_deliver_there_is_not_asked() -> None:
    near = Stall(PricedCarrier("near", 1), countries=frozenset({"DE"}))
    far = Stall(PricedCarrier("far", 2), countries=frozenset({"FR"}))

    market = ask([near, far], WISH)

    assert [offer.carrier for offer, _ in market.offers] == ["far"]


def test_where_nobody_offers_but_one_was_away_it_is_no_refusal() -> None:
    with pytest.raises(ConnectionError, match="no carrier offers standard to FR now"):
        choose("standard", a_market(failed=[("ep", "no answer: away")]), WISH, TODAY, None)
    with pytest.raises(Declined, match="No carrier offers standard to FR; ep: Not to France"):
        choose("standard", a_market(failed=[("ep", "Not to France")]), WISH, TODAY, None)
