"""Who listens hears what changes, once and in order, or is told to load anew."""

from collections.abc import Iterator, Mapping

import msgspec
import pytest

from gateway.live import hub as hubs
from gateway.live.hub import Full, Hub, Listener
from gateway.live.news import News

ALL = {"orders": True, "returns": True}


class Client:
    """A browser that reads a stream."""

    def __init__(self, hub: Hub, topics: Mapping[str, bool] = ALL, last_id: str = "") -> None:
        self.listener: Listener = hub.listen(topics, last_id)
        self.stream: Iterator[str] = hub.stream(self.listener)
        self.last_id = last_id
        assert next(self.stream).startswith("retry: ")

    def reads(self) -> list[tuple[str, str]]:
        """The next piece: names of events, and which things; it waits for it."""
        found = []
        for block in next(self.stream).strip().split("\n\n"):
            lines = dict(line.split(": ", 1) for line in block.split("\n") if ": " in line)
            self.last_id = lines.get("id", self.last_id)
            if "event" in lines:
                data = msgspec.json.decode(lines["data"])
                found.append((lines["event"], str(data.get("id", data.get("topic", "")))))
        return found


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Hub:
    monkeypatch.setattr(hubs, "HEARTBEAT_SECONDS", 0.05)
    monkeypatch.setattr(hubs, "GATHER_SECONDS", 60)
    hub = Hub(most=3)
    hub.begin()
    return hub


def happens(hub: Hub, *ids: str, topic: str = "orders") -> None:
    for identity in ids:
        hub.tell(News(topic, "orders.placed", identity, identity))
    hub.hand_out()


def test_who_comes_hears_that_it_is_heard_and_then_what_changes(hub: Hub) -> None:
    happens(hub, "before")
    client = Client(hub)
    assert client.reads() == [("ready", "")]

    happens(hub, "o-1", "o-2")

    assert client.reads() == [("change", "o-1"), ("change", "o-2")]


def test_what_changes_ten_times_in_a_moment_is_told_once(hub: Hub) -> None:
    client = Client(hub)
    client.reads()

    happens(hub, *["o-1"] * 10, "o-2", *["o-1"] * 10)

    assert client.reads() == [("change", "o-1"), ("change", "o-2")]


def test_when_very_many_change_it_is_told_of_the_topic_and_not_of_each(hub: Hub) -> None:
    client = Client(hub)
    client.reads()

    for number in range(101):
        hub.tell(News("orders", "orders.placed", f"o-{number}"))
    hub.tell(News("returns", "returns.opened", "r-1"))
    hub.hand_out()

    assert client.reads() == [("change", "r-1"), ("change", "orders")]


def test_a_topic_that_nobody_asked_for_is_not_told(hub: Hub) -> None:
    client = Client(hub, {"returns": True})
    client.reads()

    happens(hub, "o-1")
    happens(hub, "r-1", topic="returns")

    assert client.reads() == [("change", "r-1")]


def test_who_may_see_but_a_part_hears_that_something_changed_and_not_what(hub: Hub) -> None:
    client = Client(hub, {"orders": False})
    client.reads()

    happens(hub, "o-1")

    assert client.reads() == [("change", "orders")]


def test_who_comes_back_hears_what_it_missed(hub: Hub) -> None:
    client = Client(hub)
    client.reads()
    happens(hub, "o-1")
    client.reads()
    hub.leave(client.listener)
    happens(hub, "o-2", "o-3")

    again = Client(hub, last_id=client.last_id)

    assert again.reads() == [("change", "o-2"), ("change", "o-3")]


def test_a_quiet_client_knows_how_far_it_has_come_all_the_same(hub: Hub) -> None:
    client = Client(hub, {"returns": True})
    client.reads()
    happens(hub, *[f"o-{n}" for n in range(50)])

    assert client.reads() == []  # a heartbeat
    again = Client(hub, {"returns": True, "orders": True}, last_id=client.last_id)
    happens(hub, "o-new")

    assert again.reads() == [("change", "o-new")]


@pytest.mark.parametrize("last_id", ["there-1", "x", "-", "{epoch}-x", "{epoch}-99", "{epoch}-"])
def test_who_comes_back_from_elsewhere_loads_anew(last_id: str, hub: Hub) -> None:
    happens(hub, "o-1")

    client = Client(hub, last_id=last_id.format(epoch=hub.epoch))

    assert client.reads() == [("reset", "")]


def test_who_has_fallen_behind_what_is_remembered_loads_anew(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = Client(hub)
    client.reads()

    for number in range(hubs.REMEMBERED // 100 + 1):
        happens(hub, *[f"o-{number}-{n}" for n in range(100)])

    assert client.reads() == [("reset", "")]


def test_when_the_broker_was_away_everybody_loads_anew(hub: Hub) -> None:
    client = Client(hub)
    client.reads()

    hub.pause()
    assert client.reads() == []
    hub.begin()

    assert client.reads() == [("reset", "")]
    happens(hub, "o-1")
    assert client.reads() == [("change", "o-1")]


def test_no_more_listen_than_there_is_room_for(hub: Hub) -> None:
    listening = [hub.listen(ALL, "") for _ in range(3)]
    with pytest.raises(Full):
        hub.listen(ALL, "")

    hub.leave(listening[0])

    assert hub.listen(ALL, "")


def test_a_stream_does_not_outlive_what_its_reader_may_see_by_much(
    hub: Hub, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hubs, "LONGEST_SECONDS", 0.02)
    client = Client(hub)
    client.reads()

    assert len(list(client.stream)) <= 1  # a heartbeat


def test_a_stream_ends_when_the_process_does(hub: Hub) -> None:
    client = Client(hub)
    client.reads()

    hub.close()

    assert list(client.stream) == []
