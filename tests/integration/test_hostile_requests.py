"""What does the server do with bytes that no honest client sends? Tried over bare sockets.

Each request is refused or answered once; what was hidden behind it is not answered as a request of
its own, nothing is echoed into a header, and whoever does not go on sending is cut off in time.
"""

import contextlib
import http.client
import re
import select
import socket
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import urlsplit

import pytest
import requests

from chassis.testing import eventually
from gateway.live.hub import LISTENERS
from gateway.serve import AT_ONCE
from gateway.wire import BODY_SECONDS, HEAD_SECONDS, MOST_WAITING

ANSWER = re.compile(rb"HTTP/1\.[01] (\d{3}) ")
HIDDEN = b"GET /login/ways HTTP/1.1\r\nHost: hidden\r\n\r\n"
Talk = Callable[..., bytes]


@pytest.fixture
def talk(system) -> Talk:
    """Send bytes as they are, and give all that comes back until the other side closes."""
    where = urlsplit(system.gateway_url)

    def send(*parts: bytes, within: float = 10, pause: float = 0) -> bytes:
        heard = b""
        with socket.create_connection((where.hostname, where.port), timeout=within) as line:
            for part in parts:
                line.sendall(part)
                time.sleep(pause)
            try:
                while piece := line.recv(65536):
                    heard += piece
            except TimeoutError:
                heard += b"(open)"
            except ConnectionResetError:
                pass
        return heard

    return send


def post(*headers: bytes, path: bytes = b"/login", body: bytes = b"") -> bytes:
    head = [b"POST " + path + b" HTTP/1.1", b"Host: oms", b"Content-Type: application/json"]
    return b"\r\n".join([*head, *headers]) + b"\r\n\r\n" + body


CHUNKED = b"Transfer-Encoding: chunked"


@pytest.mark.parametrize(
    "headers",
    [
        (b"Content-Length: 4", CHUNKED),
        (CHUNKED, b"Content-Length: 4"),
        (b"Content-Length: 4", b"Content-Length: 46"),
        (b"Content-Length: 46", b"Content-Length: 46"),
        (b"Content-Length: 4, 46",),
        (b"Content-Length: +4",),
        (b"Content-Length: 0_4",),
        (b"Content-Length: -4",),
        (b"Content-Length: 0x4",),
        (b"Content-Length : 4",),
        (b"Content-Length:\r\n 4",),
        (CHUNKED, CHUNKED),
        (b"Transfer-Encoding: xchunked",),
        (b"Transfer-Encoding: chunked, identity",),
        (b"Transfer-Encoding: identity",),
        (b"Transfer-Encoding : chunked",),
        (b"Transfer-Encoding:\r\n chunked",),
        (b"Host: other",),
        (b"no colon here",),
    ],
    ids=lambda headers: " and ".join(one.decode() for one in headers),
)
def test_a_request_with_two_meanings_is_refused_and_the_connection_closed(headers, talk):
    answers = talk(post(*headers, body=b"0\r\n\r\n" + HIDDEN))

    assert ANSWER.findall(answers) == [b"400"], answers
    assert b"Connection: close" in answers
    assert not answers.endswith(b"(open)")


@pytest.mark.parametrize(
    "body",
    [
        b"-1\r\n",
        b"0x2\r\n{}\r\n0\r\n\r\n",
        b"+2\r\n{}\r\n0\r\n\r\n",
        b"2\n{}\n0\n\n",
        b"2\r\n{}XX\r\n0\r\n\r\n",
        b"zz\r\n{}\r\n0\r\n\r\n",
        b"2" + b"0" * 20 + b"\r\n{}\r\n",
        b"2;" + b"x" * 100_000 + b"\r\n{}\r\n0\r\n\r\n",
        b"0\r\nTrailer: " + b"x" * 100_000 + b"\r\n\r\n",
    ],
    ids=lambda body: repr(body[:16]),
)
def test_chunks_that_are_cut_wrongly_are_refused_and_what_follows_is_no_request(body, talk):
    answers = talk(post(CHUNKED, body=body + HIDDEN))

    assert ANSWER.findall(answers) == [b"400"], answers[:500]
    assert not answers.endswith(b"(open)")


def test_an_honest_body_in_chunks_is_read_and_the_connection_goes_on(talk):
    body = b'c\r\n{"email":"a@\r\n20;x=y\r\nexample.com","password":"wrong"}\r\n0\r\n\r\n'

    last = HIDDEN.replace(b"Host: hidden", b"Host: oms\r\nConnection: close")

    answers = talk(post(CHUNKED, body=body) + last, within=30)

    assert ANSWER.findall(answers) == [b"401", b"200"], answers


@pytest.mark.parametrize(
    ("request_", "statuses"),
    [
        (b"GET /" + b"x" * 20_000 + b" HTTP/1.1\r\nHost: oms\r\n\r\n", {b"414"}),
        (b"GET / HTTP/1.1\r\nX: " + b"x" * 20_000 + b"\r\n\r\n", {b"400"}),
        (b"GET / HTTP/1.1\r\n" + b"X: x\r\n" * 20_000 + b"\r\n", {b"400", b"431"}),
        (post(b"Connection: close", b"Content-Length: 999999999999"), {b"413"}),
        (post(b"Connection: close", b"Content-Length: 2000000", body=b"x" * 100), {b"413"}),
    ],
    ids=["address", "header", "headers", "length", "body"],
)
def test_what_is_too_large_is_refused_before_it_is_read(request_, statuses, talk):
    answers = talk(request_)

    # what was sent after the refusal may reset the connection before the answer is read
    assert {*ANSWER.findall(answers)} <= statuses, answers[:300]
    assert not answers.endswith(b"(open)")


