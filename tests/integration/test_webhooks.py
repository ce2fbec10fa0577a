"""Does a receiver hear of everything, in order, through its own failures and ours?"""

import http.client
import itertools
import time
from urllib.parse import urlsplit

import pika
import pytest

from chassis.testing import eventually
from local.journey import order_body
from tests.integration.receiver import Receiver, subscribe

CONFIRMED = ["order.placed", "payment.authorized", "fulfillment.planned", "order.confirmed"]
TAKEN = "select count(*) from inbox"
ABOUT = "select event_id, type from webhook_events where subject = :order order by seq"


@pytest.fixture
def receiver(api):
    server = Receiver()
    # a clock that other tests have moved is not the receiver's: it takes any time
    server.guide.is_genuine.__globals__["TOLERANCE_SECONDS"] = 10**9
    subscribe(api, server)
    yield server
    api.session.delete(f"{api.url}{server.address}")
    server.shutdown()
    server.server_close()


@pytest.fixture
def place(api):
    def make(count=1):
        body = order_body([("MUG-RED", 1, 1290)])
        return [api.post("/orders", body)["order_id"] for _ in range(count)]

    return make


def in_order(receiver, rows, orders, within=60):
    """Wait until everything about the orders has arrived, and see that it came in order."""
    for order in orders:
        eventually(
            lambda order=order: {t for _, t in receiver.delivered(order)} >= set(CONFIRMED),
            within=within,
        )
        kept = [tuple(row) for row in rows("gateway", ABOUT, order=order)]
        assert receiver.delivered(order) == kept
        assert kept[0][1] == "order.placed"
    assert receiver.wrong == []


def test_everything_about_an_order_arrives_signed_and_in_order(receiver, place, rows):
    orders = place(5)

    in_order(receiver, rows, orders)

    assert all(len(receiver.about(order)) == len(CONFIRMED) for order in orders)


def test_a_receiver_that_fails_then_is_slow_then_gets_better_misses_nothing(
    receiver, place, rows, api, system
):
    receiver.statuses = itertools.chain([500, 503, 302, 400, 500, 500], itertools.repeat(200))
    receiver.slow = 0.3

    orders = place(4)

    def first_tries():
        listed = api.get(f"{receiver.address}/deliveries", limit=200)["deliveries"]
        return sum(d["attempts"] > 0 for d in listed)

    # written down, too: over a try under way the lease of its lane would end with the clock
    eventually(lambda: first_tries() >= len(orders), within=30)
    system.move_clock(60)
    receiver.slow = 0.0
    in_order(receiver, rows, orders)

    failed = [i for i, _, status in receiver.got if status != 200]
    again = [i for i, _, status in receiver.got if status == 200]
    assert len(failed) == 6
    assert set(failed) <= set(again)

    def delivered_at_last():  # the receiver knows before it is written down
        listed = api.get(f"{receiver.address}/deliveries", limit=200)["deliveries"]
        again = (d for d in listed if d["attempts"] > 1)
        return next((d for d in again if d["state"] == "delivered"), None)

    tried = eventually(delivered_at_last, within=30)
    tries = api.get(f"/webhook-deliveries/{tried['delivery_id']}")["tries"]
    assert tries[0]["status"] == 200
    assert tries[-1]["status"] in {500, 503, 302, 400}


def test_killing_the_deliveries_loses_nothing_and_keeps_the_order(receiver, place, rows, system):
    receiver.slow = 1.0
    before = place(3)
    eventually(lambda: receiver.got, within=30)

    system.kill("deliveries")  # while the receiver has not answered
    during = place(3)
    receiver.slow = 0.0
    system.revive("deliveries")

    in_order(receiver, rows, [*before, *during], within=90)


def test_a_dead_process_in_the_middle_of_taking_events_in_takes_each_once(
    receiver, place, rows, system
):
    system.failpoints("deliveries").write_text("after_commit orders.placed.v1\n")
    orders = place(3)
    eventually(lambda: not system.failpoints("deliveries").read_text().strip(), within=30)

    in_order(receiver, rows, orders, within=90)


