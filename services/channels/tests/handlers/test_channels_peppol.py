"""Are orders of companies read from UBL to the cent, changed and canceled, and nothing else?"""

from typing import Any

import pytest

from chassis.errors import Refused
from services.channels.domain.news import Cancellation, NotForUs, Sold, Unacceptable
from services.channels.marketplaces.marketplace import Shop
from services.channels.marketplaces.peppol import Peppol
from services.channels.tests.builders import adds_up
from services.channels.tests.documents import CHARGE, GTIN, a_line, a_ubl_order

MARKET, SHOP = Peppol(), Shop("b2b", webhook_secret="hush")
BUYER = "<b:EndpointID>987654325</b:EndpointID>"


def read(*lines: str, shop: Shop = SHOP, **more: str) -> Any:
    (news,) = MARKET.read(shop, "", a_ubl_order(*lines, **more))
    return news


def test_charges_allowances_and_taxes_by_their_rates_are_read_to_the_cent() -> None:
    order = read(
        a_line(3, "10.00", "29.00", more=CHARGE.format("false", "1.00")),
        a_line(1, "20.00", item=GTIN.format("04006381333931"), line="2", percent="0"),
        more=CHARGE.format("true", "5.00") + CHARGE.format("false", "4.90"),
        tax="5.00", total="54.10",
    ).said.order  # fmt: skip

    lines = [
        (x.channel_line_id, x.sku, x.unit_price * x.quantity - x.discount, x.tax)
        for x in order.lines
    ]
    assert lines == [("1", "MUG-1", 2610, 500), ("2", "gtin:04006381333931", 1800, 0)]
    assert (order.lines[0].unit_price, order.delivery.price) == (1000, 500)
    assert (order.total, adds_up(order)) == (5410, True)


def test_the_number_of_an_order_is_the_buyers_own() -> None:
    assert read(endpoint=BUYER).channel_order_id == "987654325/4711"


def test_we_send_the_invoice_only_if_we_are_told_to() -> None:
    ours = Shop("b2b", settings={"payment": "invoice"})

    assert [read(shop=shop).said.order.payment.method for shop in (SHOP, ours)] == [
        "external", "invoice",
    ]  # fmt: skip


def test_a_cancellation_calls_off_the_order_that_it_names() -> None:
    named = "<a:OrderReference><b:ID>4711</b:ID></a:OrderReference>"
    news = read(kind="OrderCancellation", number="C-1", more=named, endpoint=BUYER)

    assert isinstance(news.said, Cancellation)
    assert news.channel_order_id == "987654325/4711"


def test_a_change_says_the_order_anew_unless_it_takes_lines_off() -> None:
    named = "<a:OrderReference><b:ID>4711</b:ID></a:OrderReference>"
    changed = read(a_line(2, "10.00", "20.00"), kind="OrderChange", number="7", more=named,
                   total="20.00", time="11:00:00")  # fmt: skip
    assert (changed.channel_order_id, changed.said.order.channel_order_id) == ("4711", "4711")
    assert isinstance(changed.said, Sold)
    assert changed.changed_at > read().changed_at

    status = "<b:LineStatusCode>2</b:LineStatusCode>"
    off = read(a_line(more=status), kind="OrderChange", number="8", more=named)
    assert isinstance(off.said, Unacceptable)


@pytest.mark.parametrize("kind", ["DespatchAdvice", "OrderResponse", "Catalogue"])
def test_other_documents_are_not_for_us(kind: str) -> None:
    assert isinstance(read(kind=kind).said, NotForUs)


@pytest.mark.parametrize(
    ("lines", "more", "field"),
    [((a_line(unit="KGM"),), {}, "OrderLine[0].Quantity"),
     ((a_line("1.5"),), {}, "OrderLine[0].Quantity"), ((a_line("x"),), {}, "OrderLine[0].Quantity"),
     ((a_line(currency="USD"),), {}, "OrderLine[0].LineExtensionAmount"),
     ((a_line(total="-1.00"),), {}, "OrderLine[0].LineExtensionAmount"),
     ((), {"total": "9.00"}, "AnticipatedMonetaryTotal"), ((), {"country": ""}, "Delivery"),
     ((), {"more": CHARGE.format("false", "11.00")}, "AllowanceCharge")],
)  # fmt: skip
def test_what_cannot_be_taken_is_named(lines: Any, more: Any, field: str) -> None:
    said = read(*lines, **more).said

    assert isinstance(said, Unacceptable)
    assert said.field == field


@pytest.mark.parametrize(
    "body",
    ['<!DOCTYPE o [<!ENTITY a "aaa">]><Order>&a;</Order>',
     '<!DOCTYPE o [<!ENTITY a SYSTEM "file:///etc/passwd">]><Order>&a;</Order>',
     "<Order>", "<a/><b/>", "<Order>\x00</Order>"],
)  # fmt: skip
def test_a_document_that_brings_entities_or_does_not_end_is_refused(body: str) -> None:
    with pytest.raises(Refused) as refusal:
        MARKET.read(SHOP, "", body)
    assert refusal.value.field == "body"
