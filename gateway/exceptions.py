"""What does not go on, anywhere? All services are asked at once, and their lists become one.

The gateway is asked as well, for it sends webhooks (webhooks/stuck.py). Each service lists what it
knows, longest first, from behind the same moment; so the first of all of them together are the
page. A service that does not answer is named in `missing`. A decision goes to the service that the
exception's id begins with. Whose an exception is the gateway keeps itself (owners.py); lists are
narrowed here, for no service knows of all that they are narrowed by.

An exception has no row and so no counted version: it is a number made of what a person decides by.
It is compared here, just before the service is asked, which does only what is still allowed there.
"""

import hashlib
import uuid
import zlib
from datetime import datetime
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from chassis.ask import Unavailable
from chassis.errors import NotFound, Refused, check_version
from contracts import channels, inventory, orders, payments, returns, shipping, warehouse
from contracts.message import Question, Wire
from contracts.stuck import DecideStuck, FindStuck, Stuck, order_in
from contracts.values import Instant, Nothing, Text
from gateway.caller import Caller
from gateway.own import Own
from gateway.owners import AssignException, ExceptionOwner, People, Person, UnassignException
from gateway.ports import Asks

SECONDS = 3.0
MOST_PAGES, MOST_AT_ONCE = 10, 200
LARGEST_VERSION = 999_999_999  # an ETag has nine digits
OWNERS = (orders, payments, inventory, warehouse, shipping, returns, channels)
OURS = "gateway"
DECIDERS: dict[str, Question[DecideStuck, Nothing]] = {
    owner.DECIDE.service: owner.DECIDE for owner in OWNERS
}


class FindExceptions(FindStuck, frozen=True, kw_only=True):
    """Which exceptions to list, longest first.

    `owner` is `me`, `nobody`, or a user's id; `until` leaves out what began later.
    """

    kind: Text = ""
    owner: Annotated[str, Meta(pattern=r"^(me|nobody|usr_[0-9A-Z]{26})?$")] = ""
    until: Instant | None = None


class ExceptionView(Stuck, frozen=True, kw_only=True):
    """An exception and who takes care of it, if anybody does.

    `version` is another one when its owner, its step or what is allowed has changed.
    """

    assigned_to: ExceptionOwner | None = None
    version: int = 1


class DecideException(DecideStuck, frozen=True, kw_only=True):
    """What a person decides about an exception as they saw it."""

    expected_version: int | None = None


class Exceptions(Wire, frozen=True, kw_only=True):
    """A page of exceptions, longest first.

    What a service knows that does not answer just now is not among them; it is named in `missing`.
    A page may be short and yet have a next: few of very many may be what is asked for.
    """

    exceptions: tuple[ExceptionView, ...]
    next: str = ""
    missing: tuple[str, ...] = ()


EXCEPTIONS = Question("exceptions.find", FindExceptions, Exceptions)
ASSIGN = Question("exceptions.assign", AssignException, ExceptionView, changes=True)
UNASSIGN = Question("exceptions.unassign", UnassignException, ExceptionView, changes=True)
PEOPLE = Question("exceptions.people", Nothing, People)
DECIDE = Question("exceptions.decide", DecideException, Nothing, changes=True)


def find_exceptions(own: Own, asker: Asks, asked: FindExceptions, caller: Caller) -> Exceptions:
    """List exceptions, read on until the page is full or enough was looked at."""
    owner = caller.caller_id if asked.owner == "me" else asked.owner
    rows: list[ExceptionView] = []
    after = asked.after
    missing: tuple[str, ...] = ()
    for _ in range(MOST_PAGES):
        size = MOST_AT_ONCE if _is_narrowed(asked) else asked.limit
        page, after, missing = _page(
            own, asker, FindStuck(after=after, limit=size, only=asked.only), caller.actor
        )
        owners = own.owners.of(one.exception_id for one in page)
        for one in page:
            if asked.until and one.since > asked.until:
                return Exceptions(exceptions=tuple(rows), missing=missing)
            shown = _view(one, owners.get(one.exception_id))
            if not _matches(shown, asked.kind, owner):
                continue
            if len(rows) == asked.limit:
                return Exceptions(exceptions=tuple(rows), next=_place(rows[-1]), missing=missing)
            rows.append(shown)
        if not after or len(rows) == asked.limit:
            break
    return Exceptions(exceptions=tuple(rows), next=after, missing=missing)


def assign(own: Own, asker: Asks, asked: AssignException, caller: Caller) -> ExceptionView:
    """Let somebody take care of an exception that there is."""
    user_id = asked.user_id or (caller.session.user_id if caller.session else "")
    if not user_id:
        told = "A key is nobody who could take it; name a user."
        raise Refused("nobody", told, "user_id")
    name = next((one.name for one in own.owners.people() if one.user_id == user_id), None)
    if name is None:
        told = f"There is no active user {user_id} who may decide about exceptions."
        raise Refused("no_such_person", told, "user_id")
    return _hand_over(own, asker, asked, user_id, name, caller)


def unassign(own: Own, asker: Asks, asked: UnassignException, caller: Caller) -> ExceptionView:
    """Let nobody take care of an exception any more."""
    return _hand_over(own, asker, asked, "", "", caller)


def list_people(own: Own, _asked: Nothing, _caller: Caller) -> People:
    """List those to whom an exception can be given."""
    found = own.owners.people()
    return People(people=tuple(Person(user_id=one.user_id, name=one.name) for one in found))


