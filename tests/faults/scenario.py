"""What is a scenario? A function that makes something go wrong while orders are under way.

It raises `Broken` (or fails an assertion) when a promise of the system was not kept. Afterwards
the checker looks at the whole system, whatever the scenario was.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from local.supervisor import System


class Broken(AssertionError):  # noqa: N818 - what became of a promise
    """A promise was not kept; says which, and what was found."""


class NotPossible(Exception):  # noqa: N818 - what became of a drill
    """What should go wrong cannot be made to on this machine; says why. It counts as not run."""


def shared_system(state: Path) -> System:
    """Make the system of most scenarios: a broker of its own, a clock and failpoints to set."""
    near = {"WEBHOOKS_ALLOW_PRIVATE": "1"}  # receivers are on this machine
    return System(state, lambda _said: None, own_broker=True, drill=True, extra=near)


@dataclass(frozen=True, slots=True)
class Scenario:
    """One way to go wrong: `case` is one of the kinds that the function knows."""

    group: str
    name: str
    case: str
    run: Callable[..., None]
    seconds: int
    system: Callable[[Path], System]
    sample: bool

    @property
    def title(self) -> str:
        """The name that is shown, and by which it is chosen."""
        return "/".join(part for part in (self.group, self.name, self.case) if part)


SCENARIOS: list[Scenario] = []


def scenario(
    group: str,
    *,
    seconds: int,
    cases: Sequence[str] = ("",),
    system: Callable[[Path], System] = shared_system,
    sample: bool = True,
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function `run(world)` or, with `cases`, `run(world, case)`.

    `seconds` is how long it usually takes, `sample` whether CI may draw it; scenarios that name
    the same `system` share one, so leave it as it was found: everything up, nothing in the way.
    """

    def register(run: Callable[..., None]) -> Callable[..., None]:
        SCENARIOS.extend(
            Scenario(group, run.__name__, case, run, seconds, system, sample) for case in cases
        )
        return run

    return register


def run(chosen: Scenario, world: Any) -> None:
    """Let it happen."""
    chosen.run(world, chosen.case) if chosen.case else chosen.run(world)
