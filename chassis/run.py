"""How does a service process start and stop?"""

import inspect
import os
import signal
from collections.abc import Sequence
from importlib import import_module
from typing import Any

from eventlet.event import Event
from kombu import Connection
from nameko.runners import ServiceRunner

from chassis import tracing
from chassis.bus import Bus
from chassis.config import database_url_of, read_settings
from chassis.health import serve_health
from chassis.migrations import upgrade
from chassis.telemetry import get_log, set_up_logging
from chassis.topology import Names, declare
from chassis.wiring import Handles

BROKER_SECONDS = 60


def service_class(service: str) -> Any:
    """Find the one class of a service that has a Bus."""
    where = "gateway.webhooks" if service == "gateway" else f"services.{service}"
    module = import_module(f"{where}.service")
    for thing in vars(module).values():
        if inspect.isclass(thing) and getattr(thing, "name", "") == service:
            return thing
    raise SystemExit(f"{where}.service holds no class with name = {service!r}.")


def run(service: str) -> int:
    """Run a service until SIGTERM or SIGINT, then finish what is in hand."""
    settings = read_settings()
    set_up_logging(service, settings.log_format, settings.log_level)
    make_database_driver_green()
    tracing.set_up(service, settings.otel_exporter_otlp_endpoint, settings.traces_percent)
    runner = ServiceRunner({"AMQP_URI": settings.amqp_uri})
    runner.add_service(service_class(service))
    runner.start()
    container = next(iter(runner.containers))
    bus = next(d for d in container.dependencies if isinstance(d, Bus))
    serve_health(settings.health_port, lambda: bus.ready)
    stopped = Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.ready() or stopped.send(None))
    signal.signal(signal.SIGINT, lambda *_: stopped.ready() or stopped.send(None))
    get_log().info("started")
    stopped.wait()
    runner.stop()
    tracing.close()
    get_log().info("stopped")
    return 0


def make_database_driver_green() -> None:
    """Let psycopg2 wait without stopping the other green threads."""
    from eventlet.support.psycopg2_patcher import make_psycopg_green

    make_psycopg_green()


def migrate(services: Sequence[str]) -> None:
    """Make or upgrade tables, and declare queues before anyone speaks to their services.

    The broker may still be starting: it is waited for, a minute at most.
    """
    settings = read_settings()
    for service in services:
        upgrade(service, database_url_of(service, os.environ))
    nodes = settings.amqp_uri.replace(",", ";")  # as kombu writes several
    with Connection(nodes, connect_timeout=5) as connection:
        connection.ensure_connection(interval_start=0.2, interval_step=0.2, timeout=BROKER_SECONDS)
        channel = connection.connection.channel()
        for service in services:
            declare(channel, Names(settings.bus_namespace), service, _handled_by(service))


def _handled_by(service: str) -> list[str]:
    wanted = service_class(service)
    if any(isinstance(thing, Bus) and thing.binds for thing in vars(wanted).values()):
        return []
    return [
        entrypoint.message.wire
        for _, method in inspect.getmembers(wanted, inspect.isfunction)
        for entrypoint in getattr(method, "nameko_entrypoints", ())
        if isinstance(entrypoint, Handles)
    ]
