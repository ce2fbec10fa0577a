"""Who is listening, and what do they get? What is new goes into a short memory that all read from.

A listener is but a place in that memory. So a slow one costs nothing: who has fallen behind what is
remembered is told to load anew (`reset`), and so is who comes back too late, or to another process.
What changes again and again is told once in a while, not each time.
"""

import secrets
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice

import eventlet
from eventlet.queue import Empty, LightQueue
from prometheus_client import Gauge

from gateway.live.news import News, as_text

LISTENERS = 500
REMEMBERED = 5_000
GATHER_SECONDS = 0.3
EACH_TOPIC = 100
HEARTBEAT_SECONDS = 15
# then the browser comes back by itself, and it is asked anew who it is and what they may see
LONGEST_SECONDS = 900
RETRY = "retry: 3000\n\n"
LISTENING = Gauge("oms_live_listeners", "Browsers that hear of changes")


class Full(Exception):  # noqa: N818 - an answer, not an error
    """So many are listening that no more can."""


@dataclass(eq=False)
class Listener:
    """Somebody who listens: to which topics, whether they may know which things, and how far."""

    topics: Mapping[str, bool]
    epoch: str = ""
    place: int = 0
    came_back: bool = False
    woken: LightQueue = field(default_factory=lambda: LightQueue(1))

    def wake(self) -> None:
        """Let it look what is new."""
        if self.woken.empty():
            self.woken.put(None)


class Hub:
    """Hands out news to those who listen; `wanted` is told when there is somebody, or nobody."""

    def __init__(self, most: int = LISTENERS) -> None:
        self._most = most
        self._listeners: set[Listener] = set()
        self._memory: deque[News] = deque(maxlen=REMEMBERED)
        self._last = 0
        self._gathered: dict[tuple[str, str], News] = {}
        self.epoch = ""
        self.closed = False

    @property
    def listeners(self) -> int:
        """How many are listening."""
        return len(self._listeners)

    def begin(self) -> None:
        """From now on everything is heard; what was before may have holes."""
        self.epoch = secrets.token_hex(4)
        self._memory.clear()
        self._gathered.clear()
        self._wake_all()

    def pause(self) -> None:
        """From now on nothing is heard."""
        self.epoch = ""

    def close(self) -> None:
        """Let all streams end."""
        self.closed = True
        self._wake_all()

    def tell(self, news: News) -> None:
        """Tell it a little later, together with what else comes till then."""
        if not self._gathered:
            eventlet.spawn_after(GATHER_SECONDS, self.hand_out)
        self._gathered[news.topic, news.id] = news

    def hand_out(self) -> None:
        """Remember what was gathered, and let the listeners have it."""
        gathered, self._gathered = self._gathered, {}
        many = {t for t, n in Counter(topic for topic, _ in gathered).items() if n > EACH_TOPIC}
        for news in (*(n for n in gathered.values() if n.topic not in many), *map(News, many)):
            self._memory.append(news)
            self._last += 1
        self._wake_all()

    def listen(self, topics: Mapping[str, bool], last_id: str) -> Listener:
        """Let somebody listen, from where they had come to; raises Full."""
        if len(self._listeners) >= self._most:
            raise Full
        epoch, _, place = last_id.partition("-")
        known = place.isascii() and place.isdigit() and len(place) < REMEMBERED
        listener = Listener(topics, epoch, int(place) if known else -1, bool(last_id))
        self._listeners.add(listener)
        LISTENING.set(len(self._listeners))
        return listener

    def leave(self, listener: Listener) -> None:
        """Forget a listener."""
        self._listeners.discard(listener)
        LISTENING.set(len(self._listeners))

    def stream(self, listener: Listener) -> Iterator[str]:
        """Say what is new, as server-sent events, for a quarter of an hour."""
        yield RETRY
        ends = time.monotonic() + LONGEST_SECONDS
        while not self.closed and time.monotonic() < ends:
            told = "".join(self._new_to(listener))
            if told:
                yield told
            try:
                listener.woken.get(timeout=HEARTBEAT_SECONDS)
            except Empty:
                # a line with the id but no data: the browser notes how far it has come
                yield f": still here\nid: {listener.epoch}-{listener.place}\n\n"

    def _new_to(self, listener: Listener) -> Iterator[str]:
        if not self.epoch:
            return
        first = self._last - len(self._memory)  # the place before what is remembered
        if listener.epoch != self.epoch or not first <= listener.place <= self._last:
            listener.epoch, listener.place = self.epoch, self._last
            name = "reset" if listener.came_back else "ready"
            listener.came_back = True
            yield self._event(listener, name, {"topics": sorted(listener.topics)})
            return
        new = list(islice(self._memory, listener.place - first, None))
        for news in new:
            listener.place += 1
            if news.topic in listener.topics:
                knows_which = listener.topics[news.topic]
                yield self._event(listener, "change", news if knows_which else news.without_ids())

    def _event(self, listener: Listener, name: str, data: object) -> str:
        place = f"{listener.epoch}-{listener.place}"
        return f"id: {place}\nevent: {name}\ndata: {as_text(data)}\n\n"

    def _wake_all(self) -> None:
        for listener in self._listeners:
            listener.wake()
