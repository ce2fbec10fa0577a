"""Where does what a shop says of an order differ from what we hold? Field by field, in words.

Channels knows what the shop said when it was asked, orders what we hold: both are asked at once.
"""

from collections.abc import Iterator

from chassis.errors import NotFound
from contracts import mending, orders
from contracts.message import Question, Wire
from contracts.orders import Order, PlaceOrder
from contracts.values import Address, Money, Text
from gateway.caller import Caller
from gateway.ports import Asks

OFF = frozenset({"canceled", "expired"})
OF_AN_ADDRESS = ("name", "company", "line1", "line2", "postcode", "city", "region", "country")


class Difference(Wire, frozen=True, kw_only=True):
    """What a shop says of a field, and what we hold; empty where one of us says nothing."""

    field: Text
    there: Text
    here: Text


class OrderComparison(Wire, frozen=True, kw_only=True):
    """An order as its shop says it stands, and where we hold something else.

    `mend` names what can be done by one word: `take_again` and `cancel` by channels; `address` by
    an edit of the order, to `ship_to`.
    """

    sighting: mending.Sighting
    differences: tuple[Difference, ...] = ()
    mend: tuple[str, ...] = ()
    ship_to: Address | None = None


COMPARISON = Question("channels.comparison", mending.ComparisonOf, OrderComparison)


def ask_comparison(asker: Asks, asked: mending.ComparisonOf, caller: Caller) -> OrderComparison:
    """Ask channels what the shop said, and orders what we hold."""
    sighting = asker.ask(mending.SIGHTING, asked, actor=caller.actor)
    order = None
    if sighting.order_id:
        try:
            order = asker.ask(
                orders.GET, orders.OrderRef(order_id=sighting.order_id), actor=caller.actor
            )
        except NotFound:
            order = None
    return compared(sighting, order)


def compared(sighting: mending.Sighting, order: Order | None) -> OrderComparison:
    """Compare what was said with what we hold."""
    seen = sighting.seen
    if seen is None:
        return OrderComparison(sighting=sighting)
    found = tuple(_differences(seen, order, sighting))
    mend: list[str] = list(sighting.mend)
    if order is None or order.status in OFF:
        mend = [x for x in mend if x != "cancel"]
    ship_to = seen.order.ship_to if seen.order else None
    is_elsewhere = any(one.field == "ship_to" for one in found)
    if order is not None and is_elsewhere and "edit" in order.allowed:
        mend.append("address")
    return OrderComparison(sighting=sighting, differences=found, mend=tuple(mend), ship_to=ship_to)


def _differences(
    seen: mending.SeenThere, order: Order | None, sighting: mending.Sighting
) -> Iterator[Difference]:
    if seen.says == "canceled" and not (order and order.status in OFF):
        here = order.status if order else sighting.state
        yield Difference(field="status", there="canceled", here=here)
    if seen.order is None:
        return
    there = seen.order
    if order is None:
        yield Difference(field="status", there="sold", here=sighting.state)
        return
    if order.status in OFF:
        yield Difference(field="status", there="sold", here=order.status)
    is_whole = not any(line.shipped for line in order.lines)
    if is_whole and (there.total != order.total or there.currency != order.currency):
        yield Difference(
            field="total", there=str(Money(amount=there.total, currency=there.currency)),
            here=str(Money(amount=order.total, currency=order.currency)),
        )  # fmt: skip
    if written(there.ship_to) != written(order.ship_to):
        yield Difference(field="ship_to", there=written(there.ship_to), here=written(order.ship_to))
    yield from _of_lines(there, order)


def _of_lines(there: PlaceOrder, order: Order) -> Iterator[Difference]:
    """Lines by the shop's own ids. What we have sent, some shops do not count any more."""
    theirs = {x.channel_line_id: x for x in there.lines}
    ours = {x.channel_line_id: x for x in order.lines}
    for line in [*theirs, *(ours.keys() - theirs.keys())]:
        asked, held = theirs.get(line), ours.get(line)
        wanted = asked.quantity if asked else 0
        here = held.ordered - held.canceled if held else 0
        if wanted not in {here, here - (held.shipped if held else 0)}:
            named = asked or held
            name = (named.name or named.sku) if named else ""
            yield Difference(field=f"line {name}"[:255], there=f"{wanted} ×", here=f"{here} ×")


def written(address: Address) -> str:
    """An address in one line."""
    parts = (getattr(address, name) for name in OF_AN_ADDRESS)
    return ", ".join(part for part in parts if part)[:255]
