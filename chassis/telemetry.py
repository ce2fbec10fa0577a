"""What does a process tell about itself? Structured logs and Prometheus metrics.

oms_handled_total{service,name,outcome}      messages, requests, timers, by what became of them
oms_handled_seconds{service}                 a batch, from first message to commit
oms_batch_size{service}                      messages in one transaction
oms_questions_seconds{service,name}          answered questions
oms_duplicates_total{service}                messages that the inbox had seen before
oms_published_total{service}                 messages that the broker confirmed
oms_outbox_rows{service}                     messages that wait to be published
oms_deferred_rows{service,state}             messages that wait for a retry, or are parked
oms_stuck{service,kind}                      exceptions: what waits for a person
oms_calls_total{service,kind,outcome}        calls to the outside
oms_asked_total{service,outcome}             questions that this process asked others
"""

import logging
import sys
from typing import Any

import structlog
from prometheus_client import Counter, Gauge, Histogram

HANDLED = Counter("oms_handled_total", "Messages handled", ["service", "name", "outcome"])
BATCH_SECONDS = Histogram("oms_handled_seconds", "Seconds for one batch", ["service"])
BATCH_SIZE = Histogram(
    "oms_batch_size", "Messages in a batch", ["service"], buckets=(1, 2, 5, 10, 20, 50, 100, 200)
)
QUESTION_SECONDS = Histogram("oms_questions_seconds", "Seconds for an answer", ["service", "name"])
DUPLICATES = Counter("oms_duplicates_total", "Messages seen before", ["service"])
PUBLISHED = Counter("oms_published_total", "Messages confirmed by the broker", ["service"])
OUTBOX = Gauge("oms_outbox_rows", "Messages that wait to be published", ["service"])
DEFERRED = Gauge("oms_deferred_rows", "Messages put aside", ["service", "state"])
STUCK = Gauge("oms_stuck", "What waits for a person", ["service", "kind"])
CALLS = Counter("oms_calls_total", "Calls to the outside", ["service", "kind", "outcome"])
ASKED = Counter("oms_asked_total", "Questions asked", ["service", "outcome"])


def set_up_logging(service: str, log_format: str, level: str) -> None:
    """Write logs to standard output: JSON lines for machines, or aligned text for people."""
    renderer: Any = (
        structlog.dev.ConsoleRenderer(colors=sys.stdout.isatty())
        if log_format == "console"
        else structlog.processors.JSONRenderer()
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *shared,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.format_exc_info,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )
    structlog.contextvars.bind_contextvars(service=service)
    logging.basicConfig(level=logging.WARNING, format="%(name)s: %(message)s", stream=sys.stdout)


def get_log() -> Any:
    """Give a logger whose calls are `log.info("what happened", key=value)`."""
    return structlog.get_logger()
