"""Where did the time of an order go? Spans, by OTLP to whoever collects traces.

One trace leads from a request over the question, its transaction and SQL, the outbox and the broker
to every handler that the order's messages reach, and to the calls to the outside. What a person
does later (a scan, a return) is a trace of its own; `oms.correlation_id`, the order's id, finds it.

A traceparent (W3C) travels in headers and outbox rows whether anybody collects or not. A span is
told when it has ended; while nobody collects, none is made. Whether a trace is told is decided
where it begins: by TRACES_PERCENT, or by the flag in the traceparent that a client sends. No span
holds what a message says or what a statement was given: neither names nor addresses leave by it.
What a timer begins is told from what it sent on: most of its ticks have nothing to do.
"""

import os
import re
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any, Literal

import sqlalchemy as sa

Kind = Literal["internal", "server", "client", "producer", "consumer"]
Value = str | int

# the statements of a batch are told as part of so many of its messages, at most
STATEMENTS_TOLD_FOR = 16
EXPORT_SECONDS = 5
_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$")
_TABLE = re.compile(r"\b(insert into|update|delete from|from)\s+([a-z_]+)", re.IGNORECASE)


@dataclass(slots=True)
class Span:
    """A stretch of time in a trace, open until `end`; one that is not sampled is never told."""

    name: str
    kind: Kind
    trace_id: str
    parent_id: str
    sampled: bool
    attributes: dict[str, Value] = field(default_factory=dict)
    span_id: str = field(default_factory=lambda: os.urandom(8).hex())
    began: int = field(default_factory=time.time_ns)

    @property
    def traceparent(self) -> str:
        """What those who go on with this trace are told."""
        return f"00-{self.trace_id}-{self.span_id}-{'01' if self.sampled else '00'}"

    def end(self, error: str = "", *, at: int = 0) -> None:
        """Tell it; `error` says what broke, `at` when it ended if not now (ns since 1970)."""
        if self.sampled and _teller:
            _teller.tell(self, error, at or time.time_ns())

    def child(self, name: str, kind: Kind, began: int) -> "Span":
        """Open a span within this one."""
        return Span(name, kind, self.trace_id, self.span_id, self.sampled, began=began)


@dataclass(slots=True)
class _Here:
    """What is going on in this green thread, and which statements it has made: name, from, to."""

    spans: Sequence[Span]
    statements: list[tuple[str, int, int]] = field(default_factory=list)


_here: ContextVar[_Here | None] = ContextVar("here", default=None)
_teller: "_Teller | None" = None
_ratio = 1.0


class _Teller:
    """Hands ended spans to the exporter, which sends them by itself, some seconds later."""

    def __init__(self, service: str, endpoint: str) -> None:
        # only here: they take 10 MB and a tenth of a second, which most installations can keep
        from opentelemetry import trace
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import ReadableSpan
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        self._trace, self._readable = trace, ReadableSpan
        self._resource = Resource.create({"service.name": service})
        exporter = OTLPSpanExporter(
            endpoint=f"{endpoint.rstrip('/')}/v1/traces", timeout=EXPORT_SECONDS
        )
        self._processor = BatchSpanProcessor(exporter, max_queue_size=8192)

    def tell(self, span: Span, error: str, ended: int) -> None:
        """Take an ended span; it is dropped when too many wait to be sent."""
        trace = self._trace
        code = trace.StatusCode.ERROR if error else trace.StatusCode.UNSET
        parent = self._context(span.trace_id, span.parent_id) if span.parent_id else None
        self._processor.on_end(
            self._readable(
                span.name,
                context=self._context(span.trace_id, span.span_id),
                parent=parent,
                resource=self._resource,
                attributes=span.attributes,
                kind=trace.SpanKind[span.kind.upper()],
                status=trace.Status(code, error or None),
                start_time=span.began,
                end_time=ended,
            )
        )

    def close(self) -> None:
        """Send what waits."""
        self._processor.shutdown()  # type: ignore[no-untyped-call]

    def _context(self, trace_id: str, span_id: str) -> Any:
        return self._trace.SpanContext(
            int(trace_id, 16), int(span_id, 16), is_remote=False,
            trace_flags=self._trace.TraceFlags(1),
        )  # fmt: skip


