"""How is Square asked? With a token, and the version of its API that we know."""

from typing import Any

import requests

from chassis.outside import Declined
from services.channels.marketplaces.asking import UNKNOWN_HERE, ask
from services.channels.marketplaces.marketplace import Shop

WHO, VERSION = "Square", "2025-01-23"


def call(shop: Shop, method: str, path: str, body: Any = None) -> Any:
    """Ask for what the answer says; None if there is no such thing."""
    headers = {"Authorization": f"Bearer {shop.access_token}", "Square-Version": VERSION}
    answer = ask(shop, WHO, method, f"{shop.base_url}{path}", body=body, headers=headers)
    if answer.status_code == UNKNOWN_HERE:
        return None
    try:
        return answer.json() if answer.content else {}
    except requests.JSONDecodeError:
        raise Declined("no_json", f"{WHO} answers with something that is no JSON.") from None
