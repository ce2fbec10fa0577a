"""How is a warehouse set up, and how does its work go on?"""

from contracts import warehouse
from gateway.route import Route

TAG = "warehouse"
# fmt: off
ROUTES = (
    Route("GET",  "/warehouses",                              warehouse.WAREHOUSES,    "List warehouses and cartons", TAG, needs="stock.read"),
    Route("PUT",  "/warehouses/{warehouse_id}",               warehouse.PUT_WAREHOUSE, "Make a warehouse, or change it", TAG, needs="settings.write"),
    Route("GET",  "/warehouses/{warehouse_id}/bins",          warehouse.BINS,          "List the bins of a warehouse", TAG, needs="stock.read"),
    Route("PUT",  "/warehouses/{warehouse_id}/bins/{bin}",    warehouse.PUT_BIN,       "Make a bin, or change it", TAG, needs="stock.write"),
    Route("PUT",  "/cartons/{carton}",                        warehouse.PUT_CARTON,    "Make a carton, or change it", TAG, needs="settings.write"),
    Route("GET",  "/fulfillments",                            warehouse.FIND,          "List fulfillment orders, oldest first", TAG, needs="picking.read"),
    Route("GET",  "/fulfillments/{fulfillment_order_id}",     warehouse.GET,           "Show a fulfillment order with its pick list", TAG, needs="picking.read"),
    Route("POST", "/fulfillments/{fulfillment_order_id}/pick",      warehouse.START,   "Take a fulfillment order to pick it", TAG, needs="picking.write"),
    Route("POST", "/fulfillments/{fulfillment_order_id}/scans",     warehouse.SCAN,    "Scan what was picked", TAG, needs="picking.write"),
    Route("POST", "/fulfillments/{fulfillment_order_id}/shortages", warehouse.SHORT,   "Say what was not found", TAG, needs="picking.write"),
    Route("POST", "/fulfillments/{fulfillment_order_id}/packages",  warehouse.PACK,    "Close the packed boxes", TAG, needs="packing.write"),
    Route("GET",  "/fulfillments/{fulfillment_order_id}/packing-slip.pdf", warehouse.SLIP, "Print the packing slip", TAG,
          document="application/pdf", needs="picking.read"),
    Route("GET",  "/count-tasks",                             warehouse.COUNT_TASKS,   "List bins that shall be counted", TAG, needs="stock.read"),
)
# fmt: on
