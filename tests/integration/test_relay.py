"""Does the relay publish what a crash left in an outbox, all of it, and nothing too early?"""

import time

import msgspec
import pika
import pytest

from chassis.ids import new_id
from chassis.relay import PAGE
from chassis.testing import eventually
from contracts.example import example
from contracts.inventory import StockChanged
from contracts.shipping import ShipmentShipped
from contracts.warehouse import OpenFulfillment
from local.journey import order_body

LEAVE = (
    "insert into outbox (message_id, wire, correlation_id, headers, body, at)"
    " values (:id, :wire, '', '{}', :body, clock_timestamp() - make_interval(secs => :age))"
    " returning message_id"
)
FORGET = "delete from outbox where message_id = any(:ids) returning 1"
LEFT = "select message_id from outbox where message_id = any(:ids)"


@pytest.fixture
def leave(rows):
    """Put a message into an outbox, as a crash would leave it there."""

    def put(message, age=60, service="inventory"):
        body = msgspec.json.encode(message).decode()
        values = {"id": new_id("msg"), "wire": message.wire, "body": body, "age": age}
        return rows(service, LEAVE, **values)[0].message_id

    return put


def test_more_than_a_page_of_leftovers_is_published_in_order_and_forgotten(leave, rows, system):
    changed = example(StockChanged)
    with pika.BlockingConnection(pika.URLParameters(system.broker.uri)) as connection:
        channel = connection.channel()
        queue = channel.queue_declare("", exclusive=True).method.queue
        channel.queue_bind(queue, "inventory.events", StockChanged.wire)

        left = [leave(changed) for _ in range(700)]
        eventually(lambda: not rows("inventory", LEFT, ids=left), within=20)

        seen = []
        while (got := channel.basic_get(queue, auto_ack=True))[0]:
            if got[1].message_id in set(left):
                seen.append(got[1].message_id)
    assert list(dict.fromkeys(seen)) == left
    assert len(seen) == len(left)


def test_a_command_that_no_queue_takes_waits_until_one_does(leave, rows, system, api, staff):
    order_id = api.post("/orders", order_body([("MUG-RED", 1, 1290)]))["order_id"]
    fulfillment = staff.allocated(order_id)["fulfillments"][0]["fulfillment_order_id"]
    command = OpenFulfillment(order_id=order_id, fulfillment_order_id=fulfillment)  # once more
    with pika.BlockingConnection(pika.URLParameters(system.broker.uri)) as connection:
        channel = connection.channel()
        channel.queue_unbind("oms.warehouse", "oms.commands", OpenFulfillment.wire)
        try:
            stays, goes = leave(command), leave(example(StockChanged))
            eventually(lambda: not rows("inventory", LEFT, ids=[goes]), within=10)
            assert rows("inventory", LEFT, ids=[stays])
        finally:
            channel.queue_bind("oms.warehouse", "oms.commands", OpenFulfillment.wire)
    eventually(lambda: not rows("inventory", LEFT, ids=[stays]), within=10)


def test_pages_of_commands_that_no_queue_takes_stand_in_nobodys_way(leave, rows, system):
    command = example(OpenFulfillment)
    with pika.BlockingConnection(pika.URLParameters(system.broker.uri)) as connection:
        channel = connection.channel()
        channel.queue_unbind("oms.warehouse", "oms.commands", OpenFulfillment.wire)
        stay = [leave(command) for _ in range(PAGE + 1)]
        try:
            behind = leave(example(StockChanged))
            elsewhere = leave(example(ShipmentShipped), service="shipping")
            eventually(lambda: not rows("inventory", LEFT, ids=[behind]), within=30)
            eventually(lambda: not rows("shipping", LEFT, ids=[elsewhere]), within=30)
            assert len(rows("inventory", LEFT, ids=stay)) == len(stay)
        finally:
            rows("inventory", FORGET, ids=stay)
            channel.queue_bind("oms.warehouse", "oms.commands", OpenFulfillment.wire)


def test_what_is_young_is_left_to_the_service_that_said_it(leave, rows):
    began = time.monotonic()
    young = leave(example(StockChanged), age=0)
    eventually(lambda: not rows("inventory", LEFT, ids=[young]), within=15)
    assert time.monotonic() - began > 2.5
