"""How is the service at work in a test? By its own entrypoints, one batch at a time."""

import json
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from chassis.ids import new_id
from chassis.outside import Outcome, OutsideCall
from chassis.transaction import Job, Transaction
from contracts import channels as said
from contracts.inventory import StockChanged
from services.channels import sql_channels
from services.channels.service import ChannelsService
from services.channels.tests.builders import (
    SHOP,
    signed,
)


class Service:
    """The service on a database, without a broker: one batch at a time."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.service = object.__new__(ChannelsService)

    def do(self, *jobs: Any) -> Any:
        """Handle (entrypoint, body) in one transaction; give the last answer."""
        answers: list[Any] = []

        def run(name: str, body: Any) -> Any:
            def call(service: Any, work: Any) -> None:
                method = getattr(service, name)
                answers.append(method(work) if body is None else method(body, work))

            return call

        batch = Transaction("channels", self.engine, sql_channels.prepare)
        committed = batch.run(
            self.service, [Job(name, run(name, body), body) for name, body in jobs]
        )
        self.calls, self.told = committed.calls, [message.wire for message in committed.out]
        return answers[-1]

    def ask(self, name: str, question: Any) -> Any:
        with Session(self.engine) as session:
            return getattr(self.service, name)(question, session)

    def post(self, order: Any, topic: str = "orders/create", event_id: str = "") -> Any:
        body = json.dumps(order)
        return self.do(
            ("webhook", said.ChannelWebhook(
                channel=SHOP, topic=topic, event_id=event_id or new_id("evt"),
                signature=signed(body), body=body,
            ))
        )  # fmt: skip

    def conclude(
        self, call: OutsideCall, status: Any = "succeeded", by: str = "pushed", **outcome: Any
    ) -> None:
        self.do((by, Outcome(call, status, **outcome)))

    def inbound(self) -> list[said.Inbound]:
        return list(self.ask("inbound", said.FindInbound()).orders)

    def pushes(self, **filters: Any) -> list[said.Push]:
        return list(self.ask("pushes", said.FindPushes(**filters)).pushes)

    def stock(self, *changes: tuple[str, int, int]) -> None:
        bodies = [StockChanged(sku=s, available=n, version=v) for s, n, v in changes]
        self.do(*[("stock_changed", body) for body in bodies])

    def push_stock(self) -> list[tuple[str, str, int]]:
        self.do(("push_stock", None))
        return [(c.request["channel"], c.request["listing"], c.request["version"])
                for c in self.calls]  # fmt: skip
