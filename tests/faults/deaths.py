"""Where does each process die, and how is seen that it did? Points of death, planted in files.

Each death is a line in the process's failpoint file (see `chassis.failpoints`); the process strikes
it out and dies. A line that is left was never reached, so a drill cannot pass by not happening.
"""

import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from local.journey import Stuck, until
from tests.faults.scenario import Broken
from tests.faults.world import World

POINTS = ("before_commit", "after_commit", "after_publish")
A_MINUTE = 61
STEPS: Mapping[str, Sequence[str]] = {
    "gateway": (
        "orders.place", "warehouse.scan", "warehouse.pack", "shipping.hand_over", "returns.open",
        "returns.receive", "returns.inspect",
    ),
    "orders": (
        "place", "orders.import.v1", "inventory.reserved.v1", "payments.authorized.v1",
        "warehouse.routed.v1", "inventory.committed.v1", "warehouse.picked.v1",
        "warehouse.packed.v1", "shipping.labeled.v1", "shipping.shipped.v1",
        "inventory.fulfilled.v1", "payments.captured.v1", "channels.acknowledged.v1",
        "shipping.tracked.v1", "shipping.delivered.v1", "returns.opened.v1", "returns.approved.v1",
        "returns.received.v1", "returns.inspected.v1", "inventory.restocked.v1",
        "payments.refunded.v1", "returns.completed.v1", "wake_runs", "release_holds",
    ),
    "inventory": (
        "inventory.reserve.v1", "inventory.commit.v1", "inventory.fulfill.v1",
        "inventory.restock.v1", "expire_reservations",
    ),
    "payments": (
        "payments.authorize.v1", "concludes payments.authorize", "payments.capture.v1",
        "concludes payments.capture", "payments.refund.v1", "concludes payments.refund", "expire",
    ),
    "warehouse": ("warehouse.route.v1", "warehouse.open.v1", "scan", "pack"),
    "shipping": (
        "shipping.create.v1", "concludes shipping.buy", "hand_over", "webhook",
        "shipping.return_label.v1", "concludes shipping.mail",
    ),
    "returns": (
        "orders.placed.v1", "warehouse.packed.v1", "shipping.shipped.v1", "shipping.delivered.v1",
        "open", "shipping.return_labeled.v1", "receive", "inspect", "inventory.restocked.v1",
        "payments.refunded.v1", "wake_runs",
    ),
    "channels": (
        "webhook", "orders.imported.v1", "orders.confirmed.v1", "inventory.changed.v1",
        "push_stock", "channels.acknowledge.v1", "channels.refund.v1", "concludes channels.push",
    ),
}  # fmt: skip
# Where each may die while an order has something added, and another something taken off.
EDITS: Mapping[str, Sequence[str]] = {
    "orders": (
        "edit", "inventory.reserved.v1", "payments.raised.v1", "warehouse.edited.v1",
        "warehouse.routed.v1", "inventory.committed.v1", "inventory.released.v1",
        "payments.lowered.v1",
    ),
    "inventory": ("inventory.reserve.v1", "inventory.commit.v1", "inventory.release.v1"),
    "payments": ("payments.raise.v1", "concludes payments.authorize", "payments.lower.v1"),
    "warehouse": ("warehouse.edit.v1", "warehouse.route.v1"),
    "returns": ("orders.edited.v1",),
}  # fmt: skip
# Which process must die after which commit, so that the relay has to publish what it wanted to say.
LEFT_TO_THE_RELAY = (
    ("orders", "place", "inventory.reserve.v1"),
    ("inventory", "inventory.reserve.v1", "inventory.reserved.v1"),
    ("orders", "inventory.reserved.v1", "payments.authorize.v1"),
    ("payments", "concludes payments.authorize", "payments.authorized.v1"),
    ("orders", "payments.authorized.v1", "warehouse.route.v1"),
    ("warehouse", "warehouse.route.v1", "warehouse.routed.v1"),
    ("orders", "warehouse.routed.v1", "inventory.commit.v1"),
    ("inventory", "inventory.commit.v1", "inventory.committed.v1"),
    ("orders", "inventory.committed.v1", "warehouse.open.v1"),
    ("warehouse", "pack", "warehouse.packed.v1"),
    ("orders", "warehouse.packed.v1", "shipping.create.v1"),
    ("shipping", "concludes shipping.buy", "shipping.labeled.v1"),
    ("shipping", "hand_over", "shipping.shipped.v1"),
    ("orders", "shipping.shipped.v1", "inventory.fulfill.v1"),
    ("inventory", "inventory.fulfill.v1", "inventory.fulfilled.v1"),
    ("orders", "inventory.fulfilled.v1", "payments.capture.v1"),
    ("payments", "concludes payments.capture", "payments.captured.v1"),
    ("orders", "payments.captured.v1", "channels.acknowledge.v1"),
    ("channels", "channels.acknowledge.v1", "channels.acknowledged.v1"),
    ("shipping", "webhook", "shipping.tracked.v1"),
    ("returns", "open", "shipping.return_label.v1"),
    ("returns", "inspect", "inventory.restock.v1"),
    ("inventory", "inventory.restock.v1", "inventory.restocked.v1"),
    ("returns", "inventory.restocked.v1", "payments.refund.v1"),
    ("payments", "concludes payments.refund", "payments.refunded.v1"),
)


@contextmanager
def planted(world: World, deaths: Mapping[str, Sequence[str]]) -> Iterator[None]:
    """Let processes die at these lines while the body happens; all of them must have died."""
    files = {process: world.system.failpoints(process) for process in deaths}
    for process, lines in deaths.items():
        files[process].write_text("\n".join(lines))
    over = threading.Event()
    clock = threading.Thread(target=_let_a_minute_pass, args=(world, files.get("gateway"), over))
    clock.start()
    try:
        yield
        _until_struck_out(files)
    finally:
        over.set()
        clock.join()
        left = {process: _lines(file) for process, file in files.items()}
        for file in files.values():
            file.unlink(missing_ok=True)
        world.system.wait_until_ready()
    for process, lines in deaths.items():
        world.happened(f"death of {process}", len(lines) - len(left[process]))
    if any(left.values()):
        raise Broken(f"deaths that did not happen: { {p: n for p, n in left.items() if n} }")


def _until_struck_out(files: Mapping[str, Path]) -> None:
    try:
        until("all deaths", lambda: not any(_lines(file) for file in files.values()), within=60)
    except Stuck:
        return  # it is told below which are left


def _lines(file: Path) -> list[str]:
    return file.read_text().split("\n") if file.exists() and file.read_text().strip() else []


def _let_a_minute_pass(world: World, file: Path | None, over: threading.Event) -> None:
    """Whenever the gateway has died, a minute passes: a request of its is taken up again then."""
    left = len(_lines(file)) if file else 0
    while file and left and not over.wait(0.3):
        if (now := len(_lines(file))) < left:
            left = now
            world.system.move_clock(A_MINUTE)
