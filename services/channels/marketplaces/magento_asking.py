"""How is a shop at Magento asked? With an integration's token, and by search criteria."""

from typing import Any
from urllib.parse import urlencode

from chassis.outside import Declined
from services.channels.marketplaces.asking import ask, json_of
from services.channels.marketplaces.marketplace import Shop

WHO = "Magento"
MOST_IN_A_PAGE = 100
STORE = "store_code"


def call(shop: Shop, method: str, path: str, body: Any = None) -> Any:
    """Ask for what the answer says; None if there is no such thing."""
    url = f"{shop.base_url}/rest/{shop.settings.get(STORE) or 'default'}/V1{path}"
    headers = {"Authorization": f"Bearer {shop.access_token}"}
    answer = ask(shop, WHO, method, url, body=body, headers=headers)
    return json_of(answer, WHO)


def search(shop: Shop, path: str, field: str, value: str) -> list[Any]:
    """List what has this value, a page at most."""
    return page(shop, path, (field, value, "eq"), pageSize=str(MOST_IN_A_PAGE))[0]


def page(
    shop: Shop, path: str, condition: tuple[str, str, str], **more: str
) -> tuple[list[Any], int]:
    """List what fits a condition, and how many fit it in all; `more` are further criteria."""
    names = (f"filter_groups][0][filters][0][{x}" for x in ("field", "value", "condition_type"))
    criteria = {**dict(zip(names, condition, strict=True)), **more}
    asked = urlencode({f"searchCriteria[{name}]": text for name, text in criteria.items()})
    found = call(shop, "GET", f"{path}?{asked}")
    if not isinstance(found, dict) or not isinstance(found.get("items"), list | None):
        raise Declined("no_list", f"{WHO} does not answer with a list.")
    return found.get("items") or [], int(found.get("total_count") or 0)
