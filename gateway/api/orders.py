"""How are orders placed, found and changed?"""

from contracts import orders
from gateway.exceptions import DECIDE, check_seen, decide_ours, decider, is_ours
from gateway.order_page import ORDER_PAGE, ask_order_page
from gateway.people.mentioning import check_note
from gateway.route import Route

TAG = "orders"
# fmt: off
ROUTES = (
    Route("POST",   "/orders",                             orders.PLACE,   "Place an order", TAG, 201, made="/orders/{order_id}", needs="orders.write"),
    Route("GET",    "/orders",                             orders.FIND,    "List orders, newest first", TAG, needs="orders.read"),
    Route("POST",   "/orders/counts",                      orders.COUNT,   "Count the orders of several views", TAG, needs="orders.read"),
    Route("GET",    "/orders/{order_id}",                  ORDER_PAGE,     "Show an order with all that belongs to it", TAG, ask=ask_order_page, needs="orders.read"),
    Route("GET",    "/orders/{order_id}/history",          orders.HISTORY, "Tell what happened to an order", TAG, needs="orders.read"),
    Route("POST",   "/orders/{order_id}/cancellation",     orders.CANCEL,  "Cancel an order", TAG, needs="orders.write"),
    Route("POST",   "/orders/{order_id}/edits",            orders.EDIT,    "Change an order before it is picked", TAG, needs="orders.write"),
    Route("POST",   "/orders/{order_id}/edits/preview",    orders.PREVIEW_EDIT, "Tell what an edit would do, and change nothing", TAG, needs="orders.write"),
    Route("POST",   "/orders/{order_id}/notes",            orders.NOTE,    "Write on an order, and mention colleagues", TAG, 201, check=check_note, needs="orders.write"),
    Route("POST",   "/orders/{order_id}/tags",             orders.TAG,     "Put tags on an order, take others off", TAG, needs="orders.write"),
    Route("POST",   "/orders/{order_id}/holds",            orders.HOLD,    "Stop an order from going on", TAG, 201, needs="orders.write"),
    Route("DELETE", "/orders/{order_id}/holds/{hold_id}",  orders.RELEASE, "Let a held order go on", TAG, needs="orders.write"),
    Route("POST",   "/exceptions/{exception_id}/decisions", DECIDE,        "Retry, skip or compensate what does not go on", TAG, decided_by=decider, own=decide_ours, own_if=is_ours, check=check_seen, needs="exceptions.decide"),
    Route("POST",   "/orders/{order_id}/decisions",        orders.RESOLVE, "Decide about a step that is stuck", TAG, needs="exceptions.decide"),
)
# fmt: on
