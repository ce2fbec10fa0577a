"""Would the tests find a bug in the parts that must not have any? `make mutations`.

python -m tests.mutations [NAME …] [--list] [--jobs 1|2] [--sample N] [--seed N] [--readme]

NAME chooses mutations by a part of their names. Exit code 1 if one survives, if the code that one
replaces is not found exactly once, or if the tests fail without any.
"""

import argparse
import random
import sys
from collections.abc import Sequence

from tests.mutations import readme
from tests.mutations.mutation import Mutation
from tests.mutations.planted import MUTATIONS
from tests.mutations.trial import Unfit, table, try_all
from tests.mutations.workshop import CAUGHT


def main(arguments: Sequence[str]) -> int:
    """Try what was chosen; 1 unless all were caught."""
    parser = argparse.ArgumentParser(prog="make mutations", description="Plant bugs; find them.")
    parser.add_argument("names", nargs="*", metavar="NAME", help="a part of a mutation's name")
    parser.add_argument("--list", action="store_true", help="list the mutations and try none")
    parser.add_argument("--jobs", type=int, default=2, choices=(1, 2), help="how many at once")
    parser.add_argument("--sample", type=int, metavar="N", help="draw so many of them")
    parser.add_argument("--seed", type=int, default=1, help="which are drawn (default: 1)")
    parser.add_argument("--readme", action="store_true", help="write the table of the README anew")
    wish = parser.parse_args(arguments)
    chosen = [m for m in MUTATIONS if not wish.names or any(n in m.name for n in wish.names)]
    if wish.readme:
        readme.write()
        return 0
    if wish.list:
        print("\n".join(f"{m.file}: {m.name}" for m in chosen))
        return 0
    if wish.sample:
        chosen = sample(chosen, wish.sample, wish.seed)
    try:
        tried = try_all(chosen, lambda said: print(said, file=sys.stderr, flush=True),
                        jobs=wish.jobs)  # fmt: skip
    except Unfit as unfit:
        print(unfit, file=sys.stderr)
        return 1
    print(table(tried))
    return 0 if all(t.verdict == CAUGHT for t in tried) else 1


def sample(mutations: Sequence[Mutation], how_many: int, seed: int) -> list[Mutation]:
    """Draw some; the same ones for the same seed."""
    drawn = random.Random(seed).sample(range(len(mutations)), min(how_many, len(mutations)))
    return [mutations[i] for i in drawn]


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
