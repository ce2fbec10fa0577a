"""Each process dies by `kill -9` at every step of an order's journey and of its return.

An order goes all the way and partly back while its processes die: before a commit, and after it
but before anything is published or answered. Each death is a line in the process's failpoint
file; a line that is left was never reached, so the drill cannot pass by not happening.
"""

from contextlib import suppress

import pytest

from chassis.testing import eventually
from tests.faults.books import check_done_once
from tests.faults.travel import back_and_forth

DEATHS = {
    "orders": (
        "place", "inventory.reserved.v1", "payments.authorized.v1", "warehouse.routed.v1",
        "inventory.committed.v1", "warehouse.picked.v1", "warehouse.packed.v1",
        "shipping.labeled.v1", "shipping.shipped.v1", "inventory.fulfilled.v1",
        "payments.captured.v1", "channels.acknowledged.v1", "shipping.tracked.v1",
        "shipping.delivered.v1", "returns.opened.v1", "returns.received.v1",
        "returns.inspected.v1", "payments.refunded.v1", "returns.completed.v1",
    ),
    "inventory": (
        "inventory.reserve.v1", "inventory.commit.v1", "inventory.fulfill.v1",
        "inventory.restock.v1",
    ),
    "payments": (
        "payments.authorize.v1", "concludes payments.authorize", "payments.capture.v1",
        "concludes payments.capture", "payments.refund.v1", "concludes payments.refund",
    ),
    "warehouse": ("warehouse.route.v1", "warehouse.open.v1", "scan", "pack"),
    "shipping": (
        "shipping.create.v1", "concludes shipping.buy", "hand_over", "webhook",
        "shipping.return_label.v1",
    ),
    "returns": (
        "orders.placed.v1", "warehouse.packed.v1", "shipping.shipped.v1",
        "shipping.delivered.v1", "open", "receive", "inspect", "inventory.restocked.v1",
        "payments.refunded.v1",
    ),
    "channels": ("orders.placed.v1", "channels.acknowledge.v1"),
}  # fmt: skip


@pytest.mark.timeout(600)
@pytest.mark.parametrize("process", sorted(DEATHS))
def test_a_process_dies_at_every_step_and_nothing_is_lost_or_done_twice(
    process, system, staff, api, rows, new_sku, nothing_wrong, till
):
    sku = new_sku(berlin=10)
    file = system.failpoints(process)
    lines = [f"{at} {what}" for what in DEATHS[process] for at in ("before_commit", "after_commit")]
    file.write_text("\n".join(lines))
    try:
        page = back_and_forth(api, staff, till, sku)
        with suppress(AssertionError):
            eventually(lambda: not file.read_text().strip(), within=60)
    finally:
        unreached = file.read_text()
        file.unlink()
        system.wait_until_ready()
    assert unreached == "", "deaths that did not happen"
    check_done_once(page, rows, sku)
    nothing_wrong()


@pytest.mark.timeout(600)
@pytest.mark.parametrize("process", ["gateway", "relay"])
def test_a_process_without_a_queue_dies_at_every_stage(
    process, system, staff, api, rows, new_sku, nothing_wrong, till
):
    def die(_stage):
        system.kill(process)
        system.revive(process)

    sku = new_sku(berlin=10)
    page = back_and_forth(api, staff, till, sku, between=die)
    check_done_once(page, rows, sku)
    nothing_wrong()
