"""Whatever fails, dies, is slow, paused or replayed: of each order everything comes, in order."""

import itertools

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from chassis import clock
from gateway.tables import metadata
from gateway.tests.webhook_world import URL, World, canceled, confirmed, placed
from gateway.webhooks import intake, outbox
from gateway.webhooks import questions as q
from gateway.webhooks.patience import Attempt

ORDERS = [f"ord_{digit * 26}" for digit in "123"]
KINDS = (placed, confirmed, canceled)
STEPS = st.one_of(
    st.tuples(st.just("happens"), st.sampled_from(ORDERS), st.sampled_from(KINDS)),
    st.tuples(st.just("works"), st.lists(st.sampled_from([200, 500]), max_size=4)),
    st.tuples(st.just("dies"), st.integers(1, 3)),
    st.tuples(st.just("is_slow"), st.sampled_from([200, 500])),
    st.tuples(st.just("ends")),
    st.tuples(st.just("pauses")),
    st.tuples(st.just("resumes")),
    st.tuples(st.just("replays")),
    st.tuples(st.just("catches_up")),
    st.tuples(st.just("passes"), st.sampled_from([1, 10, 25, 400])),
)


class Riot:
    """One subscription, and everything that can happen to it."""

    def __init__(self, world: World) -> None:
        self.world, self.identity = world, world.subscribes("order.*")
        self.slow: list[tuple[outbox.Lane, outbox.Delivery, Attempt]] = []
        self.happened: dict[str, list[str]] = {order: [] for order in ORDERS}

    def happens(self, order: str, kind: type) -> None:
        self.world.happens(kind(order))
        self.happened[order].append(self.world.last_event_id)

    def works(self, statuses: list[int]) -> None:
        left = itertools.chain(statuses, itertools.repeat(200))
        self.world.receiver.answers = lambda *_: next(left)
        self.world.works()

    def _take(self, most: int) -> list[outbox.Lane]:
        with self.world.engine.begin() as connection:
            return outbox.take_due(connection, self.world.now, most, most, [])

    def dies(self, most: int) -> None:
        self._take(most)

    def is_slow(self, status: int) -> None:
        """Send something, and do not come back before `ends`."""
        for lane in self._take(1):
            with self.world.engine.begin() as connection:
                delivery = outbox.first_of(connection, lane, self.world.now)
            if delivery:
                self.world.receiver.answers = lambda *_: status
                attempt = self.world.sender._try(delivery)
                self.slow.append((lane, delivery, attempt))

    def ends(self) -> None:
        for lane, delivery, attempt in self.slow:
            with self.world.engine.begin() as connection:
                now = self.world.now
                lane_ = outbox.conclude(connection, lane, delivery, attempt, now)
                if lane_:
                    outbox.let_go(connection, lane_, now)
        self.slow = []

    def pauses(self) -> None:
        self.world.sets(self.identity, "paused")

    def resumes(self) -> None:
        self.world.sets(self.identity, "active")

    def replays(self) -> None:
        asked = q.Replay(subscription_id=self.identity, since=self.world.now)
        self.world.desk.replay(asked, "")

    def catches_up(self) -> None:
        self.world.catches_up()

    def passes(self, seconds: int) -> None:
        self.world.passes(seconds=seconds)

    def all_is_well_again(self) -> None:
        self.resumes()
        self.ends()
        for _ in range(3):
            self.catches_up()
            self.passes(4000)
            self.works([])


@pytest.mark.parametrize("page", [1, 500])
def test_of_each_order_everything_comes_in_order(
    page: int, tables: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake, "PAGE", page)

    @settings(max_examples=40, suppress_health_check=list(HealthCheck))
    @given(steps=st.lists(STEPS, min_size=5, max_size=30))
    def holds(steps: list[tuple]) -> None:
        with tables.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                connection.execute(table.delete())
        world = World(tables)
        monkeypatch.setattr(clock, "now", lambda: world.now)
        riot = Riot(world)

        for name, *arguments in steps:
            getattr(riot, name)(*arguments)
        riot.all_is_well_again()

        for order, happened in riot.happened.items():
            assert world.receiver.first_successes(URL, order) == happened
        waiting = world.deliveries(riot.identity, "pending")
        assert waiting == ()
        assert world.deliveries(riot.identity, "dead") == ()

    holds()