def test_who_sends_slowly_is_cut_off_and_others_are_answered_meanwhile(system, talk):
    drops = 12
    heads = [b"GET / HTTP/1.1\r\nX: ", *[b"x"] * (HEAD_SECONDS + drops)]
    bodies = [post(b"Content-Length: 1000"), *[b" "] * (BODY_SECONDS + drops)]

    def drip(parts: list[bytes]) -> float:
        began = time.monotonic()
        with contextlib.suppress(OSError):  # cut off while sending
            talk(*parts, pause=1)
        return time.monotonic() - began

    with ThreadPoolExecutor() as pool:
        slow = [pool.submit(drip, parts) for parts in (heads, bodies)]
        answer = requests.get(f"{system.gateway_url}/login/ways", timeout=10)
        took = [one.result() for one in slow]

    assert answer.status_code == 200
    assert max(took) < max(HEAD_SECONDS, BODY_SECONDS) + drops - 2


BEGUN = {
    "nothing": b"",
    "a head": b"GET /login/ways HTTP/1.1\r\nHost: oms\r\nX: ",
    "a body": post(b"Content-Length: 1000") + b"{",
}


@pytest.mark.parametrize("begun", BEGUN)
def test_a_thousand_who_say_no_more_take_nobodys_place(begun, system):
    where = urlsplit(system.gateway_url)
    address = (where.hostname, where.port)

    def ways(source: str) -> int:
        honest = http.client.HTTPConnection(*address, timeout=60, source_address=(source, 0))
        with contextlib.closing(honest):
            honest.request("GET", "/login/ways")
            return honest.getresponse().status

    with contextlib.ExitStack() as all_of_them:
        lines = []
        for _ in range(AT_ONCE + LISTENERS + 50):
            line = all_of_them.enter_context(socket.create_connection(address, timeout=60))
            line.sendall(BEGUN[begun])
            lines.append(line)

        assert [ways("127.0.0.9"), ways("127.0.0.1")] == [200, 200]
        looks = select.poll()
        for line in lines:
            looks.register(line, select.POLLIN)
        eventually(lambda: len(looks.poll(0)) >= len(lines) - MOST_WAITING, within=60)


FILES = {"etc/passwd": b"root:", "package.json": b"dependencies", "app.py": b"create_app"}
WAYS_UP = ("..", "%2e%2e", "%2E.", "..%2f", "..%5c", "..\\", "....//", "..;", "%252e%252e", ".%00.")


@pytest.mark.parametrize("up", WAYS_UP)
@pytest.mark.parametrize("under", ["/console/", "/console/assets/", "/"])
def test_no_way_up_leads_to_a_file(under, up, talk):
    for steps in (1, 2, 3, 12):
        for file in (*FILES, "etc/passwd%00.js"):
            path = f"{under}{f'{up}/' * steps}{file}"
            for wanted in (path, f"http://oms{path}", path.replace(under, under * 2, 1)):
                head = f"GET {wanted} HTTP/1.1\r\nHost: oms\r\nConnection: close\r\n\r\n"
                answer = talk(head.encode())

                assert ANSWER.findall(answer)[0] in {b"200", b"400", b"404"}, (wanted, answer)
                assert not any(told in answer for told in FILES.values()), wanted


@pytest.mark.parametrize("path", ["/console//etc/passwd", "//etc/passwd", "/console/%2fetc/passwd"])
def test_no_name_of_a_file_on_the_machine_leads_to_it(path, talk):
    answer = talk(f"GET {path} HTTP/1.1\r\nHost: oms\r\nConnection: close\r\n\r\n".encode())

    assert ANSWER.findall(answer)[0] in {b"200", b"400", b"404"}
    assert b"root:" not in answer


BREAK = "%0D%0AInjected:%20yes%0D%0A%0D%0A"


@pytest.mark.parametrize(
    "path",
    [
        f"/login/sso?next=/{BREAK}",
        f"/login/sso/callback?state={BREAK}&error={BREAK}",
        f"/console/{BREAK}",
        f"/console/assets/{BREAK}",
        f"/problems/{BREAK}",
        f"/orders/{BREAK}",
        f"/orders?text={BREAK}&after={BREAK}",
        f"/skus/{BREAK}",
        f"/customers/{BREAK}/terms",
        f"/shipments/{BREAK}/label.pdf",
        f"/exceptions?after={BREAK}",
        f"/{BREAK}",
    ],
)
@pytest.mark.parametrize("header", ["", "Idempotency-Key", "Request-Id", "If-None-Match", "Origin"])
def test_nothing_that_is_sent_becomes_a_header(path, header, system, talk):
    told = f"{header}: a\rInjected: yes\r\n" if header else ""
    head = f"GET {path} HTTP/1.1\r\nHost: oms\r\nConnection: close\r\n{told}"
    answers = talk(f"{head}Authorization: Bearer {system.api_key}\r\n\r\n".encode())

    head, _, _body = answers.partition(b"\r\n\r\n")
    assert len(ANSWER.findall(head)) == 1, answers[:500]
    assert ANSWER.findall(head)[0] < b"500", answers[:500]
    names = [line.partition(b":")[0].strip().lower() for line in re.split(rb"[\r\n]+", head)]
    assert b"injected" not in names, head
