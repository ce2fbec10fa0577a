"""The plain process still does what the services do: it is what they are measured against."""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]


def test_orders_go_from_placement_to_picking_in_one_plain_process(tmp_path: Path) -> None:
    kept = tmp_path / "limit.json"

    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.limit", "--orders", "32", "--at-once", "16",
         "--keep", str(kept)],
        cwd=ROOT, capture_output=True, text=True, timeout=300, check=False,
    )  # fmt: skip

    assert done.returncode == 0, done.stderr
    result = json.loads(kept.read_text())
    assert result["orders"] == 32
    # an order placed, reserved, authorized, confirmed, routed, committed: nobody fell silent
    assert result["messages_per_order"] > 10