def test_what_happened_since_a_time_comes_once_more_under_its_ids(receiver, place, rows, api):
    orders = place(2)
    in_order(receiver, rows, orders)
    first = {order: receiver.about(order) for order in orders}
    since = min(e["timestamp"] for _, e, _ in receiver.got if e["data"]["order_id"] in orders)
    receiver.got.clear()

    api.post(f"{receiver.address}/replay", {"since": since})

    for order in orders:
        eventually(lambda order=order: len(receiver.about(order)) >= len(CONFIRMED), within=30)
        assert receiver.about(order) == first[order]


def queued(system):
    """How much of what happens waits for the deliveries."""
    with pika.BlockingConnection(pika.URLParameters(system.broker.uri)) as connection:
        told = connection.channel().queue_declare("oms.gateway", passive=True)
        return told.method.message_count


def is_through(system, api, order):
    """An order that is confirmed has told all that it tells by itself."""
    eventually(lambda: api.get(f"/orders/{order}")["order"]["status"] == "confirmed", within=30)
    return order


def test_who_subscribes_hears_of_the_next_order_and_when_the_last_ends_nothing_is_told_any_more(
    receiver, place, rows, api, system
):
    for _ in range(3):
        api.session.delete(f"{api.url}{receiver.address}")
        subscribe(api, receiver)
        in_order(receiver, rows, place())
    system.kill("deliveries")  # what comes stays in the queue
    try:
        (told,) = place()
        is_through(system, api, told)
        eventually(lambda: queued(system) >= len(CONFIRMED), within=30)

        api.session.delete(f"{api.url}{receiver.address}")
        before = queued(system)
        (silent,) = place()
        is_through(system, api, silent)
        assert queued(system) == before
    finally:
        system.revive("deliveries")
    eventually(lambda: queued(system) == 0, within=30)
    assert rows("gateway", ABOUT, order=told) == rows("gateway", ABOUT, order=silent) == []


def test_what_an_old_version_has_bound_is_unbound_before_the_deliveries_are_ready(
    place, rows, api, system
):
    system.kill("deliveries")
    with pika.BlockingConnection(pika.URLParameters(system.broker.uri)) as connection:
        for wire in ("orders.placed.v1", "orders.confirmed.v1"):
            connection.channel().queue_bind("oms.gateway", "orders.events", wire)
    system.revive("deliveries")
    before = rows("gateway", TAKEN)

    (order,) = place()
    is_through(system, api, order)

    assert rows("gateway", TAKEN) == before


def listen(system, api, last_id=""):
    address = urlsplit(system.gateway_url)
    connection = http.client.HTTPConnection(address.hostname, address.port, timeout=30)
    headers = {"Authorization": api.session.headers["Authorization"], "Last-Event-ID": last_id}
    connection.request("GET", "/events?topics=orders,fulfillments", headers=headers)
    answer = connection.getresponse()
    assert answer.status == 200
    return answer


def test_who_listens_hears_of_an_order_and_after_a_break_of_what_it_missed(system, api, place):
    answer = listen(system, api)
    assert lines_until(answer, "event: ready")

    (order,) = place()
    place_before = lines_until(answer, f'"id":"{order}"')
    answer.close()
    (missed,) = place()
    again = listen(system, api, place_before)

    assert lines_until(again, f'"id":"{missed}"')
    again.close()


def test_a_gateway_that_stops_ends_its_streams_and_those_load_anew(system, api):
    answer = listen(system, api)
    last_id = lines_until(answer, "event: ready")

    began = time.monotonic()
    system.processes["gateway"].ask_to_stop()
    assert answer.read().decode().count("event: ") == 0  # it ends, in order
    system.processes["gateway"].wait_until_stopped()
    assert time.monotonic() - began < 8
    system.revive("gateway")

    again = listen(system, api, last_id)
    assert lines_until(again, "event: reset")
    again.close()


def lines_until(answer, wanted):
    """Read on until a block holds what is wanted; gives its id."""
    place, block = "", ""
    while line := answer.readline().decode():
        block += line
        if line.startswith("id: "):
            place = line[4:].strip()
        if line == "\n":
            if wanted in block:
                return place
            block = ""
    raise AssertionError(f"the stream ended before {wanted}")