def forget_owners(own: Own, asker: Asks, now: datetime) -> int:
    """Forget who took care of what is gone; tell of how many. Asks nobody if there is no owner."""
    if not own.owners.any_at_all():
        return 0
    told: set[str] = set()
    silent: set[str] = set()
    after = ""
    while True:
        asked = FindStuck(after=after, limit=MOST_AT_ONCE)
        page, after, missing = _page(own, asker, asked, "timer")
        told.update(one.exception_id for one in page)
        silent.update(missing)
        if not after:
            break
    heard = [owner.STUCK.service for owner in OWNERS if owner.STUCK.service not in silent]
    return own.owners.forget(told, [OURS, *heard], now)


def check_seen(own: Own, asker: Asks, asked: DecideException, caller: Caller) -> None:
    """Refuse to decide about an exception that is not as it was seen."""
    if asked.expected_version is not None:
        _seen(own, asker, asked, caller)


def _hand_over(  # noqa: PLR0913 - whose it becomes has an id and a name
    own: Own,
    asker: Asks,
    asked: AssignException | UnassignException,
    user_id: str,
    name: str,
    caller: Caller,
) -> ExceptionView:
    exception_id = asked.exception_id
    with own.owners.alone(exception_id):
        one = _seen(own, asker, asked, caller)
        had = one.assigned_to
        if (had.user_id if had else "") == user_id:
            return one
        if order_id := one.order_id or order_in(exception_id):
            # told before it is done, under a name that stays: so it is told once, never forgotten
            since = had.assigned_at.isoformat() if had else ""
            named = f"{exception_id}\n{since}\n{had.user_id if had else ''}\n{user_id}"
            asker.ask(
                orders.TELL_OWNER,
                orders.TellOwner(
                    order_id=order_id,
                    exception=one.kind,
                    before=had.name if had else "",
                    after=name,
                ),
                actor=caller.actor,
                request_id=hashlib.sha256(named.encode()).hexdigest() if had else uuid.uuid4().hex,
                correlation_id=order_id,
            )
        if user_id:
            own.owners.assign(exception_id, user_id, caller.actor)
        else:
            own.owners.unassign(exception_id)
        return _view(one, own.owners.of([exception_id]).get(exception_id))


def _seen(
    own: Own,
    asker: Asks,
    asked: DecideException | AssignException | UnassignException,
    caller: Caller,
) -> ExceptionView:
    """Find an exception at its service; raises NotFound when it is gone, or Stale."""
    exception_id = asked.exception_id
    service = exception_id.partition(":")[0]
    owner = next((one for one in OWNERS if one.STUCK.service == service), None)
    if owner is None and service != OURS:
        raise NotFound("exception", exception_id[:100], "exception_id")
    wanted = FindStuck(only=exception_id)
    page = (
        asker.ask(owner.STUCK, wanted, actor=caller.actor) if owner else own.troubles.find(wanted)
    )
    found: Stuck | None = next((x for x in page.stuck if x.exception_id == exception_id), None)
    if found is None:
        raise NotFound("exception", exception_id[:100], "exception_id")
    view = _view(found, own.owners.of([exception_id]).get(exception_id))
    check_version("Exception", exception_id[:100], asked.expected_version, view.version)
    return view


def _page(
    own: Own, asker: Asks, asked: FindStuck, actor: str
) -> tuple[list[Stuck], str, tuple[str, ...]]:
    """Ask all services for a page: what is on it, where the next begins, who does not answer."""
    answers = asker.ask_all(
        [(owner.STUCK, asked) for owner in OWNERS], actor=actor, timeout=SECONDS
    )
    if refusal := next((a for a in answers if isinstance(a, Refused)), None):
        raise refusal
    silent = tuple(
        owner.STUCK.service
        for owner, answer in zip(OWNERS, answers, strict=True)
        if isinstance(answer, Unavailable)
    )
    if len(silent) == len(OWNERS):
        raise next(answer for answer in answers if isinstance(answer, Unavailable))
    heard = [answer for answer in answers if not isinstance(answer, Unavailable)]
    heard.append(own.troubles.find(asked))
    found = sorted(
        (one for answer in heard for one in answer.stuck),
        key=lambda one: (one.since, one.exception_id),
    )
    page = found[: asked.limit]
    more = bool(page) and (len(found) > asked.limit or any(answer.next for answer in heard))
    return page, _place(page[-1]) if more else "", silent


def _place(one: Stuck) -> str:
    return f"{one.since.isoformat()}|{one.exception_id}"


def _view(one: Stuck, owner: ExceptionOwner | None) -> ExceptionView:
    told = {name: getattr(one, name) for name in Stuck.__struct_fields__}
    decided_by = (one.since, one.owner, one.step, one.allowed, owner)
    version = zlib.crc32(msgspec.json.encode(decided_by)) % LARGEST_VERSION + 1
    return ExceptionView(**told, assigned_to=owner, version=version)


def _is_narrowed(asked: FindExceptions) -> bool:
    return bool(asked.kind or asked.owner)


def _matches(one: ExceptionView, kind: str, owner: str) -> bool:
    has = one.assigned_to.user_id if one.assigned_to else "nobody"
    return kind in {"", one.kind} and owner in {"", has}


def is_ours(asked: DecideStuck) -> bool:
    """Tell whether an exception is the gateway's own."""
    return asked.exception_id.startswith(f"{OURS}:")


def decide_ours(own: Own, asked: DecideStuck, caller: Caller) -> Nothing:
    """Decide about what does not go on in the gateway itself."""
    return own.troubles.decide(asked, caller.actor)


def decider(asked: Any) -> Question[Any, Any]:
    """Tell which service decides about an exception."""
    found = DECIDERS.get(asked.exception_id.partition(":")[0])
    if found is None:
        raise NotFound("exception", asked.exception_id[:100], "exception_id")
    return found
