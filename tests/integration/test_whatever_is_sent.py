"""Whatever is sent to whichever operation, the whole system answers as its document says.

It has a system of its own, for strange orders, SKUs and warehouses would be in the way of other
tests. Half of the requests name things that exist, so that they come further than to "not found".
The seed is always the same.
"""

from collections.abc import Iterator
from typing import Any, NamedTuple

import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from requests.adapters import HTTPAdapter
from schemathesis.specs.openapi import checks

from gateway import openapi
from gateway.api import ROUTES
from gateway.route import Route
from gateway.tests.builders import label
from gateway.tests.handlers.test_gateway_promises import CHECKS, CONFIG
from local import catalogue
from local.client import Client
from local.journey import Staff, order_body
from local.supervisor import System

EXAMPLES = 4
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
        world = World(system.gateway_url, system.api_key, known, set())
        yield world
        print(len(world.done), sorted({label(r) for r in ANSWERED}-world.done))


def something_of_everything(api: Client) -> dict[str, str]:
    staff = Staff(api, patience=120)
    shipped, waiting = (
        api.post("/orders", order_body([("MUG-RED", 2, 1290)]))["order_id"] for _ in range(2)
    )
    staff.pick_and_pack(shipped)
    page = staff.hand_over(shipped)
    line = page["order"]["lines"][0]["line_id"]
    back = {"lines": [{"line_id": line, "quantity": 1, "reason": "unwanted"}]}
    opened = api.post(f"/orders/{shipped}/returns", back)
    waiting_page = staff.allocated(waiting)
    api.put("/channels/wild", {"kind": "csv", "name": "Wild"})
    hook = {"url": "https://hooks.example.com/in", "events": ["order.placed"]}
    subscription = api.post("/webhook-subscriptions", hook)["subscription_id"]
    view = api.post("/order-views", {"name": "all", "filter": {}})["view_id"]
    return {
        "order_id": waiting, "line_id": waiting_page["order"]["lines"][0]["line_id"],
        "fulfillment_order_id": waiting_page["fulfillments"][0]["fulfillment_order_id"],
        "shipment_id": page["shipments"][0]["shipment_id"], "return_id": opened["return_id"],
        "sku": "MUG-RED", "warehouse_id": "berlin", "channel": "wild", "carrier": "sandbox",
        "provider": "sandbox", "subscription_id": subscription, "view_id": view, "carton": "XL",
    }  # fmt: skip


def with_known(sent: Any, known: dict[str, str]) -> Any:
    """What is sent, naming things that exist."""
    if isinstance(sent, dict):
        return {
            name: known[name] if name in known and isinstance(value, str) else with_known(value, known)
            for name, value in sent.items()
        }
    return [with_known(one, known) for one in sent] if isinstance(sent, list) else sent


@pytest.mark.parametrize("route", ANSWERED, ids=label)
def test_every_answer_of_the_whole_system_is_as_declared(route: Route, world: World) -> None:
    session = requests.Session()
    session.mount("http://", From())
    headers = {"Authorization": f"Bearer {world.key}"}

    @settings(
        max_examples=EXAMPLES, derandomize=True, deadline=None, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=SCHEMA[route.url][route.method].as_strategy(), known=st.booleans())
    def ask(case: schemathesis.Case, known: bool) -> None:
        no_longer_wrong = []
        if known:
            case.path_parameters = with_known(case.path_parameters, world.known)
            case.body = with_known(case.body, world.known)
            no_longer_wrong = [checks.negative_data_rejection]
        answer = case.call_and_validate(
            base_url=world.url, session=session, headers=headers, timeout=30,
            checks=CHECKS, excluded_checks=no_longer_wrong,
        )  # fmt: skip
        world.done.update({label(route)} if answer.status_code < BAD else ())

    ask()
