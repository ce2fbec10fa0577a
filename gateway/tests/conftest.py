"""What do the gateway's tests share? An API whose services are played."""

import pytest

from gateway.tests.builders import Api


@pytest.fixture
def api() -> Api:
    return Api()
