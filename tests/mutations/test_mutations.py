"""Every planted bug can still be planted, and some of them are: the tests find each."""

import os

import pytest

from tests.mutations import readme
from tests.mutations.__main__ import sample
from tests.mutations.mutation import ROOT, Mutation
from tests.mutations.planted import MUTATIONS
from tests.mutations.planted_chassis import CHASSIS
from tests.mutations.planted_sagas import SAGAS
from tests.mutations.planted_stock import STOCK
from tests.mutations.trial import Unfit, check_found, table, try_all
from tests.mutations.workshop import CAUGHT, SURVIVED, UNDECIDED

SEED = int(os.environ.get("MUTATIONS_SEED", "1"))
AT_MOST_SECONDS = 45
PARTS = "chassis/tests/domain/test_chassis_parts.py"


def test_what_every_bug_replaces_is_there_exactly_once() -> None:
    check_found(MUTATIONS)


def test_every_bug_can_be_read_and_its_tests_are_there() -> None:
    for mutation in MUTATIONS:
        compile(mutation.planted(ROOT), mutation.file, "exec")
        assert mutation.old != mutation.new
        for test in mutation.tests:
            assert (ROOT / test.partition("::")[0]).exists(), test
    assert len({mutation.name for mutation in MUTATIONS}) == len(MUTATIONS) >= 20


def test_a_bug_that_cannot_be_planted_any_more_is_named() -> None:
    gone = Mutation("gone", "chassis/ids.py", "this stands nowhere", "x", (PARTS,))
    often = Mutation("often", "chassis/ids.py", "import", "x", (PARTS,))
    lost = Mutation("lost", "chassis/no_such.py", "import", "x", (PARTS,))

    with pytest.raises(Unfit, match=r"gone: found 0 .*\noften: found [2-9] .*\nlost: found 0 "):
        check_found([gone, often, lost])


def test_the_readme_lists_every_bug() -> None:
    assert readme.README.read_text().endswith(readme.rows()), "python -m tests.mutations --readme"


@pytest.mark.timeout(900)
def test_some_of_the_bugs_are_planted_and_each_is_caught() -> None:
    by_part = [sample(part, 2, SEED) for part in (SAGAS, CHASSIS, STOCK)]
    drawn = [mutation for row in zip(*by_part, strict=True) for mutation in row]
    harmless = Mutation("harmless", "chassis/ids.py", "import os", "import  os", (PARTS,))
    broken = Mutation("broken", "chassis/ids.py", "import os", "import no_such", (PARTS,))

    tried = try_all([harmless, broken, *drawn], print, jobs=2, seconds=AT_MOST_SECONDS)

    assert [t.verdict for t in tried[:2]] == [SURVIVED, UNDECIDED]
    assert len(tried) > 2
    assert all(t.verdict == CAUGHT for t in tried[2:]), table(tried)
