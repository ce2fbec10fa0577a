"""What EasyPost has really answered and signed is read as it was meant."""

import json
from typing import Any

import pytest

from chassis.errors import Refused
from services.shipping.carriers.carrier import Account
from services.shipping.carriers.easypost import EasyPost
from services.shipping.carriers.easypost_webhook import read_tracker, verify
from services.shipping.carriers.easypost_words import fault_of, parcels_of
from tests.fakes.easypost.server import RECORDINGS, recorded

SIGNATURES = RECORDINGS.parent / "signatures.json"
# addresses: in one it is enough that there is an answer, the others are read by their own test
ADDRESSES = {"client_make_api_call", "address_create_verify", "address_create_verify_strict"}
ALL = sorted({path.stem for path in RECORDINGS.glob("*.json")} - ADDRESSES)


@pytest.mark.parametrize("name", ALL)
def test_every_recorded_answer_is_read_or_refused_in_its_own_words(name: str) -> None:
    """Shipments and orders give offers and what was bought, trackers their scans."""
    easypost = EasyPost(Account("ep", {}))
    read = 0
    for exchange in recorded(name):
        answer = exchange["response"]
        if answer["status"] >= 400:
            code, words = fault_of(answer["body"])
            assert code == answer["body"]["error"]["code"]
            assert words.startswith(answer["body"]["error"]["message"].rstrip("."))
            read += 1
            continue
        read += _reads(easypost, answer["body"])
    assert read, "there was nothing in it to read"


def _reads(easypost: EasyPost, body: Any) -> int:
    """Read an answer, or each thing of a list; tells how many things the adapter has a use for."""
    things = body if isinstance(body, list) else [body]
    if isinstance(body, dict) and "from_address" not in body:
        things = body.get("shipments") or body.get("trackers") or [body]
    return sum(_reads_one(easypost, thing) for thing in things)


def _reads_one(easypost: EasyPost, thing: Any) -> int:
    if thing.get("object") == "Tracker":
        known = [scan for scan in thing["tracking_details"] if scan["status"] != "unknown"]
        assert len(read_tracker(thing)) == len(known)
        return 1
    if "from_address" not in thing:
        return 0
    parcels = parcels_of(thing)
    assert len(easypost._rates(thing)) == len(parcels[0]["rates"])
    numbers = [one["tracking_code"] for one in parcels]
    bought = easypost._bought(thing)
    assert [n for n, _ in bought.parcels] == numbers if bought else None in numbers
    return 1


@pytest.mark.parametrize("case", json.loads(SIGNATURES.read_text()))
def test_signatures_are_told_apart(case: Any) -> None:
    def believed() -> bool:
        try:
            verify(case["body"].encode(), case["signature"], case["secret"])
        except Refused:
            return False
        return True

    assert believed() == case["valid"]
