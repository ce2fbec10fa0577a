"""What has really been done, by the books of those who did it? Counted for one order.

The sandbox provider and carrier keep ledgers of their own; inventory's ledger is the only writer
of stock. Whatever died or came twice, each of these must have happened once.
"""

from collections.abc import Callable
from typing import Any

from tests.faults.scenario import Broken

Rows = Callable[..., list[Any]]


def provider_operations(rows: Rows, order_id: str) -> list[str]:
    """What the payment provider did for an order, sorted."""
    keys = rows(
        "payments",
        "select key from outside_calls where correlation_id = :o and kind like 'payments.%'",
        o=order_id,
    )
    found = rows(
        "payments",
        "select operation from sandbox.provider_ledger where key = any(:keys) order by operation",
        keys=[row.key for row in keys],
    )
    return [row.operation for row in found]


def labels_bought(rows: Rows, order_id: str) -> int:
    """How many labels the carrier sold for an order, there and back."""
    keys = rows(
        "shipping",
        "select key from outside_calls where correlation_id = :o and kind = 'shipping.buy'",
        o=order_id,
    )
    found = rows(
        "shipping",
        "select sold from sandbox.carrier_ledger where key = any(:keys) and sold is not null",
        keys=[row.key for row in keys],
    )
    return len(found)


def stock_moves(rows: Rows, sku: str) -> dict[str, int]:
    """How many pieces of a SKU moved in each kind of movement, by the ledger."""
    found = rows(
        "inventory",
        "select kind, sum(abs(on_hand) + abs(reserved) + abs(allocated)) as moved"
        " from stock_movements where sku = :sku group by kind",
        sku=sku,
    )
    return {row.kind: int(row.moved) for row in found}


def told_once(history: list[dict[str, Any]], *actions: str) -> dict[str, int]:
    """How often each of these stands in a history."""
    return {action: sum(h["action"] == action for h in history) for action in actions}


ONCE = (
    "placed", "stock reserved", "payment authorized", "routed", "picked", "packed", "label bought",
    "shipped", "payment captured", "delivered", "restocked", "refunded", "return completed",
)  # fmt: skip


def check_done_once(page: Any, rows: Rows, sku: str) -> None:
    """Check the order of `travel.back_and_forth`: one of everything, by all books."""
    order = page["order"]
    line, ledger = order["lines"][0], stock_moves(rows, sku)
    found = {
        "at the provider": provider_operations(rows, order["order_id"]),
        "labels, there and back": labels_bought(rows, order["order_id"]),
        "captured, refunded": (order["captured"], order["refunded"]),
        "pieces shipped, delivered, returned": tuple(
            line[state] for state in ("shipped", "delivered", "returned")
        ),
        "pieces received, restocked": (ledger.get("received"), ledger.get("restocked")),
        **told_once(page["history"], *ONCE),
    }
    wanted = {
        "at the provider": ["authorize", "capture", "refund"],
        "labels, there and back": 2,
        "captured, refunded": (1490, 500),
        "pieces shipped, delivered, returned": (2, 2, 1),
        "pieces received, restocked": (10, 1),
        **dict.fromkeys(ONCE, 1),
    }
    wrong = {what: (wanted[what], found[what]) for what in wanted if wanted[what] != found[what]}
    if wrong:
        raise Broken(f"{order['order_id']}: wanted and found differ: {wrong}")
