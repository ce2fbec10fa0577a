"""A receiver can tell that a webhook is ours, by the signatures of Standard Webhooks."""

import base64
import hashlib
import hmac
import re
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.webhooks.signing import headers, new_secret, sign

# from the specification of Standard Webhooks and its libraries' tests
SPECIFIED = (
    "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
    "msg_p5jXN8AQM9LWM0D4loKWxJek",
    datetime.fromtimestamp(1614265330, UTC),
    b'{"test": 2432232314}',
    "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=",
)
AT = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)


def verified(secret: str, sent: dict[str, str], body: bytes) -> bool:
    """What a receiver does, written down from the specification and not from our code."""
    key = base64.b64decode(secret[len("whsec_") :])
    signed = sent["webhook-id"].encode() + b"." + sent["webhook-timestamp"].encode() + b"." + body
    mine = base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
    versions = [part.split(",", 1) for part in sent["webhook-signature"].split(" ")]
    return any(v == "v1" and hmac.compare_digest(theirs, mine) for v, theirs in versions)


def test_the_signature_is_the_one_that_the_specification_gives() -> None:
    *signed, expected = SPECIFIED

    assert sign(*signed) == expected


def test_a_secret_is_24_bytes_or_more_and_never_the_same() -> None:
    made = {new_secret() for _ in range(100)}

    assert len(made) == 100
    assert all(re.fullmatch(r"whsec_[A-Za-z0-9+/]{43}=", secret) for secret in made)


@given(body=st.binary(max_size=200), event_id=st.text("abcdef0123_", min_size=1, max_size=40))
def test_whatever_is_sent_is_verified_by_who_has_the_secret_and_by_nobody_else(
    body: bytes, event_id: str
) -> None:
    secret = new_secret()
    sent = headers([secret], event_id, AT, body)

    assert verified(secret, sent, body)
    assert not verified(new_secret(), sent, body)
    assert not verified(secret, sent, body + b" ")
    assert not verified(secret, {**sent, "webhook-id": event_id + "x"}, body)
    assert not verified(secret, {**sent, "webhook-timestamp": "1"}, body)


def test_while_a_secret_is_replaced_both_are_good() -> None:
    new, old = new_secret(), new_secret()

    sent = headers([new, old], "evt_1", AT, b"{}")

    assert [verified(secret, sent, b"{}") for secret in (new, old, new_secret())] == [
        True,
        True,
        False,
    ]


@pytest.mark.parametrize("later", [timedelta(0), timedelta(milliseconds=999)])
def test_the_time_is_told_in_whole_seconds(later: timedelta) -> None:
    assert headers([new_secret()], "evt_1", AT + later, b"{}")["webhook-timestamp"] == "1772443800"
