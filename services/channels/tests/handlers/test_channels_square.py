"""Is what is sold over the counter counted, and what is to be sent taken and told, to the cent?"""

import json
from datetime import timedelta
from typing import Any

import pytest
import requests

from chassis.errors import Refused
from chassis.outside import Declined
from contracts.channels import ChannelWebhook, Setting
from contracts.inventory import CountSale
from services.channels import handlers
from services.channels.domain.news import Cancellation, CounterSale, NotForUs, Sold, Unacceptable
from services.channels.domain.pull import Cursor, Pull
from services.channels.marketplaces import square as adapter
from services.channels.marketplaces.marketplace import Shop
from services.channels.marketplaces.square import Square
from services.channels.tests.builders import NOW, SHOP, Channel, a_connection, adds_up, sku_saved
from services.channels.tests.speeches import a_till
from tests.fakes.square import BEGAN, FakeSquare, a_shipment, an_item, money

MARKET = Square()
TILL = Shop("till", settings={"warehouse_id": "berlin"})


def read(order: Any, shop: Shop = TILL) -> Any:
    (news,) = MARKET.read(shop, "", json.dumps(order))
    return news.said


def counted(said: CounterSale) -> Any:
    return said.warehouse_id, {x.sku: x.change for x in said.units}


def test_what_went_over_the_counter_leaves_the_books_however_it_was_paid() -> None:
    for cash in (True, False):
        order = FakeSquare().over_the_counter(
            an_item("VAR1", 2, sku="MUG-1"), an_item("VAR1", 1, sku="MUG-1"), an_item("VAR9", 1),
            an_item("", item_type="CUSTOM_AMOUNT"), an_item("VAR8", item_type="GIFT_CARD"),
            cash=cash,
        )  # fmt: skip
        assert counted(read(order)) == ("berlin", {"MUG-1": -3, "variation:VAR9": -1})


def test_what_is_brought_back_to_the_counter_comes_back_on_the_books() -> None:
    back = [{"return_line_items": [an_item("VAR1", 2, sku="MUG-1")]}]
    exchanged = FakeSquare().over_the_counter(an_item("VAR2", sku="SHIRT-M"), returns=back)
    returned = FakeSquare().over_the_counter(line_items=None, returns=back)

    assert counted(read(exchanged))[1] == {"SHIRT-M": -1, "MUG-1": 2}
    assert counted(read(returned))[1] == {"MUG-1": 2}


def test_a_sale_waits_for_its_listing_and_is_counted_once() -> None:
    channel = Channel("MUG-1")
    order = FakeSquare().over_the_counter(an_item("VAR1", 2, sku="MUG-1"), an_item("VAR9"))
    (news,) = MARKET.read(Shop(SHOP, settings={"warehouse_id": "berlin"}), "", json.dumps(order))
    taken = handlers.take_news(SHOP, news, channel.work, channel.kept, newer=True)
    assert (taken.outcome, channel.inbound().unmapped) == ("parked", ("variation:VAR9",))

    handlers.save_sku(sku_saved("SHIRT-M"), channel.work, channel.kept)
    assert channel.map("variation:VAR9", "SHIRT-M") == 1
    assert handlers.take_news(SHOP, news, channel.work, channel.kept).outcome == "duplicate"

    told = [x for x in channel.work.sent if isinstance(x, CountSale)]
    assert [(x.sale_id, x.warehouse_id) for x in told] == [(f"{SHOP}:4711", "berlin")]
    assert {x.sku: x.change for x in told[0].units} == {"MUG-1": -2, "SHIRT-M": -1}
    assert channel.inbound().state == "placed"
    assert channel.handed_over == []


def test_an_order_to_be_sent_is_read_to_the_cent_with_its_taxes_and_discounts() -> None:
    line = an_item(
        "VAR1", 3, 2499, sku="MUG-1", total_tax_money=money(399), total_discount_money=money(300)
    )
    order = read(FakeSquare().sell(
        line, an_item("VAR8", 1, 2000, uid="12", item_type="GIFT_CARD"),
        total_money=money(5098), total_service_charge_money=money(499),
        total_tip_money=money(100),
    )).order  # fmt: skip

    assert [(x.sku, x.unit_price, x.discount, x.tax) for x in order.lines] == [
        ("MUG-1", 800, 300, 399),
    ]  # fmt: skip
    assert (order.delivery.price, order.total, adds_up(order)) == (599, 3098, True)


