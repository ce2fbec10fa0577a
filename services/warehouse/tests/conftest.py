"""What do the warehouse's tests share? A building with goods in it."""

import pytest

from services.warehouse.tests.builders import Building


@pytest.fixture
def building() -> Building:
    return Building()
