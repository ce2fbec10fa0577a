"""What can be made to go wrong, and what becomes of it? `make faults`.

python -m tests.faults [NAME …] [--list] [--sample [SECONDS]] [--seed N] [--json FILE] [--keep]

NAME chooses scenarios: a group (`bus`), a title (`kills/journey/orders`) or a pattern (`*/slow*`).
Progress goes to standard error, the table to standard output. It stops at the first broken
promise, with exit code 1; what the processes wrote is then kept, and it says where.
"""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.faults import (  # noqa: F401 - what is in them registers itself
    autoscaled,
    bus,
    clock,
    cluster,
    database,
    deliveries,
    flash_sale,
    imports,
    kills,
    outside,
    report,
    runner,
    scale_out,
    soak,
    upgrade,
    watchdog,
    webhooks,
)
from tests.faults.scenario import SCENARIOS, Scenario

GROUPS = (
    "kills", "bus", "cluster", "database", "outside", "webhooks", "deliveries", "clock", "watchdog",
    "flash_sale", "imports", "soak", "scale_out", "upgrade",
)  # fmt: skip


def in_order() -> list[Scenario]:
    """All scenarios, group by group."""
    return sorted(SCENARIOS, key=lambda one: GROUPS.index(one.group))


def main(arguments: Sequence[str]) -> int:
    """Run what was chosen; 1 if a promise was broken."""
    parser = argparse.ArgumentParser(prog="make faults", description="Break it, and see it hold.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="group, title or pattern")
    parser.add_argument("--list", action="store_true", help="list the scenarios and run none")
    parser.add_argument("--sample", nargs="?", type=int, const=180, metavar="SECONDS",
                        help="draw some of each group that take so long together")  # fmt: skip
    parser.add_argument("--seed", type=int, default=1, help="what is drawn, and how (default: 1)")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write the results to FILE, too")
    parser.add_argument("--keep", action="store_true", help="keep what the processes wrote")
    wish = parser.parse_args(arguments)
    chosen = runner.choose(in_order(), wish.names)
    if wish.sample:
        chosen = runner.draw(chosen, wish.seed, wish.sample)
    if wish.list:
        print(report.listing(chosen))
        return 0
    if not chosen:
        print(f"No scenario is called like {' or '.join(wish.names)}; --list lists them.")
        return 2
    results = runner.run_all(chosen, wish.seed, report.say, keep=wish.keep)
    print(report.table(results, wish.seed))
    if wish.json:
        wish.json.write_text(report.as_json(results, wish.seed))
    return 1 if any(one.verdict == runner.BROKEN for one in results) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
