"""What has a worker at hand while it goes on with a job of files, and for how long?"""

import time
from collections.abc import Callable
from dataclasses import dataclass

from gateway.bounds import Bounds
from gateway.caller import Caller
from gateway.jobs.files import Files
from gateway.jobs.ledger import Ledger
from gateway.ports import Asks


@dataclass(frozen=True, slots=True)
class Turn:
    """The turn of one job, in the name of its caller."""

    ledger: Ledger
    files: Files
    asker: Asks
    caller: Caller
    is_over: Callable[[], bool]
    sleep: Callable[[float], None]

    def bounds(self, permission: str) -> Bounds:
        """Tell what the caller may see and do with a permission."""
        return Bounds(self.caller.scope(permission), self.asker, self.caller.actor)

    def rest_since(self, began: float) -> None:
        """Rest as long as was worked: whoever else asks the same services has their turn."""
        self.sleep(time.monotonic() - began)
