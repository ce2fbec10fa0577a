"""How are SKUs and their stock seen and changed?"""

from contracts import inventory
from gateway.route import Route

TAG = "inventory"
# fmt: off
ROUTES = (
    Route("GET",  "/skus",                    inventory.FIND_SKUS, "List SKUs with their stock", TAG, needs="stock.read"),
    Route("GET",  "/skus/{sku}",              inventory.GET_SKU,   "Show a SKU with its stock", TAG, needs="stock.read"),
    Route("PUT",  "/skus/{sku}",              inventory.PUT_SKU,   "Make a SKU, or change it", TAG, inside="data", needs="stock.write"),
    Route("GET",  "/skus/{sku}/movements",    inventory.LEDGER,    "List a SKU's stock movements, newest first", TAG, needs="stock.read"),
    Route("POST", "/skus/{sku}/adjustments",  inventory.ADJUST,    "Correct what is on hand", TAG, 201, needs="stock.write"),
    Route("POST", "/skus/{sku}/receipts",     inventory.RECEIVE,   "Take in goods from a supplier", TAG, 201, needs="stock.write"),
    Route("GET",  "/stock-audit",             inventory.AUDIT,     "Compare the ledger with the balances", TAG, needs="stock.read"),
)
# fmt: on
