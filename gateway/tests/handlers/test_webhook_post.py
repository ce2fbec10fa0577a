"""A webhook is sent once, within ten seconds, and goes nowhere but to its address."""

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from gateway.webhooks.post import READ, Post

HEADERS = {"webhook-id": "evt_1", "webhook-signature": "v1,abc"}


class Receiver(ThreadingHTTPServer):
    """A receiver on loopback: `answer(handler)` is what it does."""

    daemon_threads = True

    def __init__(self) -> None:
        self.got: list[tuple[str, dict[str, str], bytes]] = []
        self.answer: Any = says(200)
        self.over = threading.Event()
        super().__init__(("127.0.0.1", 0), _Handler)

    def handle_error(self, *_: Any) -> None:
        """Say nothing of connections that a test breaks."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/hook?shop=1"


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Receiver

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        headers = {name.lower(): value for name, value in self.headers.items()}
        self.server.got.append((self.path, headers, body))
        self.server.answer(self)

    def log_message(self, *_: Any) -> None:
        pass


def says(status: int, body: bytes = b"", **headers: str) -> Any:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(body))}.items():
            handler.send_header(name.replace("_", "-"), value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    server = Receiver()
    threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
    yield server
    server.over.set()
    server.shutdown()
    server.server_close()


@pytest.fixture
def post() -> Post:
    return Post(private=True, seconds=0.5)


def test_a_receiver_gets_the_body_byte_for_byte_with_its_headers(
    receiver: Receiver, post: Post
) -> None:
    receiver.answer = says(200, b"thank you")

    attempt = post.send(receiver.url, HEADERS, b'{"type": "order.placed"}')

    (path, headers, body) = receiver.got[0]
    assert (path, body) == ("/hook?shop=1", b'{"type": "order.placed"}')
    assert headers["content-type"] == "application/json"
    assert headers.items() >= HEADERS.items()
    assert (attempt.status, attempt.answer, attempt.error) == (200, "thank you", "")
    assert attempt.delivered
    assert 0 < attempt.seconds < 0.5


def test_a_connection_is_kept_for_the_next_one(receiver: Receiver, post: Post) -> None:
    attempts = [post.send(receiver.url, HEADERS, b"{}") for _ in range(3)]

    assert [a.status for a in attempts] == [200, 200, 200]


def test_a_redirect_is_a_failure_and_is_not_followed(receiver: Receiver, post: Post) -> None:
    receiver.answer = says(307, Location=receiver.url)

    attempt = post.send(receiver.url, HEADERS, b"{}")

    assert (attempt.status, attempt.delivered, len(receiver.got)) == (307, False, 1)


def test_of_a_long_answer_only_the_start_is_read(receiver: Receiver, post: Post) -> None:
    receiver.answer = says(500, b"x" * 10_000_000)

    attempt = post.send(receiver.url, HEADERS, b"{}")

    assert (attempt.status, len(attempt.answer)) == (500, READ)


def test_an_answer_that_is_no_text_can_be_kept_all_the_same(receiver: Receiver, post: Post) -> None:
    receiver.answer = says(200, b"a\x00\xff\x1f\x8bz")

    assert post.send(receiver.url, HEADERS, b"{}").answer == "a�\x1f�z"


def test_a_receiver_that_does_not_answer_in_time_has_not_got_it(
    receiver: Receiver, post: Post
) -> None:
    receiver.answer = lambda _handler: receiver.over.wait(5)

    began = time.monotonic()
    attempt = post.send(receiver.url, HEADERS, b"{}")

    assert time.monotonic() - began < 2
    assert (attempt.status, attempt.error) == (None, "There was no answer within 0.5 seconds.")


@pytest.mark.parametrize(("asked", "seconds"), [("120", 120), ("soon", 0), ("9" * 30, 86_400)])
def test_a_receiver_may_ask_for_patience(
    asked: str, seconds: int, receiver: Receiver, post: Post
) -> None:
    receiver.answer = says(429, Retry_After=asked)

    assert post.send(receiver.url, HEADERS, b"{}").wait.total_seconds() == seconds


def test_where_nobody_listens_it_is_said_in_words(receiver: Receiver, post: Post) -> None:
    receiver.shutdown()
    receiver.server_close()

    attempt = post.send(receiver.url, HEADERS, b"{}")

    assert attempt.status is None
    assert "Connection refused" in attempt.error
    assert "object at 0x" not in attempt.error


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "0"])
def test_our_own_network_is_not_even_connected_to(host: str, receiver: Receiver) -> None:
    attempt = Post(private=False).send(f"http://{host}:{receiver.server_port}/hook", HEADERS, b"{}")

    assert attempt.status is None
    assert "is not a public address" in attempt.error
    assert receiver.got == []


def test_a_receiver_that_breaks_off_has_not_got_it(receiver: Receiver, post: Post) -> None:
    receiver.answer = lambda handler: handler.connection.close()

    attempt = post.send(receiver.url, HEADERS, b"{}")

    assert (attempt.status, attempt.delivered) == (None, False)
    assert attempt.error
