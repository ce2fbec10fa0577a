"""How does a process ask a service something? By nameko RPC, with a timeout and a breaker.

One connection, direct reply-to, nothing persistent: an answer that is lost is a timeout, which
means that the outcome is *unknown*. Asking again with the same `request_id` is safe: what was
done already is not done twice, and the first answer comes again.
"""

import itertools
import time
from collections.abc import Sequence
from typing import Any, TypeVar

import amqp
import eventlet
import msgspec
from eventlet.event import Event
from eventlet.semaphore import Semaphore

from chassis import replies, telemetry, tracing
from chassis.config import nodes_in_turn
from chassis.envelope import TRANSIENT, encode
from chassis.errors import Refused
from chassis.link import Link
from chassis.topology import Names
from contracts.message import Question, Wire

Asked = TypeVar("Asked", bound=Wire)
Answered = TypeVar("Answered", bound=Wire)

BREAKER_FAILURES, BREAKER_SECONDS = 5, 3.0
RECONNECT_PAUSE_SECONDS = 0.5
DIRECT_REPLY = "amq.rabbitmq.reply-to"
_Sent = tuple[str, Event, tracing.Span | None]


class Unavailable(Exception):  # noqa: N818 - the asker decides whether it is an error
    """A service does not answer; what it was asked to do may or may not have happened."""

    def __init__(self, service: str, why: str) -> None:
        super().__init__(f"{service} does not answer: {why}")
        self.service, self.why = service, why


class Broken(Unavailable):
    """A service does answer, and says that something is broken there."""


