"""What every adapter to a shop promises, checked for each of them.

Those of other packages are checked, too, if they name their speech in the entry point group
`oms.channel_speeches`.
"""

from importlib.metadata import entry_points
from typing import Any

import msgspec
import pytest

from chassis.errors import Refused
from contracts.orders import PlaceOrder
from services.channels.domain.news import Sold, Unacceptable
from services.channels.marketplaces.marketplace import Can, Shop
from services.channels.marketplaces.registry import MARKETS
from services.channels.tests.builders import adds_up
from services.channels.tests.speeches import SPEECHES, Speech

SHOP = Shop("my-channel", location_id="77", access_token="token")


ALL = (*SPEECHES, *(point.load() for point in entry_points(group="oms.channel_speeches")))


@pytest.fixture(params=ALL, ids=lambda speech: speech.market.kind)
def speech(request: pytest.FixtureRequest) -> Speech:
    return request.param


def order(speech: Speech, price: str = "10.00", currency: str = "EUR", country: str = "DE") -> str:
    return speech.order(price, currency, country)


def read(speech: Speech, body: str) -> Any:
    return speech.market.read(SHOP, speech.topic, body)


def test_all_adapters_are_checked_here_and_known_by_their_kind() -> None:
    assert {kind: market.kind for kind, market in MARKETS.items()} == {
        speech.market.kind: speech.market.kind for speech in ALL
    }


@pytest.mark.parametrize(
    ("price", "currency", "amount"), [("10.00", "EUR", 1000), ("1500", "JPY", 1500)]
)
def test_an_order_names_its_channel_and_id_and_adds_up(
    speech: Speech, price: str, currency: str, amount: int
) -> None:
    (news,) = read(speech, order(speech, price, currency))

    sold = news.said.order
    assert isinstance(news.said, Sold)
    assert (news.channel_order_id, sold.channel_order_id, sold.channel) == (
        "4711", "4711", "my-channel",
    )  # fmt: skip
    assert [(x.sku, x.quantity, x.unit_price) for x in sold.lines] == [("MUG-1", 2, amount)]
    assert (sold.total, sold.payment.method, adds_up(sold)) == (2 * amount, "external", True)


def test_each_line_has_an_id_by_which_the_channel_knows_it(speech: Speech) -> None:
    (news,) = read(speech, order(speech))

    assert all(line.channel_line_id for line in news.said.order.lines)


def test_the_same_words_mean_the_same_each_time(speech: Speech) -> None:
    assert read(speech, order(speech)) == read(speech, order(speech))


def test_an_order_can_be_handed_over_as_it_is(speech: Speech) -> None:
    (news,) = read(speech, order(speech))

    wire = msgspec.json.encode(news.said.order)
    assert msgspec.json.decode(wire, type=PlaceOrder) == news.said.order


@pytest.mark.parametrize(
    "changes", [{"price": "cheap"}, {"price": "0.001"}, {"currency": "ABC"}, {"country": "?"}]
)
def test_an_order_that_cannot_be_accepted_is_named_with_the_field(
    speech: Speech, changes: Any
) -> None:
    (news,) = read(speech, order(speech, **changes))

    assert isinstance(news.said, Unacceptable)
    assert (news.channel_order_id, news.said.field != "", news.said.reason != "") == (
        "4711", True, True,
    )  # fmt: skip


@pytest.mark.parametrize("body", ["", "\x00", "no order", '{"id"', "a,b\nc,d", "\ufeff"])
def test_what_cannot_be_read_at_all_is_refused_with_the_field(speech: Speech, body: str) -> None:
    with pytest.raises(Refused) as refusal:
        read(speech, body)
    assert refusal.value.field in {"body", "csv"}


def test_a_webhook_that_nobody_signed_is_refused(speech: Speech) -> None:
    with pytest.raises(Refused):
        speech.market.verify(SHOP, order(speech), "")


def test_what_is_told_twice_is_told_once(speech: Speech, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    lines = [{"channel_line_id": "11", "quantity": 1}]
    left = {"channel_order_id": "4711", "carrier": "DHL", "tracking_numbers": ["T1"],
            "lines": lines}  # fmt: skip
    back = {"channel_order_id": "4711", "return_id": "ret_1", "lines": lines,
            "amount": {"amount": 500, "currency": "EUR"}}  # fmt: skip
    off = {"channel_order_id": "4711", "reason": "sold out", "restock": True}
    with speech.opened() as (shop, heard):
        for _ in range(2):
            speech.market.acknowledge(shop, "ack-1", left)
            speech.market.push_refund(shop, "refund-1", back)
            speech.market.push_stock(shop, {"listing": "MUG-1", "available": 7})
            speech.market.push_cancellation(shop, off)

        assert heard() == speech.hears


def test_an_order_can_be_asked_for_by_its_number_where_the_shop_can_be_asked(
    speech: Speech, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with speech.opened() as (shop, _):
        found = speech.market.look_up(shop, "4711")
        nothing = speech.market.look_up(shop, "4712")

    assert nothing == ""
    assert (found != "") == (Can.LOOK_UP in speech.market.can)
    if found:
        (news,) = speech.market.read(shop, "", found)
        assert (news.channel_order_id, type(news.said)) == ("4711", Sold)
