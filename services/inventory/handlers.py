"""What does inventory do? One function for each command and request."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Protocol

from chassis.errors import NotFound, Refused, Stale
from chassis.work import Work
from contracts.inventory import (
    AdjustStock,
    CommitRefused,
    CommitStock,
    FulfillStock,
    PutSku,
    ReceiveStock,
    ReleaseStock,
    ReplaceShortage,
    ReserveStock,
    RestockReturn,
    ShortLine,
    SkuSaved,
    StockCommitted,
    StockFulfilled,
    StockReleased,
    StockReserved,
    StockRestocked,
    StockShort,
    WarehouseStock,
)
from contracts.values import Placement, SkuQuantity
from services.inventory.domain.reservation import Reservation, State
from services.inventory.domain.sku import SkuRecord
from services.inventory.domain.stock import Movement, Shelves

UNSELLABLE = frozenset({"restock_as_b_grade", "refurbish", "return_to_vendor", "quarantine"})
GONE = frozenset({"scrap", "missing"})


class Inventory(Protocol):
    """Where stock, reservations and SKUs are found; all of it locked."""

    def shelves(self, skus: Iterable[str]) -> Shelves:
        """The balances of these SKUs, and of whatever else this batch touches."""

    def reservation(self, order_id: str, round_: int) -> Reservation | None:
        """Find the reservation of one round of an order."""

    def reservations(self, order_id: str) -> Sequence[Reservation]:
        """Find all reservations of an order, by round."""

    def add(self, reservation: Reservation) -> None:
        """Keep a new reservation."""

    def expire_due(self, skus: Iterable[str], now: datetime) -> Sequence[Reservation]:
        """Find reservations of these SKUs whose time is up."""

    def is_done(self, key: str) -> bool:
        """Tell whether something that must happen once has happened."""

    def mark_done(self, key: str, now: datetime) -> None:
        """Remember that it has happened."""

    def sku(self, sku: str) -> SkuRecord | None:
        """Find a SKU and lock it."""

    def add_sku(self, record: SkuRecord) -> None:
        """Keep a new SKU."""

    def owner_of(self, barcode: str) -> str | None:
        """Find out which SKU has a barcode."""

    def has_warehouse(self, warehouse_id: str) -> bool:
        """Tell whether goods were ever at a warehouse."""


def reserve_stock(command: ReserveStock, work: Work, inventory: Inventory) -> None:
    """Keep the goods of a round: all lines or none."""
    if known := inventory.reservation(command.order_id, command.round):
        if known.holds:
            _tell_reserved(known, work, inventory)
            return
        if known.state != State.EXPIRED:
            work.send(_short(command, command.lines, inventory))
            return
    if inventory.is_done(_off(command.order_id)):
        work.send(_short(command, command.lines, inventory))
        return
    _reserve(command, command.lines, command.expires_at, known, work, inventory)


def replace_shortage(command: ReplaceShortage, work: Work, inventory: Inventory) -> None:
    """Write off what a picker did not find, once, and keep the same elsewhere."""
    key = f"short:{command.order_id}:{command.round}"
    if not inventory.is_done(key):
        inventory.mark_done(key, work.now)
        shelves = inventory.shelves(p.sku for p in command.lines)
        missing = list(command.lines)
        for reservation in inventory.reservations(command.order_id):
            missing = reservation.write_off(shelves, missing, command.fulfillment_order_id)
    wanted = tuple(
        SkuQuantity(line_id=p.line_id, sku=p.sku, quantity=p.quantity) for p in command.lines
    )
    reserve_stock(
        ReserveStock(
            order_id=command.order_id,
            round=command.round,
            lines=wanted,
            expires_at=command.expires_at,
        ),
        work,
        inventory,
    )


def commit_stock(command: CommitStock, work: Work, inventory: Inventory) -> None:
    """Promise the goods of a round where they will be picked."""
    reservation = inventory.reservation(command.order_id, command.round)
    done = StockCommitted(order_id=command.order_id, round=command.round)
    if reservation and reservation.state in {State.COMMITTED, State.FULFILLED}:
        work.send(done)
        return
    wanted = [
        SkuQuantity(line_id=p.line_id, sku=p.sku, quantity=p.quantity) for p in command.placements
    ]
    if reservation is None or reservation.state == State.RELEASED:
        work.send(_short(command, wanted, inventory))
        return
    shelves = inventory.shelves(p.sku for p in command.placements)
    if reservation.state == State.EXPIRED:
        placed = shelves.place((w.line_id, w.sku, w.quantity) for w in wanted)
        if not placed:
            work.send(_short(command, wanted, inventory))
            return
        reservation.move(State.ACTIVE)
        reservation.placements = _placements(placed)
        reservation.keep(shelves)
    if reservation.commit(shelves, command.placements):
        work.send(done)
        return
    work.send(
        CommitRefused(
            order_id=command.order_id,
            round=command.round,
            placements=reservation.placements,
            levels=tuple(shelves.levels((w.sku for w in wanted), reservation.own())),
        )
    )


def release_stock(command: ReleaseStock, work: Work, inventory: Inventory) -> None:
    """Give back what an order still holds; an order that holds nothing never will."""
    kept = inventory.reservations(command.order_id)
    shelves = inventory.shelves(p.sku for r in kept for p in r.placements)
    if command.lines:
        if not inventory.is_done(f"release:{command.order_id}:{command.release_id}"):
            inventory.mark_done(f"release:{command.order_id}:{command.release_id}", work.now)
            rest = list(command.lines)
            for reservation in kept:
                rest = reservation.give_back_some(shelves, rest, command.reason)
    else:
        if not inventory.is_done(_off(command.order_id)):
            inventory.mark_done(_off(command.order_id), work.now)
        for reservation in kept:
            if reservation.holds:
                reservation.give_back(shelves, "released", command.reason)
                reservation.placements = ()
                reservation.move(State.RELEASED)
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
            raise Refused(
                "not_allocated",
                f"{p.quantity} × {p.sku} left {p.warehouse_id} that were never allocated.",
                "lines",
            )
    work.send(
        StockFulfilled(order_id=command.order_id, fulfillment_order_id=command.fulfillment_order_id)
    )


def restock_return(command: RestockReturn, work: Work, inventory: Inventory) -> None:
    """Book returned units in, sellable or not, once for each return."""
    key = f"restocked:{command.return_id}"
    if not inventory.is_done(key):
        inventory.mark_done(key, work.now)
        shelves = inventory.shelves(unit.sku for unit in command.units)
        for unit in command.units:
            back = 0 if unit.disposition in GONE else unit.quantity
            aside = back if unit.disposition in UNSELLABLE else 0
            shelves.post(
                Movement(
                    unit.sku, unit.warehouse_id, "restocked", command.return_id,
                    on_hand=back, unavailable=aside, reason=unit.disposition,
                )
            )  # fmt: skip
    work.send(StockRestocked(return_id=command.return_id, order_id=command.order_id))


def expire(reservation: Reservation, work: Work, inventory: Inventory) -> None:
    """Give back what was kept too long for an order that was never paid."""
    shelves = inventory.shelves(p.sku for p in reservation.placements)
    reservation.give_back(shelves, "expired", "its time was up")
    reservation.placements = ()
    reservation.move(State.EXPIRED)
    work.send(
        StockReleased(
            order_id=reservation.order_id, release_id="expired", reason="its time was up"
        ),
        correlation_id=reservation.order_id,
    )


def put_sku(wish: PutSku, work: Work, inventory: Inventory) -> SkuRecord:
    """Make a SKU, or change it."""
    for i, barcode in enumerate(wish.data.barcodes):
        owner = inventory.owner_of(barcode)
        if owner not in {None, wish.data.sku}:
            raise Refused("taken", f"SKU {owner} has barcode {barcode}.", f"barcodes[{i}]")
    record = inventory.sku(wish.data.sku)
    if record is None:
        record = SkuRecord(wish.data.sku, wish.data)
        inventory.add_sku(record)
    elif wish.expected_version not in {None, record.version}:
        raise Stale("SKU", record.sku, wish.expected_version or 0, record.version)
    elif record.data == wish.data:
        return record
    else:
        record.change(wish.data)
    work.send(SkuSaved(sku=record.data, version=record.version), correlation_id=record.sku)
    return record


def adjust_stock(wish: AdjustStock, work: Work, inventory: Inventory) -> WarehouseStock:
    """Correct what is on hand, never below what is promised."""
    _known(wish.sku, inventory)
    if wish.change == 0:
        raise Refused("no_change", "A change of 0 changes nothing.", "change")
    shelves = inventory.shelves([wish.sku])
    stock = shelves.at(wish.sku, wish.warehouse_id)
    if stock.available + wish.change < 0:
        raise Refused(
            "not_enough",
            f"Only {stock.available} of {wish.sku} at {wish.warehouse_id} are not promised; "
            f"{-wish.change} cannot be taken away.",
            "change",
        )
    reason = f"{wish.reason}: {wish.note}" if wish.note else wish.reason
    cause = work.message_id or "adjustment"
    movement = Movement(
        wish.sku, wish.warehouse_id, "adjusted", cause, on_hand=wish.change, reason=reason
    )
    return shelves.post(movement).told()


def receive_stock(wish: ReceiveStock, work: Work, inventory: Inventory) -> WarehouseStock:
    """Take in goods from a supplier."""
    _known(wish.sku, inventory)
    shelves = inventory.shelves([wish.sku])
    cause = wish.reference or work.message_id or "receipt"
    movement = Movement(wish.sku, wish.warehouse_id, "received", cause, on_hand=wish.quantity)
    return shelves.post(movement).told()


def _known(sku: str, inventory: Inventory) -> None:
    if inventory.sku(sku) is None:
        raise NotFound("SKU", sku, "sku")


def _off(order_id: str) -> str:
    return f"off:{order_id}"


def _reserve(  # noqa: PLR0913 - a reservation and all that it touches
    command: ReserveStock,
    lines: Sequence[SkuQuantity],
    expires_at: datetime,
    known: Reservation | None,
    work: Work,
    inventory: Inventory,
) -> None:
    shelves = inventory.shelves(line.sku for line in lines)
    placed = shelves.place((line.line_id, line.sku, line.quantity) for line in lines)
    if not placed:
        for late in inventory.expire_due({line.sku for line in lines}, work.now):
            expire(late, work, inventory)
        placed = shelves.place((line.line_id, line.sku, line.quantity) for line in lines)
    if not placed:
        work.send(_short(command, lines, inventory))
        return
    if known:
        known.move(State.ACTIVE)
        known.placements, known.expires_at = _placements(placed), expires_at
        reservation = known
    else:
        reservation = Reservation(
            command.order_id, command.round, State.ACTIVE.value, _placements(placed), expires_at
        )
        inventory.add(reservation)
    reservation.keep(shelves)
    _tell_reserved(reservation, work, inventory)


def _placements(placed: Iterable[tuple[str, str, str, int]]) -> tuple[Placement, ...]:
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


def _short(
    command: ReserveStock | CommitStock, lines: Iterable[SkuQuantity], inventory: Inventory
) -> StockShort:
    wanted = list(lines)
    shelves = inventory.shelves(line.sku for line in wanted)
    return StockShort(
        order_id=command.order_id,
        round=command.round,
        lines=tuple(
            ShortLine(
                line_id=line.line_id,
                sku=line.sku,
                wanted=line.quantity,
                available=shelves.available(line.sku),
            )
            for line in wanted
        ),
    )
