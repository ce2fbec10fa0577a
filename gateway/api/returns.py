"""How do goods come back?"""

from contracts import returns
from gateway.route import Route

TAG = "returns"
# fmt: off
ROUTES = (
    Route("POST", "/orders/{order_id}/returns",         returns.OPEN,       "Ask to send goods back", TAG, 201, made="/returns/{return_id}", needs="returns.write"),
    Route("GET",  "/orders/{order_id}/returns",         returns.OF_ORDER,   "List an order's returns", TAG, needs="returns.read"),
    Route("GET",  "/returns",                           returns.FIND,       "List returns, newest first", TAG, needs="returns.read"),
    Route("GET",  "/returns/{return_id}",               returns.GET,        "Show a return", TAG, needs="returns.read"),
    Route("POST", "/returns/{return_id}/approval",      returns.APPROVE,    "Approve a return", TAG, needs="returns.write"),
    Route("POST", "/returns/{return_id}/refusal",       returns.DECLINE,    "Decline a return", TAG, needs="returns.write"),
    Route("POST", "/returns/{return_id}/cancellation",  returns.CANCEL,     "Call a return off", TAG, needs="returns.write"),
    Route("POST", "/returns/{return_id}/receipts",      returns.RECEIVE,    "Take in goods of a return", TAG, needs="returns.write"),
    Route("POST", "/returns/{return_id}/inspection",    returns.INSPECT,    "Grade what came back", TAG, needs="returns.write"),
    Route("POST", "/returns/{return_id}/decisions",     returns.RESOLVE,    "Decide about a return that is stuck", TAG, needs="exceptions.decide"),
    Route("GET",  "/return-policy",                     returns.GET_POLICY, "Show the return policy", TAG, needs="returns.read"),
    Route("PUT",  "/return-policy",                     returns.SET_POLICY, "Set the policy for new orders", TAG, needs="settings.write"),
)
# fmt: on
