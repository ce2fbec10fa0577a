"""Does one trace tell where the time of an order went, through all processes, and nothing else?"""

import os
import secrets

import pytest
import requests

from chassis.testing import eventually
from local.journey import order_body

EMAIL = f"eve-{secrets.token_hex(4)}@example.com"


@pytest.fixture(scope="module")
def ask(system):
    """Ask the gateway something in a trace that is to be told; give the trace's id."""

    def asking(method, path, body=None):
        trace_id = os.urandom(16).hex()
        asking.traces.add(trace_id)
        answer = requests.request(
            method, f"{system.gateway_url}{path}", json=body, timeout=30,
            headers={
                "Authorization": f"Bearer {system.api_key}", "Idempotency-Key": trace_id,
                "traceparent": f"00-{trace_id}-00f067aa0ba902b7-01",
            },
        )  # fmt: skip
        assert answer.ok, answer.text
        return trace_id

    asking.traces = set()
    return asking


@pytest.fixture(scope="module")
def trace(ask, collector):
    """The spans of an order's trace, from its placement until it waits for its picker."""
    body = order_body([("MUG-RED", 1, 1290)], customer={"email": EMAIL, "name": "Eve Spans"})
    trace_id = ask("POST", "/orders", body)
    eventually(
        lambda: (
            {"handle warehouse.open.v1", "publish warehouse.open.v1"}
            <= {span.name for span in collector.of(trace_id)}
        ),
        within=60,
    )
    return collector.of(trace_id)


def test_one_trace_leads_from_the_request_to_the_picker_through_five_services(trace):
    def services(name):
        return [span.service for span in trace if span.name == name]

    assert services("POST /orders") == services("ask orders.place") == ["gateway"]
    assert services("handle place") == ["orders"]
    assert services("handle inventory.reserve.v1") == ["inventory"]
    assert services("handle payments.authorize.v1") == ["payments"]
    assert services("call payments.authorize") == ["payments"]
    assert services("handle payments.authorized.v1") == ["orders"]
    assert services("handle warehouse.route.v1") == ["warehouse"]
    assert services("handle inventory.committed.v1") == ["orders"]


def test_every_span_but_the_request_stands_within_another_one_of_the_trace(trace):
    spans = {span.span_id: span for span in trace}

    roots = [span for span in trace if span.parent_id not in spans]
    assert [(root.name, root.parent_id) for root in roots] == [("POST /orders", "00f067aa0ba902b7")]
    assert all(span.began >= spans[span.parent_id].began for span in trace if span not in roots)


def test_the_sql_of_a_transaction_is_part_of_what_was_handled(trace):
    (placed,) = [span for span in trace if span.name == "handle place"]

    statements = [span.name for span in trace if span.parent_id == placed.span_id]
    assert "insert inbox" in statements
    assert "commit" in statements
    assert any("insert outbox" in name for name in statements)


def test_a_message_is_published_by_who_said_it_and_until_the_broker_has_confirmed_it(trace):
    spans = {span.span_id: span for span in trace}
    published = [span for span in trace if span.name.startswith("publish ")]

    assert {"publish inventory.reserve.v1", "publish payments.authorize.v1"} <= {
        span.name for span in published
    }
    assert all(span.ended > span.began for span in published)
    assert all(spans[s.parent_id].name.startswith(("handle", "call")) for s in published)


def test_no_span_holds_a_name_an_address_or_what_a_statement_was_given(trace):
    everything = repr(trace)

    assert EMAIL not in everything
    assert "Spans" not in everything
    assert "MUG-RED" not in everything


def test_what_nobody_asked_for_is_not_told(api, collector, ask):
    api.get("/orders")
    asked = ask("GET", "/orders")

    eventually(lambda: collector.of(asked), within=20)
    others = {span.name for span in collector.spans if span.trace_id not in ask.traces}
    assert others == set()
