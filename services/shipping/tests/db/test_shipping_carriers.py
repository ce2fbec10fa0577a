"""Every carrier keeps the promises of the Protocol; the sandbox keeps them across crashes."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

import pytest
import sqlalchemy as sa

from chassis import clock
from chassis.errors import Refused
from chassis.outside import Declined
from services.shipping import asks, executors
from services.shipping.carriers.carrier import (
    Account,
    Carrier,
    Consignment,
    Offer,
    ParcelWish,
)
from services.shipping.carriers.easypost import EasyPost
from services.shipping.carriers.sandbox import Sandbox
from services.shipping.carriers.shippo import Shippo
from services.shipping.carriers.signed_scan import sign
from services.shipping.carriers.table_rate import TableRate
from services.shipping.purchases import Purchases
from services.shipping.tests.builders import (
    NOW,
    SCAN_SECRET,
    PricedCarrier,
    a_box,
    a_call,
    a_posting,
    a_shipment,
    a_size,
    an_address,
    an_item,
    forget_labels,
    stalls,
)
from tests.fakes.easypost.server import an_easypost
from tests.fakes.shippo.server import a_shippo

RATES = "standard; *; 31.5=4.90; 2\nexpress; DE; 5=9.90; 1"


@dataclass
class Case:
    """A carrier, and how it posts: a body of this parcel with its signature."""

    carrier: Carrier
    post: Callable[[str], tuple[str, str]]


def post_as_the_sandbox(number: str) -> tuple[str, str]:
    body = a_posting(tracking_number=number)
    return body, sign(body, SCAN_SECRET)


@pytest.fixture(params=["sandbox", "priced", "table_rate", "easypost", "shippo"])
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    if request.param == "sandbox":
        yield Case(Sandbox(request.getfixturevalue("engine")), post_as_the_sandbox)
    elif request.param == "priced":
        yield Case(PricedCarrier("swift", 400), post_as_the_sandbox)
    elif request.param == "table_rate":
        told = {"rates": RATES, "webhook_secret": SCAN_SECRET, "tracking_url": "https://x/{number}"}
        purchases = Purchases(request.getfixturevalue("engine"), "courier")
        yield Case(TableRate(Account("courier", told), purchases), post_as_the_sandbox)
    elif request.param == "shippo":
        with a_shippo() as desk:
            settings = {
                "token": desk.token, "webhook_secret": desk.webhook_secret, "base_url": desk.url,
                "customs_signer": "Ann Clerk",
            }  # fmt: skip
            scan = ("TRANSIT", "", "2026-03-02T11:00:00Z")
            purchases = Purchases(request.getfixturevalue("engine"), "sp")
            shippo = Shippo(Account("sp", settings), purchases)
            yield Case(shippo, lambda number: desk.webhook(number, scan))
    else:
        with an_easypost() as desk:
            settings = {
                "api_key": desk.key, "webhook_secret": desk.webhook_secret,
                "base_url": f"{desk.url}/v2", "customs_signer": "Ann Clerk",
            }  # fmt: skip
            scan = ("in_transit", "2026-03-02T11:00:00Z")
            yield Case(EasyPost(Account("ep", settings)), lambda number: desk.webhook(number, scan))


@pytest.fixture
def carrier(case: Case) -> Carrier:
    return case.carrier


@pytest.fixture
def sandbox(engine: sa.Engine) -> Sandbox:
    return Sandbox(engine)


def a_consignment(to: str = "DE", *, name: str = "Ada Reader", parcels: int = 1) -> Consignment:
    wish = ParcelWish(a_size(), 1260)
    customs = (an_item(),) if to == "US" else ()
    return Consignment(an_address(), an_address(to, name), (wish,) * parcels, customs)


def an_offer(carrier: Carrier, consignment: Consignment, service: str = "standard") -> Offer:
    offers = carrier.offers(consignment)
    return next((offer for offer in offers if offer.service == service), offers[0])


def ledger(engine: sa.Engine) -> list[sa.Row]:
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("select * from sandbox.carrier_ledger order by key")
        return list(rows)


def test_a_carrier_offers_in_its_own_name_for_money_and_days(carrier: Carrier) -> None:
    for offer in carrier.offers(a_consignment()):
        assert offer.carrier == carrier.name
        assert offer.price > 0
        assert offer.days >= 1


@pytest.mark.parametrize("parcels", [1, 3])
def test_each_parcel_gets_a_number_of_its_own(carrier: Carrier, parcels: int) -> None:
    consignment = a_consignment(parcels=parcels)
    bought = carrier.buy("key-1", an_offer(carrier, consignment), consignment)

    numbers = [number for number, _ in bought.parcels]
    assert len(set(numbers)) == parcels
    assert all(url.startswith("https://") for _, url in bought.parcels)


def test_the_same_key_never_buys_twice_even_if_the_price_has_changed(carrier: Carrier) -> None:
    consignment = a_consignment()
    offer = an_offer(carrier, consignment)

    first = carrier.buy("key-1", offer, consignment)
    again = carrier.buy("key-1", Offer(offer.carrier, offer.service, 9999, "EUR", 9), consignment)

    assert again == first
    assert carrier.buy("key-2", offer, consignment).parcels != first.parcels


def test_what_was_bought_is_found_by_its_key_and_nothing_else_is(carrier: Carrier) -> None:
    consignment = a_consignment()
    bought = carrier.buy("key-1", an_offer(carrier, consignment), consignment)

    assert carrier.look_up("key-1") == bought
    assert carrier.look_up("key-2") is None


def test_labels_are_given_back_as_often_as_asked_even_if_there_are_none(carrier: Carrier) -> None:
    consignment = a_consignment()
    bought = carrier.buy("key-1", an_offer(carrier, consignment), consignment)

    for key in ("key-1", "key-1", "never"):
        carrier.void(key)

    assert carrier.look_up("key-1") == bought


def test_a_carrier_reads_its_own_postings_and_refuses_forged_ones(case: Case) -> None:
    body, signature = case.post("SB100000012XX")

    [notice] = case.carrier.read_webhook(body, signature)
    assert (notice.tracking_number, notice.event.status) == ("SB100000012XX", "in_transit")
    with pytest.raises(Refused, match="does not fit"):
        case.carrier.read_webhook(body, "forged")


def test_a_carrier_lets_us_in_and_gives_a_label_for_each_parcel_or_none(carrier: Carrier) -> None:
    carrier.test()
    consignment = a_consignment("US", parcels=2)
    carrier.buy("key-1", an_offer(carrier, consignment), consignment)

    assert len(carrier.labels("key-1")) in (0, 2)
    assert list(carrier.labels("never")) == []


def test_a_carrier_that_can_be_asked_tells_only_of_what_it_has_sold(carrier: Carrier) -> None:
    consignment = a_consignment()
    bought = carrier.buy("key-1", an_offer(carrier, consignment), consignment)
    numbers = {number for number, _ in bought.parcels}

    assert {notice.tracking_number for notice in carrier.track("key-1")} <= numbers
    assert list(carrier.track("never")) == []


def test_a_carrier_makes_the_same_forms_again_for_what_was_bought(carrier: Carrier) -> None:
    for key, parcels in (("key-1", 1), ("key-2", 2)):
        consignment = a_consignment(parcels=parcels)
        carrier.buy(key, an_offer(carrier, consignment), consignment)

    first = list(carrier.manifest(["key-1", "key-2"]))

    assert len(first) <= 1
    assert list(carrier.manifest(["key-1", "key-2"])) == first


def test_the_sandbox_takes_more_for_weight_speed_and_distance(sandbox: Sandbox) -> None:
    def price(service: str = "standard", to: str = "DE", weight: int = 2_000) -> int:
        parcel = ParcelWish(a_size(100, 100, 100), weight)
        wish = Consignment(an_address(), an_address(to), (parcel,))
        return an_offer(sandbox, wish, service).price

    assert price() == 420 + 2 * 85
    assert price(weight=3_000) == 420 + 3 * 85
    assert price("express") == 990 + 2 * 85
    assert price(to="US") == 3 * price()


def test_the_sandbox_sells_and_then_times_out_and_the_label_is_bought_once(
    sandbox: Sandbox, engine: sa.Engine
) -> None:
    shipment = a_shipment(
        a_box(""), state="pending", ship_to=an_address(name="TIMEOUT Ada"), shipment_id="shp_1"
    )
    call = asks.buy(shipment)
    with pytest.raises(TimeoutError):
        executors.buy(a_call(call), shipment, stalls(sandbox), [sandbox], forget_labels)

    again = a_call(call, attempts=2)
    result = executors.buy(again, shipment, [], [Sandbox(engine)], forget_labels)

    [entry] = ledger(engine)
    assert (entry.key, entry.seen) == ("shp_1-1", 1)
    assert result["parcels"] == entry.sold["parcels"]
    assert result["price"] == entry.sold["offer"]["price"]
    assert result["choice"].endswith("bought by an earlier try that got no answer")


def test_the_sandbox_fails_before_it_sells_and_sells_when_it_is_asked_again(
    sandbox: Sandbox, engine: sa.Engine
) -> None:
    wish = a_consignment(name="FAILONCE Ada")
    offer = an_offer(sandbox, wish)
    with pytest.raises(ConnectionError):
        sandbox.buy("key-1", offer, wish)
    assert sandbox.look_up("key-1") is None

    bought = sandbox.buy("key-1", offer, wish)

    assert sandbox.look_up("key-1") == bought
    assert len(ledger(engine)) == 1


def test_the_sandbox_answers_nothing_for_a_minute_and_has_sold_nothing(
    sandbox: Sandbox, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = a_consignment(name="OUTAGE Ada")
    offer = an_offer(sandbox, wish)
    for seconds in (0, 59):
        monkeypatch.setattr(clock, "now", lambda s=seconds: NOW + timedelta(seconds=s))
        with pytest.raises(ConnectionError):
            sandbox.buy("key-1", offer, wish)
        with pytest.raises(ConnectionError):
            sandbox.look_up("key-1")
    assert [entry.sold for entry in ledger(engine)] == [None]

    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(seconds=60))

    assert sandbox.look_up("key-1") is None
    assert sandbox.buy("key-1", offer, wish) == sandbox.look_up("key-1")


def test_the_sandbox_may_be_late_to_say_what_it_has_sold(
    sandbox: Sandbox, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = a_consignment(name="LATE Ada")
    sold_meanwhile = []
    monkeypatch.setattr("time.sleep", lambda _seconds: sold_meanwhile.extend(ledger(engine)))

    bought = sandbox.buy("key-1", an_offer(sandbox, wish), wish)

    assert [entry.sold["parcels"] for entry in sold_meanwhile] == [
        [list(parcel) for parcel in bought.parcels]
    ]


def test_the_sandbox_takes_labels_back_and_then_times_out(
    sandbox: Sandbox, engine: sa.Engine
) -> None:
    wish = a_consignment(name="TIMEOUT Ada")
    with pytest.raises(TimeoutError):
        sandbox.buy("key-1", an_offer(sandbox, wish), wish)
    with pytest.raises(TimeoutError):
        sandbox.void("key-1")
    sandbox.void("key-1")

    assert [entry.voided_at is not None for entry in ledger(engine)] == [True]


def test_the_sandbox_declines_an_address_and_sells_nothing(
    sandbox: Sandbox, engine: sa.Engine
) -> None:
    wish = a_consignment(name="REFUSE Ada")

    with pytest.raises(Declined, match="does not deliver to this address"):
        sandbox.buy("key-1", an_offer(sandbox, wish), wish)
    assert ledger(engine) == []


def test_two_processes_with_the_same_key_buy_one_label(sandbox: Sandbox, engine: sa.Engine) -> None:
    wish = a_consignment()
    offer = an_offer(sandbox, wish)

    with ThreadPoolExecutor(4) as pool:
        bought = list(pool.map(lambda _: sandbox.buy("key-1", offer, wish), range(8)))

    assert all(labels == bought[0] for labels in bought)
    assert [entry.seen for entry in ledger(engine)] == [8]


def test_the_sandbox_is_told_what_customs_want_to_know(sandbox: Sandbox, engine: sa.Engine) -> None:
    shipment = a_shipment(a_box(""), to="US", state="pending")

    call = a_call(asks.buy(shipment))
    executors.buy(call, shipment, stalls(sandbox), [sandbox], forget_labels)

    [entry] = ledger(engine)
    [declared] = entry.customs
    assert (declared["hs_code"], declared["origin_country"]) == ("6912.00", "DE")
    assert (declared["quantity"], declared["value"], declared["weight_g"]) == (3, 1290, 380)


def test_void_labels_are_marked_in_the_ledger_once(sandbox: Sandbox, engine: sa.Engine) -> None:
    wish = a_consignment()
    sandbox.buy("key-1", an_offer(sandbox, wish), wish)
    sandbox.void("key-1")
    [first] = ledger(engine)

    sandbox.void("key-1")

    [again] = ledger(engine)
    assert first.voided_at is not None
    assert again.voided_at == first.voided_at
