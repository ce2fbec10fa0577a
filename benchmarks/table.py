"""How does a result look in a README? python -m benchmarks.table RESULT.json prints its tables."""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

PACED_HEADS = (
    "concurrency", "orders/s", "HTTP ms p50 / p95 / p99", "whole way ms p50 / p95 / p99",
    "CPU ms per order", "load generator", "others, % of a core",
)  # fmt: skip


def tables(result: Mapping[str, Any]) -> list[str]:
    """All that a result tells, in Markdown: measurements, processes, the limit, the whole life."""
    measured = result["measurements"]
    unpaced = [m for m in measured if not m["paced_at_per_second"]]
    one = max(unpaced, key=lambda m: m["concurrency"])
    cpu, memory, rest = one["cpu_ms_per_order"], result["memory_mib"], result["memory_mib_at_rest"]
    costs = [(name, str(cpu[name]), str(rest[name]), str(memory[name])) for name in memory]
    databases = sorted(cpu["postgres_by_database"].items(), key=lambda item: -item[1])
    return [
        *_table(PACED_HEADS, [_row(m) for m in measured]),
        "",
        f"At concurrency {one['concurrency']}:",
        "",
        *_table(("process", "CPU ms per order", "MiB at rest", "MiB after"), costs),
        "",
        "PostgreSQL by database: " + ", ".join(f"{n} {v}" for n, v in databases if v > 0) + ".",
        "",
        *_limit(one, result["limit"]),
        *(_life(result["whole_life"]) if result["whole_life"] else ()),
    ]


def _limit(one: Mapping[str, Any], limit: Mapping[str, Any]) -> list[str]:
    least = limit["cpu_ms_per_order"]
    parts = f"{least['python']} Python, {least['postgres']} PostgreSQL"
    times = one.get("times_the_limit", "?")
    return [
        (
            f"The limit: {least['total']} ms ({parts}), {limit['orders_per_second']} orders/s."
            f" The system takes {times} times as much."
        )
    ]


def _life(life: Mapping[str, Any]) -> list[str]:
    rows = [
        (name, str(stage["orders_per_second"]), str(stage["cpu_ms_per_order"]["total"]))
        for name, stage in life["stages"].items()
    ]
    whole = sum(stage["cpu_ms_per_order"]["total"] for stage in life["stages"].values())
    heads = ("stage", "orders/s", "CPU ms per order")
    return ["", *_table(heads, [*rows, ("all of them", "", f"{whole:.0f}")])]


def _row(one: Mapping[str, Any]) -> list[str]:
    paced = one["paced_at_per_second"]
    return [
        f"{'alone' if one['concurrency'] == 1 else 'paced'}, {paced:.0f}/s"
        if paced
        else str(one["concurrency"]),
        str(one["orders_per_second"]),
        _three(one["http_ms"]),
        _three(one["whole_way_ms"]),
        str(one["cpu_ms_per_order"]["total"]),
        str(one["load_generator_cpu_ms_per_order"]),
        str(one["others_cpu_percent_of_a_core"]),
    ]


def _three(figures: Mapping[str, float]) -> str:
    return " / ".join(f"{figures[name]:.0f}" for name in ("p50", "p95", "p99"))


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    return [f"| {' | '.join(cells)} |" for cells in (heads, ["---"] * len(heads), *rows)]


if __name__ == "__main__":
    print("\n".join(tables(json.loads(Path(sys.argv[1]).read_text()))))
