"""What does inventory do for orders? One function for each command about their goods.

Every command may come twice, late or before its time: what was done once is not done again, and
an order that was released is off: nothing is kept for it any more, whatever comes afterwards.
"""

from collections.abc import Iterable, Sequence

from chassis.errors import Refused
from chassis.work import Work
from contracts.inventory import (
    CommitRefused,
    CommitStock,
    FulfillStock,
    ReleaseRound,
    ReleaseStock,
    ReplaceShortage,
    ReserveStock,
    ShortLine,
    StockCommitted,
    StockFulfilled,
    StockReleased,
    StockReserved,
    StockShort,
)
from contracts.values import Placement, SkuQuantity
from services.inventory.domain.reservation import LIFE, Reservation, State
from services.inventory.domain.stock import Movement
from services.inventory.ports import Inventory


def reserve_stock(command: ReserveStock, work: Work, inventory: Inventory) -> None:
    """Keep the goods of a round: all lines or none."""
    known = inventory.reservation(command.order_id, command.round)
    if _is_off(command, inventory):
        _tell_short(command, command.lines, work, inventory)
    elif known and known.holds:
        _tell_reserved(known, work, inventory)
    elif known is None or known.state == State.EXPIRED:
        if not (placed := _place(command.lines, work, inventory)):
            _tell_short(command, command.lines, work, inventory)
            return
        if known is None:
            known = Reservation(
                command.order_id, command.round, State.ACTIVE.value, placed, command.expires_at
            )
            inventory.add(known)
        known.expires_at = command.expires_at
        known.keep(inventory.shelves(p.sku for p in placed), placed)
        _tell_reserved(known, work, inventory)
    # else the round's goods have left, or nobody found them: nobody waits for this any more


def replace_shortage(command: ReplaceShortage, work: Work, inventory: Inventory) -> None:
    """Write off what a picker did not find, once, and keep the same elsewhere."""
    key = f"short:{command.order_id}:{command.round}"
    if not inventory.is_done(key):
        inventory.mark_done(key, work.now)
        shelves = inventory.shelves(p.sku for p in command.lines)
        missing = list(command.lines)
        for reservation in inventory.reservations(command.order_id):
            missing = reservation.write_off(shelves, missing, command.fulfillment_order_id)
    again = ReserveStock(
        order_id=command.order_id,
        round=command.round,
        lines=_unplaced(command.lines),
        expires_at=command.expires_at,
    )
    reserve_stock(again, work, inventory)


def commit_stock(command: CommitStock, work: Work, inventory: Inventory) -> None:
    """Promise the goods of a round where they will be picked; what has expired is kept again."""
    reservation = inventory.reservation(command.order_id, command.round)
    done = StockCommitted(order_id=command.order_id, round=command.round, attempt=command.attempt)
    if reservation and reservation.state in {State.COMMITTED, State.FULFILLED}:
        work.send(done)
        return
    wanted = _unplaced(command.placements)
    if reservation is None or reservation.state == State.RELEASED:
        _tell_short(command, wanted, work, inventory)
        return
    if reservation.state == State.EXPIRED:
        if not (placed := _place(wanted, work, inventory)):
            _tell_short(command, wanted, work, inventory)
            return
        reservation.keep(inventory.shelves(p.sku for p in placed), placed)
    shelves = inventory.shelves(p.sku for p in (*command.placements, *reservation.placements))
    # a plan that was refused is being made anew: what became free since must not revive it
    refused = command.attempt <= reservation.refused_attempt
    if not refused and reservation.commit(shelves, command.placements):
        work.send(done)
        return
    reservation.refused_attempt = max(reservation.refused_attempt, command.attempt)
    work.send(
        CommitRefused(
            order_id=command.order_id,
            round=command.round,
            placements=reservation.placements,
            levels=tuple(shelves.levels((w.sku for w in wanted), reservation.own())),
            attempt=command.attempt,
        )
    )


def release_stock(command: ReleaseStock, work: Work, inventory: Inventory) -> None:
    """Give back what an order still holds; an order that gives all back never holds any again."""
    kept = inventory.reservations(command.order_id)
    shelves = inventory.shelves(p.sku for r in kept for p in r.placements)
    key = f"release:{command.order_id}:{command.release_id}"
    if command.lines and not inventory.is_done(key):
        inventory.mark_done(key, work.now)
        rest = list(command.lines)
        for reservation in kept:
            rest = reservation.release_some(shelves, rest, command.reason)
    elif not command.lines:
        if not inventory.is_done(_off(command.order_id)):
            inventory.mark_done(_off(command.order_id), work.now)
        for reservation in kept:
            if LIFE.allows(State(reservation.state), State.RELEASED):
                reservation.release(shelves, command.reason)
    work.send(
        StockReleased(
            order_id=command.order_id, release_id=command.release_id, reason=command.reason
        )
    )


