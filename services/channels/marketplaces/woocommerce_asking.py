"""How is a shop at WooCommerce asked? With key and secret as its user and password."""

from typing import Any

import requests

from services.channels.marketplaces.asking import ask, json_of
from services.channels.marketplaces.marketplace import Shop

API = "/wp-json/wc/v3"
WHO = "WooCommerce"


def request(shop: Shop, method: str, path: str, body: Any = None) -> requests.Response:
    """Make a request, or raise what its answer means."""
    auth = (shop.settings.get("consumer_key", ""), shop.settings.get("consumer_secret", ""))
    return ask(shop, WHO, method, f"{shop.base_url}{API}{path}", body=body, auth=auth)


def call(shop: Shop, method: str, path: str, body: Any = None) -> Any:
    """Ask for what the answer says; None if there is no such thing."""
    answer = request(shop, method, path, body)
    return json_of(answer, WHO)
