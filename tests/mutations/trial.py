"""Are all planted bugs found? First the tests must pass without them, then fail with each."""

import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from queue import SimpleQueue

from tests.mutations.mutation import Mutation
from tests.mutations.workshop import AT_MOST_SECONDS, CAUGHT, Bench, Tried, benches

Say = Callable[[str], None]


class Unfit(Exception):  # noqa: N818 - says what has to be put right before anything is tried
    """A mutation is not found in the code any more, or its tests fail without it."""


def check_found(mutations: Sequence[Mutation]) -> None:
    """Raise Unfit unless what each mutation replaces stands in its file exactly once."""
    lost = [f"{m.name}: found {n} times in {m.file}" for m in mutations if (n := m.found()) != 1]
    if lost:
        raise Unfit("\n".join(lost))


def try_all(
    mutations: Sequence[Mutation], say: Say, *, jobs: int = 2, seconds: float = float("inf")
) -> list[Tried]:
    """Try mutations one after the other, or `jobs` at once; begin none after `seconds`."""
    check_found(mutations)
    until = time.monotonic() + seconds
    with (
        tempfile.TemporaryDirectory(prefix="mutations-") as folder,
        benches(Path(folder), jobs) as all_benches,
        ThreadPoolExecutor(jobs) as pool,
    ):
        say(f"the tests of {len(mutations)} mutations, without any of them …")
        _check_healthy(all_benches[0], mutations)
        free: SimpleQueue[Bench] = SimpleQueue()
        for bench in all_benches:
            free.put(bench)

        def take(mutation: Mutation) -> Tried | None:
            if time.monotonic() > until:
                return None
            bench = free.get()
            try:
                tried = bench.try_out(mutation)
            finally:
                free.put(bench)
            say(f"{tried.verdict:9} {tried.seconds:5.1f} s  {mutation.name}")
            return tried

        return [tried for tried in pool.map(take, mutations) if tried]


def _check_healthy(bench: Bench, mutations: Sequence[Mutation]) -> None:
    tests = sorted({test for mutation in mutations for test in mutation.tests})
    code, output = bench.test(tests, seconds=AT_MOST_SECONDS * 8)
    if code:
        raise Unfit(f"The tests do not pass without any mutation:\n{output[-3000:]}")


def table(tried: Sequence[Tried]) -> str:
    """Show what became of each."""
    width = max((len(t.mutation.name) for t in tried), default=0)
    rows = [f"{t.mutation.name:{width}}  {t.verdict:9}  {t.seconds:5.1f} s  {t.by}" for t in tried]
    caught = sum(t.verdict == CAUGHT for t in tried)
    return "\n".join([*rows, "", f"{caught} of {len(tried)} planted bugs were caught."])
