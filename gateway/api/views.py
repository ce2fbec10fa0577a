"""Which views of the orders do people save?"""

from gateway.route import Route
from gateway.views import desk, said

TAG = "orders"
# fmt: off
ROUTES = (
    Route("GET",    "/order-views",           said.FIND,   "List your saved views and the shared ones, with counts", TAG, with_services=desk.find_views, needs="orders.read"),
    Route("POST",   "/order-views",           said.SAVE,   "Save a view of the orders", TAG, 201, made="/order-views/{view_id}", own=desk.save_view, needs="orders.read"),
    Route("GET",    "/order-views/{view_id}", said.GET,    "Show a saved view", TAG, own=desk.get_view, needs="orders.read"),
    Route("PUT",    "/order-views/{view_id}", said.CHANGE, "Change, rename, share or move a saved view", TAG, own=desk.change_view, needs="orders.read"),
    Route("DELETE", "/order-views/{view_id}", said.DELETE, "Delete a saved view", TAG, 204, own=desk.delete_view, needs="orders.read"),
)
# fmt: on
