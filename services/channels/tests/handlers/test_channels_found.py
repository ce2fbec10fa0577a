"""Is everything that shops were seen to send imported to the cent, or refused with a reason?"""

from typing import Any

import pytest

from chassis.errors import Refused
from services.channels.marketplaces.marketplace import Shop
from services.channels.marketplaces.registry import MARKETS
from services.channels.tests.builders import a_payload
from services.channels.tests.found import FOUND, Payload, fate, payloads, things_in, with_table

ALL = payloads()
TEXTS = {one.file: one.text for one in ALL}
# a body that may not be copied is there only if REAL_PAYLOADS says where
SIGNED = [case for case in a_payload("signatures") if case.get("file", ALL[0].file) in TEXTS]


@pytest.mark.parametrize("payload", ALL, ids=lambda payload: payload.file)
def test_what_was_found_is_imported_to_the_cent_or_refused_with_a_reason(payload: Payload) -> None:
    fates = [fate(payload.read_as, body) for body in things_in(payload)]

    assert [one for one in fates if one.word == "wrong"] == []
    assert all(one.why for one in fates if not one.word.startswith("imported"))


def test_what_became_of_them_is_written_down() -> None:
    written = (FOUND / "README.md").read_text()

    assert written == with_table(written), "run python -m services.channels.tests.found"


@pytest.mark.parametrize("kind", ["shopify", "woocommerce", "magento", "amazon"])
def test_orders_are_among_them(kind: str) -> None:
    found = [one for one in ALL if one.kind == kind]
    words = [fate(one.read_as, body).word for one in found for body in things_in(one)]

    assert any(word.startswith("imported") for word in words)


@pytest.mark.parametrize("number", range(len(SIGNED)))
def test_a_webhook_is_taken_only_with_the_signature_of_the_shops_secret(number: int) -> None:
    case: Any = SIGNED[number]
    address = {"webhook_url": case.get("url", "")}
    shop = Shop("my-shop", webhook_secret=case["secret"], settings=address)
    market = MARKETS[case["kind"]]
    body, signature = case.get("body") or TEXTS[case["file"]], case["signature"]
    tampered = [(body + " ", signature), (body, signature[::-1]), (body, "")]
    if case["valid"]:
        market.verify(shop, body, signature)
    else:
        tampered.append((body, signature))
    for changed, shown in tampered:
        with pytest.raises(Refused) as refusal:
            market.verify(shop, changed, shown)
        assert (refusal.value.code, refusal.value.field) == ("bad_signature", "signature")
