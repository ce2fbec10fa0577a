"""Which stories can stock go through? Any, in any order; what must always hold is checked.

Hypothesis tells the stories: receipts, corrections, orders, returns, time that passes, and every
message a second time, at once or much later.
"""

from datetime import timedelta
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chassis.errors import Refused
from contracts import inventory as said
from contracts.values import Placement
from services.inventory.tests.builders import (
    BERLIN,
    HAMBURG,
    MUG,
    SHIRT,
    adjust,
    at,
    commit,
    fulfill,
    line,
    numbered,
    put,
    receive,
    release,
    replace,
    reserve,
    restock,
    returned,
)

skus = st.sampled_from([MUG, SHIRT])
places = st.sampled_from([BERLIN, HAMBURG])
orders = st.integers(1, 4).map(lambda n: numbered("ord", n))
parcels = st.integers(1, 3).map(lambda n: numbered("ful", n))
few = st.integers(1, 4)
rounds = st.sampled_from([1, 1, 1, 2])
lines = st.lists(st.tuples(skus, few), min_size=1, max_size=3).map(
    lambda wanted: [line(quantity, sku, i) for i, (sku, quantity) in enumerate(wanted)]
)
placements = st.lists(st.tuples(places, few, skus, st.integers(0, 2)), min_size=1, max_size=2).map(
    lambda placed: [at(where, n, sku, i) for where, n, sku, i in placed]
)


