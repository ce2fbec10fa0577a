"""How is Square asked? With a token, and the version of its API that we know."""

from typing import Any

from services.channels.marketplaces.asking import ask, json_of
from services.channels.marketplaces.marketplace import Shop

WHO, VERSION = "Square", "2025-01-23"


def call(shop: Shop, method: str, path: str, body: Any = None) -> Any:
    """Ask for what the answer says; None if there is no such thing."""
    headers = {"Authorization": f"Bearer {shop.access_token}", "Square-Version": VERSION}
    answer = ask(shop, WHO, method, f"{shop.base_url}{path}", body=body, headers=headers)
    return json_of(answer, WHO)