@pytest.mark.parametrize(
    ("changes", "kind"),
    [({}, Sold), ({"state": "CANCELED"}, Cancellation),
     ({"fulfillments": [a_shipment(state="COMPLETED")]}, NotForUs),
     ({"fulfillments": []}, NotForUs), ({"fulfillments": [], "state": "DRAFT"}, Unacceptable),
     ({"fulfillments": [{"type": "PICKUP"}], "state": "COMPLETED"}, CounterSale),
     ({"fulfillments": [a_shipment(state="CANCELED")], "state": "COMPLETED"}, CounterSale)],
)  # fmt: skip
def test_what_an_order_is_for_us_depends_on_how_it_stands(changes: Any, kind: Any) -> None:
    assert isinstance(read(FakeSquare().sell(**changes)), kind)


def test_an_order_that_is_not_paid_waits() -> None:
    assert read(FakeSquare().sell(net_amount_due_money=money(1000))).unpaid is True


@pytest.mark.parametrize(
    ("order", "field"),
    [(FakeSquare().sell(an_item(quantity=0)), "line_items[0].quantity"),
     (FakeSquare().sell(an_item(total_tax_money=money(1, "USD"))),
      "line_items[0].total_tax_money"),
     (FakeSquare().sell(total_money=money(900)), "total"),
     (FakeSquare().sell(total_money=None), "total_money"),
     (FakeSquare().sell(fulfillments=[a_shipment("")]),
      "fulfillments.shipment_details.recipient"),
     (FakeSquare().over_the_counter(an_item(quantity="1.5")), "line_items[0].quantity")],
)  # fmt: skip
def test_what_cannot_be_taken_is_named(order: Any, field: str) -> None:
    said = read(order)

    assert isinstance(said, Unacceptable)
    assert said.field == field


def test_a_counter_without_a_warehouse_counts_nothing_and_says_so() -> None:
    said = read(FakeSquare().over_the_counter(), Shop("till"))

    assert isinstance(said, Unacceptable)
    assert said.field == "warehouse_id"


