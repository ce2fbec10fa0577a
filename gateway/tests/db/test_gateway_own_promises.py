"""Whatever is sent to the gateway's own routes, it answers as its OpenAPI document says."""

from functools import cache
from typing import Any

import pytest
import schemathesis
from flask import Flask
from hypothesis import HealthCheck, Phase, given, settings

from gateway.api import OWN
from gateway.people.roles import OWN as PERSON
from gateway.route import Route
from gateway.tests.browsers import Browser, a_user
from gateway.tests.builders import label
from gateway.tests.handlers.test_gateway_promises import CHECKS, CONFIG

# what logs out whoever asks, or is about nobody but them, is asked in tests of its own
ROUTES = [route for route in OWN if route.needs != PERSON]


@cache
def schema_of(app: Flask) -> Any:
    config = schemathesis.Config.from_dict(CONFIG)
    return schemathesis.openapi.from_wsgi("/openapi.json", app, config=config)


@pytest.mark.parametrize("route", ROUTES, ids=label)
def test_every_answer_of_the_gateway_itself_is_as_declared(route: Route, engine: Any) -> None:
    browser = Browser(engine)
    a_user(browser.own)
    headers = {"Authorization": f"Bearer {browser.own.keys.create('shop')}"}

    @settings(
        max_examples=6, derandomize=True, deadline=None, database=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(case=schema_of(browser.app)[route.url][route.method].as_strategy())
    def ask(case: schemathesis.Case) -> None:
        case.call_and_validate(headers=headers, checks=CHECKS)

    ask()
