"""What are the ports of orders in a test? Dictionaries that keep the same promises."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from chassis.saga_store import Run
from chassis.work import Work
from contracts.inventory import SkuData
from services.orders.domain.history import Change
from services.orders.domain.order import Order


@dataclass
class MemoryOrders:
    """Orders, their history and the SKUs in dictionaries."""

    orders: dict[str, Order] = field(default_factory=dict)
    known_skus: dict[str, SkuData] = field(default_factory=dict)
    history: list[tuple[str, Change]] = field(default_factory=list)
    found_by: list[str] = field(default_factory=list)
    found_at: set[tuple[str, str]] = field(default_factory=set)

    def get(self, order_id: str) -> Order | None:
        """Find an order."""
        return self.orders.get(order_id)

    def by_channel(self, channel: str, channel_order_id: str) -> str | None:
        """Find the id of an order by the id that its channel gave it."""
        wanted = (channel, channel_order_id)
        for order in self.orders.values():
            if (order.channel, order.channel_order_id) == wanted:
                return order.order_id
        return None

    def next_number(self) -> int:
        """Give the next order number."""
        return 1001 + len(self.orders)

    def add(self, order: Order) -> None:
        """Keep a new order."""
        self.orders[order.order_id] = order
        self.find_by(order)

    def skus(self) -> Mapping[str, SkuData]:
        """All SKUs."""
        return self.known_skus

    def tell(self, order: Order, work: Work, change: Change) -> None:
        """Write a line into the order's history."""
        order.seq += 1
        told = change._replace(actor=change.actor or work.actor)
        self.history.append((order.order_id, told))

    def find_by(self, order: Order) -> None:
        """Remember that the order's words were written anew."""
        self.found_by.append(order.order_id)

    def find_at(self, order: Order) -> None:
        """Remember at which warehouses the order is found."""
        self.found_at.update((one.warehouse_id, order.order_id) for one in order.sendings)


@dataclass
class MemoryRuns:
    """Runs of sagas in a dictionary, with the log of their steps."""

    runs: dict[str, Run] = field(default_factory=dict)
    steps: list[tuple[str, str, str, str]] = field(default_factory=list)

    def get(self, run_id: str) -> Run | None:
        """Find a run."""
        return self.runs.get(run_id)

    def of_subject(self, subject_id: str) -> Sequence[Run]:
        """Find all runs about a subject, by id."""
        return [self.runs[i] for i in sorted(self.runs) if self.runs[i].subject_id == subject_id]

    def add(self, run: Run) -> None:
        """Keep a new run."""
        self.runs[run.run_id] = run

    def log(self, run: Run, now: datetime, what: str) -> None:  # noqa: ARG002 - nobody asks when
        """Write down that a run moved."""
        self.steps.append((run.run_id, run.step, run.phase, what))
