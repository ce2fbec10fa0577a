"""How does the gateway's process start and stop?"""

import random
import signal
from socket import IPPROTO_TCP, TCP_NODELAY
from typing import Any

import eventlet
import eventlet.wsgi
from eventlet.event import Event
from eventlet.greenpool import GreenPool

from chassis import clock, tracing
from chassis.ask import Asker
from chassis.config import read_settings
from chassis.health import serve_health
from chassis.run import make_database_driver_green
from chassis.store import new_engine
from chassis.telemetry import get_log, set_up_logging
from contracts import load_all
from gateway import openapi
from gateway.app import create_app
from gateway.around import in_hand
from gateway.exceptions import forget_owners
from gateway.idempotency import Requests
from gateway.live.ear import Ear
from gateway.live.hub import LISTENERS
from gateway.own import Own, open_own
from gateway.people import post
from gateway.people.limits import Limits
from gateway.wire import Protocol

AT_ONCE = 512
CONNECTIONS = 32
FINISH_SECONDS = 10
PRUNE_SECONDS = 600
OWNERS_SECONDS = 60


def serve() -> int:
    """Serve the API until SIGTERM or SIGINT, then finish the requests in hand."""
    settings = read_settings()
    set_up_logging("gateway", settings.log_format, settings.log_level)
    make_database_driver_green()
    tracing.set_up("gateway", settings.otel_exporter_otlp_endpoint, settings.traces_percent)
    load_all()
    openapi.text()
    engine = new_engine(settings.database_url, pool=CONNECTIONS, at_once=True)
    asker = Asker(settings.amqp_uri, settings.bus_namespace)
    requests = Requests(engine)
    own = open_own(engine, settings)
    app = create_app(asker, own.keys, own.sessions, requests, Limits(settings.rate_limit), own)
    socket = eventlet.listen(
        ("0.0.0.0", settings.port),  # noqa: S104 # nosec B104 - clients are outside
        backlog=1024,
        reuse_port=False,
    )
    # an answer of over 16 KiB goes out in two writes: the second waited 40 ms for an ACK
    socket.setsockopt(IPPROTO_TCP, TCP_NODELAY, 1)
    pool = GreenPool(AT_ONCE + LISTENERS)  # who listens does not take the place of who asks
    server = eventlet.spawn(
        eventlet.wsgi.server, socket, _taking_chunks(app), custom_pool=pool, log_output=False,
        debug=False, keepalive=True, socket_timeout=75, minimum_chunk_size=65536, protocol=Protocol,
    )  # fmt: skip
    serve_health(settings.health_port, lambda: asker.ready)
    eventlet.spawn(_prune, requests, own)
    eventlet.spawn(_forget_owners, own, asker)
    eventlet.spawn(post.tend, own.links, settings)
    eventlet.spawn(Ear(own.live, settings.amqp_uri, settings.bus_namespace).run)
    stopped = Event()

    def stop(*_: Any) -> None:
        if not stopped.ready():
            stopped.send(None)

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    get_log().info("started", port=settings.port)
    stopped.wait()
    own.live.close()
    server.kill()
    socket.close()
    with eventlet.Timeout(FINISH_SECONDS, exception=False):
        while in_hand(app) or own.live.listeners:
            eventlet.sleep(0.05)
    asker.close()
    tracing.close()
    get_log().info("stopped")
    return 0


def _taking_chunks(app: Any) -> Any:
    """Let Flask read bodies that come in chunks: eventlet ends such an input where it ends."""

    def serve(environ: dict[str, Any], start_response: Any) -> Any:
        if getattr(environ["wsgi.input"], "chunked_input", False):
            environ["wsgi.input_terminated"] = True
        return app(environ, start_response)

    return serve


def _forget_owners(own: Own, asker: Asker) -> None:
    while True:
        eventlet.sleep(OWNERS_SECONDS * random.uniform(0.9, 1.1))  # noqa: S311 - no lock-step
        try:
            forget_owners(own, asker, clock.now())
        except Exception as error:  # noqa: BLE001 - the next round tries again
            get_log().info("owners stay for now", error=type(error).__name__)


def _prune(requests: Requests, own: Own) -> None:
    while True:
        eventlet.sleep(PRUNE_SECONDS * random.uniform(0.9, 1.1))  # noqa: S311 - no lock-step
        try:
            requests.prune()
            own.sessions.prune()
            own.locks.prune()
            own.links.prune()
            own.sign_ons.prune()
        except Exception as error:  # noqa: BLE001 - the next round tries again
            get_log().warning("pruning failed", error=type(error).__name__)
