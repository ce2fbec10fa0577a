"""The small parts of the chassis: machines, settings, ids, envelopes, failpoints."""

import signal
import subprocess
import sys
from datetime import UTC, datetime
from enum import StrEnum

import msgspec
import pytest

from chassis import tracing
from chassis.config import Settings, database_url_of, read_settings
from chassis.envelope import Context, context_of, outgoing
from chassis.errors import IllegalMove, NotFound, NotYet, Refused, Stale
from chassis.ids import first_of, new_id, time_of
from chassis.machine import Machine
from chassis.topology import Names
from contracts.orders import OrderConfirmed


class Light(StrEnum):
    """A traffic light."""

    RED = "red"
    GREEN = "green"
    OFF = "off"


MOVES = {
    Light.RED: frozenset({Light.GREEN, Light.OFF}),
    Light.GREEN: frozenset({Light.RED}),
    Light.OFF: frozenset(),
}


def test_a_machine_makes_the_moves_of_its_table():
    light = Machine("light", Light.RED, MOVES)
    assert light.move("l-1", Light.RED, Light.GREEN) is Light.GREEN
    assert (light.allows(Light.GREEN, Light.OFF), light.is_final(Light.OFF)) == (False, True)


def test_an_illegal_move_names_the_thing_and_both_states():
    with pytest.raises(IllegalMove) as refused:
        Machine("light", Light.RED, MOVES).move("l-1", Light.OFF, Light.GREEN)
    assert str(refused.value) == "light l-1 is off; it cannot become green."


@pytest.mark.parametrize(
    ("moves", "fault"),
    [
        ({Light.RED: frozenset({Light.GREEN}), Light.GREEN: frozenset()}, "off"),
        (MOVES | {Light.RED: frozenset({Light.OFF})}, "unreachable.*green"),
    ],
)
def test_a_table_with_a_hole_is_refused(moves, fault):
    with pytest.raises(ValueError, match=fault):
        Machine("light", Light.RED, moves)


def test_settings_come_from_the_environment_and_a_bad_number_is_named():
    assert read_settings({}) == Settings()
    assert read_settings({"BATCH": "7", "AMQP_URI": "amqp://x/"}).batch == 7
    with pytest.raises(SystemExit, match="BATCH must be a whole number, not 'many'"):
        read_settings({"BATCH": "many"})


def test_an_id_tells_when_it_was_made_and_a_strange_one_tells_nothing() -> None:
    made = datetime(2026, 3, 2, 9, 30, 1, 250_000, tzinfo=UTC)

    assert time_of(f"msg_{first_of(made)}{'Z' * 16}") == made
    strange = ["", "msg", "orders.placed.v1:abc", "msg_" + "I" * 26, "msg_" + "Z" * 26]
    assert [time_of(identity) for identity in strange] == [None] * 5


def test_ids_are_unique_sorted_by_time_and_of_the_form_of_the_contracts():
    ids = [new_id("ord") for _ in range(500)]
    assert len(set(ids)) == 500
    assert [i[:14] for i in ids] == sorted(i[:14] for i in ids)
    for one in ids:
        assert msgspec.convert({"order_id": one}, OrderConfirmed).order_id == one


def test_an_envelope_gives_back_the_context_that_went_in():
    context = Context("key:ann", "ord-1", "msg-0", tracing.new_trace())
    out = outgoing(OrderConfirmed(order_id=new_id("ord")), "orders", context)
    headers = msgspec.json.decode(out.headers)
    assert context_of(headers, out.correlation_id) == context
    assert headers["cloudEvents:id"] == out.message_id
    assert context_of({}, "") == Context()


def test_names_of_two_systems_on_one_broker_differ():
    one, other = Names(), Names("b")
    assert {one.queue("orders"), one.commands, one.rpc, one.events("orders")}.isdisjoint(
        {other.queue("orders"), other.commands, other.rpc, other.events("orders")}
    )


def test_errors_tell_a_code_a_sentence_and_a_field():
    assert NotFound("order", "ord-1", "order_id").field == "order_id"
    assert Stale("order", "ord-1", 3, 4).code == "stale"
    assert NotYet("soon").otherwise.code == "not_yet"
    assert NotYet("soon", Refused("gone", "Gone.")).otherwise.code == "gone"


DYING = """
from chassis.failpoints import reach
class Job: name = "inventory.reserve.v1"
reach("after_commit", [Job()])
print("still here", flush=True)
reach("before_commit", [Job()])
print("not reached", flush=True)
"""


def test_a_failpoint_kills_once_where_its_line_says(tmp_path):
    file = tmp_path / "dies-at"
    file.write_text("before_commit inventory.reserve.v1\nbefore_commit other")
    command = [sys.executable, "-c", DYING]
    environment = {"FAILPOINT_FILE": str(file), "PYTHONPATH": "."}
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=30
    )
    assert (done.returncode, done.stdout) == (-signal.SIGKILL, "still here\n")
    assert file.read_text() == "before_commit other"
    done = subprocess.run(
        command, env=environment, capture_output=True, text=True, check=False, timeout=30
    )
    assert done.returncode == 0


def test_the_clock_is_moved_by_its_file(tmp_path):
    file = tmp_path / "clock"
    file.write_text("86400")
    told = subprocess.run(
        [sys.executable, "-c", "from chassis import clock; print(clock.now().isoformat())"],
        env={"CLOCK_FILE": str(file), "PYTHONPATH": "."},
        capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    ahead = datetime.fromisoformat(told.stdout.strip()) - datetime.now(UTC)
    assert 86000 < ahead.total_seconds() <= 86401


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg2"])
def test_a_database_is_found_by_an_address_as_hosts_and_operators_write_it(scheme: str) -> None:
    url = f"{scheme}://orders:secret@db:5432/orders?sslmode=require"
    ours = "postgresql+psycopg2://orders:secret@db:5432/orders?sslmode=require"

    assert read_settings({"DATABASE_URL": url}).database_url == ours
    assert database_url_of("orders", {"DATABASE_URL_ORDERS": url}) == ours
