"""Whoever keeps others waiting gives way to them, and first those who do it most."""

from contextlib import ExitStack

import pytest

from gateway.waiting import Waiting

HONEST = "10.0.0.1"


class Room:
    """A room with places for those who wait."""

    def __init__(self, most: int) -> None:
        self.waiting, self.hung_up = Waiting(most), list[str]()
        self.open = dict[str, ExitStack]()

    def come(self, address: str, name: str) -> None:
        self.open[name] = ExitStack()
        hang_up = lambda: self.hung_up.append(name)  # noqa: E731 - short
        self.open[name].enter_context(self.waiting.on(address, hang_up))

    def go(self, name: str) -> None:
        self.open.pop(name).close()


@pytest.fixture
def room() -> Room:
    return Room(3)


def test_nobody_gives_way_as_long_as_there_is_room(room: Room) -> None:
    for name in ("a", "b", "c"):
        room.come(HONEST, name)
    room.go("a")
    room.come(HONEST, "d")

    assert room.hung_up == []


def test_who_has_most_connections_displaces_their_own_oldest(room: Room) -> None:
    room.come(HONEST, "honest")
    for number in range(5):
        room.come("10.6.6.6", f"slow-{number}")

    assert room.hung_up == ["slow-0", "slow-1", "slow-2"]


def test_of_many_addresses_the_one_that_waited_longest_gives_way(room: Room) -> None:
    for number in range(4):
        room.come(f"10.0.0.{number}", f"from-{number}")

    assert room.hung_up == ["from-0"]


def test_who_was_hung_up_on_is_counted_no_more_when_they_leave(room: Room) -> None:
    for number in range(4):
        room.come(HONEST, f"{number}")
    for number in range(4):
        room.go(f"{number}")
    for number in range(4, 7):
        room.come(HONEST, f"{number}")

    assert room.hung_up == ["0"]
