"""What a message names has changed, and nothing more is told of it."""

import pytest

from contracts import channels, inventory, orders, payments, returns, shipping, warehouse
from contracts.example import example_text
from contracts.message import Message
from gateway.live.news import News, news_of

ORDER = "ord_01KK8W3T20BBNJATQ9E4ZXZVZ6"
FULFILLMENT = "ful_01KK8W8AK0FCM2Q0N3BZ167D10"
RETURN = "ret_01KKPVMESRFHBE244K060SMJ8V"


def told(message: type[Message]) -> list[News]:
    return news_of(message.wire, example_text(message))


def test_a_message_about_an_order_changes_the_order() -> None:
    assert told(orders.OrderPlaced) == [News("orders", "orders.placed", ORDER, ORDER)]
    assert told(payments.PaymentCaptured) == [News("orders", "payments.captured", ORDER, ORDER)]


@pytest.mark.parametrize(
    "message", [warehouse.OrderRouted, warehouse.ItemPicked, shipping.ShipmentShipped]
)
def test_the_work_of_a_warehouse_changes_the_fulfillment_order_too(message: type[Message]) -> None:
    type_ = message.wire[:-3]

    assert told(message) == [
        News("orders", type_, ORDER, ORDER),
        News("fulfillments", type_, FULFILLMENT, ORDER),
    ]


def test_a_return_changes_the_return_and_its_order() -> None:
    assert told(returns.ReturnReceived) == [
        News("orders", "returns.received", ORDER, ORDER),
        News("returns", "returns.received", RETURN, ORDER),
    ]


def test_what_needs_a_person_is_an_exception() -> None:
    failed = told(payments.CaptureFailed)
    push = told(channels.ChannelPushFailed)

    assert News("exceptions", "payments.capture_failed", ORDER, ORDER) in failed
    assert push[-1].topic == "exceptions"
    assert push[-1].id.startswith("call_")


def test_an_import_changes_the_imports_of_its_channel() -> None:
    assert told(orders.OrdersImported) == [News("imports", "orders.imported", "my-shop")]


def test_stock_is_no_topic_and_what_cannot_be_read_is_none_either() -> None:
    assert told(inventory.StockChanged) == []
    assert news_of("orders.placed.v1", b"\xff{") == []
    assert news_of("orders.placed.v1", b'{"order_id": 7}') == []
