"""The public events are a promise: their names and fields are these, and tell nothing personal."""

import json
from datetime import UTC, datetime

import pytest

from contracts import load_all
from contracts.example import example
from contracts.message import CATALOGUE as MESSAGES
from contracts.message import Kind
from contracts.orders import OrderPlaced
from gateway.webhooks.catalogue import CATALOGUE, Told, event_of, names_nothing, wants

AT = datetime(2026, 3, 9, 8, 41, 12, tzinfo=UTC)
PROMISED = {
    "order.placed": "channel channel_order_id currency lines number order_id placed_at total",
    "order.confirmed": "order_id",
    "order.edited": "edit lines order_id total",
    "order.canceled": "channel channel_order_id order_id reason",
    "order.completed": "order_id",
    "payment.pending": "method order_id payment_id state until",
    "payment.authorized": "amount captured guarantee order_id payment_id",
    "payment.failed": "code order_id reason",
    "payment.captured": "amount capture_id captured order_id",
    "payment.capture_failed": "capture_id order_id reason",
    "payment.voided": "order_id refunded",
    "payment.refunded": "amount order_id refund_id refunded",
    "payment.refund_failed": "order_id reason refund_id",
    "payment.disputed": "amount dispute_id order_id reason respond_by status",
    "fulfillment.planned": "fulfillments order_id",
    "fulfillment.short": "fulfillment_order_id left lines order_id reason",
    "fulfillment.packed": "fulfillment_order_id order_id packages warehouse_id",
    "fulfillment.canceled": "fulfillment_order_id order_id",
    "shipment.labeled": "carrier fulfillment_order_id order_id parcels service shipment_id",
    "shipment.shipped": "at fulfillment_order_id order_id shipment_id",
    "shipment.tracked": "at fulfillment_order_id order_id shipment_id status tracking_number",
    "shipment.delivered": "at fulfillment_order_id order_id shipment_id",
    "return.opened": "lines order_id reason return_id",
    "return.approved": "order_id return_id",
    "return.declined": "order_id reason return_id status",
    "return.labeled": "carrier order_id return_id shipment_id tracking_number",
    "return.shipped": "at order_id return_id",
    "return.received": "complete lines order_id receipt_id return_id",
    "return.inspected": "lines order_id refund return_id",
    "return.completed": "lines order_id refunded return_id",
    "stock.changed": "available sku version",
}


def test_the_types_and_their_fields_are_what_receivers_were_promised() -> None:
    assert {told.type: " ".join(sorted(told.fields)) for told in CATALOGUE} == PROMISED


@pytest.mark.parametrize("told", CATALOGUE, ids=lambda told: told.type)
def test_every_type_is_made_of_an_event_and_has_an_example(told: Told) -> None:
    load_all()

    event = event_of(example(told.message), "msg_01KK8W3T20BBNJATQ9E4ZXZVZ6", AT)

    assert MESSAGES[told.message.wire].kind is Kind.EVENT
    body = json.loads(event.body)
    assert body["type"] == told.type
    assert body["data"].keys() == set(told.fields)
    assert event.subject == body["data"][told.subject]
    assert event.event_id == "evt_01KK8W3T20BBNJATQ9E4ZXZVZ6"


@pytest.mark.parametrize("told", CATALOGUE, ids=lambda told: told.type)
def test_nothing_tells_who_a_customer_or_a_worker_is(told: Told) -> None:
    sent = event_of(example(told.message), "msg_1", AT).body

    personal = ["Ada Reader", "ada@example.com", "Lindenstr", "+49 30", "person:", "10969"]
    assert [word for word in personal if word in sent] == []


def test_an_event_happened_when_its_message_was_made() -> None:
    sent = json.loads(event_of(example(OrderPlaced), "msg_01KK8W3T20BBNJATQ9E4ZXZVZ6", AT).body)

    assert sent["timestamp"].startswith("2026-03-09T08:41:")


@pytest.mark.parametrize(
    ("pattern", "heard"),
    [
        ("*", {"order.placed", "order.canceled", "stock.changed"}),
        ("order.*", {"order.placed", "order.canceled"}),
        ("order.placed", {"order.placed"}),
        ("orders.*", set()),
        ("ord*", set()),
    ],
)
def test_a_pattern_names_all_or_a_kind_or_one(pattern: str, heard: set[str]) -> None:
    types = ("order.placed", "order.canceled", "stock.changed")

    assert {type_ for type_ in types if wants([pattern], type_)} == heard


def test_a_pattern_that_names_nothing_is_found() -> None:
    assert names_nothing(["order.*", "orders.*"]) == "orders.*"
    assert names_nothing(["*", "stock.changed"]) == ""