def release_round(command: ReleaseRound, work: Work, inventory: Inventory) -> None:
    """Give back the goods of one round; whoever asks for that round later gets none."""
    key = _off(command.order_id, command.round)
    if not inventory.is_done(key):
        inventory.mark_done(key, work.now)
        kept = inventory.reservation(command.order_id, command.round)
        if kept and LIFE.allows(State(kept.state), State.RELEASED):
            kept.release(inventory.shelves(p.sku for p in kept.placements), command.reason)
    work.send(
        StockReleased(
            order_id=command.order_id, release_id=command.release_id, reason=command.reason
        )
    )


def fulfill_stock(command: FulfillStock, work: Work, inventory: Inventory) -> None:
    """Take off the books what has left, once for each fulfillment order."""
    key = f"fulfilled:{command.fulfillment_order_id}"
    if not inventory.is_done(key):
        inventory.mark_done(key, work.now)
        shelves = inventory.shelves(p.sku for p in command.lines)
        rest = list(command.lines)
        for reservation in inventory.reservations(command.order_id):
            rest = reservation.send(shelves, rest, command.fulfillment_order_id)
        for p in rest:
            # Goods that were given back while they left the building are gone all the same.
            free = shelves.at(p.sku, p.warehouse_id).available
            if free < p.quantity:
                raise Refused(
                    "not_allocated",
                    f"{p.quantity} × {p.sku} left {p.warehouse_id} that were never allocated, "
                    f"and only {free} are not promised there.",
                    "lines",
                )
            shelves.post(
                Movement(
                    p.sku, p.warehouse_id, "fulfilled", command.fulfillment_order_id,
                    on_hand=-p.quantity, reason="it left without being allocated",
                )
            )  # fmt: skip
    work.send(
        StockFulfilled(order_id=command.order_id, fulfillment_order_id=command.fulfillment_order_id)
    )


def expire(reservation: Reservation, work: Work, inventory: Inventory) -> None:
    """Give back what was kept too long for an order that was never paid."""
    reservation.expire(inventory.shelves(p.sku for p in reservation.placements))
    work.send(
        StockReleased(
            order_id=reservation.order_id, release_id="expired", reason="its time was up"
        ),
        correlation_id=reservation.order_id,
    )


def _off(order_id: str, round_: int = 0) -> str:
    return f"off:{order_id}:{round_}" if round_ else f"off:{order_id}"


def _is_off(command: ReserveStock, inventory: Inventory) -> bool:
    """Tell whether nothing is kept any more for the order or the round; the first is never off."""
    if inventory.is_done(_off(command.order_id)):
        return True
    return command.round > 1 and inventory.is_done(_off(command.order_id, command.round))


def _unplaced(placements: Iterable[Placement]) -> tuple[SkuQuantity, ...]:
    return tuple(SkuQuantity(line_id=p.line_id, sku=p.sku, quantity=p.quantity) for p in placements)


def _place(lines: Sequence[SkuQuantity], work: Work, inventory: Inventory) -> tuple[Placement, ...]:
    """Choose warehouses for the lines, at the expense of what has expired if need be."""
    skus = {line.sku for line in lines}
    shelves = inventory.shelves(skus)
    wishes = [(line.line_id, line.sku, line.quantity) for line in lines]
    placed = shelves.place(wishes)
    if not placed and (late := inventory.due(skus, work.now)):
        for reservation in late:
            expire(reservation, work, inventory)
        placed = shelves.place(wishes)
    return tuple(
        Placement(line_id=line, sku=sku, warehouse_id=warehouse, quantity=quantity)
        for line, sku, warehouse, quantity in placed
    )


def _tell_reserved(reservation: Reservation, work: Work, inventory: Inventory) -> None:
    shelves = inventory.shelves(p.sku for p in reservation.placements)
    levels = shelves.levels((p.sku for p in reservation.placements), reservation.own())
    work.send(
        StockReserved(
            order_id=reservation.order_id,
            round=reservation.round,
            placements=reservation.placements,
            levels=tuple(levels),
        )
    )


def _tell_short(
    command: ReserveStock | CommitStock,
    lines: Sequence[SkuQuantity],
    work: Work,
    inventory: Inventory,
) -> None:
    shelves = inventory.shelves(line.sku for line in lines)
    work.send(
        StockShort(
            order_id=command.order_id,
            round=command.round,
            lines=tuple(
                ShortLine(
                    line_id=line.line_id,
                    sku=line.sku,
                    wanted=line.quantity,
                    available=shelves.available(line.sku),
                )
                for line in lines
            ),
        )
    )
