"""Every carrier keeps the promises of the Protocol."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest

from chassis.errors import Refused
from services.shipping.carriers.carrier import (
    Account,
    Carrier,
    Offer,
)
from services.shipping.carriers.easypost import EasyPost
from services.shipping.carriers.sandbox import Sandbox
from services.shipping.carriers.shippo import Shippo
from services.shipping.carriers.signed_scan import sign
from services.shipping.carriers.table_rate import TableRate
from services.shipping.purchases import Purchases
from services.shipping.tests.builders import (
    a_posting,
)
from services.shipping.tests.carriers import (
    SCAN_SECRET,
    PricedCarrier,
    a_consignment,
    an_offer,
)
from services.shipping.tests.examples.pigeon import Pigeon
from tests.fakes.easypost.server import an_easypost
from tests.fakes.pigeon import a_loft
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


@pytest.fixture(params=["sandbox", "priced", "table_rate", "easypost", "shippo", "pigeon"])
def case(request: pytest.FixtureRequest) -> Iterator[Case]:
    if request.param == "sandbox":
        yield Case(Sandbox(request.getfixturevalue("engine")), post_as_the_sandbox)
    elif request.param == "priced":
        yield Case(PricedCarrier("swift", 400), post_as_the_sandbox)
    elif request.param == "table_rate":
        told = {"rates": RATES, "webhook_secret": SCAN_SECRET, "tracking_url": "https://x/{number}"}
        purchases = Purchases(request.getfixturevalue("engine"), "courier")
        yield Case(TableRate(Account("courier", told), purchases), post_as_the_sandbox)
    elif request.param == "pigeon":
        with a_loft() as loft:
            known = {"token": loft.token, "webhook_secret": SCAN_SECRET, "base_url": loft.url}
            yield Case(Pigeon(Account("birds", known)), post_as_the_sandbox)
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
