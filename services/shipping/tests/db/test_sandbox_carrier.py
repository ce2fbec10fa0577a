"""The sandbox carrier keeps its promises across crashes, and misbehaves where it is told to."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
import sqlalchemy as sa

from chassis import clock
from chassis.outside import Declined
from services.shipping import asks, executors
from services.shipping.carriers.carrier import (
    Consignment,
    ParcelWish,
)
from services.shipping.carriers.sandbox import Sandbox
from services.shipping.tests.builders import (
    NOW,
    a_box,
    a_call,
    a_shipment,
    a_size,
    an_address,
)
from services.shipping.tests.carriers import (
    a_consignment,
    an_offer,
    forget_labels,
    stalls,
)


@pytest.fixture
def sandbox(engine: sa.Engine) -> Sandbox:
    return Sandbox(engine)


def ledger(engine: sa.Engine) -> list[sa.Row]:
    with engine.connect() as connection:
        rows = connection.exec_driver_sql("select * from sandbox.carrier_ledger order by key")
        return list(rows)


def test_the_sandbox_takes_more_for_weight_speed_and_distance(sandbox: Sandbox) -> None:
    def price(service: str = "standard", to: str = "DE", weight: int = 2_000) -> int:
        parcel = ParcelWish(a_size(100, 100, 100), weight)
        wish = Consignment(an_address(), an_address(to), (parcel,))
        return an_offer(sandbox, wish, service).price

    assert price() == 420 + 2 * 85
    assert price(weight=3_000) == 420 + 3 * 85
    assert price("express") == 990 + 2 * 85
    assert price(to="US") == 3 * price()


def test_the_sandbox_sells_and_then_times_out_and_the_label_is_bought_once(
    sandbox: Sandbox, engine: sa.Engine
) -> None:
    shipment = a_shipment(
        a_box(""), state="pending", ship_to=an_address(name="TIMEOUT Ada"), shipment_id="shp_1"
    )
    call = asks.buy(shipment)
    with pytest.raises(TimeoutError):
        executors.buy(a_call(call), shipment, stalls(sandbox), [sandbox], forget_labels)

    again = a_call(call, attempts=2)
    result = executors.buy(again, shipment, [], [Sandbox(engine)], forget_labels)

    [entry] = ledger(engine)
    assert (entry.key, entry.seen) == ("shp_1-1", 1)
    assert result["parcels"] == entry.sold["parcels"]
    assert result["price"] == entry.sold["offer"]["price"]
    assert result["choice"].endswith("bought by an earlier try that got no answer")


def test_the_sandbox_fails_before_it_sells_and_sells_when_it_is_asked_again(
    sandbox: Sandbox, engine: sa.Engine
) -> None:
    wish = a_consignment(name="FAILONCE Ada")
    offer = an_offer(sandbox, wish)
    with pytest.raises(ConnectionError):
        sandbox.buy("key-1", offer, wish)
    assert sandbox.look_up("key-1") is None

    bought = sandbox.buy("key-1", offer, wish)

    assert sandbox.look_up("key-1") == bought
    assert len(ledger(engine)) == 1


def test_the_sandbox_answers_nothing_for_a_minute_and_has_sold_nothing(
    sandbox: Sandbox, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = a_consignment(name="OUTAGE Ada")
    offer = an_offer(sandbox, wish)
    for seconds in (0, 59):
        monkeypatch.setattr(clock, "now", lambda s=seconds: NOW + timedelta(seconds=s))
        with pytest.raises(ConnectionError):
            sandbox.buy("key-1", offer, wish)
        with pytest.raises(ConnectionError):
            sandbox.look_up("key-1")
    assert [entry.sold for entry in ledger(engine)] == [None]

    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(seconds=60))

    assert sandbox.look_up("key-1") is None
    assert sandbox.buy("key-1", offer, wish) == sandbox.look_up("key-1")


def test_the_sandbox_may_be_late_to_say_what_it_has_sold(
    sandbox: Sandbox, engine: sa.Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    wish = a_consignment(name="LATE Ada")
    sold_meanwhile = []
    monkeypatch.setattr("time.sleep", lambda _seconds: sold_meanwhile.extend(ledger(engine)))

    bought = sandbox.buy("key-1", an_offer(sandbox, wish), wish)

    assert [entry.sold["parcels"] for entry in sold_meanwhile] == [
        [list(parcel) for parcel in bought.parcels]
    ]


def test_the_sandbox_takes_labels_back_and_then_times_out(
    sandbox: Sandbox, engine: sa.Engine
) -> None:
    wish = a_consignment(name="TIMEOUT Ada")
    with pytest.raises(TimeoutError):
        sandbox.buy("key-1", an_offer(sandbox, wish), wish)
    with pytest.raises(TimeoutError):
        sandbox.void("key-1")
    sandbox.void("key-1")

    assert [entry.voided_at is not None for entry in ledger(engine)] == [True]


def test_the_sandbox_declines_an_address_and_sells_nothing(
    sandbox: Sandbox, engine: sa.Engine
) -> None:
    wish = a_consignment(name="REFUSE Ada")

    with pytest.raises(Declined, match="does not deliver to this address"):
        sandbox.buy("key-1", an_offer(sandbox, wish), wish)
    assert ledger(engine) == []


def test_two_processes_with_the_same_key_buy_one_label(sandbox: Sandbox, engine: sa.Engine) -> None:
    wish = a_consignment()
    offer = an_offer(sandbox, wish)

    with ThreadPoolExecutor(4) as pool:
        bought = list(pool.map(lambda _: sandbox.buy("key-1", offer, wish), range(8)))

    assert all(labels == bought[0] for labels in bought)
    assert [entry.seen for entry in ledger(engine)] == [8]


def test_the_sandbox_is_told_what_customs_want_to_know(sandbox: Sandbox, engine: sa.Engine) -> None:
    shipment = a_shipment(a_box(""), to="US", state="pending")

    call = a_call(asks.buy(shipment))
    executors.buy(call, shipment, stalls(sandbox), [sandbox], forget_labels)

    [entry] = ledger(engine)
    [declared] = entry.customs
    assert (declared["hs_code"], declared["origin_country"]) == ("6912.00", "DE")
    assert (declared["quantity"], declared["value"], declared["weight_g"]) == (3, 1290, 380)


def test_void_labels_are_marked_in_the_ledger_once(sandbox: Sandbox, engine: sa.Engine) -> None:
    wish = a_consignment()
    sandbox.buy("key-1", an_offer(sandbox, wish), wish)
    sandbox.void("key-1")
    [first] = ledger(engine)

    sandbox.void("key-1")

    [again] = ledger(engine)
    assert first.voided_at is not None
    assert again.voided_at == first.voided_at
