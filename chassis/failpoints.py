"""Where may a drill kill the process? At named points in the chassis; off, they cost a comparison.

FAILPOINT_FILE names a file with lines `point name`, such as `before_commit inventory.reserve.v1`.
A process that reaches a point while it handles what is named dies like by `kill -9`. Before, it
strikes out the lines of all that it has in hand at this point; a line that is left was never
reached. What comes a second time and changes nothing does not count: a death after a commit is
one with something to lose.

                    a service                 the gateway              the relay
    before_commit   all is written            a request was read       the broker has it all
    after_commit    nothing is published,     it is known by its key,  it is forgotten here
                    answered or called yet    and nobody was asked
    after_publish   nothing is acknowledged   it was answered, and     the broker has it, and
                                              the client told nothing  nobody has heard so
"""

import os
import signal
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

_FILE = os.environ.get("FAILPOINT_FILE", "")


class Named(Protocol):
    """Something that is handled."""

    @property
    def name(self) -> str:
        """What it is called in the file."""


def reach(point: str, handled: Iterable[Named]) -> None:
    """Die here if the file says so."""
    if not _FILE:
        return
    file = Path(_FILE)
    lines = file.read_text().splitlines() if file.exists() else []
    if struck := {f"{point} {job.name}" for job in handled}.intersection(lines):
        left = file.with_suffix(".left")
        left.write_text("\n".join(line for line in lines if line not in struck))
        left.replace(file)  # whoever reads it sees it whole
        os.kill(os.getpid(), signal.SIGKILL)
