"""What runs over a service's connection? Three lanes: messages in, questions in, messages out.

bus   the service's quorum queue; acknowledged after the commit, many at once
rpc   questions and requests; a question is answered beside the batches, a request within one
out   what was committed; the broker's confirm lets the outbox forget it
"""

import hashlib
import random
import time
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import amqp
import eventlet
import msgspec
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from chassis import envelope, replies, telemetry, tracing
from chassis.envelope import PERSISTENT, TRANSIENT, Outgoing
from chassis.errors import Refused
from chassis.link import Link
from chassis.topology import declare
from chassis.transaction import Job
from contracts.message import CATALOGUE, Kind

if TYPE_CHECKING:
    from chassis.bus import Bus

CONFIRM_SECONDS = 30
REQUESTS_AT_ONCE = 64
# The broker gives to the highest in rank whatever it can hold, and to the next what it cannot: so
# batches are as large with many processes as with one (docs/decisions/0023).
RANK = random.randrange(1, 1_000_000)  # noqa: S311 - no secret


class Lanes:
    """The three lanes of one connection; when it breaks, new ones are made."""

    def __init__(self, bus: "Bus", link: Link) -> None:
        self._bus, self._link = bus, link
        self.unconfirmed: dict[int, str] = {}
        self._returned: set[str] = set()
        self._spans: dict[str, tracing.Span] = {}
        self._confirmed: list[str] = []
        self._heard_at = 0.0
        self._broken: BaseException | None = None
        prefetch = bus.settings.batch * 2
        self._in, self._rpc = link.channel(), link.channel()
        self._out = link.confirming_channel(self._on_confirm)
        self._out.events["basic_return"].add(self._on_return)
        declare(self._in, bus.names, bus.source, () if bus.binds else bus.handlers)
        self._in.basic_qos(0, prefetch, False)
        self._rpc.basic_qos(0, min(prefetch, REQUESTS_AT_ONCE), False)
        first = {"x-priority": RANK}
        self._tags = [
            (
                self._in,
                self._in.basic_consume(
                    bus.names.queue(bus.source), callback=self._on_message, arguments=first
                ),
            ),
            (
                self._rpc,
                self._rpc.basic_consume(
                    bus.names.rpc_queue(bus.source), callback=self._on_rpc, arguments=first
                ),
            ),
        ]
        self._in.basic_consume(bus.names.dead(bus.source), callback=self._on_dead)
        self._reader = eventlet.spawn(self._read)

    def check(self) -> None:
        """Raise what broke the connection, if anything did."""
        if self._broken:
            raise self._broken
        if self.unconfirmed and time.monotonic() - self._heard_at > CONFIRM_SECONDS:
            raise OSError("the broker confirms nothing any more")

    def stop_taking(self) -> None:
        """Take nothing more; confirms still come in."""
        for channel, tag in self._tags:
            channel.basic_cancel(tag, nowait=True)

    def close(self) -> None:
        """Close the connection: what is not acknowledged goes back to its queue."""
        self._link.close()
        self._reader.kill()

    def publish(self, out: Sequence[Outgoing]) -> None:
        """Send what was committed; a command that no queue takes stays in the outbox."""
        with self._link.together():
            for message in out:
                headers = msgspec.json.decode(message.headers)
                if tracing.is_on():
                    self._trace(message, headers.get("traceparent", ""))
                self._link.publish(
                    self._out,
                    amqp.Message(
                        message.body,
                        content_type="application/json",
                        content_encoding="utf-8",
                        delivery_mode=PERSISTENT,
                        message_id=message.message_id,
                        correlation_id=message.correlation_id,
                        type=message.wire,
                        application_headers=headers,
                    ),
                    self._bus.names.exchange_for(message.wire),
                    message.wire,
                    mandatory=CATALOGUE[message.wire].kind is Kind.COMMAND,
                    sent=partial(self._remember, message.message_id),
                )

    def acknowledge(self, jobs: Sequence[Job]) -> None:
        """Tell the broker that these, and all that came before them, are done with."""
        for lane, channel in (("bus", self._in), ("rpc", self._rpc)):
            tags = [job.tag for job in jobs if job.tag and job.lane == lane]
            if tags:
                self._link.acknowledge(channel, max(tags), multiple=True)

    def answer(self, job: Job, reply: bytes) -> None:
        """Send the answer of a request or question; lost ones are the asker's timeout."""
        self._reply(job, replies.of_result(reply))

    def refuse(self, job: Job, error: Exception) -> None:
        """Send the refusal, or that something is broken here (without saying what)."""
        self._reply(job, replies.of_error(error))

    def take_confirmed(self) -> list[str]:
        """Take the ids of the messages that the broker has confirmed."""
        taken, self._confirmed = self._confirmed, []
        return taken

    def give_back_confirmed(self, message_ids: Sequence[str]) -> None:
        """Give ids back that could not be forgotten yet."""
        self._confirmed.extend(message_ids)

    def _reply(self, job: Job, body: bytes) -> None:
        if not job.reply_to:
            return
        direct = job.reply_to.startswith("amq.")
        self._link.publish(
            self._rpc,
            amqp.Message(
                body,
                content_type="application/json",
                content_encoding="utf-8",
                correlation_id=job.reply_id,
                delivery_mode=TRANSIENT,
            ),
            "" if direct else self._bus.names.rpc,
            job.reply_to,
            mandatory=False,
        )

    def _read(self) -> None:
        try:
            self._link.read()
        except Exception as error:  # noqa: BLE001 - told to the worker by check()
            self._broken = error

    def _trace(self, message: Outgoing, trace: str) -> None:
        span = tracing.begin(
            f"publish {message.wire}", "producer", trace, messaging__message__id=message.message_id
        )
        if span:
            self._spans[message.message_id] = span

    def _remember(self, message_id: str, tag: int) -> None:
        if not self.unconfirmed:
            self._heard_at = time.monotonic()
        self.unconfirmed[tag] = message_id

    def _on_confirm(self, tag: int, multiple: bool, accepted: bool) -> None:
        self._heard_at = time.monotonic()
        tags = [t for t in self.unconfirmed if t <= tag] if multiple else [tag]
        done = [self.unconfirmed.pop(t) for t in tags if t in self.unconfirmed]
        if not accepted:
            return
        if self._returned:
            returned, self._returned = self._returned & set(done), self._returned - set(done)
            done = [message_id for message_id in done if message_id not in returned]
        self._confirmed.extend(done)
        for message_id in done if self._spans else ():
            if span := self._spans.pop(message_id, None):
                span.end()
        telemetry.PUBLISHED.labels(self._bus.source).inc(len(done))

    def _on_return(self, _error: Any, _exchange: str, key: str, message: Any) -> None:
        self._returned.add(message.properties.get("message_id", ""))
        self._bus.log.warning("no queue takes this command; it stays in the outbox", name=key)

    def _on_message(self, delivery: Any) -> None:
        properties = delivery.properties
        wire = properties.get("type") or delivery.delivery_info["routing_key"]
        job = self._bus.batches.job_of(
            wire,
            properties.get("message_id")
            or f"{wire}:{hashlib.sha256(_bytes(delivery.body)).hexdigest()}",
            properties.get("correlation_id", ""),
            properties.get("application_headers") or {},
            _bytes(delivery.body),
        )
        tag = delivery.delivery_info["delivery_tag"]
        if job is None:
            self._link.acknowledge(self._in, tag)
            return
        job.lane, job.tag = "bus", tag
        self._bus.waiting.put(job)

    def _on_dead(self, delivery: Any) -> None:
        properties = delivery.properties
        wire = properties.get("type") or "unknown"
        job = Job(
            wire,
            lambda _service, _work: None,
            id=properties.get("message_id", ""),
            raw=_bytes(delivery.body),
            headers={"actor": "", "dead": "true"},
        )
        self._bus.batches.put_aside(
            job, Refused("deadly", "It was delivered again and again, in vain.")
        )
        self._link.acknowledge(self._in, delivery.delivery_info["delivery_tag"])

    def _on_rpc(self, delivery: Any) -> None:
        properties = delivery.properties
        headers = properties.get("application_headers") or {}
        method = delivery.delivery_info["routing_key"].partition(".")[2]
        job = Job(
            method,
            lambda _service, _work: None,
            id=properties.get("message_id", ""),
            context=envelope.context_of(headers, headers.get("correlation-id", "")),
            lane="rpc",
            tag=delivery.delivery_info["delivery_tag"],
            is_request=True,
            reply_to=properties.get("reply_to", ""),
            reply_id=properties.get("correlation_id", ""),
        )
        try:
            self._accept(job, _bytes(delivery.body))
        except Refused as refusal:
            self.refuse(job, refusal)
            self._link.acknowledge(self._rpc, job.tag)

    def _accept(self, job: Job, raw: bytes) -> None:
        known = self._bus.requests.get(job.name) or self._bus.questions.get(job.name)
        if known is None:
            raise Refused("unknown_question", f"{self._bus.source} is not asked {job.name!r}.")
        question, method = known
        try:
            asked = msgspec.json.decode(raw)
            arguments = [*asked.get("args", []), *asked.get("kwargs", {}).values()]
            job.body = msgspec.convert(arguments[0] if arguments else {}, question.asked)
        except (msgspec.DecodeError, msgspec.ValidationError, AttributeError) as error:
            raise Refused("unreadable", f"{question.name} cannot be read: {error}") from None
        if question.changes:
            job.run = lambda service, work: method(service, job.body, work)
            self._bus.waiting.put(job)
        else:
            self._link.acknowledge(self._rpc, job.tag)
            self._bus.asking.spawn_n(self._answer_question, job, method)

    def _ask(self, job: Job, method: Any) -> Any:
        with Session(self._bus.engine) as session:
            return method(self._bus.service, job.body, session)

    def _ask_again_if_stale(self, job: Job, method: Any) -> Any:
        try:
            return self._ask(job, method)
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            return self._ask(job, method)  # the line was stale: the database was away

    def _answer_question(self, job: Job, method: Any) -> None:
        began = time.perf_counter()
        span = tracing.begin(f"answer {job.name}", "server", job.context.trace)
        try:
            with tracing.within(span):
                answer = self._ask_again_if_stale(job, method)
            self.answer(job, envelope.encode(answer))
        except Exception as error:
            if not isinstance(error, Refused):
                self._bus.log.exception("question failed", name=job.name)
            self.refuse(job, error)
        telemetry.QUESTION_SECONDS.labels(self._bus.source, job.name).observe(
            time.perf_counter() - began
        )


def _bytes(body: Any) -> bytes:
    return body.encode() if isinstance(body, str) else bytes(body)
