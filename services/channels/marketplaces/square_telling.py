"""What is Square told? It takes keys of ours, and is asked first what it knows all the same.

What has left is marked at the order, `oms_<key>` with its pieces; the shipment is completed when
marks cover all of them. What was paid in cash is given back at the counter, not by us.
"""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import uuid4

from chassis import clock
from chassis.outside import Declined
from services.channels.marketplaces.amounts import in_decimals
from services.channels.marketplaces.marketplace import Shop
from services.channels.marketplaces.square_asking import call
from services.channels.marketplaces.square_order import BY_POST, sent_pieces
from services.channels.marketplaces.sweep import written

MARK, LONGEST_KEY = "oms_", 45
OVER = frozenset({"CANCELED", "FAILED", "COMPLETED"})


def with_skus(shop: Shop, orders: Sequence[Any]) -> list[Any]:
    """Give lines the SKUs that the catalog has for their variations, all in one request."""
    lines = [x for order in orders for x in order.get("line_items") or ()]
    lines += [
        x for order in orders for one in order.get("returns") or ()
        for x in one.get("return_line_items") or ()
    ]  # fmt: skip
    ids = sorted({x["catalog_object_id"] for x in lines if x.get("catalog_object_id")})
    if not ids:
        return list(orders)
    found = call(shop, "POST", "/v2/catalog/batch-retrieve", {"object_ids": ids}) or {}
    skus = {
        x["id"]: (x.get("item_variation_data") or {}).get("sku") for x in found.get("objects") or ()
    }
    for line in lines:
        line["sku"] = skus.get(line.get("catalog_object_id"))
    return list(orders)


def acknowledge(shop: Shop, key: str, told: Mapping[str, Any]) -> None:
    """Mark what has left, with its tracking numbers; complete what is whole."""
    order = _order(shop, told)
    marks = {k: v for k, v in (order.get("metadata") or {}).items() if k.startswith(MARK)}
    shipments = [x for x in order.get("fulfillments") or () if x.get("type") == BY_POST]
    is_new = MARK + key not in marks
    still = [x for x in shipments if x.get("state") not in OVER]
    if not still:
        if is_new:
            raise Declined("nothing_open", "Square has nothing open to be sent in this order.")
        return
    lines = [f"{line['channel_line_id']}={line['quantity']}" for line in told["lines"]]
    marks[MARK + key] = ",".join(lines)
    shipment: dict[str, Any] = {"uid": still[0]["uid"]}
    details: dict[str, Any] = {"carrier": told["carrier"]}
    if told["tracking_numbers"]:
        details["tracking_number"] = ", ".join(told["tracking_numbers"])
    whole = sent_pieces(order.get("line_items") or (), list(marks.values()))
    if not is_new and not whole:
        return
    if whole:
        details["shipped_at"] = f"{written(clock.now())}Z"
        shipment["state"] = "COMPLETED"
    change = {"metadata": marks, "fulfillments": [{**shipment, "shipment_details": details}]}
    _change(shop, order, change, key)


def push_stock(shop: Shop, told: Mapping[str, Any]) -> None:
    """Count what is there of a variation, at this location."""
    kind, _, rest = str(told["listing"]).partition(":")
    if kind == "title":
        return
    variation = rest if kind == "variation" else _variation_of(shop, str(told["listing"]))
    if not variation:
        raise Declined("not_listed", f"Square's catalog does not have {told['listing']}.")
    count = {
        "catalog_object_id": variation,
        "state": "IN_STOCK",
        "location_id": shop.location_id,
        "quantity": str(told["available"]),
        "occurred_at": f"{written(clock.now())}Z",
    }
    wish = {
        "idempotency_key": uuid4().hex,  # the same count again changes nothing
        "changes": [{"type": "PHYSICAL_COUNT", "physical_count": count}],
    }
    call(shop, "POST", "/v2/inventory/changes/batch-create", wish)


