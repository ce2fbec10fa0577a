"""Orders of Shopify are read to the cent, and what is not ours to send is left out."""

from datetime import UTC, datetime
from typing import Any

import pytest

from services.channels.domain.news import Cancellation, NotForUs, Sold, Unacceptable
from services.channels.tests.builders import (
    a_payload,
    a_place,
    adds_up,
    an_item,
    an_order,
    read,
    tax,
)


def sold(order: Any) -> Any:
    said = read(order).said
    assert isinstance(said, Sold), said
    return said.order


def fault(order: Any) -> tuple[str, str]:
    said = read(order).said
    assert isinstance(said, Unacceptable), said
    return said.field, said.reason


def test_an_order_with_a_discount_code_adds_up() -> None:
    order = sold(a_payload("discount_code"))

    assert (order.total, order.currency, adds_up(order)) == (18109, "USD", True)
    assert [(x.unit_price, x.discount) for x in order.lines] == [(19900, 1791)]
    assert (order.customer.email, order.ship_to.country) == ("jane@example.com", "CA")


def test_of_an_order_that_was_refunded_in_part_only_the_rest_is_taken() -> None:
    news = read(a_payload("refunded_in_part"))
    order = news.said.order

    assert [(x.sku, x.quantity, x.discount, x.tax) for x in order.lines] == [
        ("IPOD2008RED", 1, 333, 398)
    ]
    assert (order.total, adds_up(order)) == (19965, True)
    assert (news.channel_order_id, order.ship_to.city) == ("450789469", "Shipsville")
    assert order.lines[0].channel_line_id == "518995019"
    assert news.changed_at == datetime(2025, 7, 2, 16, 31, 27, tzinfo=UTC)


def test_an_order_that_says_nowhere_where_the_goods_go_is_not_accepted() -> None:
    assert fault(a_payload("three_lines_two_taxes"))[0] == "shipping_address"


def test_several_taxes_on_several_lines_add_up() -> None:
    order = sold({**a_payload("three_lines_two_taxes"), "shipping_address": a_place()})

    assert [line.tax for line in order.lines] == [1107, 0, 338]
    assert (order.total, adds_up(order)) == (27037, True)
    assert order.lines[0].sku == "title:Red Leather Coat"


def test_an_order_that_contradicts_itself_is_handed_on_as_stated_and_refused_by_its_sum() -> None:
    order = sold(a_payload("authorized_three_ipods"))

    assert (order.total, adds_up(order)) == (40994, False)


def test_an_order_that_the_shop_has_sent_itself_is_not_for_us() -> None:
    assert read(a_payload("sent_by_the_shop")).said == NotForUs("The shop has sent it itself.")


def test_an_order_whose_payment_is_open_waits_for_it() -> None:
    order = {**a_payload("pending"), "shipping_address": a_place()}

    assert read(order).said.unpaid
    assert not read({**order, "financial_status": "authorized"}).said.unpaid
    assert read({**order, "financial_status": "partially_paid"}).said.unpaid


@pytest.mark.parametrize("status", ["refunded", "voided"])
def test_an_order_whose_money_went_back_is_not_for_us(status: str) -> None:
    assert isinstance(read(an_order(financial_status=status)).said, NotForUs)


def test_a_canceled_order_says_why_under_whatever_topic() -> None:
    order = an_order(cancelled_at="2026-03-01T11:00:00Z", cancel_reason="customer")

    for topic in ("orders/cancelled", "orders/updated"):
        assert read(order, topic).said == Cancellation("canceled at Shopify: customer")


def test_other_topics_are_of_no_interest() -> None:
    news = read({"whatever": 1}, "products/update")

    assert (news.channel_order_id, type(news.said)) == ("", NotForUs)


def test_yen_have_no_cents() -> None:
    order = sold(an_order(an_item(price="1500", quantity=2), total="3000", currency="JPY"))

    assert (order.lines[0].unit_price, order.total, adds_up(order)) == (1500, 3000, True)


def test_taxes_that_prices_include_are_not_added_again() -> None:
    items = [an_item(price="11.90", tax_lines=tax("1.90"))]
    order = sold(an_order(*items, total="11.90", taxes_included=True, total_tax="1.90"))

    assert (order.lines[0].tax, order.total, adds_up(order)) == (190, 1190, True)


