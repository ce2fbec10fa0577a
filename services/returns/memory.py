"""What are the ports of returns in a test? Dictionaries that keep the same promises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chassis.saga_store import Run
from contracts.inventory import SkuData
from contracts.returns import Policy
from services.returns.domain.return_order import ReturnOrder
from services.returns.domain.sale import Sale


@dataclass
class MemoryReturns:
    """Returns and sales in dictionaries."""

    sales: dict[str, Sale] = field(default_factory=dict)
    orders: dict[str, ReturnOrder] = field(default_factory=dict)
    rules: Policy = field(default_factory=Policy)
    known_skus: dict[str, SkuData] = field(default_factory=dict)

    def sale(self, order_id: str) -> Sale | None:
        """Find a sale."""
        return self.sales.get(order_id)

    def add_sale(self, sale: Sale) -> None:
        """Keep a new sale."""
        self.sales[sale.order_id] = sale

    def get(self, return_id: str) -> ReturnOrder | None:
        """Find a return."""
        return self.orders.get(return_id)

    def add(self, order: ReturnOrder) -> None:
        """Keep a new return."""
        self.orders[order.return_id] = order

    def skus(self) -> Mapping[str, SkuData]:
        """What is known of SKUs."""
        return self.known_skus

    def policy(self) -> Policy:
        """The policy that new orders get."""
        return self.rules


@dataclass
class MemoryRuns:
    """Runs of sagas in a dictionary; a second run with the same id is refused as by a key."""

    runs: dict[str, Run] = field(default_factory=dict)
    moves: list[tuple[str, str, str]] = field(default_factory=list)

    def get(self, run_id: str) -> Run | None:
        """Find a run."""
        return self.runs.get(run_id)

    def of_subject(self, subject_id: str) -> Sequence[Run]:
        """Find all runs about a subject, oldest first."""
        return sorted(
            (run for run in self.runs.values() if run.subject_id == subject_id),
            key=lambda run: run.run_id,
        )

    def add(self, run: Run) -> None:
        """Keep a new run."""
        if run.run_id in self.runs:
            raise ValueError(f"run {run.run_id} is there already")
        self.runs[run.run_id] = run

    def log(self, run: Run, now: datetime, what: str) -> None:  # noqa: ARG002 - as in the port
        """Write down that a run moved."""
        self.moves.append((run.run_id, run.step, what))
