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


def tables(result: Mapping[str, Any], concurrency: int = 32) -> list[str]:
    """The measurements, and the cost of each process at one concurrency, in Markdown."""
    measured = result["measurements"]
    one = next(m for m in measured if m["concurrency"] == concurrency)
    cpu, memory = one["cpu_ms_per_order"], result["memory_mib"]
    costs = [(name, str(cpu[name]), str(memory[name])) for name in memory]
    databases = sorted(cpu["postgres_by_database"].items(), key=lambda item: -item[1])
    return [
        *_table(PACED_HEADS, [_row(m) for m in measured]),
        "",
        f"At concurrency {concurrency}:",
        "",
        *_table(("process", "CPU ms per order", "memory MiB"), costs),
        "",
        "PostgreSQL by database: " + ", ".join(f"{n} {v}" for n, v in databases if v > 0) + ".",
    ]


def _row(one: Mapping[str, Any]) -> list[str]:
    paced = one["paced_at_per_second"]
    return [
        f"paced, {paced:.0f}/s" if paced else str(one["concurrency"]),
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
