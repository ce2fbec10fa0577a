"""What do inventory's tests share? A stockroom that knows two SKUs, with or without stock."""

import pytest

from services.inventory.tests.builders import HAMBURG, MUG, SHIRT, Stockroom, put, receive


@pytest.fixture
def room() -> Stockroom:
    room = Stockroom()
    room.tell(put(MUG), put(SHIRT))
    return room


@pytest.fixture
def stocked(room: Stockroom) -> Stockroom:
    """Five mugs in Berlin, two in Hamburg."""
    room.tell(receive(5), receive(2, at=HAMBURG))
    return room
