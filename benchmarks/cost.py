"""What has each process used? CPU from /proc/PID/stat with all its children, memory from status.

PostgreSQL and the broker are trees of processes; what ended meanwhile is counted by its parent.
PostgreSQL's backends share memory, so its memory is the proportional share (PSS), the others' RSS.
"""

import os
import re
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
OF_DATABASE = re.compile(rb"postgres: \S+ oms_(\w+) ")
MIB = 1024

Seconds = dict[str, float]


def cpu(roots: Mapping[str, int]) -> Seconds:
    """CPU seconds since the start of each tree; PostgreSQL's also for each database."""
    children = _children()
    used: Seconds = {}
    for name, root in roots.items():
        tree = _tree(root, children)
        used[name] = sum(_spent(pid) for pid in tree)
        if name == "postgres":
            for pid in tree:
                where = f"postgres {_database(pid)}"
                used[where] = used.get(where, 0.0) + _spent(pid)
    return used


def memory(roots: Mapping[str, int]) -> dict[str, float]:
    """MiB of each tree: RSS of a single process, proportional share of a tree."""
    children = _children()
    found = {}
    for name, root in roots.items():
        tree = _tree(root, children)
        kib = _rss(root) if len(tree) == 1 else sum(_pss(pid) for pid in tree)
        found[name] = round(kib / MIB, 1)
    return found


def machine_busy() -> float:
    """CPU seconds that the whole machine has worked, ours and others'."""
    user, nice, system, _idle, _wait, irq, soft, *_ = (
        int(text) for text in Path("/proc/stat").read_text().splitlines()[0].split()[1:]
    )
    return (user + nice + system + irq + soft) / TICKS


def _children() -> dict[int, list[int]]:
    found: dict[int, list[int]] = defaultdict(list)
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and (stat := _stat(int(entry.name))):
            found[int(stat[1])].append(int(entry.name))
    return found


def _tree(root: int, children: Mapping[int, list[int]]) -> list[int]:
    tree = [root]
    for pid in tree:
        tree.extend(children.get(pid, ()))
    return tree


def _stat(pid: int) -> list[str]:
    """The fields of /proc/PID/stat behind the name: state, parent, …"""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []


def _spent(pid: int) -> float:
    stat = _stat(pid)
    return sum(int(text) for text in stat[11:15]) / TICKS


def _database(pid: int) -> str:
    try:
        title = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return "itself"
    named = OF_DATABASE.search(title)
    return named[1].decode() if named else "itself"


def _rss(pid: int) -> int:
    return _line(Path(f"/proc/{pid}/status"), "VmRSS:")


def _pss(pid: int) -> int:
    return _line(Path(f"/proc/{pid}/smaps_rollup"), "Pss:")


def _line(path: Path, name: str) -> int:
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith(name)), 0)
