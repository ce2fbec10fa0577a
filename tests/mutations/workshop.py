"""Where is a bug planted? In a copy of the tree, in a temporary folder; never in the tree itself.

Each copy is a bench at which one mutation at a time is tried: planted, its tests run, put right.
One PostgreSQL serves all of them.
"""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import cache_from_source
from pathlib import Path

from local.database import find_database
from tests.mutations.mutation import ROOT, Mutation

COPIED = ("benchmarks", "chassis", "contracts", "gateway", "local", "services", "tests")
FILES = ("conftest.py", "pyproject.toml")
AT_MOST_SECONDS = 240
PLUGINS = ("hypothesispytest", "pytest_timeout")  # loading all takes longer than most tests
CAUGHT, SURVIVED, UNDECIDED = "caught", "SURVIVED", "UNDECIDED"
VERDICTS = {0: SURVIVED, 1: CAUGHT}
FAILED = re.compile(r"^FAILED \S*?([^/\s]+::\S+)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Tried:
    """What became of a mutation: `by` is the test that has caught it, or why it is undecided."""

    mutation: Mutation
    verdict: str
    by: str
    seconds: float


class Bench:
    """One copy of the tree."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self._tree = folder / "tree"
        self._environment = {
            **os.environ,
            "DATABASE_URL": database_url,
            "PYTHONPATH": ".",
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        }
        ignored = shutil.ignore_patterns("__pycache__", ".*")
        for name in COPIED:
            shutil.copytree(ROOT / name, self._tree / name, ignore=ignored)
        for name in FILES:
            shutil.copy2(ROOT / name, self._tree / name)

    def test(self, tests: Sequence[str], seconds: int = AT_MOST_SECONDS) -> tuple[int, str]:
        """Run tests up to the first that fails; give the exit code and output.

        Hypothesis looks for no smaller example: one is enough to catch a bug.
        """
        command = [sys.executable, "-W", "ignore", "-m", "pytest", "-q", "-rf", "-x", "--tb=line"]
        command += [part for plugin in PLUGINS for part in ("-p", plugin)]
        command += ["-p", "no:cacheprovider", "--hypothesis-profile=planted"]
        try:
            done = subprocess.run(
                [*command, *tests], cwd=self._tree, env=self._environment, capture_output=True,
                text=True, check=False, timeout=seconds,
            )  # fmt: skip
        except subprocess.TimeoutExpired:
            return -1, f"not done after {seconds} s"
        return done.returncode, done.stdout + done.stderr

    def try_out(self, mutation: Mutation) -> Tried:
        """Plant a mutation, see whether its tests fail, and put it right again."""
        began, file = time.monotonic(), self._tree / mutation.file
        right = file.read_text()
        wrong = mutation.planted(self._tree)
        compile(wrong, mutation.file, "exec")
        self._write(file, wrong)
        try:
            code, output = self.test(mutation.tests)
        finally:
            self._write(file, right)
        verdict = VERDICTS.get(code, UNDECIDED)
        failed = FAILED.search(output)
        by = failed.group(1) if failed else output.strip()[-300:] if verdict == UNDECIDED else ""
        return Tried(mutation, verdict, by, time.monotonic() - began)

    @staticmethod
    def _write(file: Path, text: str) -> None:
        """Write a file; what Python has compiled of it before is not used any more."""
        Path(cache_from_source(str(file))).unlink(missing_ok=True)
        file.write_text(text)


@contextmanager
def benches(folder: Path, how_many: int) -> Iterator[list[Bench]]:
    """Give copies of the tree that share a PostgreSQL."""
    server = find_database(folder / "postgres", lambda _said: None)
    try:
        url = server.url("postgres")
        yield [Bench(folder / f"bench-{i}", url) for i in range(how_many)]
    finally:
        server.stop()