class Asker:
    """Asks services; safe for many green threads at once."""

    def __init__(self, amqp_uri: str, namespace: str = "", source: str = "gateway") -> None:
        self._nodes = nodes_in_turn(amqp_uri)
        self._names, self._source = Names(namespace), source
        self._link: Link | None = None
        self._channel: Any = None
        self._connecting = Semaphore(1)
        self._broke_at = -RECONNECT_PAUSE_SECONDS
        self._pending: dict[str, Event] = {}
        self._ids = itertools.count()
        self._failures: dict[str, list[float]] = {}

    @property
    def ready(self) -> bool:
        """Tell whether there is a line to the broker, making one if there is none."""
        try:
            self._connected()
        except Unavailable:
            return False
        return True

    def ask(  # noqa: PLR0913 - each is part of one question
        self,
        question: Question[Asked, Answered],
        asked: Asked,
        *,
        actor: str,
        request_id: str = "",
        correlation_id: str = "",
        timeout: float = 10,
    ) -> Answered:
        """Ask and wait; raises Refused (and its kinds) or Unavailable."""
        event = self._send(question, asked, actor, request_id, correlation_id, timeout)
        return self._await(question, event, timeout)

    def ask_all(
        self,
        questions: Sequence[tuple[Question[Any, Any], Any]],
        *,
        actor: str,
        timeout: float = 5,
    ) -> list[Any]:
        """Ask all at once; each answer, or the Refused or Unavailable that came instead."""
        until = time.monotonic() + timeout
        sent: list[Any] = []
        for question, asked in questions:
            try:
                sent.append(self._send(question, asked, actor, "", "", timeout))
            except Unavailable as error:
                sent.append(error)
        answers: list[Any] = []
        for (question, _), event in zip(questions, sent, strict=True):
            if isinstance(event, Unavailable):
                answers.append(event)
                continue
            try:
                answers.append(self._await(question, event, max(0.0, until - time.monotonic())))
            except (Refused, Unavailable) as error:
                answers.append(error)
        return answers

    def close(self) -> None:
        """Close the line."""
        if self._link:
            self._link.close()

    def _send(  # noqa: PLR0913 - the parts of one question
        self,
        question: Question[Any, Any],
        asked: Any,
        actor: str,
        request_id: str,
        correlation_id: str,
        timeout: float,
    ) -> _Sent:
        failed = self._failures.get(question.service, [])
        if len(failed) >= BREAKER_FAILURES and time.monotonic() - failed[-1] < BREAKER_SECONDS:
            raise Unavailable(question.service, "it did not answer lately")
        link = self._connected()
        reply_id = f"{next(self._ids):x}"
        span = tracing.begin(f"ask {question.name}", "client")
        event = self._pending[reply_id] = Event()
        headers = {
            "actor": actor,
            "correlation-id": correlation_id,
            "traceparent": span.traceparent if span else tracing.new_trace(),
            "nameko.call_id_stack": [f"{self._source}.{reply_id}"],
        }
        message = amqp.Message(
            b'{"args":[' + encode(asked) + b'],"kwargs":{}}',
            content_type="application/json",
            content_encoding="utf-8",
            reply_to=DIRECT_REPLY,
            correlation_id=reply_id,
            message_id=request_id,
            delivery_mode=TRANSIENT,
            expiration=str(int(timeout * 1000)),
            application_headers=headers,
        )
        try:
            link.publish(self._channel, message, self._names.rpc, question.name, mandatory=True)
        except Exception as error:
            self._pending.pop(reply_id, None)
            self._lose()
            raise Unavailable(question.service, "the broker is away") from error
        return reply_id, event, span

    def _await(self, question: Question[Asked, Answered], sent: _Sent, timeout: float) -> Answered:
        reply_id, event, span = sent
        try:
            with eventlet.Timeout(timeout):
                body = event.wait()
        except eventlet.Timeout:
            self._failed(question.service)
            raise Unavailable(question.service, f"no answer in {timeout:.0f} s") from None
        finally:
            self._pending.pop(reply_id, None)
            if span:
                span.end("" if event.ready() else "no answer")
        if isinstance(body, str):
            self._failed(question.service)
            raise Unavailable(question.service, body)
        self._failures.pop(question.service, None)
        reply = msgspec.json.decode(body, type=replies.Reply)
        if reply.error:
            telemetry.ASKED.labels(self._source, "refused").inc()
            raise replies.refusal(reply.error) or Broken(
                question.service, "something is broken there"
            )
        telemetry.ASKED.labels(self._source, "answered").inc()
        return msgspec.json.decode(reply.result, type=question.answered)

    def _failed(self, service: str) -> None:
        telemetry.ASKED.labels(self._source, "unavailable").inc()
        self._failures.setdefault(service, []).append(time.monotonic())
        del self._failures[service][:-BREAKER_FAILURES]

    def _connected(self) -> Link:
        with self._connecting:
            if self._link and not self._link.closed:
                return self._link
            if time.monotonic() - self._broke_at < RECONNECT_PAUSE_SECONDS:
                raise Unavailable("the broker", "the connection is lost")
            try:
                link = Link(next(self._nodes))
                self._channel = link.channel()
                self._channel.basic_consume(DIRECT_REPLY, no_ack=True, callback=self._on_reply)
                self._channel.events["basic_return"].add(self._on_return)
            except Exception as error:
                self._broke_at = time.monotonic()
                raise Unavailable("the broker", "it cannot be reached") from error
            self._link = link
            eventlet.spawn(self._read, link)
            return link

    def _read(self, link: Link) -> None:
        try:
            link.read()
        except Exception:  # noqa: BLE001 - whatever broke it, all who wait are told
            if self._link is link:
                self._lose()

    def _lose(self) -> None:
        self._broke_at = time.monotonic()
        if self._link:
            self._link.close()
        pending, self._pending = self._pending, {}
        for event in pending.values():
            event.send("the connection to the broker broke")

    def _on_reply(self, message: Any) -> None:
        event = self._pending.pop(message.properties.get("correlation_id"), None)
        if event is not None:
            body = message.body
            event.send(body.encode() if isinstance(body, str) else bytes(body))

    def _on_return(self, _error: Any, _exchange: str, _key: str, message: Any) -> None:
        event = self._pending.pop(message.properties.get("correlation_id"), None)
        if event is not None:
            event.send("it has never been started")
