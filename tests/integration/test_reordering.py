"""Every message of a journey comes twice, late, and in another order: does it end the same?"""

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest

from contracts import SERVICES
from local.processes import ROOT
from tests.faults.books import check_done_once
from tests.integration.shuffler import shuffled
from tests.faults.travel import back_and_forth

LIST_HANDLED = """
import inspect, sys
from chassis.run import service_class
from chassis.wiring import Handles
for _, method in inspect.getmembers(service_class(sys.argv[1]), inspect.isfunction):
    for entrypoint in getattr(method, "nameko_entrypoints", ()):
        if isinstance(entrypoint, Handles):
            print(entrypoint.message.wire)
"""


def handled_by(service):
    """Which messages a service handles; asked of a process apart, for eventlet's sake."""
    told = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", LIST_HANDLED, service],
        cwd=ROOT, capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    return service, set(told.stdout.split())


@pytest.fixture(scope="module")
def handled():
    with ThreadPoolExecutor(3) as several:
        return dict(several.map(handled_by, SERVICES))


@pytest.mark.parametrize("seed", [1, 2])
def test_messages_that_come_twice_late_and_reordered_change_nothing(
    seed, system, handled, staff, api, rows, new_sku, nothing_wrong, till
):
    sku = new_sku(berlin=10)
    with shuffled(system.broker.uri, handled, seed) as shuffler:
        page = back_and_forth(api, staff, till, sku)
    assert {
        "orders.placed.v1", "inventory.reserve.v1", "inventory.reserved.v1",
        "payments.authorize.v1", "payments.authorized.v1", "warehouse.route.v1",
        "warehouse.routed.v1", "inventory.commit.v1", "inventory.committed.v1",
        "warehouse.open.v1", "warehouse.picked.v1", "warehouse.packed.v1", "shipping.create.v1",
        "shipping.labeled.v1", "shipping.shipped.v1", "inventory.fulfill.v1",
        "inventory.fulfilled.v1", "payments.capture.v1", "payments.captured.v1",
        "channels.acknowledge.v1", "channels.acknowledged.v1", "shipping.delivered.v1",
        "returns.opened.v1", "shipping.return_label.v1", "returns.received.v1",
        "returns.inspected.v1", "inventory.restock.v1", "inventory.restocked.v1",
        "payments.refund.v1", "payments.refunded.v1",
    } <= shuffler.doubled.keys()  # fmt: skip
    check_done_once(page, rows, sku)
    nothing_wrong()
