"""How does somebody listen? By GET /events, for what they may see of what they want to hear."""

from typing import Annotated

from flask import Response, request
from msgspec import Meta

from contracts.message import Question, Wire
from contracts.values import Nothing
from gateway.caller import Caller
from gateway.live.hub import Full
from gateway.live.news import TOPICS
from gateway.own import Own
from gateway.people.roles import EVERYWHERE
from gateway.problems import Answered, problem

MEDIA_TYPE = "text/event-stream"
AT_ONCE = "eventlet.minimum_write_chunk_size"
_ONE = f"({'|'.join(TOPICS)})"


class Listen(Wire, frozen=True, kw_only=True):
    """Hear what changes, as it changes: server-sent events, `change` with type and ids.

    `ready` comes first. `reset` comes instead if something was missed since `Last-Event-ID`, or may
    have been: load anew what you show. Topics that you may not see are left out; of those that you
    may see only in part, a change comes without ids.
    """

    topics: Annotated[str, Meta(max_length=100, pattern=f"^{_ONE}(,{_ONE})*$")] = ",".join(TOPICS)
    last_event_id: Annotated[str, Meta(max_length=64)] = ""


LISTEN = Question("live.listen", Listen, Nothing)


def listen(own: Own, asked: Listen, caller: Caller) -> Response:
    """Answer with a stream that goes on until either side ends it."""
    topics = {
        topic: caller.scope(TOPICS[topic]) == EVERYWHERE
        for topic in asked.topics.split(",")
        if caller.may(TOPICS[topic])
    }
    if not topics:
        needed = TOPICS[asked.topics.split(",")[0]]
        told = f"This needs the permission {needed}."
        raise Answered(problem("forbidden", told, permission=needed))
    try:
        listener = own.live.listen(topics, asked.last_event_id)
    except Full:
        raise Answered(problem("unavailable", "So many listen that no more can.")) from None
    request.environ[AT_ONCE] = 0  # each piece goes out when it is made
    response = Response(own.live.stream(listener), mimetype=MEDIA_TYPE)
    response.headers["X-Accel-Buffering"] = "no"
    response.call_on_close(lambda: own.live.leave(listener))
    return response
