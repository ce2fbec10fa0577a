"""What is WooCommerce told? Each time it is asked first what it knows, so twice is once."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode

from chassis.outside import Declined
from services.channels.marketplaces.amounts import in_decimals, minor_units, spread
from services.channels.marketplaces.marketplace import Shop
from services.channels.marketplaces.woocommerce_asking import call
from services.channels.marketplaces.woocommerce_payload import REFUNDED

MARK = "_oms_"
OFF = frozenset({"cancelled", "refunded", "failed", "trash"})
MOST_IN_A_PAGE, FINELY = 100, 10**6


def acknowledge(shop: Shop, key: str, told: Mapping[str, Any]) -> None:
    """Note the tracking number for the customer, mark what has left, complete what is whole."""
    path, order = _order(shop, told)
    if order["status"] in OFF:
        if any(mark.get("key") == MARK + key for mark in order.get("meta_data", [])):
            return
        raise Declined("nothing_open", f"The order is {order['status']} at WooCommerce.")
    numbers = ", ".join(told["tracking_numbers"])
    if numbers:
        _note(shop, path, f"Sent with {told['carrier']}, tracking number {numbers}.")
    sent = {str(line["channel_line_id"]): line["quantity"] for line in told["lines"]}
    mark = {"meta_data": [{"key": MARK + key, "value": sent}]}
    order = call(shop, "PUT", path, mark)
    if order["status"] != "completed" and _all_sent(order, refunds_of(shop, order["id"])):
        call(shop, "PUT", path, {"status": "completed"})


def push_stock(shop: Shop, told: Mapping[str, Any]) -> None:
    """Set the stock of a product or variation."""
    kind, _, rest = str(told["listing"]).partition(":")
    if kind == "title":
        return
    path = _path_of_ids(rest) if kind == "product" else _path_of_sku(shop, str(told["listing"]))
    body = {"manage_stock": True, "stock_quantity": told["available"]}
    try:
        found = path and call(shop, "PUT", path, body)
    except Declined as no:
        if no.code not in {"http_400", "http_404"}:
            raise
        found = None
    if not found:
        raise Declined("not_listed", f"The shop does not sell {told['listing']}.")


def push_refund(shop: Shop, told: Mapping[str, Any]) -> None:
    """Give money back for lines that came back; the reason names the return."""
    path, order = _order(shop, told)
    known = refunds_of(shop, order["id"])
    if any(one.get("reason") == told["return_id"] for one in known):
        return
    wanted = {str(line["channel_line_id"]): line["quantity"] for line in told["lines"]}
    amount, currency = told["amount"]["amount"], told["amount"]["currency"]
    lines = _refund_lines(order, wanted, amount, currency)
    _give_back(shop, path, order, known, amount, told["return_id"], lines, restock=False)


def push_cancellation(shop: Shop, told: Mapping[str, Any]) -> None:
    """Give back all that was paid, or cancel what was not; the shop tells the customer."""
    path, order = _order(shop, told)
    if order["status"] in OFF:
        return
    if order["status"] == "completed":
        raise Declined("not_canceled", "The order is completed at WooCommerce.")
    known = refunds_of(shop, order["id"])
    left = _left(order, known)
    if order.get("date_paid_gmt") and left:
        currency = order["currency"]
        whole = {str(x["id"]): x["quantity"] for x in order.get("line_items", [])}
        goods = left - sum(
            minor_units(order.get(name) or 0, currency, name)
            for name in ("shipping_total", "shipping_tax")
        )
        lines = _refund_lines(order, whole, max(goods, 0), currency)
        _give_back(
            shop, path, order, known, left, told["reason"], lines, restock=told["restock"]
        )  # fmt: skip
    else:
        call(shop, "PUT", path, {"status": "cancelled"})
        _note(shop, path, "Your order has been canceled.")


def refunds_of(shop: Shop, order_id: Any) -> list[Any]:
    """What was given back of an order, with its lines."""
    asked = urlencode({"per_page": MOST_IN_A_PAGE})
    return call(shop, "GET", f"/orders/{order_id}/refunds?{asked}") or []


def _order(shop: Shop, told: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    path = f"/orders/{told['channel_order_id']}"
    order = call(shop, "GET", path)
    if order is None:
        raise Declined("no_order", "WooCommerce has no such order any more.")
    return path, order


def _note(shop: Shop, path: str, text: str) -> None:
    """Write a note to the customer, who gets it as mail, once."""
    known = call(shop, "GET", f"{path}/notes?type=customer") or []
    if not any(text in str(one.get("note")) for one in known):
        call(shop, "POST", f"{path}/notes", {"note": text, "customer_note": True})


def _all_sent(order: Mapping[str, Any], refunds: Sequence[Any]) -> bool:
    """Whether what has left and what was refunded are all pieces of the lines that we send."""
    gone: dict[str, int] = {}
    for mark in order.get("meta_data", []):
        if str(mark.get("key")).startswith(f"{MARK}ack-"):
            for line, quantity in dict(mark.get("value") or {}).items():
                gone[str(line)] = gone.get(str(line), 0) + int(quantity)
    for item in (item for refund in refunds for item in refund.get("line_items", [])):
        for mark in item.get("meta_data", []):
            if mark.get("key") == REFUNDED:
                line = str(mark.get("value"))
                gone[line] = gone.get(line, 0) + abs(int(item.get("quantity") or 0))
    items = order.get("line_items", [])
    bundles = {item.get("bundled_by") for item in items}
    return all(
        gone.get(str(x["id"]), 0) >= x["quantity"] for x in items if x["id"] not in bundles
    )  # fmt: skip


def _path_of_ids(ids: str) -> str:
    product, _, variation = ids.partition(":")
    return f"/products/{product}" + (f"/variations/{variation}" if variation else "")


def _path_of_sku(shop: Shop, sku: str) -> str:
    """Find a product or variation by its SKU; the search may take others, we do not."""
    found = call(shop, "GET", f"/products?{urlencode({'sku': sku})}") or []
    for one in found:
        if one.get("sku") == sku:
            parent = one.get("parent_id") if one.get("type") == "variation" else 0
            return _path_of_ids(f"{parent}:{one['id']}" if parent else str(one["id"]))
    return ""


def _left(order: Mapping[str, Any], refunds: Sequence[Any]) -> int:
    """What of an order's total was not given back, in minor units."""
    currency = order["currency"]
    back = sum(abs(minor_units(x.get("amount") or 0, currency, "amount")) for x in refunds)
    return minor_units(order["total"], currency, "total") - back


