"""A body is read only if it is small enough, of the right media type and not malformed."""

import pytest

from gateway.tests.builders import Api, refused

DEEP = 900


@pytest.mark.parametrize(
    "body",
    [
        b"{", b"nope", b"{} {}", b"'a'", b'{"total": NaN}', b'{"total": Infinity}', b"\xff\xfe{}",
        b'{"total": ' + b"9" * 5000 + b"}", b'{"total": 1e999}', b'{"note": "\\ud800"}',
        b'{"note": "\xed\xa0\x80"}', b"[" * 100_000 + b"]" * 100_000, b'{"a":' * 50_000,
        b"[]", b'"text"', b"null", b"7", b"\xef\xbb\xbf{}", b"\0",
    ],
    ids=lambda body: repr(body[:16]),
)  # fmt: skip
def test_a_body_that_is_no_json_object_is_malformed(body: bytes, api: Api) -> None:
    answer = api.call("POST", "/orders", body)

    refused(api, answer, 400)
    assert answer.json["type"] == "/problems/malformed"


def test_a_list_as_deep_as_can_be_read_is_refused_like_any_other(api: Api) -> None:
    for depth in range(100, DEEP, 50):
        answer = api.call("POST", "/orders", b'{"note":' + b"[" * depth + b"]" * depth + b"}")

        assert answer.status_code in {400, 422}


@pytest.mark.parametrize("media", ["text/plain", "application/xml", "multipart/form-data", ""])
def test_a_body_of_another_media_type_is_not_read(media: str, api: Api) -> None:
    answer = api.call("POST", "/orders", b"{}", content_type=media)

    refused(api, answer, 415)


def test_a_file_of_orders_must_say_that_it_is_csv(api: Api) -> None:
    answer = api.call("POST", "/channels/shop/imports", b"order;sku")

    refused(api, answer, 415)


@pytest.mark.parametrize(
    ("method", "url", "media", "size"),
    [
        ("POST", "/orders", "application/json", 1_048_577),
        ("POST", "/orders", "application/json", 7_000_000),
        ("POST", "/webhooks/payments/stripe", "application/json", 1_048_577),
    ],
)
def test_a_body_that_is_too_large_is_not_even_read(
    method: str, url: str, media: str, size: int, api: Api
) -> None:
    answer = api.call(method, url, b" " * size, content_type=media)

    refused(api, answer, 413)


def test_a_body_that_does_not_say_its_length_is_measured_too(api: Api) -> None:
    answer = api.call(
        "POST", "/orders", b" " * 1_048_577, headers={"Content-Length": ""},
        environ_overrides={"wsgi.input_terminated": True},
    )  # fmt: skip

    refused(api, answer, 413)
