"""How do orders flow through the services, tick by tick? Queues, processes, and what a batch costs.

An order goes through the stages of `WAY` one after another; each stage is a message in the queue of
its service (the first is a question, in the gateway's and in orders' queue of questions). What
follows from an order beside its way (returns and channels, which only take note) is work, too, but
nobody waits for it. Orders are moved in cohorts: so many that arrived at the same tick.
"""

import math
from collections import defaultdict, deque
from dataclasses import dataclass, field

from deploy.simulation.autoscaler import SYNC_SECONDS, Scaler
from deploy.simulation.costs import MOST, Cost

TICK = 0.1
HELD = 2 * MOST  # messages in the hand of one process (decision 0023)
GATEWAY, DATABASE_CORES = "gateway", 4.0  # requests.cpu of the PostgreSQL cluster
# from the request to the picking that is opened, as mean_ms_until in the benchmark tells the stages
WAY = (
    "gateway", "orders?", "inventory", "orders", "payments", "orders", "warehouse", "orders",
    "inventory", "orders", "warehouse",
)  # fmt: skip
BESIDE = ("returns", "channels")


@dataclass
class Station:
    """A service: what waits for it, and how much its processes can do."""

    cost: Cost | None
    waiting: deque[list[float]] = field(default_factory=deque)  # [orders, stage, arrived]
    depth: float = 0.0
    questions: float = 0.0
    busy: float = 0.0  # CPU seconds in this tick
    left_over: float = 0.0

    def add(self, orders: float, stage: int, arrived: float, *, question: bool) -> None:
        """Let work wait."""
        self.waiting.append([orders, stage, arrived])
        if question:
            self.questions += orders
        else:
            self.depth += orders

    def take(self, most: float) -> list[tuple[float, int, float]]:
        """Do so many, the oldest first."""
        done = []
        while most > 1e-9 and self.waiting:  # noqa: PLR2004 - rounding
            cohort = self.waiting[0]
            part = min(cohort[0], most)
            cohort[0] -= part
            most -= part
            stage = int(cohort[1])
            if stage >= 0 and WAY[stage].endswith("?"):
                self.questions -= part
            else:
                self.depth -= part
            done.append((part, stage, cohort[2]))
            if cohort[0] <= 1e-9:  # noqa: PLR2004 - rounding
                self.waiting.popleft()
        return done


@dataclass
class Record:
    """What was seen: each 15 seconds the depth and the processes, and each order's time."""

    at: list[float] = field(default_factory=list)
    load: list[float] = field(default_factory=list)
    depth: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    running: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    database: list[float] = field(default_factory=list)
    took: list[tuple[float, float, float]] = field(default_factory=list)  # arrived, took, orders

    def p95(self, since: float, until: float) -> float:
        """Tell within which time 95 % of the orders of a stretch were allocated."""
        among = sorted((took, n) for arrived, took, n in self.took if since <= arrived < until)
        wanted, seen = 0.95 * sum(n for _, n in among), 0.0
        for took, n in among:
            seen += n
            if seen >= wanted:
                return took
        return math.inf


def simulate(
    load: "list[float]", costs: dict[str, Cost], gateway: float, scalers: dict[str, Scaler]
) -> Record:
    """Play a load (orders per second, one entry for each second); return what was seen."""
    stations = {name: Station(cost) for name, cost in costs.items()}
    stations[GATEWAY] = Station(None)
    by_station = {
        name: scalers["gateway" if name == GATEWAY else f"{name}-service"] for name in stations
    }
    record, database, ticks = Record(), 0.0, int(len(load) / TICK)
    used: dict[str, float] = defaultdict(float)
    beside = {name: costs[name].messages for name in BESIDE if name in costs}
    # a stage stands for all that a service does between two others: its messages are shared out
    share = {name: costs[name].messages / sum(w.rstrip("?") == name for w in WAY) for name in costs
             if name not in BESIDE}  # fmt: skip
    for tick in range(ticks):
        now = tick * TICK
        stations[GATEWAY].add(load[int(now)] * TICK, 0, now, question=False)
        slow = min(1.0, DATABASE_CORES * TICK / database) if database else 1.0
        database, moves = 0.0, []
        for name, station in stations.items():
            scaler = by_station[name]
            scaler.tick(now)
            waiting = station.depth + station.questions
            if name == GATEWAY:
                most = scaler.running * TICK / gateway
            else:
                cost = costs[name]
                weight = share.get(name, 1.0)
                # by rank: the next is given something when the one before has its hands full
                active = min(scaler.running, max(1, math.ceil(waiting * weight / HELD)))
                together = min(waiting * weight / active, MOST)
                most = active * TICK * cost.rate(together) / weight * slow
            done = station.take(most + station.left_over)
            count = sum(orders for orders, _, _ in done)
            if name == GATEWAY:
                used[name] += count * gateway
            else:
                used[name] += count * weight * cost.cpu(together)
                database += count * weight * cost.database
            moves += done
        for orders, stage, arrived in moves:
            _move_on(stations, record, orders, stage, arrived, now, beside)
        if tick % int(SYNC_SECONDS / TICK) == 0:
            _look(record, stations, by_station, used, now, load[int(now)], database / TICK)
    return record


def _move_on(  # noqa: PLR0913 - where, what and when
    stations: dict[str, Station], record: Record, orders: float, stage: int, arrived: float,
    now: float, beside: dict[str, float],
) -> None:  # fmt: skip
    if stage < 0:
        return
    if stage == len(WAY) - 1:
        record.took.append((arrived, now + TICK - arrived, orders))
        return
    follows = WAY[stage + 1]
    stations[follows.rstrip("?")].add(orders, stage + 1, arrived, question=follows.endswith("?"))
    if stage == 1:
        for name, messages in beside.items():
            stations[name].add(orders * messages, -1, arrived, question=False)


def _look(  # noqa: PLR0913 - all that is seen at one moment
    record: Record, stations: dict[str, Station], scalers: dict[str, Scaler],
    used: dict[str, float], now: float, load: float, database: float,
) -> None:  # fmt: skip
    record.at.append(now)
    record.load.append(load)
    record.database.append(database)
    depth = {f"oms.{name}": station.depth for name, station in stations.items()}
    depth |= {f"rpc-{name}": station.questions for name, station in stations.items()}
    for name, scaler in scalers.items():
        record.depth[name].append(stations[name].depth + stations[name].questions)
        record.running[name].append(scaler.running)
        if now:
            scaler.decide(now, depth, used[name] / SYNC_SECONDS)
        used[name] = 0.0