class StockStory(RuleBasedStateMachine):
    """Stock, and a tally of our own of what came in and what went out."""

    def __init__(self, room: Any) -> None:
        super().__init__()
        self.room = room
        self.said: list[Any] = []
        self.done: set[tuple[str, str]] = set()
        self.off: set[str] = set()
        self.on_hand: dict[tuple[str, str], int] = {}

    @initialize(at_first=st.integers(0, 9), ordered=st.integers(0, 3))
    def open(self, at_first: int, ordered: int) -> None:
        """Begin with some goods and some orders, so that stories come to something."""
        self.room.tell(put(MUG), put(SHIRT))
        for sku, where in ((MUG, BERLIN), (MUG, HAMBURG), (SHIRT, BERLIN)) if at_first else ():
            self.goods_arrive(sku, where, at_first)
        for number in range(1, ordered + 1):
            wanted = [line(2, MUG, 0), line(1, SHIRT, 1)]
            self.an_order_comes(numbered("ord", number), wanted, 1, number * 3, twice=False)

    def tell(self, wish: Any, *, twice: bool = False) -> Any:
        """Say it, perhaps twice; None when it is refused, and then nothing has changed."""
        before = self.room.balances()
        try:
            told = self.room.tell(wish)
        except Refused:
            assert self.room.balances() == before
            return None
        if twice:
            after = self.room.balances()
            again = self.room.tell(wish)
            assert self.room.balances() == after
            assert type(again) is type(told)
        return told

    def hear(self, wish: Any, *, twice: bool = False) -> Any:
        """Say something that may be said again later."""
        self.said.append(wish)
        return self.tell(wish, twice=twice)

    def count(self, sku: str, where: str, change: int) -> None:
        self.on_hand[sku, where] = self.on_hand.get((sku, where), 0) + change

    def kept_by(self, order: str) -> list[Placement]:
        return [p for r in self.room.reservations() if r.order_id == order for p in r.placements]

    @rule(sku=skus, where=places, quantity=few)
    def goods_arrive(self, sku: str, where: str, quantity: int) -> None:
        self.tell(receive(quantity, sku, where))
        self.count(sku, where, quantity)

    @rule(sku=skus, where=places, change=st.integers(-4, 4))
    def stock_is_corrected(self, sku: str, where: str, change: int) -> None:
        on_hand, *promised = self.room.balances().get((sku, where), (0, 0, 0, 0))

        answer = self.tell(adjust(change, sku, where))

        assert (answer is not None) is (change != 0 and on_hand - sum(promised) + change >= 0)
        self.count(sku, where, change if answer else 0)

    @rule(order=orders, wanted=lines, number=rounds, hours=st.integers(0, 9), twice=st.booleans())
    def an_order_comes(
        self, order: str, wanted: list[Any], number: int, hours: int, twice: bool
    ) -> None:
        until = self.room.work.now + timedelta(hours=hours)
        known = {(r.order_id, r.round) for r in self.room.reservations()}

        told = self.hear(reserve(*wanted, order=order, round_=number, until=until), twice=twice)

        assert told or (order, number) in known, "a new order is answered: kept, or short"
        if isinstance(told, said.StockReserved) and (order, number) not in known:
            for item in wanted:
                mine = [p.quantity for p in told.placements if p.line_id == item.line_id]
                assert sum(mine) == item.quantity
        if isinstance(told, said.StockShort):
            assert (order, number) in known or all(
                (r.order_id, r.round) != (order, number) for r in self.room.reservations()
            )
            if order not in self.off and (order, number) not in known:
                assert not self.has_all(wanted), "sent away although the goods are there"

    def has_all(self, wanted: list[Any]) -> bool:
        """Tell whether all of it could be promised now."""
        needs: dict[str, int] = {}
        for item in wanted:
            needs[item.sku] = needs.get(item.sku, 0) + item.quantity
        free = dict.fromkeys(needs, 0)
        for (sku, _), (on_hand, *promised) in self.room.balances().items():
            if sku in free:
                free[sku] += on_hand - sum(promised)
        return all(free[sku] >= quantity for sku, quantity in needs.items())

    @rule(
        order=orders,
        number=rounds,
        which=st.integers(0, 9),
        elsewhere=st.none() | placements,
        twice=st.booleans(),
    )
    def it_is_planned(
        self, order: str, number: int, which: int, elsewhere: Any, twice: bool
    ) -> None:
        """Mostly a round that was kept once, whatever became of it."""
        if which and (rounds_so_far := self.room.reservations()):
            one = rounds_so_far[which % len(rounds_so_far)]
            order, number = one.order_id, one.round
        mine = [r for r in self.room.reservations() if (r.order_id, r.round) == (order, number)]
        planned = elsewhere or [p for r in mine for p in r.placements]
        assert self.hear(commit(*planned, order=order, round_=number), twice=twice)

    @rule(order=orders, parcel=parcels, others=st.none() | placements, twice=st.booleans())
    def a_parcel_leaves(self, order: str, parcel: str, others: Any, twice: bool) -> None:
        gone = others or self.kept_by(order)[:2]
        if self.hear(fulfill(*gone, order=order, fulfillment=parcel), twice=twice):
            self.note_gone(parcel, gone)

    def note_gone(self, parcel: str, gone: list[Placement]) -> None:
        if ("parcel", parcel) not in self.done:
            self.done.add(("parcel", parcel))
            for p in gone:
                self.count(p.sku, p.warehouse_id, -p.quantity)

    @rule(order=orders, quantity=few, number=st.integers(2, 3), twice=st.booleans())
    def a_picker_does_not_find_it(
        self, order: str, quantity: int, number: int, twice: bool
    ) -> None:
        kept = self.kept_by(order)
        missing = at(BERLIN, quantity) if not kept else _of(kept[0], quantity)
        self.note_missing(replace(missing, order=order, round_=number), twice=twice)

    def note_missing(self, wish: said.ReplaceShortage, *, twice: bool = False) -> None:
        p = wish.lines[0]
        kept = sum(
            k.quantity
            for k in self.kept_by(wish.order_id)
            if (k.line_id, k.sku, k.warehouse_id) == (p.line_id, p.sku, p.warehouse_id)
        )
        self.hear(wish, twice=twice)
        key = ("short", f"{wish.order_id} {wish.round}")
        if key not in self.done:
            self.done.add(key)
            self.count(p.sku, p.warehouse_id, -min(kept, p.quantity))

    @rule(order=orders, twice=st.booleans(), sure=st.booleans())
    def an_order_is_canceled(self, order: str, twice: bool, sure: bool) -> None:
        if not sure:
            return
        self.hear(release(order=order), twice=twice)
        self.off.add(order)

    @rule(order=orders, others=st.none() | placements, number=few, twice=st.booleans())
    def lines_are_canceled(self, order: str, others: Any, number: int, twice: bool) -> None:
        some = others or [_of(kept, 1) for kept in self.kept_by(order)[:1]] or [at(BERLIN)]
        self.hear(release(*some, order=order, release_id=f"edit {number}"), twice=twice)

    @rule(sku=skus, where=places, quantity=few, number=few, whole=st.booleans())
    def goods_come_back(
        self, sku: str, where: str, quantity: int, number: int, whole: bool
    ) -> None:
        disposition = "restock" if whole else "quarantine"
        unit = returned(quantity, disposition, sku, where)
        self.hear(restock(unit, return_id=numbered("ret", number)), twice=True)
        if ("return", str(number)) not in self.done:
            self.done.add(("return", str(number)))
            self.count(sku, where, quantity)

    @rule(hours=st.integers(0, 12))
    def time_passes(self, hours: int) -> None:
        self.room.expire(timedelta(hours=hours))

    @rule(which=st.integers(0, 200), newest=st.booleans())
    def an_old_message_comes_again(self, which: int, newest: bool) -> None:
        if not self.said:
            return
        wish = self.said[-1 - which % len(self.said) if newest else which % len(self.said)]
        if isinstance(wish, said.ReplaceShortage):
            self.note_missing(wish)
            return
        told = self.tell(wish)
        assert told or not isinstance(wish, said.CommitStock), "a plan is answered each time"
        if told and isinstance(wish, said.FulfillStock):
            self.note_gone(wish.fulfillment_order_id, list(wish.lines))

    @invariant()
    def nothing_is_below_zero_or_oversold(self) -> None:
        for on_hand, *promised in self.room.balances().values():
            assert min(on_hand, *promised) >= 0
            assert on_hand >= sum(promised)

    @invariant()
    def nothing_is_lost_and_nothing_appears(self) -> None:
        there = {key: on_hand for key, (on_hand, *_) in self.room.balances().items() if on_hand}
        assert there == {key: quantity for key, quantity in self.on_hand.items() if quantity}

    @invariant()
    def the_ledgers_sums_are_the_balances(self) -> None:
        assert self.room.ledger_sums() == self.room.balances()

    @invariant()
    def what_is_kept_is_what_orders_hold(self) -> None:
        held: dict[tuple[str, str], list[int]] = {}
        for reservation in self.room.reservations():
            assert reservation.holds or not reservation.placements
            for p in reservation.placements:
                both = held.setdefault((p.sku, p.warehouse_id), [0, 0])
                both[reservation.state == "committed"] += p.quantity
        kept = {key: [r, a] for key, (_, r, a, _) in self.room.balances().items() if r or a}
        assert kept == held

    @invariant()
    def an_order_that_is_off_holds_nothing(self) -> None:
        assert all(self.kept_by(order) == [] for order in self.off)


def _of(kept: Placement, quantity: int) -> Placement:
    return Placement(
        line_id=kept.line_id, sku=kept.sku, warehouse_id=kept.warehouse_id, quantity=quantity
    )
