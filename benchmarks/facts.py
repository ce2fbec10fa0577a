"""What do databases and broker say? How they are set, when orders came where, what was lost."""

from collections.abc import Collection, Iterable
from typing import Any

import pika
import sqlalchemy as sa
from pika.adapters.blocking_connection import BlockingChannel

from chassis.topology import Names, declare
from contracts import SERVICES
from local.client import Client
from local.supervisor import System

WANTED = {"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on"}
SHOWN = (*WANTED, "server_version", "shared_buffers", "wal_sync_method", "commit_delay")
STAGES = ("placed", "stock reserved", "payment authorized", "routed", "stock allocated")


class Facts:
    """Looks into a system's databases and broker; at orders only from the id `since` on."""

    def __init__(self, system: System, since: str = "") -> None:
        self._system, self._since = system, f"order_id >= '{since}'"
        self._engines = {s: sa.create_engine(system.database_url(s), pool_size=1) for s in SERVICES}

    def rows(self, service: str, query: str) -> list[Any]:
        """Ask a service's database."""
        with self._engines[service].connect() as connection:
            return list(connection.execute(sa.text(query)))

    def count(self, service: str, query: str) -> int:
        """Ask a service's database for a number."""
        return int(self.rows(service, query)[0][0])

    def settings(self) -> dict[str, Any]:
        """Tell how durable database and broker are; raise RuntimeError if they are not."""
        shown = {name: str(self.rows("orders", f"show {name}")[0][0]) for name in SHOWN}
        if lax := [name for name, value in WANTED.items() if shown[name] != value]:
            raise RuntimeError(f"PostgreSQL is not durable: {', '.join(lax)} is not on.")
        return {"postgres": shown, "broker": self._broker()}

    def opened(self) -> int:
        """Count the orders that are open for picking."""
        return self.count(
            "warehouse",
            "select count(distinct order_id) from fulfillment_orders"  # noqa: S608
            f" where status = 'open' and {self._since}",
        )

    def opened_at(self) -> dict[str, float]:
        """Tell when the last parcel of each order was committed as open for picking."""
        rows = self.rows(
            "warehouse",
            "select order_id, max(extract(epoch from pg_xact_commit_timestamp(xmin)))"  # noqa: S608
            f" from fulfillment_orders where status = 'open' and {self._since} group by order_id",
        )
        return {row[0]: float(row[1]) for row in rows}

    def history(self) -> dict[str, dict[str, float]]:
        """Tell when each stage of each order was written into its history."""
        named = ", ".join(f"'{stage}'" for stage in STAGES)
        rows = self.rows(
            "orders",
            "select order_id, action, max(extract(epoch from at)) from order_history"  # noqa: S608
            f" where action in ({named}) and {self._since} group by order_id, action",
        )
        found: dict[str, dict[str, float]] = {}
        for order_id, action, at in rows:
            found.setdefault(order_id, {})[action] = float(at)
        return found

    def left_over(self) -> dict[str, int]:
        """Count what still waits anywhere: outboxes, messages put aside, calls."""
        asked = {
            "outbox": "select count(*) from outbox",
            "aside": "select count(*) from deferred where state = 'waiting'",
            "parked": "select count(*) from deferred where state = 'parked'",
            "calls": "select count(*) from outside_calls where state = 'pending'",
        }
        return {n: sum(self.count(s, query) for s in SERVICES) for n, query in asked.items()}

    def check(self, placed: Collection[str], errors: Iterable[str], api: Client) -> dict[str, Any]:
        """Compare what was accepted with what seven services know of it."""
        opened, known = self.opened_at(), self.history()
        charged = self.rows(
            "payments",
            "select split_part(key, '-', 2), count(*) from sandbox.provider_ledger"
            " where operation = 'authorize' group by 1",
        )
        once = {row[0] for row in charged if row[1] == 1}
        wrong = [
            order_id
            for order_id in placed
            if order_id not in opened
            or len(known.get(order_id, {})) != len(STAGES)
            or order_id not in once
        ]
        left = self.left_over()
        differences = api.get("/stock-audit")["differences"]
        told = list(errors)
        found = {
            "placed": len(placed), "open_for_picking": len(set(placed) & opened.keys()),
            "authorized_once": len(set(placed) & once), "wrong_orders": wrong[:10],
            "http_errors": told[:10], "left_over": left, "stock_differences": len(differences),
        }  # fmt: skip
        bad = wrong or told or any(left.values()) or differences or len(opened) != len(placed)
        return {"nothing_lost": not bad, **found}

    def _broker(self) -> dict[str, Any]:
        """Declare each queue as durable quorum queue again: the broker refuses what differs."""
        parameters = pika.URLParameters(self._system.broker.uri)
        with pika.BlockingConnection(parameters) as connection:
            adapted = _Adapted(connection.channel())
            for service in SERVICES:
                declare(adapted, Names(), service, ())
            properties = connection._impl.server_properties  # noqa: SLF001 - no public way
            version = properties["version"]
            if isinstance(version, bytes):
                version = version.decode()
        kinds = {name: kind for name, kind in adapted.kinds.items() if name.count(".") == 1}
        if lax := [name for name, kind in kinds.items() if kind != "quorum"]:
            raise RuntimeError(f"These are no quorum queues: {', '.join(lax)}.")
        return {"rabbitmq": version, "queues": kinds, "messages": "persistent"}


class _Adapted:
    """pika's channel as `declare` wants it; notes what kind each queue is."""

    def __init__(self, channel: BlockingChannel) -> None:
        self._channel = channel
        self.kinds: dict[str, str] = {}

    def exchange_declare(self, exchange: str, type: str, **more: Any) -> None:  # noqa: A002
        self._channel.exchange_declare(exchange, type, **more)

    def queue_declare(self, queue: str, **more: Any) -> None:
        self._channel.queue_declare(queue, **more)
        self.kinds[queue] = (more.get("arguments") or {}).get("x-queue-type", "classic")

    def queue_bind(self, queue: str, exchange: str, routing_key: str) -> None:
        self._channel.queue_bind(queue, exchange, routing_key)
