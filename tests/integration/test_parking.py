"""What becomes of messages that cannot be handled: do they wait for people, and block nobody?"""

import json
import os
import subprocess
import sys
import uuid
from datetime import UTC, datetime, timedelta

import msgspec
import pika
import pytest
import requests

from chassis.aside import RETRY_DELAYS
from chassis.ids import new_id
from chassis.testing import eventually
from contracts.inventory import ReserveStock
from contracts.payments import PaymentAuthorized
from contracts.values import Money, SkuQuantity
from local.journey import order_body
from local.processes import ROOT


@pytest.fixture
def publish(system):
    """Put a message straight into a service's queue."""

    def put(service, wire, body, **properties):
        message_id = f"msg-{uuid.uuid4().hex}"
        with pika.BlockingConnection(pika.URLParameters(system.broker.uri)) as connection:
            told = pika.BasicProperties(
                type=wire, message_id=message_id, delivery_mode=2, **properties
            )
            connection.channel().basic_publish("", f"oms.{service}", body, told)
        return message_id

    return put


@pytest.fixture
def parked(system):
    """Say something to the command `parked`; give its exit code and what it prints."""

    def ask(service, *wish):
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", "chassis", "parked", service, *wish],
            cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
            env={**os.environ, "DATABASE_URL": system.database_url(service)},
        )  # fmt: skip
        return done.returncode, done.stdout + done.stderr

    return ask


@pytest.mark.parametrize(
    ("wire", "body", "reason"),
    [
        ("inventory.reserve.v1", b"\xff\xfe no text", "cannot be read"),
        ("inventory.reserve.v1", b'{"order_id": 7}', "cannot be read"),
        ("inventory.reserve.v9", b"{}", "does not know"),
        ("nobody.knows_this.v1", b"{}", "does not know"),
    ],
)
def test_what_cannot_be_read_is_parked_with_the_reason(wire, body, reason, publish, parked, system):
    message_id = publish("inventory", wire, body, correlation_id="ord_drill")

    code, listed = eventually(lambda: (t := parked("inventory"))[1].count(message_id) and t)
    assert code == 0
    assert reason in next(line for line in listed.splitlines() if message_id in line)
    assert wire in parked("inventory", "show", message_id)[1]
    log = (system.state / "logs" / "inventory.log").read_text().splitlines()
    (told,) = [json.loads(line) for line in log if message_id in line]
    assert (told["name"], told["state"], told["correlation_id"]) == (wire, "parked", "ord_drill")
    assert parked("inventory", "drop", message_id)[0] == 0
    assert message_id not in parked("inventory")[1]
    assert parked("inventory", "drop", message_id)[0] == 1


def test_a_poisonous_message_spoils_none_of_its_neighbours(
    publish, parked, api, staff, new_sku, rows, system
):
    sku = new_sku(berlin=20)
    until = datetime.now(UTC) + timedelta(days=1)
    wanted = SkuQuantity(line_id=new_id("lin"), sku="NUL\0", quantity=1)  # no database takes a NUL

    def poison():
        order_id = new_id("ord")
        bad = ReserveStock(order_id=order_id, round=1, lines=(wanted,), expires_at=until)
        return publish("inventory", ReserveStock.wire, msgspec.json.encode(bad))

    bad = [poison() for _ in range(3)]
    placed = [api.post("/orders", order_body([(sku, 1, 500)]))["order_id"] for _ in range(10)]
    bad += [poison() for _ in range(3)]

    for order_id in placed:
        staff.allocated(order_id)
    query = "select message_id, state, attempts from deferred where message_id = any(:ids)"
    eventually(lambda: {row.state for row in rows("inventory", query, ids=bad)} == {"waiting"})

    for _ in RETRY_DELAYS:  # each try waits longer than the one before
        tries = min(row.attempts for row in rows("inventory", query, ids=bad))
        system.move_clock(2 * max(RETRY_DELAYS).total_seconds())
        eventually(
            lambda tries=tries: min(r.attempts for r in rows("inventory", query, ids=bad)) > tries
        )
    eventually(lambda: all(message_id in parked("inventory")[1] for message_id in bad))
    assert "NUL" in parked("inventory", "show", bad[0])[1]

    assert parked("inventory", "retry", bad[0])[0] == 0
    eventually(
        lambda: ("waiting", 1) in {(r.state, r.attempts) for r in rows("inventory", query, ids=bad)}
    )
    for message_id in bad:
        assert parked("inventory", "drop", message_id)[0] == 0
    assert "Nothing is parked" in parked("inventory")[1]


def test_a_message_from_the_future_is_put_aside_and_handled_when_its_time_has_come(
    publish, rows, system
):
    unknown = new_id("ord")
    told = PaymentAuthorized(
        order_id=unknown, payment_id=new_id("pay"), amount=Money(amount=5, currency="EUR")
    )
    message_id = publish("orders", told.wire, msgspec.json.encode(told))

    query = "select state, reason from deferred where message_id = :id"
    found = eventually(lambda: rows("orders", query, id=message_id))
    assert found[0].state == "waiting"
    assert unknown in found[0].reason
    waiting = 'oms_deferred_rows{service="orders",state="waiting"}'
    assert eventually(lambda: _metric(system, "orders", waiting) >= 1, within=25)
    drop = "delete from deferred where message_id = :id returning 1"
    assert rows("orders", drop, id=message_id)


def _metric(system, process, name):
    text = requests.get(f"http://127.0.0.1:{system.health_port(process)}/metrics", timeout=5).text
    found = (line for line in text.splitlines() if line.startswith(name))
    return float(next(found, "0").split()[-1])  # what was never counted is not shown
