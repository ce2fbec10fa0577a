"""Who hears of what happens? Receivers of webhooks, and browsers that listen."""

from collections.abc import Callable
from typing import Any

from gateway.caller import Caller
from gateway.live.stream import LISTEN, MEDIA_TYPE, listen
from gateway.own import Own
from gateway.people.roles import ANY
from gateway.route import Route
from gateway.webhooks import questions as q
from gateway.webhooks.desk import Subscriptions as Desk
from gateway.webhooks.history import History

TAG = "webhook subscriptions"
READ, WRITE = "settings.read", "settings.write"
Answer = Callable[[Own, Any, Caller], Any]


def _desk(method: Callable[[Desk, Any, str], Any]) -> Answer:
    return lambda own, asked, caller: method(own.webhooks, asked, caller.actor)


def _history(method: Callable[[History, Any, str], Any]) -> Answer:
    return lambda own, asked, caller: method(own.deliveries, asked, caller.actor)


ONE = "/webhook-subscriptions/{subscription_id}"
# fmt: off
ROUTES = (
    Route("GET",    "/webhook-event-types",   q.TYPES,         "List the types of events, with an example of each", TAG, own=_desk(Desk.types), needs=READ),
    Route("GET",    "/webhook-subscriptions", q.SUBSCRIPTIONS, "List subscriptions and how they do", TAG, own=_desk(Desk.find), needs=READ),
    Route("POST",   "/webhook-subscriptions", q.SUBSCRIBE,     "Subscribe an address to events; the secret is shown once", TAG, 201,
          own=_desk(Desk.subscribe), sealed=True, made=ONE, needs=WRITE),
    Route("GET",    ONE,                      q.SUBSCRIPTION,  "Show a subscription", TAG, own=_desk(Desk.get), needs=READ),
    Route("PUT",    ONE,                      q.CHANGE,        "Change, pause or resume a subscription", TAG, own=_desk(Desk.change), needs=WRITE),
    Route("DELETE", ONE,                      q.UNSUBSCRIBE,   "End a subscription", TAG, 204, own=_desk(Desk.forget), needs=WRITE),
    Route("POST",   f"{ONE}/secret",          q.ROTATE,        "Make a new secret; it is shown once", TAG, own=_desk(Desk.rotate), sealed=True, needs=WRITE),
    Route("POST",   f"{ONE}/test",            q.TEST,          "Send a test", TAG, 202, own=_history(History.test), needs=WRITE),
    Route("POST",   f"{ONE}/replay",          q.REPLAY,        "Send what happened since a time once more", TAG, 202, own=_desk(Desk.replay), needs=WRITE),
    Route("GET",    f"{ONE}/deliveries",      q.DELIVERIES,    "List deliveries, newest first", TAG, own=_history(History.find), needs=READ),
    Route("GET",    "/webhook-deliveries/{delivery_id}",       q.DELIVERY, "Show a delivery with every try", TAG, own=_history(History.get), needs=READ),
    Route("POST",   "/webhook-deliveries/{delivery_id}/retry", q.RETRY,    "Try a dead or waiting delivery again, now", TAG, 202, own=_history(History.retry), needs=WRITE),
    Route("GET",    "/events", LISTEN, "Hear what changes, as server-sent events", "live", document=MEDIA_TYPE,
          headers={"Last-Event-ID": "last_event_id"}, own=listen, needs=ANY),
)
# fmt: on