def test_a_tax_that_is_stated_for_the_order_alone_is_spread_to_the_cent() -> None:
    items = [an_item("A"), an_item("B"), an_item("C")]
    order = sold(an_order(*items, total="31.00", total_tax="1.00"))

    assert [line.tax for line in order.lines] == [34, 33, 33]
    assert adds_up(order)


def test_a_discount_that_is_stated_for_the_order_alone_is_spread_to_the_cent() -> None:
    items = [an_item("A", price="0.01"), an_item("B"), an_item("C", price="0.00")]
    order = sold(an_order(*items, total="0.01", total_discounts="10.00"))

    assert [line.discount for line in order.lines] == [1, 999, 0]
    assert adds_up(order)


def test_discounts_above_what_the_goods_cost_are_named() -> None:
    assert fault(an_order(total_discounts="10.01"))[0] == "total_discounts"


def test_delivery_has_price_discount_and_tax_of_its_own() -> None:
    ways = [
        {"title": "Express", "price": "9.00", "discounted_price": "4.00", "tax_lines": tax("0.76")},
        {"title": "Fuel", "price": "1.00", "discount_allocations": [{"amount": "0.50"}]},
        {"title": "Pickup", "price": "99.00", "is_removed": True},
    ]
    order = sold(
        an_order(
            an_item(tax_lines=tax("1.90")), total="17.16", shipping_lines=ways,
            total_tax="2.66", total_discounts="5.50",
        )
    )  # fmt: skip

    way = order.delivery
    assert (way.service, way.price, way.discount, way.tax) == ("express", 1000, 550, 76)
    assert (order.lines[0].discount, order.lines[0].tax, adds_up(order)) == (0, 190, True)


def test_gift_cards_and_downloads_are_left_to_the_shop_and_their_money_with_them() -> None:
    items = [
        an_item("MUG-1", 2, "10.00", tax_lines=tax("3.80")),
        an_item("CARD", 1, "50.00", gift_card=True),
        an_item("SONG", 3, "0.99", requires_shipping=False, tax_lines=tax("0.57")),
    ]
    order = sold(an_order(*items, total="77.34", total_tax="4.37"))

    assert [line.sku for line in order.lines] == ["MUG-1"]
    assert (order.total, adds_up(order)) == (2380, True)


def test_an_order_of_gift_cards_alone_is_not_for_us() -> None:
    order = an_order(an_item("CARD", gift_card=True))

    assert read(order).said == NotForUs("Nothing of it is left for us to send.")


def test_pieces_that_were_refunded_before_are_left_out_with_their_share() -> None:
    item = an_item(quantity=3, tax_lines=tax("1.00"), discount_allocations=[{"amount": "2.00"}])
    told = [{"refund_line_items": [{"line_item_id": 11, "quantity": 1}]}]
    whole = an_order(item, total="29.00", total_tax="1.00", total_discounts="2.00")

    by_refunds = sold({**whole, "refunds": told})
    item["current_quantity"] = 2
    by_count = sold(whole)

    assert by_refunds == by_count
    line = by_count.lines[0]
    assert (line.quantity, line.discount, line.tax, by_count.total) == (2, 133, 66, 1933)
    assert adds_up(by_count)


def test_an_order_that_was_refunded_piece_by_piece_is_not_for_us() -> None:
    assert isinstance(read(an_order(an_item(current_quantity=0))).said, NotForUs)


def test_a_gift_that_costs_nothing_is_a_line_like_others() -> None:
    order = sold(an_order(an_item(), an_item("GIFT", price="0.00")))

    assert [line.unit_price for line in order.lines] == [1000, 0]


@pytest.mark.parametrize(
    ("item", "listing"),
    [
        (an_item(" MUG  1 "), "MUG 1"),
        (an_item(None), "variant:808"),
        (an_item("", variant_id=None), "title:Blue mug"),
        (an_item("x" * 65), "variant:808"),
        (an_item(None, variant_id=None, title="y" * 300), "title:" + "y" * 58),
        (an_item(None, variant_id=None, title=None), "title:-"),
    ],
)
def test_what_is_sold_is_named_by_sku_or_variant_or_title(item: Any, listing: str) -> None:
    assert sold(an_order(item)).lines[0].sku == listing


def test_goods_go_to_the_buyers_other_address_if_the_first_is_missing() -> None:
    buyer = {"default_address": a_place(name=None, first_name="Bo", last_name="Ek")}
    order = sold(an_order(shipping_address=None, billing_address={"city": "X"}, customer=buyer))

    assert (order.ship_to.name, order.ship_to.line1) == ("Bo Ek", "Main Street 1")
