"""How do parcels leave, and how are they followed?"""

from contracts import carriers, manifests, shipping
from gateway.papers import PAPERS, ask_papers
from gateway.people.roles import OPEN
from gateway.route import Route

TAG = "shipping"
# fmt: off
ROUTES = (
    Route("GET",  "/shipments",                         shipping.FIND,      "List shipments, oldest first", TAG, needs="shipping.read"),
    Route("GET",  "/shipments/{shipment_id}",           shipping.GET,       "Show a shipment", TAG, needs="shipping.read"),
    Route("GET",  "/shipments/{shipment_id}/label.pdf", shipping.LABEL,     "Print the labels", TAG, document="application/pdf", needs="shipping.read"),
    Route("GET",  "/shipments/{shipment_id}/label.zpl", shipping.LABEL_ZPL, "Print the labels on a ZPL printer", TAG, document="application/zpl", needs="shipping.read"),
    Route("GET",  "/shipments/{shipment_id}/label-qr.png", shipping.LABEL_QR, "Show a return's label as a QR code", TAG, document="image/png", needs="shipping.read"),
    Route("GET",  "/shipments/{shipment_id}/papers.pdf", PAPERS,            "Print labels and packing slip in one go", TAG,
          document="application/pdf", ask=ask_papers, needs="shipping.read"),
    Route("POST", "/shipments/{shipment_id}/handover",  shipping.HAND_OVER, "Hand the parcels over to the carrier", TAG, needs="shipping.write"),
    Route("POST", "/shipments/{shipment_id}/scans",     shipping.RECORD_SCAN, "Record where a parcel is, if its carrier does not tell", TAG, needs="shipping.write"),
    Route("GET",  "/orders/{order_id}/shipments",       shipping.OF_ORDER,  "List an order's shipments", TAG, needs="shipping.read"),
    Route("GET",  "/orders/{order_id}/mails",           shipping.MAILS,     "List the e-mails about an order", TAG, needs="shipping.read"),
    Route("GET",  "/open-parcels",                      manifests.OPEN_PARCELS, "Count what waits for each carrier at each warehouse", TAG, needs="shipping.read"),
    Route("GET",  "/manifests",                         manifests.MANIFESTS, "List manifests, newest first", TAG, needs="shipping.read"),
    Route("POST", "/manifests",                         manifests.CLOSE,    "Hand over what waits for a carrier", TAG, status=201, made="/manifests/{manifest_id}", needs="shipping.write"),
    Route("GET",  "/manifests/{manifest_id}",           manifests.MANIFEST, "Show a manifest", TAG, needs="shipping.read"),
    Route("GET",  "/manifests/{manifest_id}/manifest.pdf", manifests.PAPER, "Print a manifest", TAG, document="application/pdf", needs="shipping.read"),
    Route("POST", "/rates",                             shipping.RATES,     "Ask what carriers would charge", TAG, needs="shipping.read"),
    Route("GET",  "/carrier-kinds",                     carriers.KINDS,     "List the kinds of carriers that can be connected", TAG, needs="settings.read"),
    Route("GET",  "/carrier-accounts",                  carriers.ACCOUNTS,  "List accounts at carriers, without their secrets", TAG, needs="settings.read"),
    Route("PUT",  "/carrier-accounts/{account}",        carriers.SAVE_ACCOUNT, "Make or change an account at a carrier", TAG, needs="settings.write"),
    Route("POST", "/carrier-accounts/{account}/test",   carriers.TEST_ACCOUNT, "Try whether a carrier lets us in", TAG, needs="settings.write"),
    Route("POST", "/webhooks/carriers/{carrier}",       shipping.WEBHOOK,   "Take what a carrier tells", "webhooks",
          raw="body", headers={"X-Signature": "signature", "X-Hmac-Signature": "hmac_signature", "Shippo-Auth-Signature": "signature"}, needs=OPEN),
)
# fmt: on
