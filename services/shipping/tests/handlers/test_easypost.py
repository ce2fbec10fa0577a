"""EasyPost sells each label once, whatever happens on the line, and is understood as it speaks.

long because: all that is known of one carrier is tried at one desk.
"""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis import clock
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
from services.shipping.carriers.easypost import EasyPost
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
from tests.fakes.easypost.server import EasyPostDesk, an_easypost


@pytest.fixture
def desk() -> Iterator[EasyPostDesk]:
    with an_easypost() as desk:
        yield desk


@pytest.fixture
def easypost(desk: EasyPostDesk) -> EasyPost:
    return an_account(desk)


def an_account(desk: EasyPostDesk, **settings: str) -> EasyPost:
    told = {
        "api_key": desk.key,
        "webhook_secret": desk.webhook_secret,
        "base_url": f"{desk.url}/v2",
    }
    return EasyPost(Account("ep", told | settings))


def a_consignment(parcels: int = 1, **changes: Any) -> Consignment:
    wish = ParcelWish(a_size(), 1260)
    here, there = an_address("US"), an_address("US", "Elizabeth Swan")
    return Consignment(here, there, (wish,) * parcels, currency="USD", **changes)


def cheapest(easypost: EasyPost, consignment: Consignment) -> Offer:
    return min(easypost.offers(consignment), key=lambda offer: offer.price)


def buy(easypost: EasyPost, key: str = "shp_1-1", parcels: int = 1) -> Bought:
    consignment = a_consignment(parcels)
    return easypost.buy(key, cheapest(easypost, consignment), consignment)


def test_offers_are_read_with_price_currency_and_days(easypost: EasyPost) -> None:
    assert easypost.offers(a_consignment()) == [
        Offer("ep", "USPS Express", 3415, "USD", 1),
        Offer("ep", "USPS Priority", 742, "USD", 2),
        Offer("ep", "USPS GroundAdvantage", 607, "USD", 3),
    ]


def test_a_parcel_is_told_in_inches_and_ounces_and_never_smaller_than_it_is(
    easypost: EasyPost, desk: EasyPostDesk
) -> None:
    easypost.offers(a_consignment())
    [made] = desk.made.values()

    told = {name: made["parcel"][name] for name in ("length", "width", "height", "weight")}
    assert told == {"length": 11.82, "width": 7.88, "height": 5.91, "weight": 44.45}


@pytest.mark.parametrize("parcels", [1, 3])
def test_labels_are_bought_and_found_by_their_key(
    easypost: EasyPost, desk: EasyPostDesk, parcels: int
) -> None:
    bought = buy(easypost, parcels=parcels)

    assert [number for number, _ in bought.parcels] == desk.sold
    assert len(desk.sold) == parcels
    assert (bought.offer.service, bought.offer.currency) == ("USPS GroundAdvantage", "USD")
    assert bought.offer.price == (607 if parcels == 1 else 607 * parcels)
    assert easypost.look_up("shp_1-1") == bought
    assert easypost.look_up("shp_2-1") is None


@pytest.mark.parametrize("parcels", [1, 2])
def test_the_same_key_never_buys_twice(
    easypost: EasyPost, desk: EasyPostDesk, parcels: int
) -> None:
    assert buy(easypost, parcels=parcels) == buy(easypost, parcels=parcels)
    assert len(desk.sold) == parcels


def test_several_who_buy_under_one_key_at_a_time_buy_one_label(
    easypost: EasyPost, desk: EasyPostDesk
) -> None:
    def try_it(_: int) -> Bought | None:
        try:
            return buy(easypost)
        except Declined:  # somebody else was first
            return None

    with ThreadPoolExecutor(4) as pool:
        bought = [one for one in pool.map(try_it, range(4)) if one]

    assert len(desk.sold) == 1
    assert {one.parcels for one in bought} == {buy(easypost).parcels}


WAYS = [("dropped", None), ("500", None), ("late", 0.4)]


