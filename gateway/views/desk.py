"""What is answered about saved views, and how many orders are in each just now?

Many browsers ask for the same counts whenever an order changes: a count is remembered for some
seconds, for each filter and for each set of channels that somebody may see.
"""

import time

import msgspec

from chassis.ask import Unavailable
from contracts import orders
from contracts.orders import OrderCount, OrderFilter
from contracts.values import Nothing
from gateway.caller import Caller
from gateway.own import Own
from gateway.ports import Asks
from gateway.problems import Answered, problem
from gateway.views import said

SHARE = "views.share"
COUNTED_FOR_SECONDS, REMEMBERED = 3.0, 2_000
SECONDS = 3.0
AT_ONCE = 50
Key = tuple[tuple[str, ...] | None, OrderFilter]


class Counts:
    """Counts of orders that were just asked for."""

    def __init__(self) -> None:
        self._known: dict[Key, tuple[float, OrderCount]] = {}

    def of(
        self,
        asker: Asks,
        filters: list[OrderFilter],
        channels: tuple[str, ...] | None,
        actor: str,
    ) -> dict[OrderFilter, OrderCount]:
        """Count the orders of each filter; those that nobody tells are left out."""
        now = time.monotonic()
        known = {key[1]: count for key, (until, count) in self._known.items()
                 if key[0] == channels and now < until}  # fmt: skip
        missing = [one for one in dict.fromkeys(filters) if one not in known]
        for first in range(0, len(missing), AT_ONCE):
            some = tuple(missing[first : first + AT_ONCE])
            asked = orders.CountOrders(views=some, channels=channels)
            try:
                told = asker.ask(orders.COUNT, asked, actor=actor, timeout=SECONDS).counts
            except Unavailable:
                break
            if len(self._known) > REMEMBERED:
                self._known.clear()
            for one, count in zip(some, told, strict=True):
                known[one] = count
                self._known[channels, one] = (now + COUNTED_FOR_SECONDS, count)
        return known


COUNTS = Counts()


def find_views(own: Own, asker: Asks, asked: said.FindViews, caller: Caller) -> said.OrderViews:
    """List views, each with its count."""
    found = own.views.find(caller.caller_id)
    if not asked.counts:
        return said.OrderViews(views=found)
    known = COUNTS.of(asker, [one.filter for one in found], asked.channels, caller.actor)
    return said.OrderViews(
        views=tuple(msgspec.structs.replace(one, count=known.get(one.filter)) for one in found)
    )


def get_view(own: Own, asked: said.ViewRef, caller: Caller) -> said.OrderView:
    """Show a view."""
    return own.views.get(asked.view_id, caller.caller_id)


def save_view(own: Own, asked: said.NewView, caller: Caller) -> said.OrderView:
    """Save a view."""
    if asked.shared:
        _check_may_share(caller)
    return own.views.save(asked, caller.caller_id)


def change_view(own: Own, asked: said.ChangeView, caller: Caller) -> said.OrderView:
    """Change a view; to share it, or to share it no more, is a change as well."""
    if asked.shared and not own.views.get(asked.view_id, caller.caller_id).shared:
        _check_may_share(caller)
    return own.views.change(asked, caller.caller_id, may_share=caller.may(SHARE))


def delete_view(own: Own, asked: said.DeleteView, caller: Caller) -> Nothing:
    """Delete a view."""
    own.views.delete(asked, caller.caller_id, may_share=caller.may(SHARE))
    return Nothing()


def _check_may_share(caller: Caller) -> None:
    if not caller.may(SHARE):
        told = f"To share a view needs the permission {SHARE}."
        raise Answered(problem("forbidden", told, permission=SHARE))
