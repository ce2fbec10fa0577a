"""Are orders of WooCommerce read to the cent, and pulled without a gap?"""

import json
from datetime import datetime, timedelta
from typing import Any

import pytest

from chassis.errors import Refused
from services.channels.domain.news import Cancellation, NotForUs, Sold, Unacceptable
from services.channels.domain.pull import Cursor
from services.channels.marketplaces import woocommerce
from services.channels.marketplaces.marketplace import Shop
from services.channels.marketplaces.woocommerce import WooCommerce
from services.channels.tests.builders import adds_up
from services.channels.tests.speeches import a_shop_of
from tests.fakes.woocommerce import BEGAN, FakeWooCommerce, a_line, a_refunded

MARKET, SHOP = WooCommerce(), Shop("my-shop", webhook_secret="hush")
SHIPPING = {"method_title": "Express", "total": "5.00", "total_tax": "0.95"}


def read(*items: Any, topic: str = "order.updated", **changes: Any) -> Any:
    order = FakeWooCommerce().sell(*items, **changes)
    (news,) = MARKET.read(SHOP, topic, json.dumps(order))
    return news.said


@pytest.mark.parametrize(
    ("item", "changes", "expected"),
    [
        (a_line(quantity=3, total="10.00"), {}, (334, 2, 0)),
        (a_line(quantity=2, subtotal="50.00", total="30.00", total_tax="1.20"), {},
         (2500, 2000, 120)),
        (a_line(total="0.00", subtotal="10.00"), {}, (1000, 1000, 0)),
        (a_line(quantity=7, total="1.00", subtotal="0.90"), {}, (15, 5, 0)),
    ],
)  # fmt: skip
def test_a_sum_that_its_quantity_does_not_divide_is_still_right_to_the_cent(
    item: Any, changes: Any, expected: Any
) -> None:
    order = read(item, **changes).order

    line = order.lines[0]
    assert (line.unit_price, line.discount, line.tax) == expected
    assert adds_up(order)


def test_shipping_and_fees_are_what_delivery_costs_and_a_fee_below_zero_is_a_discount() -> None:
    fees = [{"name": "Wrapping", "total": "2.00", "total_tax": "0.38"},
            {"name": "Voucher", "total": "-8.00", "total_tax": "-0.10"}]  # fmt: skip
    order = read(
        a_line(total="10.00", total_tax="1.90"), total="12.13",
        shipping_lines=[SHIPPING], fee_lines=fees,
    ).order  # fmt: skip

    way = order.delivery
    assert (way.service, way.price, way.tax, order.lines[0].discount) == ("express", 0, 123, 100)
    assert (order.total, adds_up(order)) == (1213, True)


@pytest.mark.parametrize(("total", "fits"), [("11.91", True), ("11.89", True), ("11.95", False)])
def test_a_cent_of_rounding_for_each_row_is_tax_and_more_does_not_add_up(
    total: str, fits: bool
) -> None:
    said = read(a_line(total="10.00", total_tax="1.90"), total=total)

    if fits:
        assert adds_up(said.order)
    else:
        assert isinstance(said, Unacceptable)
        assert (said.field, "11.90" in said.reason, "11.95" in said.reason) == ("total", True, True)


def test_what_a_bundle_costs_goes_to_what_is_in_it() -> None:
    bundle = a_line("", total="30.00", id=1, total_tax="3.00")
    inside = [
        a_line("A", 2, "0.00", id=2, bundled_by=1),
        a_line("B", 1, "0.00", id=3, bundled_by=1),
    ]

    order = read(bundle, *inside).order

    lines = [(x.sku, x.unit_price * x.quantity - x.discount, x.tax) for x in order.lines]
    assert lines == [("A", 2000, 200), ("B", 1000, 100)]
    assert adds_up(order)


@pytest.mark.parametrize(
    ("changes", "listing"),
    [({}, "MUG-1"), ({"sku": "  MUG  1 "}, "MUG 1"), ({"sku": ""}, "product:9001"),
     ({"sku": None, "variation_id": 23}, "product:9001:23"),
     ({"sku": "", "product_id": 0, "name": "Mug &ndash; blue"}, "title:Mug – blue")],
)  # fmt: skip
def test_what_is_sold_is_named_so_that_it_can_be_mapped(changes: Any, listing: str) -> None:
    assert read(a_line(**changes)).order.lines[0].sku == listing