def push_refund(shop: Shop, key: str, told: Mapping[str, Any]) -> None:
    """Give back by a card what came back."""
    order = _order(shop, told)
    amount, currency = told["amount"]["amount"], told["amount"]["currency"]
    able, cash = 0, False
    for payment in _payments(shop, order):
        if any(x.get("reason") == told["return_id"] for x in _refunds(shop, payment)):
            return
        if payment.get("source_type") == "CASH":
            cash = True
            continue
        left = _left(payment)
        if left >= amount:
            _give_back(shop, payment, amount, key, told["return_id"])
            return
        able = max(able, left)
    if cash:
        raise Declined("no_way_back", "Paid in cash: give it back at the counter.")
    can = in_decimals(able, currency)
    raise Declined("too_much", f"Square can give back no more than {can} {currency}.")


def push_cancellation(shop: Shop, told: Mapping[str, Any]) -> None:
    """Give back by their cards what was paid, then call the shipment off."""
    order = _order(shop, told)
    shipments = [x for x in order.get("fulfillments") or () if x.get("type") == BY_POST]
    if order.get("state") == "CANCELED" or all(x["state"] == "CANCELED" for x in shipments):
        return
    if any(x["state"] == "COMPLETED" for x in shipments):
        raise Declined("not_canceled", "The order was sent at Square.")
    payments = _payments(shop, order)
    if any(x.get("source_type") == "CASH" and _left(x) for x in payments):
        raise Declined("no_way_back", "Paid in cash: give it back at the counter.")
    for payment in payments:
        if left := _left(payment):
            _give_back(shop, payment, left, f"off-{payment['id']}", told["reason"])
    off = [{"uid": x["uid"], "state": "CANCELED"} for x in shipments]
    _change(shop, order, {"fulfillments": off}, f"off-{order['id']}")


def _order(shop: Shop, told: Mapping[str, Any]) -> dict[str, Any]:
    found = call(shop, "GET", f"/v2/orders/{told['channel_order_id']}")
    if not found:
        raise Declined("no_order", "Square has no such order any more.")
    order: dict[str, Any] = found["order"]
    return order


def _change(shop: Shop, order: Mapping[str, Any], change: Mapping[str, Any], key: str) -> None:
    """Change an order as it is known; Square refuses it if somebody was faster."""
    known = {"version": order.get("version"), "location_id": order.get("location_id")}
    wish = {"order": {**known, **change}, "idempotency_key": f"{key}-{order.get('version')}"[:192]}
    call(shop, "PUT", f"/v2/orders/{order['id']}", wish)


def _variation_of(shop: Shop, sku: str) -> str:
    """Find a variation by its SKU; the search may take others, we do not."""
    query = {"exact_query": {"attribute_name": "sku", "attribute_value": sku}}
    wish = {"object_types": ["ITEM_VARIATION"], "query": query}
    found = call(shop, "POST", "/v2/catalog/search", wish) or {}
    same = [
        x["id"] for x in found.get("objects") or ()
        if (x.get("item_variation_data") or {}).get("sku") == sku
    ]  # fmt: skip
    return str(same[0]) if same else ""


def _payments(shop: Shop, order: Mapping[str, Any]) -> list[dict[str, Any]]:
    ids = [x.get("payment_id") or x["id"] for x in order.get("tenders") or ()]
    found = (call(shop, "GET", f"/v2/payments/{number}") for number in ids)
    return [one["payment"] for one in found if one]


def _refunds(shop: Shop, payment: Mapping[str, Any]) -> list[dict[str, Any]]:
    found = (call(shop, "GET", f"/v2/refunds/{number}") for number in payment.get("refund_ids", ()))
    return [one["refund"] for one in found if one]


def _left(payment: Mapping[str, Any]) -> int:
    back = (payment.get("refunded_money") or {}).get("amount", 0)
    return int(payment["amount_money"]["amount"]) - int(back)


def _give_back(shop: Shop, payment: Mapping[str, Any], amount: int, key: str, reason: str) -> None:
    money = {"amount": amount, "currency": payment["amount_money"]["currency"]}
    wish = {
        "idempotency_key": key[:LONGEST_KEY],
        "payment_id": payment["id"],
        "amount_money": money,
        "reason": reason[:192],
    }
    call(shop, "POST", "/v2/refunds", wish)