@pytest.mark.parametrize("where", ["POST /v2/shipments", "/buy"])
@pytest.mark.parametrize(("way", "value"), WAYS)
def test_whatever_happens_on_the_line_there_is_one_label(
    easypost: EasyPost, desk: EasyPostDesk, monkeypatch: pytest.MonkeyPatch,
    where: str, way: str, value: Any,
) -> None:  # fmt: skip
    """The executor is what a stored call runs: after trouble it asks first, and then buys."""
    monkeypatch.setattr(line, "TIMEOUT_SECONDS", (5, 0.2))
    shipment = a_shipment(a_box(""), state="pending", currency="USD", shipment_id="shp_1")
    desk.next.append((where, way, value))
    kept: list[Any] = []

    def run(attempts: int) -> Any:
        call = a_call(asks.buy(shipment), attempts)
        return executors.buy(
            call, shipment, stalls(easypost), [easypost], lambda _, files: kept.extend(files)
        )

    with pytest.raises((OSError, Declined)) as trouble:
        run(1)
    assert not isinstance(trouble.value, Declined), "its outcome is unknown, it is no refusal"
    monkeypatch.setattr(line, "TIMEOUT_SECONDS", (5, 5))
    result = run(2)

    assert [number for number, _ in result["parcels"]] == desk.sold
    assert len(desk.sold) == 1
    assert kept[0].content.endswith(f"/files/{desk.sold[0]}.PDF".encode())


def test_after_a_429_it_is_asked_when_easypost_said_and_nobody_asks_before(
    easypost: EasyPost, desk: EasyPostDesk
) -> None:
    desk.next.append(("shipments", "429", "60"))

    for _ in range(2):
        with pytest.raises(Pending) as later:
            easypost.offers(a_consignment())
        wait = later.value.due_at - clock.now()
        assert timedelta(seconds=50) < wait <= timedelta(seconds=60)
    assert len(desk.asked) == 1


@pytest.mark.parametrize("trouble", [None, "dropped", "500"])
def test_whatever_happens_on_the_line_each_parcel_is_on_one_scan_form(
    easypost: EasyPost, desk: EasyPostDesk, trouble: str | None
) -> None:
    buy(easypost, "shp_1-1")
    buy(easypost, "shp_2-1", parcels=2)
    keys = ["shp_1-1", "shp_2-1"]
    if trouble:
        desk.next.append(("POST /v2/scan_forms", trouble, None))
        with pytest.raises(OSError, match="carrier"):
            easypost.manifest(keys)

    [form] = easypost.manifest(keys)

    assert form.media_type == "application/pdf"
    [made] = desk.forms
    assert sorted(made["tracking_codes"]) == sorted(desk.sold)


def test_what_was_added_since_goes_on_a_form_of_its_own(easypost: EasyPost) -> None:
    buy(easypost, "shp_1-1")
    first = list(easypost.manifest(["shp_1-1"]))
    buy(easypost, "shp_2-1")

    both = easypost.manifest(["shp_1-1", "shp_2-1"])

    assert len(both) == 2
    assert both[0] == first[0]


def test_only_what_usps_carries_gets_a_scan_form(easypost: EasyPost, desk: EasyPostDesk) -> None:
    buy(easypost)
    made = desk.find("shipments", "shp_1-1")
    made["selected_rate"] |= {"carrier": "UPS"}

    assert easypost.manifest(["shp_1-1"]) == []
    assert desk.forms == []


def test_a_form_that_easypost_makes_slowly_is_asked_for_again(
    easypost: EasyPost, desk: EasyPostDesk
) -> None:
    buy(easypost)
    easypost.manifest(["shp_1-1"])
    made = desk.find("shipments", "shp_1-1")
    made["scan_form"] = {**desk.forms[0], "status": "creating", "form_url": None}
    assert len(easypost.manifest(["shp_1-1"])) == 1

    desk.forms[0] |= {"status": "failed", "message": "origin differs", "form_url": None}
    with pytest.raises(Declined, match="origin differs"):
        easypost.manifest(["shp_1-1"])


@pytest.mark.parametrize("parcels", [1, 2])
def test_labels_are_given_back_once_however_often_it_is_asked(
    easypost: EasyPost, desk: EasyPostDesk, parcels: int
) -> None:
    bought = buy(easypost, parcels=parcels)
    for key in ("shp_1-1", "shp_1-1", "never"):
        easypost.void(key)

    assert desk.refunded == desk.sold
    assert easypost.look_up("shp_1-1") == bought


def test_a_label_that_easypost_keeps_is_declined(easypost: EasyPost, desk: EasyPostDesk) -> None:
    buy(easypost)
    desk.refund_status = "rejected"

    with pytest.raises(Declined, match="EasyPost says rejected"):
        easypost.void("shp_1-1")


