"""What a carrier posts is believed only when it is signed, and read only when it makes sense."""

from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.errors import Refused
from services.shipping.carriers.signed_scan import read_scan, sign
from services.shipping.tests.builders import a_posting

AGREED = "agreed"


def test_a_signed_event_is_read() -> None:
    body = a_posting()

    notice = read_scan(body, sign(body, AGREED), AGREED)

    assert (notice.event_id, notice.tracking_number) == ("evt-1", "SB100000012XX")
    assert (notice.event.status, notice.event.place) == ("in_transit", "Leipzig")
    assert notice.event.at == datetime(2026, 3, 2, 11, tzinfo=UTC)


@pytest.mark.parametrize("signature", ["", "0" * 64, "ünsigned"])
def test_a_forged_signature_is_refused(signature: str) -> None:
    with pytest.raises(Refused) as refusal:
        read_scan(a_posting(), signature, AGREED)
    assert (refusal.value.code, refusal.value.field) == ("bad_signature", "signature")


def test_where_no_secret_was_agreed_nothing_is_believed() -> None:
    with pytest.raises(Refused, match="does not fit"):
        read_scan(a_posting(), sign(a_posting(), ""), "")


def test_a_body_that_was_changed_after_signing_is_refused() -> None:
    with pytest.raises(Refused, match="does not fit the body"):
        read_scan(a_posting(status="delivered"), sign(a_posting(), AGREED), AGREED)


def test_a_signature_with_another_secret_is_refused() -> None:
    with pytest.raises(Refused, match="does not fit the body"):
        read_scan(a_posting(), sign(a_posting(), "another"), AGREED)


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ("no json", "body"),
        ("[" * 60_000, "body"),
        ("[]", "body"),
        (a_posting(id=7), "id"),
        (a_posting(id=""), "id"),
        (a_posting(tracking_number="x" * 256), "tracking_number"),
        (a_posting(tracking_number="SB\0"), "tracking_number"),
        (a_posting(status="teleported"), "status"),
        (a_posting(at="yesterday"), "at"),
        (a_posting(at="2026-03-02T12:00:00"), "at"),
    ],
)
def test_an_event_that_makes_no_sense_is_refused_with_the_field_at_fault(
    body: str, field: str
) -> None:
    with pytest.raises(Refused) as refusal:
        read_scan(body, sign(body, AGREED), AGREED)
    assert refusal.value.field == field


@pytest.mark.parametrize(("place", "kept"), [(None, ""), ("a\0b\n", "ab"), ("x" * 300, "x" * 255)])
def test_the_place_is_kept_as_far_as_it_can_be(place: Any, kept: str) -> None:
    body = a_posting(place=place)

    assert read_scan(body, sign(body, AGREED), AGREED).event.place == kept
