"""What do webhooks look like in a test? A bus, a clock, and a receiver who answers as told."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import sqlalchemy as sa

from chassis import clock
from chassis.envelope import Context
from chassis.ids import first_of
from chassis.transaction import Job, Transaction
from contracts.example import example
from contracts.message import Message
from contracts.orders import OrderCanceled, OrderConfirmed, OrderPlaced
from gateway.memory import MemoryLine
from gateway.webhooks import intake, outbox
from gateway.webhooks import questions as q
from gateway.webhooks.bindings import Bindings
from gateway.webhooks.desk import Subscriptions
from gateway.webhooks.history import History
from gateway.webhooks.patience import Attempt
from gateway.webhooks.sender import Sender

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
ORDER = "ord_01KK8W3T20BBNJATQ9E4ZXZVZ6"
OTHER = "ord_" + "1" * 26
URL = "https://shop.example/hook"


@dataclass
class Receiver:
    """Who gets webhooks: it answers as the test says, and remembers what came, by address."""

    answers: Callable[[dict[str, str], bytes], int] = lambda _headers, _body: 200
    got: dict[str, list[tuple[str, str]]] = field(default_factory=lambda: defaultdict(list))
    good: dict[tuple[str, str], dict[str, None]] = field(default_factory=dict)

    def send(self, url: str, headers: dict[str, str], body: bytes) -> Attempt:
        """Take a webhook."""
        event: Any = msgspec.json.decode(body)
        self.got[url].append((headers["webhook-id"], event["type"]))
        attempt = Attempt(clock.now(), 0.1, self.answers(headers, body), "hello")
        if attempt.delivered:
            self.good.setdefault((url, event["data"].get("order_id", "")), {})[
                headers["webhook-id"]
            ] = None
        return attempt

    def first_successes(self, url: str, order: str) -> list[str]:
        """The ids of what was taken about an order, each where it came first."""
        return list(self.good.get((url, order), {}))

    def types(self, url: str = URL) -> list[str]:
        """What came, in order."""
        return [type_ for _, type_ in self.got[url]]


@dataclass
class World:
    """The deliveries with a clock, a receiver, and a bus that delivers what the test says."""

    engine: sa.Engine
    now: datetime = NOW
    receiver: Receiver = field(default_factory=Receiver)
    line: MemoryLine = field(default_factory=MemoryLine)
    number: int = 0
    last_event_id: str = ""

    def __post_init__(self) -> None:
        self.bindings = Bindings(self.line)
        self.desk = Subscriptions(self.engine, self.bindings, private=False)
        self.history = History(self.engine)
        self.sender = Sender(self.engine, self.receiver)

    def subscribes(self, *events: str, url: str = URL) -> str:
        asked = q.Subscribe(url=url, events=events or ("*",))
        return self.desk.subscribe(asked, "key:shop").subscription_id

    def happens(self, *messages: Message, ids: list[str] | None = None) -> None:
        """Hand messages over in one batch, as the bus does."""
        jobs = []
        for message in messages:
            self.number += 1
            identity = ids.pop(0) if ids else f"msg_{first_of(self.now)}{self.number:016d}"
            self.last_event_id = f"evt_{identity.rpartition('_')[2]}"
            jobs.append(
                Job(
                    message.wire,
                    lambda _service, work, message=message: intake.hear(message, work),
                    body=message,
                    id=identity,
                    context=Context(),
                )
            )
        Transaction("gateway", self.engine, None, intake.keep_heard).run(None, jobs)

    def works(self) -> None:
        """Send whatever is due, until nothing is."""
        while True:
            with self.engine.begin() as connection:
                lanes = outbox.take_due(connection, self.now, 10, 10, [])
            if not lanes:
                return
            for lane in lanes:
                self.sender.work_off(lane)

    def passes(self, **much: float) -> None:
        self.now += timedelta(**much)

    def deliveries(self, identity: str, state: Any = "") -> tuple[q.WebhookDelivery, ...]:
        asked = q.FindDeliveries(subscription_id=identity, state=state)
        return self.history.find(asked, "").deliveries

    def shows(self, identity: str) -> q.WebhookSubscription:
        return self.desk.get(q.AboutSubscription(subscription_id=identity), "")

    def sets(self, identity: str, state: Any) -> q.WebhookSubscription:
        now = self.shows(identity)
        asked = q.ChangeSubscription(
            subscription_id=identity, url=now.url, events=now.events, state=state
        )
        return self.desk.change(asked, "")

    def catches_up(self) -> None:
        while intake.catch_up(self.engine, self.now):
            pass


def placed(order: str = ORDER) -> OrderPlaced:
    return with_order(example(OrderPlaced), order)


def confirmed(order: str = ORDER) -> OrderConfirmed:
    return OrderConfirmed(order_id=order)


def canceled(order: str = ORDER) -> OrderCanceled:
    return with_order(example(OrderCanceled), order)


def with_order(message: Any, order: str) -> Any:
    return msgspec.structs.replace(message, order_id=order)