def set_up(service: str, endpoint: str, percent: int) -> None:
    """Begin to tell spans if there is an endpoint, of so many percent of all traces."""
    global _teller, _ratio  # noqa: PLW0603 - a process has one
    close()  # the thread of another one would begin anew in every child that is forked
    _ratio = percent / 100
    _teller = _Teller(service, endpoint) if endpoint else None


def close() -> None:
    """Send what is left, and tell nothing more."""
    global _teller  # noqa: PLW0603 - a process has one
    if _teller:
        _teller.close()
    _teller = None


def is_on() -> bool:
    """Tell whether anybody collects: where there is much to do, names are not even made up."""
    return _teller is not None


def new_trace() -> str:
    """Start a W3C trace: 16 random bytes of trace id, 8 of span id, and whether it is sampled."""
    trace_id = os.urandom(16).hex()
    return f"00-{trace_id}-{os.urandom(8).hex()}-{'01' if _is_sampled(trace_id) else '00'}"


def begin(name: str, kind: Kind, parent: str = "", **attributes: Value) -> Span | None:
    """Open a span in `parent`, in what goes on here or a new trace; None if nobody collects."""
    if _teller is None:
        return None
    if not parent and (here := _here.get()):
        parent = here.spans[0].traceparent
    named = {name.replace("__", "."): value for name, value in attributes.items()}
    if known := _TRACEPARENT.match(parent):
        return Span(name, kind, known[1], known[2], known[3] != "00", named)
    trace_id = os.urandom(16).hex()
    return Span(name, kind, trace_id, "", _is_sampled(trace_id), named)


def enter(spans: Sequence[Span]) -> Any:
    """Let statements and questions of this green thread be part of these spans, until `leave`."""
    return _here.set(_Here(spans)) if spans else None


def leave(token: Any, error: str = "") -> None:
    """End what was entered."""
    if token is None:
        return
    here = _here.get()
    _here.reset(token)
    if here is None:
        return
    now = time.time_ns()
    for i, span in enumerate(one for one in here.spans if one.sampled):
        if i < STATEMENTS_TOLD_FOR:
            for name, began, ended in here.statements:
                span.child(name, "client", began).end(at=ended)
        span.end(error, at=now)


@contextmanager
def within(*spans: Span | None) -> Iterator[None]:
    """Do something that these spans are about, and end them; an error is told by its kind."""
    token = enter([span for span in spans if span])
    try:
        yield
    except BaseException as error:
        leave(token, type(error).__name__)
        raise
    leave(token)


def watch(engine: sa.Engine) -> None:
    """Let an engine's statements be told, by what they do to which table."""
    if _teller is None:
        return

    def before(connection: Any, *_: Any) -> None:
        if _here.get():
            connection.info["began"] = time.time_ns()

    def after(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        began = connection.info.pop("began", None)
        if began and (here := _here.get()):
            here.statements.append((_name_of(statement), began, time.time_ns()))

    def commits(connection: Any) -> None:
        if _here.get():
            connection.info["commits"] = time.time_ns()

    def comes_back(_driver: Any, record: Any) -> None:
        began = record.info.pop("commits", None)
        if began and (here := _here.get()):
            here.statements.append(("commit", began, time.time_ns()))

    sa.event.listen(engine, "before_cursor_execute", before)
    sa.event.listen(engine, "after_cursor_execute", after)
    sa.event.listen(engine, "commit", commits)
    sa.event.listen(engine, "checkin", comes_back)


def _is_sampled(trace_id: str) -> bool:
    # as OpenTelemetry's TraceIdRatioBased does it: whoever else samples comes to the same answer
    return _teller is not None and int(trace_id[16:], 16) < _ratio * (1 << 64)


def _name_of(statements: str) -> str:
    names = []
    for one in statements.split(";\n"):
        done = _TABLE.search(one)
        verb = done[1].split()[0].lower().replace("from", "select") if done else "select"
        names.append(f"{verb} {done[2]}" if done else verb)
    return ", ".join(dict.fromkeys(names))