@pytest.mark.parametrize(
    ("status", "kind", "unpaid"),
    [("processing", Sold, False), ("pending", Sold, True), ("on-hold", Sold, True),
     ("completed", NotForUs, None), ("refunded", NotForUs, None), ("failed", NotForUs, None),
     ("cancelled", Cancellation, None), ("trash", Cancellation, None),
     ("wc-strange", Unacceptable, None)],
)  # fmt: skip
def test_what_an_order_is_for_us_depends_on_its_status(status: str, kind: Any, unpaid: Any) -> None:
    said = read(status=status)

    assert isinstance(said, kind)
    assert unpaid is None or said.unpaid == unpaid


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"quantity": 1.5}, "line_items[0].quantity"), ({"quantity": 0}, "line_items[0].quantity"),
     ({"total": None}, "line_items[0].total"), ({"total": "-1.00"}, "line_items[0].total"),
     ({"total": "ten"}, "line_items[0].total"), ({"total": "1.005"}, "line_items[0].total")],
)  # fmt: skip
def test_a_line_that_cannot_be_taken_is_named(changes: Any, field: str) -> None:
    order = FakeWooCommerce().sell()
    order["line_items"][0] |= changes
    (news,) = MARKET.read(SHOP, "", json.dumps(order))

    assert isinstance(news.said, Unacceptable)
    assert news.said.field == field


def test_a_deleted_order_is_off_though_nothing_else_is_said_of_it() -> None:
    (news,) = MARKET.read(SHOP, "order.deleted", '{"id": 4711}')

    assert (type(news.said), news.channel_order_id) == (Cancellation, "4711")


def test_a_webhook_is_signed_and_only_the_ping_need_not_be(woo: FakeWooCommerce) -> None:
    woo.sell()
    headers, body = woo.webhook()
    MARKET.verify(SHOP, body, headers["X-WC-Webhook-Signature"])
    MARKET.verify(SHOP, "webhook_id=12", "")
    assert MARKET.read(SHOP, "", "webhook_id=12") == []

    for changed in (body + " ", "webhook_id=12&x=1", "webhook_id=12\n"):
        with pytest.raises(Refused):
            MARKET.verify(SHOP, changed, headers["X-WC-Webhook-Signature"])


def everything(shop: Shop) -> list[str]:
    """Pull a sweep, and give the numbers of orders in the order they came."""
    cursor, found = Cursor(since=BEGAN - timedelta(days=1)), []
    for _ in range(50):
        page = MARKET.pull(shop, cursor)
        found += [str(json.loads(text)["id"]) for text in page.orders]
        if not page.next:
            return found
        cursor = cursor.after(page.next, page.newest)
    raise AssertionError("it never ends")


@pytest.mark.parametrize("at_once", [False, True])
def test_a_pull_finds_all_page_by_page(
    woo: FakeWooCommerce, at_once: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(woocommerce, "ORDERS_IN_A_PAGE", 3)
    for number in range(1, 12):
        order = woo.sell(order_id=number)
        if at_once:
            order["date_modified_gmt"] = "2026-03-02T09:00:01"

    assert set(everything(a_shop_of(woo))) == {str(n) for n in range(1, 12)}


def test_an_order_that_changes_during_a_pull_hides_no_other(
    woo: FakeWooCommerce, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(woocommerce, "ORDERS_IN_A_PAGE", 3)
    for number in range(1, 8):
        woo.sell(order_id=number)
    shop, cursor = a_shop_of(woo), Cursor(since=BEGAN)
    page = MARKET.pull(shop, cursor)
    woo.changed(woo.orders[1])  # moves from the first page to the last
    found = [json.loads(text)["id"] for text in page.orders]
    while page.next:
        cursor = cursor.after(page.next, page.newest)
        page = MARKET.pull(shop, cursor)
        found += [json.loads(text)["id"] for text in page.orders]

    assert set(found) == set(range(1, 8))
    assert page.newest == datetime.fromisoformat(woo.orders[1]["date_modified_gmt"] + "+00:00")


def test_what_was_refunded_in_part_waits_for_the_pull_which_says_of_which_line(
    woo: FakeWooCommerce,
) -> None:
    order = woo.sell(a_line(quantity=3, total="30.00", total_tax="3.00"))
    woo.refund(order, woo.refunds.setdefault(4711, []), {
        "amount": "11.00", "reason": "", "line_items": [
            {"id": 11, "quantity": 1, "refund_total": "10.00"}],
    })  # fmt: skip
    (told,) = MARKET.read(SHOP, "order.updated", json.dumps(order))
    assert isinstance(told.said, Unacceptable)
    assert (told.said.field, told.changed_at) == ("refunds[0]", None)

    (pulled,) = MARKET.pull(a_shop_of(woo), Cursor(since=BEGAN)).orders
    (news,) = MARKET.read(SHOP, "", pulled)

    sold = news.said.order
    assert [(x.quantity, x.unit_price, x.tax) for x in sold.lines] == [(2, 1000, 200)]
    assert (sold.total, adds_up(sold), news.changed_at is not None) == (2200, True, True)


def test_what_is_refunded_stands_beside_its_line() -> None:
    refunds = [{"line_items": [a_refunded(11, 1, "10.00")]}]
    assert read(a_line(), refunds=refunds) == NotForUs("Nothing of it is left for us to send.")
