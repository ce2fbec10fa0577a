"""A phone and the gateway come to the same code (RFC 6238, Appendix B, its last six digits)."""

import base64
from datetime import UTC, datetime

import pytest

from gateway.people import totp

SECRET = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"), (1111111109, "081804"), (1111111111, "050471"), (1234567890, "005924"),
        (2000000000, "279037"), (20000000000, "353130"),
    ],
)  # fmt: skip
def test_the_codes_are_those_of_the_standard(seconds: int, code: str) -> None:
    now = datetime.fromtimestamp(seconds, UTC)

    assert totp.step_of(code, SECRET, now) == seconds // 30


@pytest.mark.parametrize(("late", "known"), [(-31, False), (-29, True), (59, True), (61, False)])
def test_a_clock_may_be_half_a_minute_off(late: int, known: bool) -> None:
    shown = totp.code_at(SECRET, 20)  # from second 600 to 629

    now = datetime.fromtimestamp(600 + late, UTC)
    assert (totp.step_of(shown, SECRET, now) == 20) is known


def test_a_secret_is_random_and_as_phones_take_it() -> None:
    one, other = totp.new_secret(), totp.new_secret()

    assert one != other
    assert len(base64.b32decode(one)) == 20
    assert totp.uri(one, "ann+x@example.com") == (
        f"otpauth://totp/OMS%3Aann%2Bx%40example.com?secret={one}&issuer=OMS"
    )
