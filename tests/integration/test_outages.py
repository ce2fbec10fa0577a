"""What if the database or a process is away in the middle of the work?"""

import http.client
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest

from contracts import SERVICES
from local.client import Refusal
from local.journey import order_body

ORDERS = 24


@contextmanager
def orders_under_way(api, staff, sku):
    """Place orders one after the other while something happens; then all must be allocated."""

    def place(number):
        return until_accepted(api, order_body([(sku, 1, 500)]), f"{sku}-{number}")

    with ThreadPoolExecutor(3) as several:
        placing = [several.submit(place, number) for number in range(ORDERS)]
        placing[3].result(timeout=60)
        yield
        placed = [one.result(timeout=120) for one in placing]
    for order_id in placed:
        staff.allocated(order_id, within=90)


def until_accepted(api, body, key, within=90):
    """Send a request again and again with its key, as a client with patience does."""
    end = time.monotonic() + within
    while True:
        try:
            return api.post("/orders", body, key=key)["order_id"]
        except Refusal as refusal:
            if time.monotonic() > end or refusal.status not in {409, 500, 503}:
                raise


def check_sold(api, sku):
    stock = api.get(f"/skus/{sku}")
    assert stock["available"] == 100 - ORDERS
    assert sum(at["allocated"] for at in stock["stock"]) == ORDERS


def status_of(port, page):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", page)
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def test_the_database_restarts_in_the_middle(system, api, staff, new_sku, nothing_wrong):
    sku = new_sku(berlin=100)
    with orders_under_way(api, staff, sku):
        system.database.restart()
    check_sold(api, sku)
    nothing_wrong()


def test_connections_to_the_database_are_cut(system, api, staff, new_sku, nothing_wrong):
    sku = new_sku(berlin=100)
    with orders_under_way(api, staff, sku):
        for service in (*SERVICES, "gateway"):
            system.database.kill_connections(f"oms_{service}")
    check_sold(api, sku)
    nothing_wrong()


def test_processes_that_are_asked_to_stop_finish_what_is_in_hand(
    system, api, staff, new_sku, nothing_wrong
):
    sku = new_sku(berlin=100)
    with orders_under_way(api, staff, sku):
        for name in ("orders", "inventory", "payments", "warehouse", "gateway"):
            process = system.processes[name]
            process.ask_to_stop()
            assert process.wait_until_stopped() in {0, -signal.SIGTERM}
            system.revive(name)
    check_sold(api, sku)
    nothing_wrong()


@pytest.mark.parametrize("process", [*SERVICES, "relay", "gateway"])
def test_every_process_tells_how_it_does(process, system):
    port = system.health_port(process)
    assert status_of(port, "/live")[0] == status_of(port, "/ready")[0] == 200
    status, metrics = status_of(port, "/metrics")
    assert status == 200
    assert "oms_" in metrics
    assert status_of(port, "/else")[0] == 404
