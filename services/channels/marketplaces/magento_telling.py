"""What is Magento told? Each time it is asked first what it knows, so twice is once.

A comment that its customers do not see carries our key: Magento keeps none of its own.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from chassis.outside import Declined
from services.channels.marketplaces.amounts import in_decimals, minor_units
from services.channels.marketplaces.magento_asking import call, search
from services.channels.marketplaces.marketplace import Shop

OFF = frozenset({"canceled", "closed"})
ORDERED, OFF_A_ROW = "qty_ordered", "discount_amount"
PAID = (
    "row_total", "tax_amount", "discount_tax_compensation_amount", "weee_tax_applied_row_amount",
)  # fmt: skip


def acknowledge(shop: Shop, key: str, told: Mapping[str, Any]) -> None:
    """Make a shipment of these pieces with a track for each tracking number."""
    order = _order(shop, told)
    known = search(shop, "/shipments", "order_id", str(order["entity_id"]))
    if _says(known, key):
        return
    if order["state"] in OFF:
        raise Declined("nothing_open", f"The order is {order['state']} at Magento.")
    shipment = {
        "items": _items(told),
        "notify": True,
        "appendComment": False,
        "comment": {"comment": key, "is_visible_on_front": 0},
        "tracks": [
            {"track_number": number, "title": told["carrier"], "carrier_code": "custom"}
            for number in told["tracking_numbers"]
        ],
    }
    call(shop, "POST", f"/order/{order['entity_id']}/ship", shipment)


def push_stock(shop: Shop, told: Mapping[str, Any]) -> None:
    """Set the quantity of a source; Magento would take it for SKUs, too, that it does not know."""
    kind, _, rest = str(told["listing"]).partition(":")
    if kind == "title":
        return
    field, value = ("entity_id", rest) if kind == "product" else ("sku", str(told["listing"]))
    found = search(shop, "/products", field, value)
    skus = [x["sku"] for x in found if kind == "product" or x["sku"] == value]
    if not skus:
        raise Declined("not_listed", f"The shop does not sell {told['listing']}.")
    item = {
        "sku": skus[0],
        "source_code": shop.location_id or "default",
        "quantity": told["available"],
        "status": 1 if told["available"] > 0 else 0,
    }
    call(shop, "POST", "/inventory/source-items", {"sourceItems": [item]})


def push_refund(shop: Shop, told: Mapping[str, Any]) -> None:
    """Give money back for lines that came back, by the payment of the order."""
    order = _order(shop, told)
    known = search(shop, "/creditmemos", "order_id", str(order["entity_id"]))
    if _says(known, told["return_id"]):
        return
    amount, currency = told["amount"]["amount"], told["amount"]["currency"]
    invoice = _invoice_with(shop, order, known, amount, currency)
    items = _items(told)
    wish = _refund(told["return_id"], [], items)
    wish["arguments"] |= {"shipping_amount": "0"}
    wish["arguments"] |= _adjusted(_worth(order, items), amount, currency)
    call(shop, "POST", f"/invoice/{invoice}/refund", wish)


def push_cancellation(shop: Shop, told: Mapping[str, Any]) -> None:
    """Give back all that was paid, and cancel what was not; Magento tells the customer."""
    order = _order(shop, told)
    if order["state"] in OFF:
        return
    if order["state"] == "complete":
        raise Declined("not_canceled", "The order is complete at Magento.")
    invoices = search(shop, "/invoices", "order_id", str(order["entity_id"]))
    memos = search(shop, "/creditmemos", "order_id", str(order["entity_id"]))
    for one in invoices:
        known = _of(memos, one)
        if _says(known, told["reason"]):
            continue
        if len(invoices) > 1 and known:
            what = "Several invoices, one of them refunded in part: make the credit memos there."
            raise Declined("not_canceled", what)
        _must_be_online(order, one)
        back = [str(x["order_item_id"]) for x in one["items"]] if told["restock"] else []
        wish = _refund(told["reason"], back)
        wish = _rest(order, one, known, wish) if known else wish
        call(shop, "POST", f"/invoice/{one['entity_id']}/refund", wish)
    if not invoices or _order(shop, told)["state"] not in OFF:
        call(shop, "POST", f"/orders/{order['entity_id']}/cancel")


def _order(shop: Shop, told: Mapping[str, Any]) -> dict[str, Any]:
    order = call(shop, "GET", f"/orders/{told['channel_order_id']}")
    if not isinstance(order, dict):
        raise Declined("no_order", "Magento has no such order any more.")
    return order


def _says(known: Sequence[Any], key: str) -> bool:
    return any(x.get("comment") == key for one in known for x in one.get("comments") or [])


def _items(told: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [
        {"order_item_id": line["channel_line_id"], "qty": line["quantity"]}
        for line in told["lines"]
    ]  # fmt: skip


def _refund(
    comment: str, back: Sequence[str], items: Sequence[Any] | None = None
) -> dict[str, Any]:
    """A refund by the means that the invoice was paid by; without items, of all that is left."""
    return {
        "isOnline": True,
        "notify": True,
        "appendComment": False,
        "comment": {"comment": comment, "is_visible_on_front": 0},
        "arguments": {"extension_attributes": {"return_to_stock_items": list(back)}},
        **({} if items is None else {"items": list(items)}),
    }


def _rest(
    order: Mapping[str, Any], invoice: Mapping[str, Any], memos: Sequence[Any], wish: dict[str, Any]
) -> dict[str, Any]:
    """Let a refund give back exactly what earlier ones have left of an invoice."""
    currency = order["order_currency_code"]

    def said(name: str) -> Decimal:
        return Decimal(str(order.get(name) or 0))

    items = []
    for row in order["items"]:
        off = Decimal(str(row.get("qty_refunded") or 0)) + Decimal(
            str(row.get("qty_canceled") or 0)
        )
        if (left := int(Decimal(str(row["qty_ordered"])) - off)) > 0:
            items.append({"order_item_id": str(row["item_id"]), "qty": left})
    shipping = said("shipping_amount") - said("shipping_refunded")
    worth = _worth(order, items) + shipping
    worth += said("shipping_tax_amount") - said("shipping_tax_refunded")
    arguments = {
        **wish["arguments"],
        "shipping_amount": str(shipping),
        **_adjusted(worth, _left(invoice, memos, currency), currency),
    }
    return {**wish, "items": items, "arguments": arguments}


def _of(memos: Sequence[Any], invoice: Mapping[str, Any]) -> list[Any]:
    return [x for x in memos if str(x.get("invoice_id")) == str(invoice["entity_id"])]


def _left(invoice: Mapping[str, Any], memos: Sequence[Any], currency: str) -> int:
    given = [minor_units(x["grand_total"], currency, "grand_total") for x in _of(memos, invoice)]
    return minor_units(invoice["grand_total"], currency, "grand_total") - sum(given)


def _invoice_with(
    shop: Shop, order: Mapping[str, Any], memos: Sequence[Any], amount: int, currency: str
) -> Any:
    """Find an invoice of which so much is left to be given back."""
    able = 0
    for one in search(shop, "/invoices", "order_id", str(order["entity_id"])):
        left = _left(one, memos, currency)
        if left >= amount:
            _must_be_online(order, one)
            return one["entity_id"]
        able = max(able, left)
    told = f"Magento can give back no more than {in_decimals(able, currency)} {currency}."
    raise Declined("too_much", told)


def _must_be_online(order: Mapping[str, Any], invoice: Mapping[str, Any]) -> None:
    if not invoice.get("transaction_id"):
        method = (order.get("payment") or {}).get("method") or "other means"
        told = f"Paid by {method}: Magento cannot give it back; do so, and make a credit memo."
        raise Declined("no_way_back", told[:255])


def _worth(order: Mapping[str, Any], items: Sequence[Mapping[str, Any]]) -> Decimal:
    """What Magento takes so many pieces to be worth."""
    rows = {str(x["item_id"]): x for x in order["items"]}
    worth = Decimal(0)
    for item in items:
        row = rows.get(str(item["order_item_id"]), {})
        amounts = {name: Decimal(str(row.get(name) or 0)) for name in (*PAID, OFF_A_ROW, ORDERED)}
        net = sum((amounts[name] for name in PAID), -amounts[OFF_A_ROW])
        worth += round(net * item["qty"] / (amounts[ORDERED] or 1), 2)
    return worth


def _adjusted(worth: Decimal, amount: int, currency: str) -> dict[str, str]:
    """What is to be added to, or taken off, what the pieces are worth."""
    missing = amount - minor_units(worth, currency, "amount")
    name = "adjustment_positive" if missing > 0 else "adjustment_negative"
    return {name: in_decimals(abs(missing), currency)} if missing else {}
