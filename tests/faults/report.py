"""How is it told what became of the scenarios? Progress, a table for people, JSON for programs."""

import json
import os
import platform
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local.processes import ROOT
from tests.faults.scenario import Scenario

if TYPE_CHECKING:
    from tests.faults.runner import Result


def say(text: str) -> None:
    """Show a line of progress."""
    print(f"{time.strftime('%H:%M:%S')}  {text}", file=sys.stderr, flush=True)


def listing(scenarios: Sequence[Scenario]) -> str:
    """Tell which scenarios there are, and how long each usually takes."""
    lines = [
        f"{one.title:<44} {one.seconds:>5} s{'' if one.sample else '   by hand only'}"
        for one in scenarios
    ]
    whole = sum(one.seconds for one in scenarios)
    return "\n".join([*lines, f"{len(scenarios)} scenarios, about {whole / 60:.0f} minutes"])


def table(results: Sequence["Result"], seed: int) -> str:
    """Draw the table that ends a run."""
    rows = [
        (one.title, f"{one.seconds:.1f}", str(one.orders), _faults(one.faults), one.verdict)
        for one in results
    ]
    head = ("scenario", "seconds", "orders", "faults", "promises")
    widths = [max(len(row[i]) for row in (head, *rows)) for i in range(len(head))]
    lines = ["  ".join(cell.ljust(w) for cell, w in zip(row, widths, strict=True)).rstrip()
             for row in (head, tuple("-" * w for w in widths), *rows)]  # fmt: skip
    kept = sum(one.verdict == "kept" for one in results)
    lines.append(
        f"{kept} of {len(results)} kept; {sum(one.orders for one in results)} orders, "
        f"{sum(sum(one.faults.values()) for one in results)} faults, "
        f"{sum(one.seconds for one in results):.0f} s, seed {seed}"
    )
    lines += [f"{one.title}: {one.reason}" for one in results if one.reason]
    return "\n".join(lines)


def as_json(results: Sequence["Result"], seed: int) -> str:
    """Write it down for programs: what was run, where, when, and what became of it."""
    told = {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "commit": _commit(),
        "machine": machine(),
        "seed": seed,
        "kept": not any(one.verdict == "BROKEN" for one in results),
        "scenarios": [asdict(one) for one in results],
    }
    return json.dumps(told, indent=2) + "\n"


def machine() -> dict[str, Any]:
    """Tell what it ran on."""
    facts = Path("/proc/cpuinfo")
    lines = facts.read_text().splitlines() if facts.exists() else []
    names = [x.partition(": ")[2] for x in lines if x.startswith("model name")]
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return {
        "cores": os.cpu_count(),
        "processor": names[0] if names else platform.machine(),
        "memory_gib": round(memory / 2**30, 1),
        "python": platform.python_version(),
        "load": os.getloadavg()[0],
    }


def _faults(faults: dict[str, int]) -> str:
    return ", ".join(f"{count} × {name}" for name, count in sorted(faults.items())) or "–"


def _commit() -> str:
    asked = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return asked.stdout.strip()
