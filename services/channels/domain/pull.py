"""How far have we asked a shop for what changed there?

A sweep goes page by page from a moment on, oldest change first; the next one begins a little
before the newest change that was seen, because shops may show a change later than they date it.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from msgspec.structs import replace

from contracts.message import Wire

OVERLAP = timedelta(minutes=5)
RECONCILED_EVERY, RECONCILED_BACK = timedelta(days=1), timedelta(days=3)


class Cursor(Wire, frozen=True, kw_only=True):
    """Where a sweep is: it began at `since`, goes on at the shop's own mark `page`."""

    since: datetime
    page: str = ""
    newest: datetime | None = None

    def after(self, page: str, newest: datetime | None) -> "Cursor":
        """Go on behind a page; without a next one this sweep is over."""
        seen = [moment for moment in (self.newest, newest) if moment]
        told = replace(self, page=page, newest=max(seen, default=None))
        return told if page else told.anew()

    def anew(self) -> "Cursor":
        """Begin the next sweep, never earlier than this one."""
        if self.newest is None:
            return Cursor(since=self.since)
        return Cursor(since=max(self.since, self.newest - OVERLAP))


@dataclass
class Pull:
    """The pull of one channel; `call` is the key of the call that is being made, if one is."""

    channel: str
    pull_from: datetime
    cursor: Cursor
    due_at: datetime
    call: str = ""
    last_at: datetime | None = None
    problem: str = ""
    reconciled_at: datetime | None = None

    def end_sweep(self, now: datetime) -> None:
        """A sweep has come to its end; once a day the next one goes back for days.

        A shop that loses a webhook may well date the change before what we have seen since.
        """
        self.last_at = now
        if self.reconciled_at is None:
            self.reconciled_at = now
        elif now - self.reconciled_at >= RECONCILED_EVERY:
            self.reconciled_at = now
            self.cursor = Cursor(since=max(self.pull_from, now - RECONCILED_BACK))
