"""How is Amazon asked? With a token that is exchanged for our long-lived one, and lasts an hour.

Buyers' names and addresses need a further token in version 0, made for just these paths. An
account that may not have one is asked without: its orders say then that no address is there.
"""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import requests

from chassis import clock
from chassis.outside import Declined
from services.channels.marketplaces.asking import UNKNOWN_HERE, ask
from services.channels.marketplaces.marketplace import Shop

WHO = "Amazon"
TOKENS = "https://api.amazon.com/auth/o2/token"
RATE = "x-amzn-RateLimit-Limit"
EARLIER = timedelta(minutes=2)


class Tokens:
    """Tokens by what they were made from, until shortly before they end; one for each shop."""

    def __init__(self) -> None:
        self.kept: dict[str, tuple[str, datetime]] = {}

    def of(self, shop: Shop) -> str:
        """The token for a shop."""
        said = shop.settings
        secrets = (said.get(x, "") for x in ("client_id", "client_secret", "refresh_token"))
        client, secret, refresh = secrets
        key = hashlib.sha256(f"{client}\n{secret}\n{refresh}".encode()).hexdigest()
        token, until = self.kept.get(key, ("", clock.now()))
        if token and until > clock.now():
            return token
        form = {"grant_type": "refresh_token", "client_id": client, "client_secret": secret,
                "refresh_token": refresh}  # fmt: skip
        try:
            answer = ask(shop, WHO, "POST", said.get("token_url") or TOKENS, data=form).json()
        except Declined:
            told = "Amazon gives no token: client id, client secret or refresh token is wrong."
            raise Declined("no_token", told) from None
        ends = clock.now() + timedelta(seconds=int(answer["expires_in"])) - EARLIER
        self.kept = {k: v for k, v in self.kept.items() if v[1] > clock.now()}
        self.kept[key] = answer["access_token"], ends
        return str(answer["access_token"])


TOKENS_KEPT = Tokens()


def call(shop: Shop, method: str, path: str, body: Any = None, token: str = "") -> Any:
    """Ask for what the answer says; None if there is no such thing."""
    headers = {"x-amz-access-token": token or TOKENS_KEPT.of(shop)}
    url = f"{shop.base_url}{path}"
    answer = ask(shop, WHO, method, url, body=body, headers=headers, rate=RATE)
    if answer.status_code == UNKNOWN_HERE:
        return None
    try:
        return answer.json() if answer.content else {}
    except requests.JSONDecodeError:
        raise Declined("no_json", f"{WHO} answers with something that is no JSON.") from None


def restricted(shop: Shop, path: str, elements: Sequence[str]) -> str:
    """Make a token for a path with names and addresses in it; empty if we may not have one."""
    resource: Mapping[str, Any] = {"method": "GET", "path": path, "dataElements": list(elements)}
    wish = {"restrictedResources": [resource]}
    try:
        made = call(shop, "POST", "/tokens/2021-03-01/restrictedDataToken", wish)
    except Declined as no:
        if no.code != "http_403":
            raise
        return ""
    return str(made["restrictedDataToken"])
