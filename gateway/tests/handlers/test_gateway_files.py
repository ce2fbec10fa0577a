"""A file of orders goes to channels in parts; it is never here whole, and may be sent again."""

import hashlib
from typing import Any

import pytest

from chassis.ask import Unavailable
from chassis.errors import Refused
from contracts import imports
from gateway import files
from gateway.api import ROUTES
from gateway.tests.builders import Api, example, refused

URL = "/channels/shop/imports"


@pytest.fixture(autouse=True)
def _expected(api: Api) -> None:
    expected = example(imports.Import, state="uploading", import_id="imp_1")
    api.services.answers["channels.begin_import"] = expected
    api.services.answers["channels.end_upload"] = expected


def send(api: Api, body: bytes, key: str = "", **more: Any) -> Any:
    headers = {"Idempotency-Key": key} if key else {}
    return api.call("POST", URL, body, content_type="text/csv", headers=headers, **more)


def parts(api: Api) -> list[imports.ImportPart]:
    return [heard.asked for heard in api.services.heard if heard.name == "channels.add_part"]


def text_of(api: Api) -> str:
    return "".join(part.text for part in parts(api))


def test_a_file_is_sent_on_in_parts_and_its_import_is_named(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(imports, "PART_CHARACTERS", 10)
    monkeypatch.setattr(files, "PIECE", 7)
    file = "order;sku\nÄÖÜäöüß;1\n" * 3 + "last"

    answer = send(api, ("\ufeff" + file).encode())

    assert (answer.status_code, answer.headers["Location"]) == (202, "/imports/imp_1")
    assert text_of(api) == file
    sizes = [(part.number, len(part.text)) for part in parts(api)]
    assert sizes == [*((n, 10) for n in range(6)), (6, 4)]
    end = api.services.heard[-1].asked
    digests = "".join(hashlib.sha256(part.text.encode()).hexdigest() for part in parts(api))
    assert (end.parts, end.digest) == (7, hashlib.sha256(digests.encode()).hexdigest())


def test_an_empty_file_has_no_parts(api: Api) -> None:
    assert send(api, b"").status_code == 202
    assert (parts(api), api.services.heard[-1].asked.parts) == ([], 0)


def test_one_key_of_one_caller_and_channel_is_one_import(api: Api) -> None:
    for key in ("k", "k", "other", "", ""):
        send(api, b"a;b", key)

    keys = [heard.asked.key for heard in api.services.heard if heard.name.endswith("begin_import")]
    assert (keys[0] == keys[1], len(set(keys))) == (True, 4)


def test_a_file_that_has_come_already_is_compared_and_not_sent_again(api: Api) -> None:
    known = example(imports.Import, state="taking", import_id="imp_1")
    api.services.answers["channels.begin_import"] = known

    send(api, b"a;b", "k")

    assert (parts(api), api.services.heard[-1].asked.parts) == ([], 1)


def test_another_file_under_the_same_key_is_refused(api: Api) -> None:
    api.services.answers["channels.end_upload"] = Refused("key_reused", "Used for another file.")

    answer = send(api, b"a;b", "k")

    assert (answer.status_code, answer.json["type"]) == (422, "/problems/key-reused")


def test_a_file_in_another_encoding_is_malformed(api: Api) -> None:
    assert send(api, b"a;b\n\xfc").status_code == 400
    assert api.heard == ["channels.begin_import"]


def test_a_part_is_said_again_while_channels_restarts(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PAUSE_SECONDS", 0)
    ask, away = api.services.ask, iter([True, True])

    def asked(question: Any, *args: Any, **more: Any) -> Any:
        if question.name == "channels.add_part" and next(away, False):
            raise Unavailable("channels", "it restarts")
        return ask(question, *args, **more)

    monkeypatch.setattr(api.services, "ask", asked)

    assert send(api, b"a;b").status_code == 202
    assert len(parts(api)) == 1


def test_when_channels_stays_away_the_file_may_be_sent_again(
    api: Api, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "PATIENCE_SECONDS", -1)
    api.services.answers["channels.begin_import"] = Unavailable("channels", "it is down")

    assert send(api, b"a;b", "k").status_code == 503


def test_a_file_that_says_that_it_is_too_large_is_not_even_read(api: Api) -> None:
    answer = send(api, b"a;b", environ_overrides={"CONTENT_LENGTH": str(files.LARGEST + 1)})

    refused(api, answer, 413)


def test_a_file_that_does_not_say_its_length_is_measured_as_it_comes(api: Api) -> None:
    route = next(one for one in ROUTES if one.take)
    object.__setattr__(route, "limit", 1000)
    try:
        answer = api.call(
            "POST", URL, b"x" * 3000, content_type="text/csv", headers={"Content-Length": ""},
            environ_overrides={"wsgi.input_terminated": True},
        )  # fmt: skip
    finally:
        object.__setattr__(route, "limit", files.LARGEST)

    assert (answer.status_code, parts(api)) == (413, [])


def test_a_file_needs_a_key_of_the_api_and_a_channel(api: Api) -> None:
    refused(api, api.call("POST", "/channels/a b/imports", b"", content_type="text/csv"))
    api.secret = "wrong"
    refused(api, send(api, b"a;b"), 401)
