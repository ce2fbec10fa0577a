"""What do all tests of channels share? A small shop over HTTP."""

from collections.abc import Iterator

import pytest

from services.channels.tests.fake_shopify import FakeShopify, a_shop


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeShopify]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with a_shop() as shop:
        yield shop
