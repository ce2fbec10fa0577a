"""Shippo sells a label once for each key, whatever becomes of an answer, and is heard in words.

long because: all that is known of one carrier is tried at one desk.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import sqlalchemy as sa

from chassis.errors import Refused
from chassis.outside import Declined, Pending
from services.shipping import asks, executors
from services.shipping.carriers import line
from services.shipping.carriers.carrier import (
    Account,
    AddressCheck,
    Bought,
    Consignment,
    Offer,
    ParcelWish,
)
from services.shipping.carriers.shippo import Shippo
from services.shipping.carriers.shippo_words import fault_of, messages_of, offer_of
from services.shipping.purchases import Purchases
from services.shipping.tests.builders import (
    a_box,
    a_call,
    a_shipment,
    a_size,
    an_address,
    an_item,
)
from services.shipping.tests.carriers import (
    stalls,
)
from tests.fakes.shippo.server import RECORDINGS, ShippoDesk, a_shippo, recorded

KEY = "shp_1-1"


@pytest.fixture
def desk() -> Iterator[ShippoDesk]:
    with a_shippo() as desk:
        yield desk


def an_account(desk: ShippoDesk, engine: sa.Engine, **settings: str) -> Shippo:
    line.BUCKETS.clear()
    known = {"token": desk.token, "webhook_secret": desk.webhook_secret, "base_url": desk.url,
             "customs_signer": "Ann Clerk"}  # fmt: skip
    return Shippo(Account("sp", {**known, **settings}), Purchases(engine, "sp"))


@pytest.fixture
def shippo(desk: ShippoDesk, engine: sa.Engine) -> Shippo:
    return an_account(desk, engine)


def a_consignment(parcels: int = 1, to: str = "US") -> Consignment:
    customs = (an_item(),) if to != "US" else ()
    ends = an_address("US"), an_address(to)
    return Consignment(*ends, (ParcelWish(a_size(), 1260),) * parcels, customs, "USD")


def buy(
    shippo: Shippo, key: str = KEY, parcels: int = 1, name: str = "USPS Priority Mail"
) -> Bought:
    consignment = a_consignment(parcels)
    [offer] = [one for one in shippo.offers(consignment) if one.service == name]
    return shippo.buy(key, offer, consignment)


def test_offers_are_read_with_price_currency_and_days(shippo: Shippo) -> None:
    offers = shippo.offers(a_consignment())

    assert len(offers) == 22
    assert Offer("sp", "FedEx Ground", 1305, "USD", 1) in offers
    assert Offer("sp", "USPS Parcel Select", 977, "USD", 7) in offers


def test_a_parcel_is_told_in_centimeters_and_grams(shippo: Shippo, desk: ShippoDesk) -> None:
    shippo.offers(a_consignment())

    [told] = desk.shipments[0]["told"]["parcels"]
    assert told == {"length": "30.0", "width": "20.0", "height": "15.0", "distance_unit": "cm",
                    "weight": "1260", "mass_unit": "g"}  # fmt: skip


def test_goods_are_declared_where_a_border_is_crossed(
    shippo: Shippo, desk: ShippoDesk, engine: sa.Engine
) -> None:
    shippo.offers(a_consignment(to="CA"))

    declared = desk.shipments[0]["told"]["customs_declaration"]
    assert (declared["certify"], declared["certify_signer"]) == (True, "Ann Clerk")
    [item] = declared["items"]
    assert (item["quantity"], item["value_amount"], item["net_weight"]) == (3, "38.70", "1140")
    assert (item["tariff_number"], item["origin_country"]) == ("691200", "DE")
    with pytest.raises(Declined, match="does not say who signs"):
        an_account(desk, engine, customs_signer="").offers(a_consignment(to="CA"))


@pytest.mark.parametrize("parcels", [1, 3])
def test_labels_are_bought_and_found_by_their_key(
    shippo: Shippo, desk: ShippoDesk, parcels: int
) -> None:
    bought = buy(shippo, parcels=parcels)

    assert [number for number, _ in bought.parcels] == desk.sold
    assert len(desk.sold) == parcels
    assert bought.offer == Offer("sp", "USPS Priority Mail", 909, "USD", 1)
    assert shippo.look_up(KEY) == bought
    assert [file.media_type for file in shippo.labels(KEY)] == ["application/pdf"] * parcels


def test_the_same_key_never_buys_twice_even_after_a_start_anew(
    shippo: Shippo, desk: ShippoDesk, engine: sa.Engine
) -> None:
    first = buy(shippo)

    assert buy(an_account(desk, engine)) == first
    assert len(desk.sold) == 1


def test_what_was_agreed_is_bought_though_it_is_no_longer_offered(
    shippo: Shippo, desk: ShippoDesk
) -> None:
    desk.loses_answer_to = "POST /transactions/"
    with pytest.raises(ConnectionError):
        buy(shippo)
    [offer] = [one for one in shippo.offers(a_consignment()) if one.service[5:] == "Priority Mail"]
    desk.made["rates"] = []

    bought = shippo.buy(KEY, offer, a_consignment())

    assert [number for number, _ in bought.parcels] == desk.sold
    assert len(desk.sold) == 1


def test_several_who_buy_under_one_key_at_a_time_buy_one_label(
    shippo: Shippo, desk: ShippoDesk
) -> None:
    desk.is_late = 0.05

    def try_it(_: int) -> Bought | None:
        try:
            return buy(shippo)
        except ConnectionError:  # somebody else is at it
            return None

    with ThreadPoolExecutor(4) as pool:
        bought = [one for one in pool.map(try_it, range(4)) if one]

    assert bought
    assert len(desk.sold) == 1


@pytest.mark.parametrize("where", ["/shipments/", "/transactions/"])
@pytest.mark.parametrize("way", ["lost", "500", "late"])
def test_whatever_happens_on_the_line_there_is_one_label(
    shippo: Shippo, desk: ShippoDesk, monkeypatch: pytest.MonkeyPatch, where: str, way: str
) -> None:
    """The executor is what a stored call runs: after trouble it asks first, and then buys."""
    shipment = a_shipment(a_box(""), state="pending", currency="USD", shipment_id="shp_1")
    shippo.offers(a_consignment())
    if way == "lost":
        desk.loses_answer_to = f"POST {where}"
    if way == "500":
        desk.breaks_at = f"POST {where}"
    desk.is_late = 0.4 if way == "late" else 0.0
    if way == "late":
        monkeypatch.setattr(line, "TIMEOUT_SECONDS", (5, 0.2))
    kept: list[Any] = []

    def run(attempts: int) -> Any:
        call = a_call(asks.buy(shipment), attempts)
        return executors.buy(
            call, shipment, stalls(shippo), [shippo], lambda _, files: kept.extend(files)
        )

    with pytest.raises((OSError, Declined)) as trouble:
        run(1)
    assert not isinstance(trouble.value, Declined), "its outcome is unknown, it is no refusal"
    monkeypatch.setattr(line, "TIMEOUT_SECONDS", (5, 5))
    desk.is_late = 0.0
    result = run(2)

    assert [number for number, _ in result["parcels"]] == desk.sold
    assert len(desk.sold) == 1
    assert desk.sold[0].encode() in kept[0].content


def test_a_label_that_shippo_still_makes_is_neither_bought_again_nor_given_up(
    shippo: Shippo, desk: ShippoDesk
) -> None:
    desk.status = "QUEUED"
    for ask in (lambda: buy(shippo), lambda: shippo.look_up(KEY), lambda: shippo.void(KEY)):
        with pytest.raises(ConnectionError, match="still making the label"):
            ask()
    [label] = desk.labels
    label |= {"status": "SUCCESS", "tracking_number": "9205", "label_url": f"{desk.url}/files/1"}

    assert buy(shippo).parcels[0][0] == "9205"
    assert len(desk.labels) == 1


def test_a_label_that_cannot_be_made_is_declined_in_the_carriers_words(
    shippo: Shippo, desk: ShippoDesk
) -> None:
    desk.status = "ERROR"
    with pytest.raises(Declined, match="USPS No such day"):
        buy(shippo)


def test_a_service_that_is_gone_is_declined(shippo: Shippo) -> None:
    gone = Offer("sp", "DHL Balloon", 1, "USD", 1)
    with pytest.raises(Declined, match="no longer offers DHL Balloon"):
        shippo.buy(KEY, gone, a_consignment())


@pytest.mark.parametrize("parcels", [1, 2])
def test_labels_are_given_back_once_however_often_it_is_asked(
    shippo: Shippo, desk: ShippoDesk, parcels: int
) -> None:
    bought = buy(shippo, parcels=parcels)
    for key in (KEY, KEY, "never"):
        shippo.void(key)

    assert desk.refunds == [number for number, _ in bought.parcels]
    assert shippo.look_up(KEY) == bought


def test_a_label_that_shippo_keeps_is_declined(shippo: Shippo, desk: ShippoDesk) -> None:
    buy(shippo)
    desk.refund_status = "ERROR"
    with pytest.raises(Declined, match="gives no refund"):
        shippo.void(KEY)
    desk.labels[0]["status"] = "REFUNDREJECTED"
    with pytest.raises(Declined, match="has rejected the refund"):
        shippo.void(KEY)


@pytest.mark.parametrize("lost", [False, True])
def test_each_label_is_on_one_manifest_and_only_those_that_usps_carries(
    shippo: Shippo, desk: ShippoDesk, *, lost: bool
) -> None:
    buy(shippo)
    buy(shippo, "shp_2-1", parcels=2)
    buy(shippo, "shp_3-1", name="FedEx Ground")
    keys = [KEY, "shp_2-1", "shp_3-1"]
    if lost:
        desk.loses_answer_to = "POST /manifests/"
        with pytest.raises(ConnectionError):
            shippo.manifest(keys)

    [form] = shippo.manifest(keys)

    assert form.media_type == "application/pdf"
    assert [one["transactions"] for one in desk.manifests] == [["label0", "label1", "label2"]]


def test_a_wrong_token_and_too_many_requests_are_said(
    desk: ShippoDesk, engine: sa.Engine, shippo: Shippo
) -> None:
    with pytest.raises(Declined, match="Invalid token"):
        an_account(desk, engine, token="wrong").test()
    desk.answers_first.append((429, {"Retry-After": "60"}))
    with pytest.raises(Pending):
        shippo.test()


def test_scans_are_read_in_our_words(shippo: Shippo, desk: ShippoDesk) -> None:
    body, signature = desk.webhook(
        "9205",
        ("TRANSIT", "package_accepted", "2026-03-02T10:00:00Z"),
        ("TRANSIT", "out_for_delivery", "2026-03-03T08:00:00Z"),
        ("UNKNOWN", "", "2026-03-03T09:00:00Z"),
        ("DELIVERED", "delivered", "2026-03-03T10:00:00Z"),
        ("FAILURE", "", "2026-03-04T10:00:00Z"),
    )

    notices = shippo.read_webhook(body, signature)

    assert [one.event.status for one in notices] == [
        "in_transit", "out_for_delivery", "delivered", "exception",
    ]  # fmt: skip
    assert notices[0].event.place == "Reno, US"
    assert shippo.read_webhook(body, signature) == notices
    assert len({one.event_id for one in notices}) == 4


def test_where_parcels_are_can_be_asked_and_is_the_same_as_what_is_posted(
    shippo: Shippo, desk: ShippoDesk
) -> None:
    bought = buy(shippo, parcels=2)
    number = bought.parcels[1][0]
    body, signature = desk.webhook(number, ("TRANSIT", "", "2026-03-02T10:00:00Z"))
    desk.tracks[f"/tracks/usps/{number}"] = json.loads(body)["data"]

    assert shippo.track(KEY) == list(shippo.read_webhook(body, signature))
    assert shippo.track("never") == ()


def test_addresses_are_checked_where_the_account_says_so(
    shippo: Shippo, desk: ShippoDesk, engine: sa.Engine
) -> None:
    known = an_address("US", line1="215 Clayton St")
    assert shippo.check_address(known) is None

    checking = an_account(desk, engine, check_addresses="yes")
    doubted = checking.check_address(an_address("US"))

    assert checking.check_address(known) == AddressCheck(well=True)
    assert doubted is not None
    assert (doubted.well, "could not be found" in doubted.words) == (False, True)


def test_forged_postings_are_refused_and_others_say_nothing(
    shippo: Shippo, desk: ShippoDesk, engine: sa.Engine
) -> None:
    body, signature = desk.webhook("9205", ("DELIVERED", "", "2026-03-03T10:00:00Z"))
    for changed, signed in ((body + " ", signature), (body, ""), (body, "t=18," + signature[5:])):
        with pytest.raises(Refused, match="does not fit"):
            shippo.read_webhook(changed, signed)
    with pytest.raises(Refused, match="does not fit"):
        an_account(desk, engine, webhook_secret="").read_webhook(body, signature)


@pytest.mark.parametrize("name", sorted(path.stem for path in RECORDINGS.glob("*.json")))
def test_every_recorded_answer_is_read_or_refused_in_its_own_words(name: str) -> None:
    for exchange in recorded(name):
        answer = exchange["response"]
        body = answer["body"]
        if answer["status"] >= 400:
            _, words = fault_of(body)
            fields = body if isinstance(body, dict) else {}
            assert words
            assert all(field in words or field == "detail" for field in fields)
            continue
        things = body.get("results", [body])
        for thing in things:
            for rate in thing.get("rates", [thing] if "servicelevel" in thing else []):
                if rate.get("amount"):
                    assert offer_of("sp", rate).price > 0
            if thing.get("messages"):
                assert messages_of(thing) != "no reason given"
