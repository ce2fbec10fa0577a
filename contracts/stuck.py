"""What is stuck, since when, and what may a person decide? Every service answers alike."""

import re
from typing import Annotated, Literal

from msgspec import Meta

from contracts.message import Wire
from contracts.values import Instant, Limit, LongText, Name, Text

ORDER = re.compile(r"\bord_[0-9A-Z]{26}\b")
Decision = Literal["retry", "skip", "compensate"]
ExceptionId = Annotated[
    str,
    Meta(
        max_length=400,
        pattern=r"^[a-z]+:[a-z_]+:.+$",
        description="the service that tells it, its kind, and what it is about",
    ),
]


class FindStuck(Wire, frozen=True, kw_only=True):
    """What does not go on by itself, longest first; `only` names one by its id."""

    after: Annotated[str, Meta(max_length=500)] = ""
    limit: Limit = 50
    only: Annotated[str, Meta(max_length=400)] = ""


class Stuck(Wire, frozen=True, kw_only=True):
    """An exception: something that does not go on by itself, and what may be done about it.

    `owner` is whom it waits for: a service, or people. `order_id` is empty where it concerns none.
    """

    exception_id: ExceptionId
    kind: Text
    subject: Text
    since: Instant
    owner: Text
    problem: LongText
    order_id: Text = ""
    step: Text = ""
    allowed: tuple[Decision, ...] = ()


class StuckPage(Wire, frozen=True, kw_only=True):
    """A page of exceptions, longest first."""

    stuck: tuple[Stuck, ...]
    next: str = ""


class DecideStuck(Wire, frozen=True, kw_only=True):
    """What a person decides about an exception."""

    exception_id: ExceptionId
    decision: Decision
    reason: Name

    @property
    def order_id(self) -> str:
        """The order that it names, if it does."""
        return order_in(self.exception_id)


def order_in(text: str) -> str:
    """Find the order that an id speaks of; empty if it speaks of none."""
    found = ORDER.search(text)
    return found[0] if found else ""
