"""Whatever is sent to whichever operation, the whole system answers as its document says.

It has a system of its own, for strange orders, SKUs and warehouses would be in the way of other
tests. Some requests are right and name things that exist, so that they come further than to "not
found". The seed is always the same.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import requests
import schemathesis
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, given, settings
from requests.adapters import HTTPAdapter
from schemathesis import CheckFunction, GenerationMode
from schemathesis.specs.openapi import checks

from contracts import SERVICES
from gateway import openapi
from gateway.api import ROUTES
from gateway.route import Route
from gateway.tests.builders import label
from gateway.tests.handlers.test_gateway_promises import CHECKS, CONFIG
from local import catalogue
from local.client import Client
from local.journey import Staff, order_body
from local.supervisor import System

STRANGE, KNOWN = 3, 2
BAD = 400
SCHEMA = schemathesis.openapi.from_dict(
    openapi.document(), config=schemathesis.Config.from_dict(CONFIG)
)
# an answer that does not end is looked at in test_live_api
ANSWERED = [route for route in ROUTES if route.url != "/events"]


class World(NamedTuple):
    """A system with something of everything in it."""

    url: str
    key: str
    known: dict[str, str]
    asked: set[str]
    done: set[str]


class From(HTTPAdapter):
    """Ask from another address, so that failed logins do not lock out others."""

    def init_poolmanager(self, *args: Any, **more: Any) -> None:
        super().init_poolmanager(*args, **more, source_address=("127.0.0.9", 0))


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with System(
        tmp_path_factory.mktemp("oms"), print, prefix="oms_wild", own_broker=True
    ) as system:  # fmt: skip
        catalogue.load(system.gateway_url, system.api_key, print)
        known = something_of_everything(Client(system.gateway_url, system.api_key))
        world = World(system.gateway_url, system.api_key, known, set(), set())
        yield world
        nothing_broke(system)
        if len(world.asked) == len(ANSWERED):
            # most have not only been refused
            assert len(world.done) > len(ANSWERED) / 2, sorted(world.asked - world.done)


def nothing_broke(system: System) -> None:
    """Nothing is parked, and no process tells of a bug."""
    for log in (system.state / "logs").glob("*.log"):
        told = [line for line in log.read_text().splitlines() if '"level": "error"' in line]
        assert told == [], log.name
    for service in SERVICES:
        engine = sa.create_engine(system.database_url(service), poolclass=sa.NullPool)
        with engine.begin() as connection:
            parked = "select name, reason from deferred where state = 'parked'"
            assert connection.execute(sa.text(parked)).all() == [], service


def few(examples: int) -> settings:
    """So many examples, always the same."""
    return settings(
        max_examples=examples, derandomize=True, deadline=None, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip


def something_of_everything(api: Client) -> dict[str, str]:
    staff = Staff(api, patience=120)
    shipped, waiting = (
        api.post("/orders", order_body([("BOOK-RED", 2, 1290)]))["order_id"] for _ in range(2)
    )
    staff.pick_and_pack(shipped)
    page = staff.hand_over(shipped)
    line = page["order"]["lines"][0]["line_id"]
    back = {"lines": [{"line_id": line, "quantity": 1, "reason": "unwanted"}]}
    opened = api.post(f"/orders/{shipped}/returns", back)
    waiting_page = staff.allocated(waiting)
    size = {"length_mm": 100, "width_mm": 80, "height_mm": 40}
    api.put("/skus/WILD", {"name": "wild", "dimensions": size, "weight_g": 200})
    api.post("/skus/WILD/receipts", {"warehouse_id": "berlin", "quantity": 50})
    api.put("/channels/wild", {"kind": "csv", "name": "Wild"})
    hook = {"url": "https://hooks.example.com/in", "events": ["order.placed"]}
    subscription = api.post("/webhook-subscriptions", hook)["subscription_id"]
    view = api.post("/order-views", {"name": "all", "filter": {}})["view_id"]
    job = api.post("/jobs", {"kind": "export_skus", "skus": {}})["job_id"]
    return {
        "order_id": waiting, "line_id": waiting_page["order"]["lines"][0]["line_id"],
        "fulfillment_order_id": waiting_page["fulfillments"][0]["fulfillment_order_id"],
        "shipment_id": page["shipments"][0]["shipment_id"], "return_id": opened["return_id"],
        "sku": "WILD", "warehouse_id": "berlin", "channel": "wild", "carrier": "sandbox",
        "provider": "sandbox", "subscription_id": subscription, "view_id": view, "carton": "WILD",
        "job_id": job,
    }  # fmt: skip


def with_known(sent: Any, known: dict[str, str]) -> Any:
    """What is sent, naming things that exist."""
    if isinstance(sent, dict):
        return {
            name: known[name]
            if name in known and isinstance(value, str)
            else with_known(value, known)
            for name, value in sent.items()
        }
    return [with_known(one, known) for one in sent] if isinstance(sent, list) else sent


@pytest.mark.parametrize("route", ANSWERED, ids=label)
def test_every_answer_of_the_whole_system_is_as_declared(route: Route, world: World) -> None:
    session = requests.Session()
    session.mount("http://", From())
    operation = SCHEMA[route.url][route.method]
    world.asked.add(label(route))

    def ask(case: schemathesis.Case, *excluded: CheckFunction) -> None:
        answer = case.call_and_validate(
            base_url=world.url, session=session, timeout=30, checks=CHECKS,
            headers={"Authorization": f"Bearer {world.key}"}, excluded_checks=[*excluded],
        )  # fmt: skip
        if answer.status_code < BAD:
            world.done.add(label(route))

    @few(STRANGE)
    @given(case=operation.as_strategy())
    def strange(case: schemathesis.Case) -> None:
        ask(case)

    @few(KNOWN)
    @given(case=operation.as_strategy(generation_mode=GenerationMode.POSITIVE))
    def known(case: schemathesis.Case) -> None:
        case.path_parameters = with_known(case.path_parameters, world.known)
        case.body = with_known(case.body, world.known)
        ask(case, checks.negative_data_rejection)  # none of it is meant to be wrong

    strange()
    known()
