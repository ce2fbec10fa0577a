"""How do parcels leave, and how are they followed?"""

from contracts import shipping
from gateway.route import Route

TAG = "shipping"
# fmt: off
ROUTES = (
    Route("GET",  "/shipments",                         shipping.FIND,      "List shipments, oldest first", TAG),
    Route("GET",  "/shipments/{shipment_id}",           shipping.GET,       "Show a shipment", TAG),
    Route("GET",  "/shipments/{shipment_id}/label.pdf", shipping.LABEL,     "Print the labels", TAG, document="application/pdf"),
    Route("POST", "/shipments/{shipment_id}/handover",  shipping.HAND_OVER, "Hand the parcels over to the carrier", TAG),
    Route("GET",  "/orders/{order_id}/shipments",       shipping.OF_ORDER,  "List an order's shipments", TAG),
    Route("GET",  "/orders/{order_id}/mails",           shipping.MAILS,     "List the e-mails about an order", TAG),
    Route("POST", "/rates",                             shipping.RATES,     "Ask what carriers would charge", TAG),
    Route("POST", "/webhooks/carriers/{carrier}",       shipping.WEBHOOK,   "Take what a carrier tells", "webhooks",
          raw="body", open_to_all=True, headers={"X-Signature": "signature"}),
)
# fmt: on
