"""Do the scaling rules carry a Black Friday? `make scale-sim` plays it and draws it.

The load grows to twenty times the usual within ten minutes, stays there for twenty, and falls back
within ten; nobody has told the autoscaler. What the work costs is measured (benchmarks/results),
the rules are read from the rendered production overlay. Ends with 1 if an aim is missed.
"""

import argparse
import sys
from pathlib import Path

from deploy.checks.render import render
from deploy.simulation.autoscaler import Scaler, scalers_of
from deploy.simulation.costs import read_costs
from deploy.simulation.system import Record, simulate
from local.processes import ROOT

PLOT = ROOT / "docs" / "images" / "scale-sim.png"
USUAL, TIMES = 80.0, 20
MINUTE = 60
BEFORE, RISE, PEAK, FALL, AFTER = (minutes * MINUTE for minutes in (10, 10, 20, 10, 20))
MOST_SECONDS, BACK_SECONDS = 30.0, 15 * MINUTE


def black_friday() -> list[float]:
    """Give the orders per second, for each second."""
    top = USUAL * TIMES
    rising = [USUAL + (top - USUAL) * second / RISE for second in range(RISE)]
    falling = [top - (top - USUAL) * second / FALL for second in range(FALL)]
    return [USUAL] * BEFORE + rising + [top] * PEAK + falling + [USUAL] * AFTER


def missed(record: Record, scalers: dict[str, Scaler]) -> list[str]:
    """Name the aims that were missed."""
    found = []
    worst = max(p95_by_minute(record, BEFORE, BEFORE + RISE + PEAK + FALL))
    if worst > MOST_SECONDS:
        found.append(f"p95 of the worst minute is {worst:.1f} s, {MOST_SECONDS:.0f} at most")
    back = BEFORE + RISE + PEAK + FALL + BACK_SECONDS
    for name, running in record.running.items():
        floor = scalers["gateway" if name == "gateway" else f"{name}-service"].floor
        late = [n for at, n in zip(record.at, running, strict=True) if at >= back]
        if max(late) > floor:
            found.append(f"{name} is not back at its floor after {BACK_SECONDS // MINUTE} minutes")
    return found


def p95_by_minute(record: Record, since: int, until: int) -> list[float]:
    """Tell the p95 of each minute's orders."""
    return [record.p95(start, start + MINUTE) for start in range(since, until, MINUTE)]


def tell(record: Record) -> str:
    """Say in words what was seen."""
    worst = max(p95_by_minute(record, BEFORE, BEFORE + RISE + PEAK + FALL))
    most = ", ".join(f"{name} {max(running)}" for name, running in sorted(record.running.items()))
    usual = record.p95(MINUTE, BEFORE)
    return (
        f"{USUAL:.0f} to {USUAL * TIMES:.0f} orders/s in {RISE // MINUTE} minutes: an order was"
        f" allocated within {worst:.1f} s (p95 of the worst minute; {usual:.1f} s before).\n"
        f"Processes at most: {most}. PostgreSQL: {max(record.database):.1f} cores at most."
    )


def draw(record: Record, place: Path) -> None:
    """Draw the load, the queues, the processes and the time to allocate."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(4, 1, figsize=(9, 10), sharex=True, constrained_layout=True)
    minutes = [at / MINUTE for at in record.at]
    axes[0].plot(minutes, record.load, color="black")
    axes[0].set_ylabel("orders/s")
    for name in sorted(record.running):
        axes[1].plot(minutes, [max(depth, 0.5) for depth in record.depth[name]], label=name)
        axes[2].step(minutes, record.running[name], where="post", label=name)
    axes[1].set_yscale("log")
    axes[1].set_ylabel("messages waiting")
    axes[2].set_ylabel("processes")
    axes[2].legend(ncols=4, fontsize=8, loc="upper left")
    total = len(black_friday())
    waits = p95_by_minute(record, 0, total - MINUTE)
    axes[3].plot([i + 0.5 for i in range(len(waits))], waits, color="black")
    axes[3].axhline(MOST_SECONDS, color="red", linestyle=":", label="aim")
    axes[3].set_ylabel("time to allocate\np95, s")
    axes[3].set_xlabel("minutes")
    axes[3].legend(fontsize=8)
    for axis in axes:
        axis.grid(alpha=0.3)
    place.parent.mkdir(parents=True, exist_ok=True)
    figure.savefig(place, dpi=80, metadata={"Software": None})
    plt.close(figure)


def main(arguments: list[str]) -> int:
    """Play it, draw it, tell it."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--plot", type=Path, default=PLOT, help="where to draw it")
    chosen = parser.parse_args(arguments)
    costs, gateway = read_costs()
    scalers = scalers_of(render("production"))
    record = simulate(black_friday(), costs, gateway, scalers)
    draw(record, chosen.plot)
    print(tell(record))
    bad = missed(record, scalers)
    print("\n".join(bad) or "All aims are met.")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
