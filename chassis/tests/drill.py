"""What is a service in a test? The real bus and a real database, over a broker made of lists.

The broker's part is played by the test: it delivers, confirms, refuses and returns as it likes.
"""

import itertools
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from types import SimpleNamespace
from typing import Any

import amqp
import msgspec
import sqlalchemy as sa

from chassis.batches import Batches
from chassis.bus import Bus
from chassis.calling import Caller
from chassis.envelope import Context, outgoing
from chassis.lanes import Lanes
from chassis.store import new_metadata
from contracts.message import Message
from contracts.orders import OrderConfirmed

numbers = itertools.count(1)


def counted(number: int) -> OrderConfirmed:
    return OrderConfirmed(order_id=f"ord_{number:026d}")


def drill_metadata() -> sa.MetaData:
    metadata = new_metadata()
    sa.Table("effects", metadata, sa.Column("number", sa.Text, nullable=False))
    return metadata


class MemoryChannel:
    """A channel: what is consumed from it, and which tags were acknowledged."""

    def __init__(self, number: int) -> None:
        self.channel_id = number
        self.consumers: dict[str, Callable[[Any], None]] = {}
        self.events: dict[str, set[Any]] = {"basic_return": set()}
        self.tag = 0

    def basic_consume(self, queue: str, callback: Callable[[Any], None], **_: Any) -> str:
        self.consumers[queue] = callback
        return queue

    def __getattr__(self, name: str) -> Any:
        """Declaring, binding and the like need no broker."""
        return lambda *_args, **_kwargs: None


class MemoryLink:
    """A line to a broker made of lists."""

    def __init__(self) -> None:
        self.channels: list[MemoryChannel] = []
        self.published: list[tuple[amqp.Message, str, bool]] = []
        self.acknowledged: list[tuple[int, bool]] = []
        self.on_publish: Callable[[], None] = lambda: None
        self.on_acknowledge: Callable[[], None] = lambda: None
        self.confirm: Callable[[int, bool, bool], None] = lambda *_: None

    def channel(self) -> MemoryChannel:
        self.channels.append(MemoryChannel(len(self.channels)))
        return self.channels[-1]

    def confirming_channel(self, confirmed: Callable[[int, bool, bool], None]) -> MemoryChannel:
        self.confirm = confirmed
        self.out = self.channel()
        return self.out

    def publish(
        self, channel: MemoryChannel, message: amqp.Message, exchange: str, key: str, *,
        mandatory: bool, sent: Callable[[int], None] | None = None,
    ) -> None:  # fmt: skip
        self.on_publish()
        channel.tag += 1
        if sent:
            sent(channel.tag)
        self.published.append((message, key, mandatory))

    def together(self) -> AbstractContextManager[None]:
        return nullcontext()

    def acknowledge(self, _channel: MemoryChannel, tag: int, *, multiple: bool = False) -> None:
        self.on_acknowledge()
        self.acknowledged.append((tag, multiple))

    def give_back(self, message: amqp.Message, key: str) -> None:
        """No queue takes it: it is returned, and then confirmed."""
        for returned in self.out.events["basic_return"]:
            returned(SimpleNamespace(), "", key, message)

    def read(self) -> None:
        """Nothing comes in by itself."""

    def close(self) -> None:
        """Nothing is open."""


class Drill:
    """A service that writes the order id of each OrderConfirmed into `effects`, and tells it on."""

    def __init__(self, engine: sa.Engine) -> None:
        self.link = MemoryLink()
        self.bus = bus = Bus(drill_metadata())
        bus.container = SimpleNamespace(service_name="drill", service_cls=SimpleNamespace)
        bus.handlers[OrderConfirmed.wire] = (OrderConfirmed, self._handle)
        bus.setup()
        bus.engine = engine
        bus.caller, bus.batches = Caller(bus), Batches(bus)
        self.lanes = bus.lanes = Lanes(bus, self.link)  # type: ignore[arg-type]
        self.fails: dict[str, list[Exception]] = {}
        self.says: list[Message] = []
        self._engine = engine

    def _handle(self, _service: Any, body: OrderConfirmed, work: Any) -> None:
        statement = sa.text("insert into effects values (:n)")
        work.session.execute(statement, {"n": body.order_id[-1]})
        work.send(body)
        for said in self.says:
            work.send(said)
        if errors := self.fails.get(body.order_id[-1]):
            raise errors.pop(0)

    def fail(self, number: int, error: Exception, times: int = 1) -> None:
        """Let the handling of a message fail so many times."""
        self.fails[str(number)] = [error] * times

    def deliver(self, number: int, *, wire: str = "", body: bytes = b"", **more: Any) -> None:
        """Let the broker bring a message; the same number is the same message."""
        out = outgoing(counted(number), "orders", Context(correlation_id="ord-7"))
        channel = self.link.channels[0]
        channel.tag += 1
        properties = {
            "type": wire or out.wire,
            "message_id": f"msg-{number}",
            "correlation_id": out.correlation_id,
            "application_headers": msgspec.json.decode(out.headers),
            **more,
        }
        info = {"delivery_tag": channel.tag, "routing_key": out.wire}
        channel.consumers["oms.drill"](
            SimpleNamespace(properties=properties, delivery_info=info, body=body or out.body)
        )

    def work(self) -> None:
        """Handle everything that waits as one batch, if anything does."""
        if not self.bus.waiting.empty():
            self.bus.batches.handle(self.lanes, self.bus._take(self.bus.waiting.get_nowait()))

    def rows(self, query: str) -> list[tuple[Any, ...]]:
        with self._engine.connect() as connection:
            return [tuple(row) for row in connection.exec_driver_sql(query)]

    def effects(self) -> list[str]:
        return [number for (number,) in self.rows("select number from effects order by 1")]

    def outbox(self) -> list[str]:
        return [w for (w,) in self.rows("select wire from outbox order by seq")]

    def asides(self) -> list[tuple[Any, ...]]:
        return self.rows("select message_id, state, attempts from deferred order by 1")
