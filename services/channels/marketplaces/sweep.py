"""Where does the next page of a sweep begin, if a shop counts its pages by number?

It begins where this one ends in time, not in number: an order that changes meanwhile would move
all behind it up, one of them to a page that we have seen. Only where a whole page changed at one
moment is the next one asked for by its number.
"""

from dataclasses import dataclass
from datetime import datetime

from services.channels.domain.pull import Cursor
from services.channels.marketplaces.moments import in_gmt


@dataclass(frozen=True, slots=True)
class Place:
    """A page: so many pages behind a moment."""

    since: datetime
    number: int = 1

    @classmethod
    def of(cls, cursor: Cursor) -> "Place":
        """Read the mark that `behind` has made, or begin."""
        mark, _, number = cursor.page.partition("|")
        return cls(in_gmt(mark) or cursor.since, int(number or 1))

    def behind(self, goes_on: datetime | None) -> str:
        """Mark the page behind a full one; what changed from `goes_on` on, it may show again."""
        if goes_on and goes_on > self.since.replace(microsecond=0):
            return f"{written(goes_on)}|1"
        return f"{written(self.since)}|{self.number + 1}"


def written(at: datetime) -> str:
    """Write a moment as shops read it that do not say a zone."""
    return at.strftime("%Y-%m-%dT%H:%M:%S")
