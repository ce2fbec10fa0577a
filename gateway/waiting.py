"""Who waits for a client to say something, and who gives way when too many do?

A connection that says nothing, or says it byte by byte, takes a place that others need. So only
most of the places are for those that wait. When one more comes, the one that has waited longest is
hung up on, of the address from which most wait: whoever opens a thousand connections displaces
themselves, and whoever sends a whole request at once is never the one that waits longest. Nothing
is lost by it: to be hung up on while idle is what clients and proxies reckon with, and what
somebody was still sending is not begun.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

HangUp = Callable[[], None]


class Waiting:
    """Those that are waited for, by address, those first who are waited for longest."""

    def __init__(self, most: int) -> None:
        self._most, self._count = most, 0
        self._by_address: dict[str, dict[object, HangUp]] = {}

    @contextmanager
    def on(self, address: str, hang_up: HangUp) -> Iterator[None]:
        """Wait for an address; `hang_up` is called if it must give way."""
        me = object()
        self._by_address.setdefault(address, {})[me] = hang_up
        self._count += 1
        while self._count > self._most:
            self._let_one_give_way()
        try:
            yield
        finally:
            self._forget(address, me)

    def _let_one_give_way(self) -> None:
        address = max(self._by_address, key=lambda one: len(self._by_address[one]))
        oldest, hang_up = next(iter(self._by_address[address].items()))
        self._forget(address, oldest)
        hang_up()

    def _forget(self, address: str, who: object) -> None:
        mine = self._by_address.get(address, {})
        if mine.pop(who, None) is not None:
            self._count -= 1
        if not mine:
            self._by_address.pop(address, None)
