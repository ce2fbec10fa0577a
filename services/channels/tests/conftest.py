"""What do all tests of channels share? Small shops over HTTP."""

from collections.abc import Iterator

import pytest

from tests.fakes.amazon import FakeAmazon, an_amazon
from tests.fakes.ebay import FakeEbay, an_ebay
from tests.fakes.magento import FakeMagento, a_magento
from tests.fakes.sftp import FakeSftp, an_sftp_server
from tests.fakes.shopify import FakeShopify, a_shop
from tests.fakes.square import FakeSquare, a_square
from tests.fakes.woocommerce import FakeWooCommerce, a_woo_shop


@pytest.fixture
def fake(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeShopify]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with a_shop() as shop:
        yield shop


@pytest.fixture
def woo(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeWooCommerce]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with a_woo_shop() as shop:
        yield shop


@pytest.fixture
def shop_at_magento(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeMagento]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with a_magento() as shop:
        yield shop


@pytest.fixture
def amazon(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeAmazon]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with an_amazon() as account:
        yield account


@pytest.fixture
def ebay(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEbay]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with an_ebay() as account:
        yield account


@pytest.fixture
def till(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeSquare]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    with a_square() as account:
        yield account


@pytest.fixture
def sftp() -> Iterator[FakeSftp]:
    with an_sftp_server() as server:
        yield server
