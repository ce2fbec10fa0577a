"""What can be asked and said about webhooks that we send?"""

from typing import Annotated, Literal

from msgspec import Meta

from contracts.message import Question, Wire
from contracts.values import Instant, Limit, Nothing

SubscriptionId = Annotated[str, Meta(pattern=r"^whs_[0-9A-Z]{26}$")]
DeliveryId = Annotated[str, Meta(pattern=r"^whd_[0-9A-Z]{26}$")]
Url = Annotated[str, Meta(min_length=1, max_length=2000)]
Description = Annotated[str, Meta(max_length=255)]
EventTypes = Annotated[
    tuple[
        Annotated[
            str,
            Meta(
                max_length=64,
                pattern=r"^(\*|[a-z]+\.(\*|[a-z_]+))$",
                description="a type such as order.placed, all of a kind such as order.*, or *",
            ),
        ],
        ...,
    ],
    Meta(min_length=1, max_length=50),
]
SubscriptionState = Literal["active", "paused"]
DeliveryState = Literal["pending", "delivered", "dead"]


class Subscribe(Wire, frozen=True, kw_only=True):
    """Let an address hear of events of these types, from now on."""

    url: Url
    events: EventTypes
    description: Description = ""


class ChangeSubscription(Wire, frozen=True, kw_only=True):
    """Change a subscription as a whole.

    While it is paused nothing is sent; made active again, it is told of what happened meanwhile.
    """

    subscription_id: SubscriptionId
    url: Url
    events: EventTypes
    description: Description = ""
    state: SubscriptionState = "active"
    expected_version: int | None = None


class AboutSubscription(Wire, frozen=True, kw_only=True):
    """One subscription."""

    subscription_id: SubscriptionId


class UseSubscription(Wire, frozen=True, kw_only=True):
    """One subscription, to be ended or tried."""

    subscription_id: SubscriptionId
    expected_version: int | None = None


class FindSubscriptions(Wire, frozen=True, kw_only=True):
    """A page of subscriptions, oldest first, behind the one named in `after`."""

    after: Annotated[str, Meta(max_length=64)] = ""
    limit: Limit = 50


class RotateSecret(Wire, frozen=True, kw_only=True):
    """Make a new secret; for `overlap_hours` the old one signs, too."""

    subscription_id: SubscriptionId
    overlap_hours: Annotated[int, Meta(ge=0, le=168)] = 24
    expected_version: int | None = None


class Replay(Wire, frozen=True, kw_only=True):
    """Send everything that happened since then once more, under its old ids."""

    subscription_id: SubscriptionId
    since: Instant
    expected_version: int | None = None


class FindDeliveries(Wire, frozen=True, kw_only=True):
    """A page of a subscription's deliveries, newest first, behind the one named in `after`."""

    subscription_id: SubscriptionId
    state: Literal["", "pending", "delivered", "dead"] = ""
    after: Annotated[str, Meta(max_length=64)] = ""
    limit: Limit = 50


class AboutDelivery(Wire, frozen=True, kw_only=True):
    """One delivery."""

    delivery_id: DeliveryId


class WebhookSubscription(Wire, frozen=True, kw_only=True):
    """Who wants to hear of what, and how it goes.

    `why` tells why it is paused, if we have done that; `failing_since` since when nothing comes
    through. `catching_up` is true while it is being told of earlier events. `waiting` and `dead`
    count deliveries up to 1000.
    """

    subscription_id: str
    url: str
    events: tuple[str, ...]
    description: str
    state: SubscriptionState
    why: str
    failing_since: Instant | None
    catching_up: bool
    waiting: int
    dead: int
    secret_overlaps_until: Instant | None
    created_by: str
    created_at: Instant
    version: int


class MadeSubscription(Wire, frozen=True, kw_only=True):
    """A new subscription; its secret is shown this once."""

    subscription_id: str
    secret: str
    version: int


class NewSecret(Wire, frozen=True, kw_only=True):
    """The new secret, shown this once; until then the old one signs, too."""

    subscription_id: str
    secret: str
    secret_overlaps_until: Instant | None


class WebhookSubscriptions(Wire, frozen=True, kw_only=True):
    """A page of subscriptions."""

    subscriptions: tuple[WebhookSubscription, ...]
    next: str = ""


class WebhookDelivery(Wire, frozen=True, kw_only=True):
    """What becomes of one event at one subscription.

    `subject` is what it is about, such as an order: events about the same come in order. `last` is
    the last answer's status, or why there was none; `due_at` when it is tried next, if it is the
    first in its row.
    """

    delivery_id: str
    subscription_id: str
    event_id: str
    type: str
    subject: str
    state: DeliveryState
    attempts: int
    last: str
    created_at: Instant
    done_at: Instant | None
    due_at: Instant | None


class WebhookDeliveries(Wire, frozen=True, kw_only=True):
    """A page of deliveries."""

    deliveries: tuple[WebhookDelivery, ...]
    next: str = ""


class WebhookAttempt(Wire, frozen=True, kw_only=True):
    """One try: the status and the start of the answer, or why there was none."""

    number: int
    at: Instant
    seconds: float
    status: int | None
    answer: str
    error: str


class WebhookDeliveryPage(Wire, frozen=True, kw_only=True):
    """A delivery with what is sent and with each try, newest first, at most 100."""

    delivery: WebhookDelivery
    body: str
    tries: tuple[WebhookAttempt, ...]


class WebhookEventType(Wire, frozen=True, kw_only=True):
    """A type of event: what it tells, and an example of what is sent, as JSON."""

    type: str
    about: str
    example: str


class WebhookEventTypes(Wire, frozen=True, kw_only=True):
    """All types of events that there are."""

    types: tuple[WebhookEventType, ...]


SUBSCRIBE = Question("webhooks.subscribe", Subscribe, MadeSubscription, changes=True)
SUBSCRIPTIONS = Question("webhooks.subscriptions", FindSubscriptions, WebhookSubscriptions)
SUBSCRIPTION = Question("webhooks.subscription", AboutSubscription, WebhookSubscription)
CHANGE = Question("webhooks.change", ChangeSubscription, WebhookSubscription, changes=True)
UNSUBSCRIBE = Question("webhooks.unsubscribe", UseSubscription, Nothing, changes=True)
ROTATE = Question("webhooks.rotate", RotateSecret, NewSecret, changes=True)
TEST = Question("webhooks.test", UseSubscription, WebhookDelivery, changes=True)
REPLAY = Question("webhooks.replay", Replay, WebhookSubscription, changes=True)
DELIVERIES = Question("webhooks.deliveries", FindDeliveries, WebhookDeliveries)
DELIVERY = Question("webhooks.delivery", AboutDelivery, WebhookDeliveryPage)
RETRY = Question("webhooks.retry", AboutDelivery, WebhookDelivery, changes=True)
TYPES = Question("webhooks.types", Nothing, WebhookEventTypes)