@pytest.mark.parametrize(
    ("wanted", "media_type"),
    [("PDF", "application/pdf"), ("PNG", "image/png"), ("ZPL", "application/zpl")],
)
def test_labels_come_in_the_format_that_the_account_says(
    desk: EasyPostDesk, wanted: str, media_type: str
) -> None:
    easypost = an_account(desk, label_format=wanted)
    buy(easypost, parcels=2)

    files = easypost.labels("shp_1-1")

    assert [file.media_type for file in files] == [media_type] * 2
    assert [number.encode() in f.content for number, f in zip(desk.sold, files, strict=True)]


def test_a_label_that_was_made_in_another_format_is_converted(desk: EasyPostDesk) -> None:
    buy(an_account(desk, label_format="PNG"))

    [file] = an_account(desk, label_format="ZPL").labels("shp_1-1")

    assert file.content.startswith(b"^XA")


def test_customs_are_declared_for_all_pieces_and_signed(desk: EasyPostDesk) -> None:
    easypost = an_account(desk, customs_signer="Ann Clerk")
    easypost.offers(a_consignment(customs=(an_item(),)))
    [made] = desk.made.values()

    declared = made["customs_info"]
    [item] = declared["customs_items"]
    assert declared["customs_signer"] == "Ann Clerk"
    assert (item["quantity"], item["value"], item["currency"]) == (3, "38.70", "USD")
    assert (item["hs_tariff_number"], item["origin_country"]) == ("691200", "DE")
    assert item["weight"] == 40.22


def test_without_a_signer_nothing_crosses_a_border(easypost: EasyPost) -> None:
    with pytest.raises(Declined, match="who signs for customs"):
        easypost.offers(a_consignment(customs=(an_item(),)))


def test_a_key_that_is_no_longer_good_is_said_and_is_in_no_word(
    desk: EasyPostDesk, easypost: EasyPost
) -> None:
    easypost.test()
    with pytest.raises(Declined, match="not active") as refusal:
        an_account(desk, api_key="secret-key").test()
    assert "secret-key" not in str(refusal.value)


def test_a_server_that_is_not_there_is_no_answer() -> None:
    easypost = EasyPost(Account("ep", {"base_url": "http://127.0.0.1:9/v2", "api_key": "k"}))
    with pytest.raises(ConnectionError, match="cannot be reached"):
        easypost.test()


def test_scans_are_read_in_our_words_and_are_the_same_when_they_come_again(
    easypost: EasyPost, desk: EasyPostDesk
) -> None:
    body, signature = desk.webhook(
        "94001",
        ("in_transit", "2026-03-02T10:00:00Z"), ("return_to_sender", "2026-03-03T10:00:00Z"),
        ("unknown", "2026-03-04T10:00:00Z"), ("failure", "2026-03-05T10:00:00Z"),
    )  # fmt: skip
    notices = easypost.read_webhook(body, signature)

    assert [n.event.status for n in notices] == ["in_transit", "returned_to_sender", "exception"]
    assert notices[0].event.at == datetime(2026, 3, 2, 10, tzinfo=UTC)
    assert {n.tracking_number for n in notices} == {"94001"}
    assert easypost.read_webhook(body, signature) == notices
    assert len({n.event_id for n in notices}) == 3


def test_a_forged_or_unsigned_webhook_is_refused(easypost: EasyPost, desk: EasyPostDesk) -> None:
    body, signature = desk.webhook("94001", ("delivered", "2026-03-02T10:00:00Z"))
    for changed, signed in ((body + " ", signature), (body, ""), (body, signature[:-1] + "x")):
        with pytest.raises(Refused, match="does not fit"):
            easypost.read_webhook(changed, signed)
    with pytest.raises(Refused, match="does not fit"):
        an_account(desk, webhook_secret="").read_webhook(body, signature)


def test_where_parcels_are_can_be_asked_and_is_the_same_as_what_is_posted(
    easypost: EasyPost, desk: EasyPostDesk
) -> None:
    [(number, _)] = buy(easypost).parcels
    body, signature = desk.webhook(number, ("in_transit", "2026-03-02T10:00:00Z"))
    desk.find("shipments", "shp_1-1")["tracker"] = json.loads(body)["result"]

    assert easypost.track("shp_1-1") == list(easypost.read_webhook(body, signature))
    assert list(easypost.track("never")) == []


def test_addresses_are_checked_where_the_account_says_so(
    easypost: EasyPost, desk: EasyPostDesk
) -> None:
    known = an_address("US", line1="388 Townsend St")
    assert easypost.check_address(known) is None

    checking = an_account(desk, check_addresses="yes")

    assert checking.check_address(known) == AddressCheck(well=True)
    assert checking.check_address(an_address("US")) == AddressCheck(
        well=False, words="Address not found"
    )
