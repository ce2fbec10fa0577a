"""What a timer failed at is left out for a while, longer each time, and never for good."""

import pytest

from chassis import sparing
from chassis.sparing import Sparing


@pytest.fixture
def clock(monkeypatch):
    now = [1000.0]
    monkeypatch.setattr(sparing.time, "monotonic", lambda: now[0])
    return now


def fail(kept: Sparing, key: str) -> None:
    with pytest.raises(ValueError, match="broken") as raised, kept.about(key):
        raise ValueError("broken")
    assert key in raised.value.__notes__[0]


def test_what_failed_is_spared_for_two_seconds_then_four(clock):
    kept = Sparing()
    fail(kept, "ord-1")
    assert kept.spared() == ["ord-1"]
    clock[0] += 2
    assert kept.spared() == []

    fail(kept, "ord-1")
    clock[0] += 3.9
    assert kept.spared() == ["ord-1"]
    clock[0] += 0.1
    assert kept.spared() == []


def test_it_is_tried_again_after_five_minutes_however_often_it_failed(clock):
    kept = Sparing()
    for _ in range(12):
        fail(kept, "ord-1")
    clock[0] += sparing.AT_MOST_SECONDS
    assert kept.spared() == []


def test_what_went_well_begins_anew(clock):
    kept = Sparing()
    fail(kept, "ord-1")
    with kept.about("ord-1"):
        pass
    assert kept.spared() == []
    fail(kept, "ord-1")
    clock[0] += 2
    assert kept.spared() == []
