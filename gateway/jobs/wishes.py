"""What must somebody say who wants a job, and what must they be allowed?"""

from chassis.errors import Refused
from gateway.jobs.actions import ACTIONS
from gateway.jobs.exports import EXPORTS
from gateway.jobs.imports import IMPORTS
from gateway.jobs.said import StartJob

FIELDS = ("reason", "note", "until", "tags", "text", "skus", "filter", "order_ids")


def permissions_of(asked: StartJob, *, counted: bool = False) -> tuple[str, ...]:
    """Tell what one must be allowed; once the rows are found, orders need not be seen any more."""
    if asked.kind in ACTIONS:
        look = asked.filter is not None and not counted
        return (ACTIONS[asked.kind].permission, *(["orders.read"] if look else []))
    if asked.kind in IMPORTS:
        return (IMPORTS[asked.kind].action.permission,)
    return (EXPORTS[asked.kind].permission,)


def check(asked: StartJob) -> None:
    """Check that a job says what to do, and to what; raises Refused."""
    if asked.kind in IMPORTS:
        told = f"{asked.kind} begins with a file: POST /jobs/imports/{asked.kind[7:]}."
        raise Refused("not_taken", told, "kind")
    needs, takes = _fields(asked.kind)
    for name in FIELDS:
        given = getattr(asked, name) not in {None, "", ()}
        if name in needs and not given:
            raise Refused("missing", f"{asked.kind} needs {name}.", name)
        if given and name not in {*needs, *takes}:
            raise Refused("not_taken", f"{asked.kind} takes no {name}.", name)
    if asked.kind in ACTIONS and (asked.filter is None) != bool(asked.order_ids):
        told = "Give either a filter or order_ids: a job is about what one of them names."
        raise Refused("which_orders", told, "filter")


def _fields(kind: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """What must be given for a kind of job, and what may be."""
    if kind in EXPORTS:
        return (EXPORTS[kind].named_by,), ()
    return ACTIONS[kind].needs, (*ACTIONS[kind].takes, "filter", "order_ids")
