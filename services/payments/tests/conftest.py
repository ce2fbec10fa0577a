"""What do the payments' tests share? A cashier with nothing in the till."""

import pytest

from services.payments.tests.builders import Cashier


@pytest.fixture
def cashier() -> Cashier:
    return Cashier()
