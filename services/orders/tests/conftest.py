"""What do the tests of orders share? A desk where orders come in."""

import pytest

from services.orders.tests.builders import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()
