"""What do shipping's tests share? A desk with nothing on it yet."""

import pytest

from services.shipping.tests.builders import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()
