"""How are many measurements made a few figures?"""

from collections.abc import Mapping, Sequence
from math import ceil
from typing import Any

SERVING = 1000.0


def percentiles(seconds: Sequence[float]) -> dict[str, float]:
    """The 50th, 95th and 99th percentile and the largest, in milliseconds (nearest rank)."""
    ordered = sorted(seconds)
    if not ordered:
        return {}
    ranks = {f"p{n}": ordered[max(0, ceil(n / 100 * len(ordered)) - 1)] for n in (50, 95, 99)}
    return {
        name: round(value * SERVING, 1) for name, value in {**ranks, "max": ordered[-1]}.items()
    }


def cpu_per_order(
    before: Mapping[str, float], after: Mapping[str, float], orders: int
) -> dict[str, Any]:
    """CPU milliseconds per order of each process, and of all together."""
    used = {
        name: round((seconds - before.get(name, 0.0)) * SERVING / orders, 2)
        for name, seconds in after.items()
    }
    whole = {name: value for name, value in used.items() if not name.startswith("postgres ")}
    parts = {n.partition(" ")[2]: v for n, v in used.items() if n.startswith("postgres ")}
    return {"total": round(sum(whole.values()), 2), **whole, "postgres_by_database": parts}


def stage_means(
    sent: Mapping[str, float],
    history: Mapping[str, Mapping[str, float]],
    opened: Mapping[str, float],
) -> dict[str, float]:
    """Mean milliseconds from the sending of the request until each stage of the way."""
    until: dict[str, list[float]] = {}
    for order_id, began in sent.items():
        for stage, at in history[order_id].items():
            until.setdefault(stage, []).append(at - began)
        until.setdefault("open for picking", []).append(opened[order_id] - began)
    means = {name: sum(values) / len(values) for name, values in until.items()}
    return {n: round(v * SERVING, 1) for n, v in sorted(means.items(), key=lambda one: one[1])}