def _give_back(  # noqa: PLR0913 - what a refund consists of
    shop: Shop, path: str, order: Mapping[str, Any], known: Sequence[Any], amount: int,
    reason: str, lines: Sequence[Any], *, restock: bool,
) -> None:  # fmt: skip
    currency, left = order["currency"], _left(order, known)
    if amount > left:
        told = f"WooCommerce can give back no more than {in_decimals(left, currency)} {currency}."
        raise Declined("too_much", told)
    if not order.get("transaction_id"):
        paid_by = order.get("payment_method_title") or order.get("payment_method") or "other means"
        told = f"Paid by {paid_by}: WooCommerce cannot give it back; do so, and note it there."
        raise Declined("no_way_back", told[:255])
    wish = {
        "amount": in_decimals(amount, currency),
        "reason": reason,
        "api_refund": True,
        "api_restock": restock,
        "line_items": list(lines),
    }
    call(shop, "POST", f"{path}/refunds", wish)


def _refund_lines(
    order: Mapping[str, Any], wanted: Mapping[str, int], amount: int, currency: str
) -> list[dict[str, Any]]:
    """Share an amount out to lines and their taxes, in proportion to what was paid for them."""
    items = [x for x in order.get("line_items", []) if str(x["id"]) in wanted]
    if not items:
        return []

    def cost(value: Any) -> int:
        return int(abs(Decimal(str(value or 0))) * FINELY)  # taxes have more places than money

    paid = [cost(x["total"]) + cost(x["total_tax"]) for x in items]
    pieces = [wanted[str(x["id"])] for x in items]
    weights = [p * n // max(x["quantity"], 1) for x, p, n in zip(items, paid, pieces, strict=True)]
    lines = []
    for item, share, quantity in zip(items, spread(amount, weights), pieces, strict=True):
        taxes = [tax for tax in item.get("taxes") or [] if cost(tax.get("total"))]
        parts = spread(share, [cost(item["total"]), *(cost(tax["total"]) for tax in taxes)])
        net, *of_taxes = (in_decimals(part, currency) for part in parts)
        lines.append({
            "id": item["id"],
            "quantity": quantity,
            "refund_total": net,
            "refund_tax": [
                {"id": tax["id"], "refund_total": part}
                for tax, part in zip(taxes, of_taxes, strict=True)
            ],
        })  # fmt: skip
    return lines
