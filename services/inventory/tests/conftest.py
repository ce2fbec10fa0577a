"""What do inventory's tests share? A stockroom that knows two SKUs and has no stock yet."""

import pytest

from services.inventory.tests.builders import MUG, SHIRT, Stockroom, put


@pytest.fixture
def room() -> Stockroom:
    room = Stockroom()
    room.tell(put(MUG), put(SHIRT))
    return room
