"""What do all tests of channels share? Small shops over HTTP."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from typing import Any

import pytest

from tests.fakes.amazon import an_amazon
from tests.fakes.ebay import an_ebay
from tests.fakes.magento import a_magento
from tests.fakes.sftp import an_sftp_server
from tests.fakes.shopify import a_shop
from tests.fakes.square import a_square
from tests.fakes.woocommerce import a_woo_shop


def _open(opens: Callable[[], AbstractContextManager[Any]]) -> Any:
    """A fixture that opens a shop for a test."""

    @pytest.fixture
    def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        with opens() as shop:
            yield shop

    return opened


fake, woo, shop_at_magento = _open(a_shop), _open(a_woo_shop), _open(a_magento)
amazon, ebay, till = _open(an_amazon), _open(an_ebay), _open(a_square)
sftp = _open(an_sftp_server)
