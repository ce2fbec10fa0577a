"""How are shops connected, and what did they send?"""

from contracts import channels, imports, mending
from gateway.comparison import COMPARISON, ask_comparison
from gateway.files import IMPORT_FILE, LARGEST, take_file
from gateway.people.roles import OPEN
from gateway.route import Route

TAG = "channels"
FROM_SHOPS = {
    "X-Shopify-Topic": "topic",
    "X-Shopify-Event-Id": "event_id",
    "X-Shopify-Hmac-Sha256": "signature",
    "X-WC-Webhook-Topic": "topic",
    "X-WC-Webhook-Delivery-ID": "event_id",
    "X-WC-Webhook-Signature": "signature",
    "X-Square-Hmacsha256-Signature": "signature",
    "X-Channel-Event-Id": "event_id",
    "X-Channel-Signature": "signature",
}
# fmt: off
ROUTES = (
    Route("GET",  "/channels",                              channels.CONNECTIONS, "List connections and how they do", TAG, needs="channels.read"),
    Route("GET",  "/channel-kinds",                         channels.KINDS,       "List kinds of shops that can be connected", TAG, needs="channels.read"),
    Route("POST", "/channels/{channel}/check",              channels.CHECK,       "Ask a shop whether it knows us", TAG, needs="settings.write"),
    Route("PUT",  "/channels/{channel}",                    channels.CONNECT,     "Connect a shop", TAG, needs="settings.write"),
    Route("POST", "/channels/{channel}/imports",            IMPORT_FILE,          "Import a file of orders", TAG, 202,
          raw="csv", limit=LARGEST, take=take_file, made="/imports/{import_id}", needs="channels.write"),
    Route("GET",  "/imports",                               imports.IMPORTS,      "List imports, newest first", TAG, needs="channels.read"),
    Route("GET",  "/imports/{import_id}",                   imports.IMPORT,       "Tell how far an import is", TAG, needs="channels.read"),
    Route("GET",  "/imports/{import_id}/orders",            imports.RESULTS,      "Tell what became of each order in a file", TAG, needs="channels.read"),
    Route("POST", "/imports/{import_id}/stop",              imports.STOP_IMPORT,  "Take no more orders of a file", TAG, needs="channels.write"),
    Route("GET",  "/channels/{channel}/listings",           channels.LISTINGS,    "List which SKU each listing of a channel is", TAG, needs="channels.read"),
    Route("PUT",  "/channels/{channel}/listings/{listing}", channels.MAP,         "Say which SKU a listing is", TAG, needs="channels.write"),
    Route("GET",  "/channels/{channel}/listings/{listing}/suggestions", mending.SUGGESTIONS, "Suggest SKUs for a listing", TAG, needs="channels.read"),
    Route("GET",  "/channels/{channel}/health",             mending.HEALTH,       "Tell how a channel does", TAG, needs="channels.read"),
    Route("POST", "/channels/{channel}/replay",             mending.REPLAY,       "Ask a shop again, or tell it again what failed", TAG, needs="channels.write"),
    Route("GET",  "/channel-orders",                        channels.INBOUND,     "List orders that channels sent", TAG, needs="channels.read"),
    Route("POST", "/channel-orders/{inbound_id}/look-up",   mending.LOOK_UP,      "Ask a shop what it says of an order now", TAG, needs="channels.write"),
    Route("GET",  "/channel-orders/{inbound_id}/comparison", COMPARISON,          "Compare what a shop said with what we hold", TAG,
          ask=ask_comparison, needs="orders.read"),
    Route("POST", "/channel-orders/{inbound_id}/mend",      mending.MEND,         "Do with an order what its shop said", TAG, needs="channels.write"),
    Route("GET",  "/channel-pushes",                        channels.PUSHES,      "List what we had to tell channels", TAG, needs="channels.read"),
    Route("POST", "/channel-pushes/{push_id}/retry",        channels.RETRY_PUSH,  "Try a failed push again", TAG, needs="channels.write"),
    Route("POST", "/webhooks/channels/{channel}",           channels.WEBHOOK,     "Take what a shop tells", "webhooks",
          raw="body", headers=FROM_SHOPS, needs=OPEN),
)
# fmt: on
