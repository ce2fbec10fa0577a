"""What is done with a few rows of a job? Each is asked, and gets its outcome, or its problem."""

import hashlib
import time
from collections.abc import Sequence
from datetime import datetime

from chassis.ask import Broken, Unavailable
from chassis.errors import NotFound, Refused
from contracts import orders
from gateway.bounds import Bounds
from gateway.caller import Caller
from gateway.jobs.actions import Action
from gateway.jobs.ledger import Held, Row
from gateway.jobs.said import RowProblem
from gateway.ports import Asks
from gateway.problems import BY_CODE, KINDS

MOST_TRIES = 5
NOT_YET = "not_yet"
UNKNOWN = "The service did not answer for so long that it cannot be asked once more. Look yourself."
BROKEN = "Something is broken there; it is not known whether it was done. Look at it yourself."


class Batch:
    """Some rows of a job, in the name of its caller, until a moment of time.monotonic."""

    def __init__(  # noqa: PLR0913 - each is one thing that it stands on
        self,
        job: Held,
        action: Action,
        caller: Caller,
        asker: Asks,
        rows: Sequence[Row],
        until: float,
    ) -> None:
        self._job, self._action, self._caller, self._asker = job, action, caller, asker
        self._rows, self._until, self._away = rows, until, False

    @property
    def waiting(self) -> list[Row]:
        """The rows that have no answer yet."""
        return [row for row in self._rows if not row.answered]

    def leave_out_forgotten(self, before: datetime) -> None:
        """Ask nothing again that services may have forgotten."""
        for row in self._rows:
            if row.asked_at < before:
                _fail(row, RowProblem(**_kind("unavailable"), detail=UNKNOWN, code="unknown"))

    def leave_out_strange(self) -> None:
        """Do nothing to what the caller may not change."""
        scope = self._caller.scope(self._action.permission)
        bounds = Bounds(scope, self._asker, self._caller.actor)
        mine = self._action.mine(bounds, [(row.subject, row.label) for row in self.waiting])
        for row in self.waiting:
            if (row.subject, row.label) not in mine:
                _fail(row, problem_of(NotFound(*_outside(row))))

    def look(self, row: Row) -> None:
        """Settle what exactly is asked, where the order's state decides it."""
        if self._action.look is None or row.parts is not None or not self._may_ask():
            return
        try:
            ref = orders.OrderRef(order_id=row.subject)
            order = self._asker.ask(orders.GET, ref, actor=self._caller.actor)
            row.parts = self._action.look(order)
        except Refused as refusal:
            _fail(row, problem_of(refusal))
        except Unavailable as error:
            self._not_answered(row, error)

    def do(self, row: Row) -> None:
        """Ask for a row, for each of its parts."""
        if self._action.look is not None and row.parts is None:
            return
        parts = [""] if row.parts is None else row.parts
        try:
            for number, part in enumerate(parts):
                if not self._may_ask():
                    return
                self._ask(row, number, part)
        except Refused as refusal:
            if refusal.code == NOT_YET and row.tries < MOST_TRIES:
                row.tried = True
                return
            _fail(row, problem_of(refusal))
        except Unavailable as error:
            self._not_answered(row, error)
        else:
            row.answered, row.outcome = True, "done" if parts else "nothing_to_do"

    def _ask(self, row: Row, number: int, part: str) -> None:
        self._asker.ask(
            self._action.question,
            self._action.make(self._job.asked, row.subject, part),
            actor=self._caller.actor,
            request_id=request_id(self._job.job_id, row.number, number),
            correlation_id=row.subject,
        )

    def _may_ask(self) -> bool:
        return not self._away and time.monotonic() < self._until

    def _not_answered(self, row: Row, error: Unavailable) -> None:
        if not isinstance(error, Broken):
            self._away = True  # the others need not wait for it, too
        elif row.tries >= MOST_TRIES:
            _fail(row, RowProblem(**_kind("unavailable"), detail=BROKEN, code="unknown"))
        else:
            row.tried = True


def request_id(job_id: str, row: int, part: int) -> str:
    """Make the id under which a part of a row is asked, however often."""
    return hashlib.sha256(f"{job_id}\n{row}\n{part}".encode()).hexdigest()


def problem_of(refusal: Refused) -> RowProblem:
    """Say what a service has refused, as the API does."""
    kind = _kind(BY_CODE.get(refusal.code, "refused"))
    return RowProblem(**kind, detail=refusal.message, code=refusal.code, field=refusal.field)


def _outside(row: Row) -> tuple[str, str, str]:
    return (
        ("warehouse", row.label, "warehouse") if row.given else ("order", row.subject, "order_id")
    )


def _kind(name: str) -> dict[str, str]:
    return {"type": f"/problems/{name}", "title": KINDS[name][1]}


def _fail(row: Row, problem: RowProblem) -> None:
    row.answered, row.problem = True, problem
