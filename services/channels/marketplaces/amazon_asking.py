"""How is Amazon asked? With a token that is exchanged for our long-lived one, and lasts an hour.

Buyers' names and addresses need a further token in version 0, made for just these paths. An
account that may not have one is asked without: its orders say then that no address is there.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.outside import Declined
from services.channels.marketplaces.asking import ask, json_of
from services.channels.marketplaces.marketplace import Shop
from services.channels.marketplaces.tokens import KEPT, no_token

WHO = "Amazon"
TOKENS = "https://api.amazon.com/auth/o2/token"
RATE = "x-amzn-RateLimit-Limit"


def call(shop: Shop, method: str, path: str, body: Any = None, shown: str = "") -> Any:
    """Ask for what the answer says; None if there is no such thing."""
    headers = {"x-amz-access-token": shown or _token(shop)}
    url = f"{shop.base_url}{path}"
    answer = ask(shop, WHO, method, url, body=body, headers=headers, rate=RATE)
    return json_of(answer, WHO)


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


def _token(shop: Shop) -> str:
    said = shop.settings
    names = ("client_id", "client_secret", "refresh_token")
    form = {"grant_type": "refresh_token", **{name: said.get(name, "") for name in names}}

    def make() -> Mapping[str, Any]:
        try:
            answer = ask(shop, WHO, "POST", said.get("token_url") or TOKENS, data=form)
        except Declined:
            raise no_token(WHO) from None
        made: Mapping[str, Any] = answer.json()
        return made

    return KEPT.of(tuple(form.values()), make)
