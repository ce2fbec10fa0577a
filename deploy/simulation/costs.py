"""What does the work cost, by how much is handled together? From the benchmarks' results.

A batch costs something by itself and something for each message: cost(b) = each + batch / b. Both
are fitted to the measurements with one, two and four processes of each service from before decision
0023, when they took messages in turn, so that the same load came in batches of other sizes.
A batch is one transaction, so that a process also waits for its database: the CPU that PostgreSQL
took for the service, and the commit.
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from contracts import SERVICES
from local.processes import ROOT

RESULTS = ROOT / "benchmarks" / "results"
IN_TURN, PROOF = "2026-11-25-in-turn.json", "2026-11-25-proof.json"
COMMIT_SECONDS = 0.005  # assumed: a commit that waits for a second machine
MOST = 200  # messages in a batch (BATCH)


@dataclass(frozen=True)
class Cost:
    """What one service's work costs, in seconds; a message is one message or question."""

    messages: float  # for each order
    each: float  # CPU for a message
    batch: float  # CPU for a batch
    database: float  # PostgreSQL's CPU for a message

    def cpu(self, together: float) -> float:
        """CPU for one message of so many that are handled together."""
        return self.each + self.batch / max(together, 1.0)

    def rate(self, together: float) -> float:
        """Messages in a second that one process can handle."""
        size = min(max(together, 1.0), MOST)
        return size / (size * (self.each + self.database) + self.batch + COMMIT_SECONDS)


def read_costs(results: Path = RESULTS) -> tuple[dict[str, Cost], float]:
    """Give the cost of each service, and the gateway's CPU seconds for an order."""
    runs = json.loads((results / IN_TURN).read_text())["measurements"]
    proof = json.loads((results / PROOF).read_text())["measurements"]
    busy = next(run for run in proof if run["concurrency"] == 64)["cpu_ms_per_order"]  # noqa: PLR2004 - as the other runs
    costs = {}
    for service in SERVICES:
        points = [point for run in runs if (point := _point(run, service))]
        if len(points) < 2:  # noqa: PLR2004 - shipping has nothing to do before the picking
            continue
        batch, each = _line([(1 / size, cpu) for size, cpu, _ in points])
        messages = points[0][2]
        costs[service] = Cost(
            messages, each, batch, busy["postgres_by_database"][service] / 1000 / messages
        )
    return costs, busy["gateway"] / 1000


def _point(run: dict[str, Any], service: str) -> tuple[float, float, float] | None:
    """Batch size, CPU seconds for a message, messages for an order."""
    size, batches = run["messages_in_a_batch"][service], run["batches_per_order"][service]
    if not size or not batches:
        return None
    return size, run["cpu_ms_per_order"][service] / 1000 / (size * batches), size * batches


def _line(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Slope and height of the straight line that fits best; neither is below 0."""
    mean_x = sum(x for x, _ in points) / len(points)
    mean_y = sum(y for _, y in points) / len(points)
    slope = sum((x - mean_x) * (y - mean_y) for x, y in points) / sum(
        (x - mean_x) ** 2 for x, _ in points
    )
    slope = max(slope, 0.0)
    return slope, max(mean_y - slope * mean_x, 0.0)
