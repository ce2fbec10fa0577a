"""What does not go on, anywhere? All services are asked at once, and their lists become one.

Each service lists what it knows, longest first, from behind the same moment; so the first of all
of them together are the page. A service that does not answer is named in `missing`. A decision
goes to the service that the exception's id begins with.
"""

from typing import Any

from chassis.ask import Unavailable
from chassis.errors import NotFound, Refused
from contracts import channels, inventory, orders, payments, returns, shipping, warehouse
from contracts.message import Question, Wire
from contracts.stuck import DecideStuck, FindStuck, Stuck
from contracts.values import Nothing
from gateway.caller import Caller
from gateway.ports import Asks

SECONDS = 3.0
OWNERS = (orders, payments, inventory, warehouse, shipping, returns, channels)
DECIDERS: dict[str, Question[DecideStuck, Nothing]] = {
    owner.DECIDE.service: owner.DECIDE for owner in OWNERS
}


class Exceptions(Wire, frozen=True, kw_only=True):
    """A page of exceptions, longest first.

    What a service knows that does not answer just now is not among them; it is named in `missing`.
    """

    exceptions: tuple[Stuck, ...]
    next: str = ""
    missing: tuple[str, ...] = ()


EXCEPTIONS = Question("exceptions.find", FindStuck, Exceptions)
DECIDE = Question("exceptions.decide", DecideStuck, Nothing, changes=True)


def ask_exceptions(asker: Asks, asked: FindStuck, caller: Caller) -> Exceptions:
    """Ask all services what does not go on."""
    answers = asker.ask_all(
        [(owner.STUCK, asked) for owner in OWNERS], actor=caller.actor, timeout=SECONDS
    )
    if refusal := next((a for a in answers if isinstance(a, Refused)), None):
        raise refusal
    silent = [
        owner.STUCK.service
        for owner, answer in zip(OWNERS, answers, strict=True)
        if isinstance(answer, Unavailable)
    ]
    if len(silent) == len(OWNERS):
        raise next(answer for answer in answers if isinstance(answer, Unavailable))
    heard = [answer for answer in answers if not isinstance(answer, Unavailable)]
    found = sorted(
        (one for answer in heard for one in answer.stuck),
        key=lambda one: (one.since, one.exception_id),
    )
    page = found[: asked.limit]
    more = bool(page) and (len(found) > asked.limit or any(answer.next for answer in heard))
    return Exceptions(
        exceptions=tuple(page),
        next=f"{page[-1].since.isoformat()}|{page[-1].exception_id}" if more else "",
        missing=tuple(silent),
    )


def decider(asked: Any) -> Question[Any, Any]:
    """Tell which service decides about an exception."""
    found = DECIDERS.get(asked.exception_id.partition(":")[0])
    if found is None:
        raise NotFound("exception", asked.exception_id[:100], "exception_id")
    return found