def test_a_pull_finds_all_page_by_page_with_the_skus_of_the_catalog(
    till: FakeSquare, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(adapter, "ORDERS_IN_A_PAGE", 3)
    for number in range(1, 8):
        till.sell(an_item("VAR2"), order_id=str(number))
    cursor, found = Cursor(since=BEGAN - timedelta(days=1)), []
    while True:
        page = MARKET.pull(a_till(till), cursor)
        found += [MARKET.read(a_till(till), "", text)[0] for text in page.orders]
        if not page.next:
            break
        cursor = cursor.after(page.next, page.newest)

    assert [x.channel_order_id for x in found] == [str(n) for n in range(1, 8)]
    assert {x.said.order.lines[0].sku for x in found} == {"SHIRT-M"}


def test_a_signed_webhook_has_the_till_asked_at_once(till: FakeSquare) -> None:
    channel, (body, signature) = Channel(), till.event()
    address = Setting(name="webhook_url", value=till.webhook)
    channel.kept.put_connection(
        a_connection("till", "square", webhook_secret=till.key, settings=(address,))
    )
    later = NOW + timedelta(minutes=4)
    pull = Pull("till", BEGAN, Cursor(since=BEGAN), later)
    channel.pulls.add(pull)

    def post(signed: str) -> Any:
        wish = ChannelWebhook(
            channel="till", topic="", event_id="", signature=signed, body=body
        )  # fmt: skip
        return handlers.take_webhook(wish, MARKET, channel.work, channel.kept, channel.pulls)

    with pytest.raises(Refused):
        post(signature[::-1])
    assert pull.due_at == later
    assert (post(signature).outcome, pull.due_at) == ("accepted", NOW)


def left(*numbers: str, quantity: int = 1) -> Any:
    return {"channel_order_id": "4711", "carrier": "DHL", "tracking_numbers": list(numbers),
            "lines": [{"channel_line_id": "11", "quantity": quantity}]}  # fmt: skip


def back(amount: int) -> Any:
    return {"channel_order_id": "4711", "return_id": "ret_1",
            "amount": {"amount": amount, "currency": "EUR"},
            "lines": [{"channel_line_id": "11", "quantity": 1}]}  # fmt: skip


OFF = {"channel_order_id": "4711", "reason": "sold out", "restock": True}


def test_a_shipment_is_completed_once_all_pieces_have_left(till: FakeSquare) -> None:
    till.sell(an_item(quantity=3, total=3000))
    till.loses_answer_to = "PUT /v2/orders/4711"
    with pytest.raises(requests.ConnectionError):
        MARKET.acknowledge(a_till(till), "ack-1", left("T1"))
    MARKET.acknowledge(a_till(till), "ack-1", left("T1"))
    order = till.orders["4711"]
    assert (order["metadata"], order["version"]) == ({"oms_ack-1": "11=1"}, 2)

    MARKET.acknowledge(a_till(till), "ack-2", left("T2", "T3", quantity=2))

    (shipment,) = order["fulfillments"]
    assert (shipment["state"], shipment["shipment_details"]["tracking_number"]) == (
        "COMPLETED", "T2, T3",
    )  # fmt: skip
    with pytest.raises(Declined) as no:
        MARKET.acknowledge(a_till(till), "ack-3", left("T4"))
    assert no.value.code == "nothing_open"


def test_a_refund_whose_answer_was_lost_is_made_once(till: FakeSquare) -> None:
    till.sell()
    till.loses_answer_to = "POST /v2/refunds"
    with pytest.raises(requests.ConnectionError):
        MARKET.push_refund(a_till(till), "refund-1", back(1000))
    MARKET.push_refund(a_till(till), "refund-1", back(1000))

    assert [x["amount_money"]["amount"] for x in till.refunds.values()] == [1000]


@pytest.mark.parametrize(
    ("cash", "amount", "code"), [(True, 500, "no_way_back"), (False, 1001, "too_much")]
)
def test_money_that_square_cannot_give_back_is_not_asked_for(
    till: FakeSquare, cash: bool, amount: int, code: str
) -> None:
    till.sell(cash=cash)
    with pytest.raises(Declined) as no:
        MARKET.push_refund(a_till(till), "refund-1", back(amount))

    assert (no.value.code, till.refunds) == (code, {})


def test_what_was_paid_is_given_back_when_an_order_is_off(till: FakeSquare) -> None:
    till.sell()
    for _ in range(2):
        MARKET.push_cancellation(a_till(till), OFF)

    assert till.orders["4711"]["fulfillments"][0]["state"] == "CANCELED"
    assert [(x["amount_money"]["amount"], x["reason"]) for x in till.refunds.values()] == [
        (1000, "sold out"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "code"),
    [({"cash": True}, "no_way_back"),
     ({"fulfillments": [a_shipment(state="COMPLETED")]}, "not_canceled")],
)  # fmt: skip
def test_an_order_that_square_cannot_call_off_says_so(
    till: FakeSquare, changes: Any, code: str
) -> None:
    till.sell(**changes)
    with pytest.raises(Declined) as no:
        MARKET.push_cancellation(a_till(till), OFF)
    assert (no.value.code, till.refunds) == (code, {})


def test_stock_is_counted_for_the_variation_that_is_meant(till: FakeSquare) -> None:
    for listing in ("MUG-1", "variation:VAR2"):
        MARKET.push_stock(a_till(till), {"listing": listing, "available": 7})
    with pytest.raises(Declined) as no:
        MARKET.push_stock(a_till(till), {"listing": "Mug-1", "available": 7})

    assert (till.stock, no.value.code) == ({"MUG-1": 7, "SHIRT-M": 7}, "not_listed")


def test_a_till_is_asked_whether_it_knows_us(till: FakeSquare) -> None:
    MARKET.check(a_till(till))
    for shop, code in (
        (Shop("x", till.url, "other", location_id="057P5VYJ4A5X1"), "http_401"),
        (Shop("x", till.url, till.token, location_id="ELSEWHERE"), "no_location"),
    ):
        with pytest.raises(Declined) as no:
            MARKET.check(shop)
        assert no.value.code == code
