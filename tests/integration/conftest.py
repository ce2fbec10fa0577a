"""The whole system, once for all integration tests: real processes, broker and databases.

The broker is a node of our own, so that tests may kill it. Each test makes orders of its own and
SKUs of its own where stock matters; they wait with `eventually`, and move the clock, never sleep.
"""

import itertools
import time
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from local import catalogue
from local.client import Client
from local.journey import Staff
from local.supervisor import System
from tests.fakes.collector import Collector

TRIAL = {"WEBHOOKS_ALLOW_PRIVATE": "1"}  # receivers are on loopback
_numbers = itertools.count(1)


@pytest.fixture(scope="session")
def collector() -> Iterator[Collector]:
    """Who collects traces; of those only that a test asks for by its traceparent."""
    with Collector() as listening:
        yield listening


@pytest.fixture(scope="session")
def system(tmp_path_factory: pytest.TempPathFactory, collector: Collector) -> Iterator[System]:
    state = tmp_path_factory.mktemp("oms")
    traced = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, "TRACES_PERCENT": "0"}
    extra = {**TRIAL, **traced, "OTEL_BSP_SCHEDULE_DELAY": "300"}
    with System(state, print, own_broker=True, drill=True, extra=extra) as running:
        catalogue.load(running.gateway_url, running.api_key, print)
        yield running


@pytest.fixture(scope="session")
def api(system: System) -> Client:
    return Client(system.gateway_url, system.api_key)


@pytest.fixture(scope="session")
def staff(api: Client) -> Staff:
    return Staff(api, patience=120)


@pytest.fixture
def new_sku(api: Client) -> Callable[..., str]:
    """Make a SKU with so much stock at each warehouse: new_sku(berlin=1, lyon=2)."""

    def make(**stock: int) -> str:
        sku = f"T{time.time_ns()}-{next(_numbers)}"
        size = {"length_mm": 100, "width_mm": 80, "height_mm": 40}
        api.put(
            f"/skus/{sku}",
            {"name": f"thing {sku}", "dimensions": size, "weight_g": 200, "barcodes": [f"B{sku}"]},
        )
        for number, (warehouse, pieces) in enumerate(stock.items()):
            where = {"zone": "T", "sequence": 900 + number, "sku": sku}
            api.put(f"/warehouses/{warehouse}/bins/{sku}", where)
            if pieces:
                receipt = {"warehouse_id": warehouse, "quantity": pieces}
                api.post(f"/skus/{sku}/receipts", receipt)
        return sku

    return make


@pytest.fixture
def rows(system: System) -> Callable[..., list[sa.Row]]:
    """Look into a service's database: rows("payments", "select …", order="ord_…")."""

    def look(service: str, query: str, **values: object) -> list[sa.Row]:
        engine = sa.create_engine(system.database_url(service), poolclass=sa.NullPool)
        with engine.begin() as connection:
            return list(connection.execute(sa.text(query), values))

    return look


@pytest.fixture
def nothing_wrong(rows: Callable[..., list[sa.Row]], api: Client) -> Callable[[], None]:
    """Check what must always hold: nothing parked, outboxes empty, ledger equal to balances."""
    from chassis.testing import eventually
    from contracts import SERVICES

    def check() -> None:
        for service in SERVICES:
            eventually(
                lambda service=service: not rows(service, "select 1 from outbox limit 1"), within=20
            )
            parked = rows(service, "select name, reason from deferred where state = 'parked'")
            assert parked == [], service
        assert api.get("/stock-audit")["differences"] == []

    return check


@pytest.fixture
def till(api):
    """A channel of its own, which hears of shipments."""
    api.put("/channels/till", {"kind": "csv", "name": "The till"})
    return "till"
